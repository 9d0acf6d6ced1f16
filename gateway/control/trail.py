"""Say what goes on record about operators' commands."""

from collections.abc import Mapping
from typing import Any, Final

from fairlead.gateway.control.approvals import Waiting
from fairlead.gateway.control.audit import CHECKPOINT, AuditChain
from fairlead.gateway.control.commands import ControlRequest
from fairlead.gateway.control.operators import LoggedIn
from fairlead.gateway.control.protocol import CommandRefused
from fairlead.gateway.links.unix_listener import PeerCredentials

COMMAND: Final = "command"
APPROVAL: Final = "approval"
ATTEMPT: Final = "attempt_refused"
MAX_ATTEMPTS: Final = 60
"""Refused attempts recorded in each window; how many more there were stands in the next record."""
WINDOW_NS: Final = 60_000_000_000


def _peer(peer: PeerCredentials) -> dict[str, int]:
    return {"pid": peer.pid, "uid": peer.uid}


class Trail:
    """Write the audit records of commands; know which requests an earlier process left without an answer.

    Make it before the journal is replayed: ``chain.replay`` takes the OPERATOR records.
    """

    def __init__(self) -> None:
        self.chain: Final = AuditChain()
        self._unanswered: dict[str, str] = {}
        self._window_began_ns = 0
        self._attempts = 0
        self._left_out = 0
        self.chain.on_replay.append(self._replay)

    def _replay(self, facts: Mapping[str, Any], utc_ns: int) -> None:
        request, event = str(facts.get("request", "")), facts.get("event")
        if event == CHECKPOINT:
            self._unanswered = dict(facts.get("waiting", {}))
        elif event == APPROVAL and facts.get("phase") == "requested":
            self._unanswered[f"R{facts['number']}"] = str(facts.get("command"))
        elif request:
            self._unanswered.pop(request, None)

    def decline_unanswered(self, utc_ns: int) -> None:
        """Record that the requests that waited when the last process ended are declined."""
        for request, command in self._unanswered.items():
            facts = {"command": command, "request": request, "operator": "", "text": "the gateway was started anew"}
            self.chain.write({"event": APPROVAL, "phase": "declined", **facts}, utc_ns)
        self._unanswered.clear()

    def begins(
        self, who: LoggedIn, command: str, request: ControlRequest, arguments: Mapping[str, Any], request_id: str
    ) -> int:
        """Record a command before it takes effect; return the record's number."""
        facts = {
            "event": COMMAND,
            "phase": "begins",
            "command": command,
            "operator": request.operator,
            "approver": request.approver,
            "reason": request.reason,
            "arguments": arguments,
            "request": request_id,
            **_peer(who.peer),
        }
        return self.chain.write(facts, request.utc_ns)

    def ends(
        self,
        begins: int,
        command: str,
        request: ControlRequest,
        outcome: str,
        told: Mapping[str, Any],
        utc_ns: int,
    ) -> None:
        """Record a command's outcome: ``done``, ``refused`` or ``failed`` (a mistake of ours)."""
        facts = {
            "event": COMMAND,
            "phase": "ends",
            "command": command,
            "operator": request.operator,
            "outcome": outcome,
            **told,
            "begins": begins,
        }
        self.chain.write(facts, utc_ns)

    def requested(
        self, who: LoggedIn, command: str, request: ControlRequest, arguments: Mapping[str, Any], expires_utc_ns: int
    ) -> int:
        """Record that a command waits for a second person; return the record's number."""
        facts = {
            "event": APPROVAL,
            "phase": "requested",
            "command": command,
            "operator": request.operator,
            "reason": request.reason,
            "arguments": arguments,
            "expires_utc_ns": expires_utc_ns,
            **_peer(who.peer),
        }
        return self.chain.write(facts, request.utc_ns)

    def declined(self, waiting: Waiting, operator: str, text: str, utc_ns: int) -> None:
        """Record that a request was declined by an operator, or by time where ``operator`` is ""."""
        facts = {
            "event": APPROVAL,
            "phase": "declined" if operator else "expired",
            "command": waiting.command.name,
            "request": waiting.id,
            "operator": operator,
            "text": text,
        }
        self.chain.write(facts, utc_ns)

    def refused(
        self, who: LoggedIn, command: str, reason: str, refused: CommandRefused, now_ns: int, utc_ns: int
    ) -> None:
        """Record an attempt that was refused."""
        facts = {"command": command, "operator": who.operator.name, "reason": reason}
        self._attempt(facts, refused, who.peer, now_ns, utc_ns)

    def login_refused(
        self, name: str, refused: CommandRefused, peer: PeerCredentials, now_ns: int, utc_ns: int
    ) -> None:
        """Record a login that was refused."""
        self._attempt({"command": "login", "operator": name, "reason": ""}, refused, peer, now_ns, utc_ns)

    def _attempt(
        self, facts: Mapping[str, Any], refused: CommandRefused, peer: PeerCredentials, now_ns: int, utc_ns: int
    ) -> None:
        if now_ns - self._window_began_ns >= WINDOW_NS:
            self._window_began_ns, self._attempts = now_ns, 0
        self._attempts += 1
        if self._attempts > MAX_ATTEMPTS:
            self._left_out += 1
            return
        told = {"code": refused.code, "text": refused.text[:500], **_peer(peer)}
        before = {"left_out_before": self._left_out} if self._left_out else {}
        self._left_out = 0
        self.chain.write({"event": ATTEMPT, **facts, **told, **before}, utc_ns)
