"""Offer cases their verbs on a FIX session with the engine under test. docs/certification.md lists them."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import re
from collections.abc import Mapping
from typing import Any

from fairlead.certification.engine.drafts import GARBLES, Draft, Surroundings, draft, type_code
from fairlead.certification.engine.frames import SOH
from fairlead.certification.engine.identity import Identity, Sent
from fairlead.certification.engine.inbox import InboxStage
from fairlead.certification.engine.link import Received
from fairlead.certification.engine.options import EngineOptions
from fairlead.certification.engine.peer import Peer
from fairlead.certification.engine.reaching import Reach
from fairlead.certification.faults.faults import read_faults
from fairlead.certification.faults.line import FaultLine
from fairlead.certification.model.verdicts import Blocked, Deviation, Outcome, Unsupported
from fairlead.certification.remote.commands import pull

LOGON_TRIES = 5
NUMBER_LEAP = 1000
RESEND_ROUNDS = 5


def _is_step(test_id: str, got: Received) -> bool:
    is_answer = got.msg_type == "0" and got.message is not None and got.message.get(112) == test_id
    return is_answer or got.msg_type in ("2", "5") or got.kind == "closed"


class EngineStage(InboxStage):
    """One case's session with the engine. Verbs are methods: ``peer.send`` is ``peer_send``."""

    def __init__(self, options: EngineOptions, identity: Identity, reach: Reach, unique: str, seed: int = 1) -> None:
        super().__init__(options, identity)
        self._seed = seed
        self._reach = reach
        self._unique = unique
        self._count = 0
        self._ids: dict[str, str] = {}

    # Connection and logon

    async def peer_connect(self, arguments: Any = None) -> None:
        """Connect to an acceptor; take the connection of an initiator."""
        self.peer.attach(await self._reach.link(self.identity))

    async def peer_logon(self, arguments: Any = None) -> None:
        """Log on in order and see both sides in step; ``continue`` keeps both counts.

        Where that does not come about, no case can be held.
        """
        said = dict(arguments or {})
        for attempt in range(LOGON_TRIES):
            if self.peer.link is None:
                self.skip()
                await self.peer_connect()
            complaint = await self._log_on(bool(said.get("continue", False)), dict(said.get("fields", {})))
            if not complaint:
                self.skip()
                return
            await self.peer.detach()
            await asyncio.sleep(0.05 * (attempt + 1))
        raise Blocked(f"no logon came about: {complaint}")

    async def _log_on(self, does_continue: bool, fields: dict[Any, Any]) -> str:
        """Exchange Logons and a TestRequest; return what went wrong."""
        peer, identity = self.peer, self.identity
        if self.options.is_acceptor:
            does_reset = self.options.does_reset and not does_continue
            if does_reset:
                identity.reset()
            peer.send("A", self._logon_body(does_reset, fields))
        received = await self.next_of(lambda got: got.msg_type in ("A", "5", "3") or got.kind == "closed")
        if received is None or received.msg_type != "A":
            self._leap(received)
            return f"{self.name_of(received)}, expected Logon(A)"
        assert received.message is not None
        if not self.options.is_acceptor:
            does_reset = received.message.get(141) == "Y"
            if does_reset:
                identity.reset()
            identity.next_in = max(received.message.msg_seq_num, 1)
            peer.send("A", self._logon_body(does_reset, {108: received.message.get(108, "0"), **fields}))
        identity.next_in = received.message.msg_seq_num + 1
        peer.begin_heartbeats()
        return await self._get_in_step()

    async def _get_in_step(self) -> str:
        """See a TestRequest answered: whatever was to be repeated has been.

        One that was sent before a ResendRequest came has been filled over, and is sent anew.
        """
        received = None
        for _ in range(RESEND_ROUNDS):
            test_id = self.make_unique("STEP")
            self.peer.send("1", [("112", test_id)])
            received = await self.next_of(functools.partial(_is_step, test_id))
            if received is None or received.msg_type != "2":
                break
        if received is not None and received.msg_type == "0":
            return ""
        self._leap(received)
        return f"{self.name_of(received)}, expected Heartbeat(0) to our TestRequest(1)"

    def _leap(self, received: Received | None) -> None:
        """Continue with a number that the engine can't find too low: what it says, or one far ahead."""
        text = received.message.get(58) if received is not None and received.message is not None else ""
        expected = re.search(r"expecting (\d+)", text)
        self.identity.next_out = int(expected[1]) if expected else self.identity.next_out + NUMBER_LEAP

    def _logon_body(self, does_reset: bool, fields: Mapping[Any, Any]) -> list[tuple[str, str]]:
        body = {"98": "0", "108": str(self.options.heartbeat_s)}
        if does_reset:
            body["141"] = "Y"
        body |= dict(self.options.logon_fields)
        body |= {str(tag): str(value) for tag, value in fields.items()}
        return list(body.items())

    async def peer_reply_logon(self, arguments: Any = None) -> None:
        """Answer the Logon of an initiator as ``peer.send`` says; its interval and reset are repeated."""
        logon = self.last_message("A")
        said = dict(arguments or {})
        fields = dict(self._logon_body(logon.get(141) == "Y", {108: logon.get(108, "0")}))
        fields |= {str(tag): value for tag, value in said.pop("fields", {}).items()}
        if logon.get(141) == "Y":
            self.identity.reset()
        await self.peer_send({"type": "Logon", **said, "fields": fields})
        self.identity.next_in = logon.msg_seq_num + 1
        self.peer.begin_heartbeats()

    async def peer_send_logon(self, arguments: Any = None) -> None:
        """Send an acceptor its first Logon as ``peer.send`` says; both counts begin anew but with ``continue``."""
        said = dict(arguments or {})
        does_reset = self.options.does_reset and not said.pop("continue", False)
        if does_reset:
            self.identity.reset()
        fields = dict(self._logon_body(does_reset, {}))
        fields |= {str(tag): value for tag, value in said.pop("fields", {}).items()}
        await self.peer_send({"type": "Logon", **said, "fields": fields})

    async def peer_second(self, arguments: Any = None) -> None:
        """Open a second connection with the same Logon; it must be closed without a word, and the first live on."""
        second = Peer(self.options, self.identity, self.note_wire, "second")
        second.attach(await self._reach.link(self.identity))
        try:
            body = self._logon_body(False, {})
            second.send("A", body, is_counted=False)
            deadline = asyncio.get_running_loop().time() + self.options.patience_s
            while not second.inbox and asyncio.get_running_loop().time() < deadline:
                await asyncio.sleep(0.01)
            got = second.inbox[0] if second.inbox else None
            if got is None or got.kind != "closed":
                raise Deviation(f"{self.name_of(got)} on the second connection, expected it to be closed in silence")
        finally:
            await second.detach()

    # Messages

    async def peer_send(self, arguments: Any) -> Draft:
        """Send a message as ``drafts`` describes it."""
        said = self.resolve(dict(arguments))
        unique = self._ids.setdefault(str(said["id"]), self.make_unique()) if "id" in said else self.make_unique()
        made = draft(said, self._surroundings(), unique)
        self.names |= {"seq": str(made.number), "before": str(made.number - 1), "type": made.msg_type, "id": unique}
        if "as" in said:
            self.names[said["as"]] = str(made.number)
        if made.is_counted:
            # what is wrong is never repeated: a gap fill stands for it
            kept = Sent(made.msg_type, made.body, made.sending_time) if made.is_right else Sent("0", [], "")
            if "ahead" in said or made.is_lost:
                self.names["gap"] = str(self.identity.next_out)
            self.identity.keep(made.number, kept)
        self.peer.last_sent_number, self.peer.last_sent_type = made.number, made.msg_type
        if made.msg_type == "A":
            self.peer.is_logged_on = True
        if not made.is_lost:
            self.peer.send_shaped(made.pairs, made.begin_string, made.shape)
        return made

    async def peer_garble(self, arguments: Any) -> None:
        """Send a TestRequest garbled in one way; its number stays free."""
        said = arguments if isinstance(arguments, dict) else {"how": arguments}
        how = GARBLES[str(said["how"])]
        await self.peer_send({"type": "TestRequest", "fields": {112: "GARBLED"}, "counted": False, **how})

    async def peer_raw(self, arguments: Any) -> None:
        """Send bytes as they are; ``|`` stands for SOH."""
        text = self.resolve(arguments if isinstance(arguments, str) else arguments["text"])
        self.peer.write(text.replace("|", SOH).encode("latin-1"))

    async def peer_resend(self, arguments: Any = None) -> None:
        """Answer a ResendRequest now; ``without`` are numbers that get lost once more."""
        said = self.resolve(dict(arguments or {}))
        without = frozenset(int(number) for number in said.get("without", ()))
        self.peer.resend(int(said.get("from", self.names.get("gap", "1"))), int(said.get("to", 0)), without)

    async def peer_manual(self, arguments: Any) -> None:
        """Leave some messages of the engine without automatic answer; an empty list restores all."""
        self.peer.manual = {type_code(name) for name in arguments}

    async def peer_silence(self, arguments: Any = None) -> None:
        """Say nothing of our own any more: no heartbeats, no answers."""
        self.peer.is_silent = True
        self.peer.manual = {"1", "2", "5"}

    async def peer_speak(self, arguments: Any = None) -> None:
        """Behave well again."""
        self.peer.is_silent = False
        self.peer.manual = set()

    async def peer_faults(self, arguments: Any) -> None:
        """Spoil what is sent from now on, beneath the messages: ``[{kind: slice, size: 1}]``; an empty list ends it."""
        faults = read_faults(arguments)
        self.peer.spoil(FaultLine(faults, self._seed) if faults else None)

    async def peer_next(self, arguments: Any) -> None:
        """Continue with this number."""
        self.identity.next_out = int(self.resolve(arguments))

    async def peer_cut(self, arguments: Any = "fin") -> None:
        """End the connection by ``fin`` or ``rst``."""
        await self.peer.detach(str(arguments or "fin"))
        self.skip()

    async def peer_wait(self, arguments: Any) -> None:
        """Let some seconds pass, given in heartbeat intervals where it says so: ``1.5 intervals``."""
        await asyncio.sleep(self.seconds(arguments))

    async def engine_trigger(self, arguments: Any) -> None:
        """Run the operator's command that makes the engine do something: ``send``, ``logout``."""
        command = self.options.triggers.get(str(arguments), "").replace("{comp_id}", self.identity.comp_id)
        if not command:
            raise Unsupported(f"nobody can make the engine do this: no --trigger {arguments}=COMMAND was given")
        await pull(str(arguments), command)

    def _surroundings(self) -> Surroundings:
        options = self.options
        return Surroundings(
            self.identity.next_out,
            options.begin_string,
            self.identity.comp_id,
            options.engine_comp_id,
            {"order": options.order, "unsupported": options.unsupported},
        )

    def make_unique(self, prefix: str = "C") -> str:
        """Return an id that no other message of this run has."""
        self._count += 1
        return f"{prefix}{self._unique}{self._count}"

    async def strike(self) -> None:
        """End what the case left open."""
        with contextlib.suppress(Outcome):
            await self.peer.detach()
