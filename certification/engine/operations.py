"""Add the verbs about what people do to an engine: refuse it, roll its day over, change its password."""

from __future__ import annotations

import asyncio
from typing import Any

from fairlead.certification.engine.soak import SoakStage
from fairlead.certification.model.verdicts import Blocked, Deviation, Unsupported

_LONGER = 4
"""So much longer than the longest pause so far nobody must come until the engine counts as having given up."""
_MOST_WAITED_S = 30.0
_PASSWORD, _NEW_PASSWORD = 554, 925


class OperationStage(SoakStage):
    """The whole stage."""

    async def engine_needs(self, arguments: Any) -> None:
        """See that somebody can make the engine do what the case is about."""
        if str(arguments) not in self.options.triggers:
            raise Unsupported(f"nobody can make the engine do this: no --trigger {arguments}=COMMAND was given")

    # Logons that are refused

    async def peer_refuse_logons(self, arguments: Any) -> None:
        """Answer each Logon by a Logout, until the engine gives up; more than ``most`` are too many."""
        most, loop = int(arguments["most"]), asyncio.get_running_loop()
        wait_s, last_s, refused = _MOST_WAITED_S, loop.time(), 0
        while await self._take_connection(wait_s):
            refused += 1
            if refused > most:
                raise Deviation(f"{refused} logons after refusals, expected the engine to give up after {most}")
            if refused > 1:
                longest_s = max(loop.time() - last_s, self.options.patience_s)
                wait_s = min(_MOST_WAITED_S, _LONGER * longest_s)
            last_s = loop.time()
            await self.expect_message("Logon", {})
            self._count_in_step()
            self.peer.send("5", [("58", "not now")])
            await self.peer_cut("fin")
        if not refused:
            raise Blocked("the engine did not come back to be refused")

    async def _take_connection(self, within_s: float) -> bool:
        try:
            self.peer.attach(await asyncio.wait_for(self._reach.link(self.identity), within_s))
        except (TimeoutError, Blocked):
            return False
        return True

    def _count_in_step(self) -> None:
        logon = self.last_message("A")
        if logon.get(141) == "Y":
            self.identity.reset()
        self.identity.next_in = logon.msg_seq_num + 1

    async def expect_logged_on(self, arguments: Any = None) -> None:
        """Expect a session to come about."""
        try:
            await self.peer_logon()
        except Blocked as blocked:
            raise Deviation(blocked.text) from blocked

    # A day that begins

    async def expect_day_end(self, arguments: Any = None) -> None:
        """Expect a Logout and the end of the connection, which we end where the engine leaves it to us."""
        await self.expect_message("Logout", {"within": arguments["within"]})
        received = await self.next_of(lambda got: got.kind == "closed")
        await self.peer_cut("fin")
        if received is None and not self.options.is_acceptor:
            self.tolerate("the engine left it to its peer to end the connection")
        self.identity.reset()

    async def peer_begin_day(self, arguments: Any = None) -> None:
        """Log on with number 1 and without ResetSeqNumFlag, and expect 1 from the engine."""
        await self.peer_connect()
        if self.options.is_acceptor:
            await self.peer_send_logon({"continue": True})
        logon = (await self.expect_message("Logon", {})).message
        assert logon is not None
        if logon.msg_seq_num != 1:
            raise Deviation(f"Logon with MsgSeqNum {logon.msg_seq_num} received, expected 1 on a new day")
        if self.options.is_acceptor:
            self.identity.next_in = 2
            self.peer.begin_heartbeats()
        else:
            await self.peer_reply_logon()

    # A password that expires

    def _given_password(self) -> str:
        """Return the password in force. Raises Unsupported where there is none."""
        if self.options.is_acceptor:
            password = dict(self.options.logon_fields).get(str(_PASSWORD), "")
        else:
            password = self.last_message("A").get(_PASSWORD)
        if not password:
            raise Unsupported("the Logon has no Password(554), so that none can expire")
        return password

    async def peer_change_password(self, arguments: Any = None) -> None:
        """Play the change of a password that has expired, and put the old one back where that is ours to do."""
        if self.options.is_acceptor:
            await self._change_at_acceptor()
        else:
            await self._change_of_initiator()

    async def _change_at_acceptor(self) -> None:
        old = self._given_password()
        new = old[:-1] + ("1" if old[-1] != "1" else "2")
        await self._expect_refusal({}, "an expired password")
        await self._expect_acceptance({_NEW_PASSWORD: new}, "NewPassword(925) beside the expired one")
        await self._expect_refusal({}, "the old password after the change")
        await self._expect_acceptance({_PASSWORD: new}, "the new password")
        try:
            await self._expect_acceptance({_PASSWORD: new, _NEW_PASSWORD: old}, "the change back")
        except Deviation:
            self.tolerate("the old password could not be put back: give the new one to the next run")

    async def _logon_with(self, fields: dict[int, str]) -> str:
        await self.peer_cut("fin")
        await self.peer_connect()
        await self.peer_send_logon({"fields": fields})
        received = await self.next_of(lambda got: got.msg_type in ("A", "5", "3") or got.kind == "closed")
        if received is not None and received.msg_type == "A":
            assert received.message is not None
            self.identity.next_in = received.message.msg_seq_num + 1
            self.peer.begin_heartbeats()
            return "A"
        return "" if received is None else received.msg_type or received.kind

    async def _expect_refusal(self, fields: dict[int, str], what: str) -> None:
        if (came := await self._logon_with(fields)) in ("A", ""):
            raise Deviation(f"{'a Logon' if came else 'nothing'} received to {what}, expected a refusal")

    async def _expect_acceptance(self, fields: dict[int, str], what: str) -> None:
        if (came := await self._logon_with(fields)) != "A":
            raise Deviation(f"{came or 'nothing'} received to {what}, expected a Logon")
        await self.expect_alive()

    async def _change_of_initiator(self) -> None:
        old = self._given_password()
        new = ""
        for _ in range(3):
            await self.peer_cut("fin")
            await self.peer_connect()
            logon = (await self.expect_message("Logon", {})).message
            assert logon is not None
            self._count_in_step()
            new = logon.get(_NEW_PASSWORD)
            if new:
                break
            self.peer.send("5", [("58", "password expired")])
        if not new or new == old:
            raise Deviation("no NewPassword(925) of its own received after refusals of an expired password")
        await self.peer_reply_logon()
        await self.expect_alive()
        await self.peer_cut("fin")
        await self.peer_connect()
        again = (await self.expect_message("Logon", {})).message
        assert again is not None
        if again.get(_PASSWORD) != new or again.get(_NEW_PASSWORD):
            raise Deviation("a Logon that does not have the new password alone received after its change")
        await self.peer_reply_logon()
        await self.expect_alive()
