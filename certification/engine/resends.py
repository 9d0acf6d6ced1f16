"""Add the verbs about what the engine has sent: make it send, ask for it again, and judge what it repeats."""

from __future__ import annotations

import asyncio
from typing import Any

from fairlead.certification.engine.link import Received
from fairlead.certification.engine.names import ADMIN, message_name
from fairlead.certification.engine.situations import SituationStage
from fairlead.certification.model.verdicts import Blocked, Deviation
from fairlead.certification.venues.wire import WireMessage, is_digits, read_utc_timestamp

HEADER = frozenset(
    (8, 9, 35, 34, 43, 49, 50, 52, 56, 57, 97, 115, 116, 122, 128, 129, 142, 143, 144, 145, 347, 369, 10)
)
REJECT = "3"


class ResendStage(SituationStage):
    """The whole stage."""

    async def engine_application(self, arguments: Any = None) -> WireMessage:
        """Have the engine send an application message: by the trigger ``send``, or in answer to our order."""
        said = dict(arguments or {})
        if "send" in self.options.triggers:
            await self.engine_trigger("send")
        else:
            await self.peer_send({"type": "order", **said})
        return await self.expect_sent()

    async def expect_sent(self, arguments: Any = None) -> WireMessage:
        """Expect an application message; without one the case can't be held."""
        before = self.at
        received = await self.next_of(lambda got: got.kind == "message" and got.msg_type not in ADMIN)
        if received is None or received.message is None or received.msg_type == "j":
            self.at = before
            raise Blocked(
                "the engine sent no application message: give an --order that it answers, or --trigger send=COMMAND"
            )
        self.names["engine_seq"] = str(received.message.msg_seq_num)
        return received.message

    async def peer_ask(self, arguments: Any = None) -> None:
        """Send a ResendRequest for what the engine sent ``from`` a number on, its first by default."""
        said = self.resolve(dict(arguments or {}))
        begin = int(said.get("from", self._first_number()))
        self.names |= {"asked_from": str(begin), "asked_to": str(self.identity.next_in - 1)}
        await self.peer_send({"type": "ResendRequest", "fields": {7: begin, 16: said.get("to", 0)}})

    def _first_number(self) -> int:
        numbers = [got.message.msg_seq_num for got in self.peer.inbox if got.message is not None]
        return numbers[0] if numbers else 1

    async def expect_resent(self, arguments: Any = None) -> list[WireMessage]:
        """Expect the range that was asked for: application messages repeated as they were, gap fills over the rest."""
        begin, end = int(self.names["asked_from"]), int(self.names["asked_to"])
        originals = self._originals()
        repeated, expected = [], begin
        while expected <= end:
            received = await self.next_of(lambda got: not self._is_live(got))
            message = received.message if received is not None else None
            if message is None or not (message.poss_dup or message.msg_type == "4"):
                raise Deviation(f"{self.name_of(received)}, expected MsgSeqNum {expected} of {begin} to {end} again")
            if message.msg_seq_num != expected:
                raise Deviation(f"MsgSeqNum {message.msg_seq_num} repeated, expected {expected}")
            if message.msg_type == "4":
                expected = self._follow_fill(message, originals)
            else:
                self._judge_repeated(message, originals.get(expected))
                repeated.append(message)
                expected += 1
        return repeated

    def _is_live(self, got: Received) -> bool:
        """Tell whether something is neither repeated nor the end, and so of no interest here."""
        message = got.message
        return message is not None and not message.poss_dup and message.msg_type != "4"

    def _originals(self) -> dict[int, WireMessage]:
        found: dict[int, WireMessage] = {}
        for got in self.peer.inbox:
            if got.message is not None and not got.message.poss_dup and got.msg_type != "4":
                found[got.message.msg_seq_num] = got.message
        return found

    def _follow_fill(self, message: WireMessage, originals: dict[int, WireMessage]) -> int:
        """Return the number after a gap fill; what of the application it covers is tolerated."""
        number, new = message.msg_seq_num, message.get(36)
        if message.get(123) != "Y" or not is_digits(new) or int(new) <= number:
            raise Deviation(f"SequenceReset(4) {number} with GapFillFlag {message.get(123)!r}, NewSeqNo {new!r}")
        if not message.poss_dup:
            self.tolerate(f"the gap fill {number} is no PossDup")
        for covered in range(number, min(int(new), max(originals, default=0) + 1)):
            original = originals.get(covered)
            if original is not None and original.msg_type not in ADMIN:
                self.tolerate(f"{message_name(original.msg_type)} {covered} was filled over, not repeated")
        return int(new)

    def _judge_repeated(self, message: WireMessage, original: WireMessage | None) -> None:
        name = f"{message_name(message.msg_type)} {message.msg_seq_num} repeated"
        if message.msg_type in ADMIN and message.msg_type != REJECT:
            raise Deviation(f"{name}, expected a gap fill over it")
        if 122 not in message:
            raise Deviation(f"{name} without OrigSendingTime(122)")
        sent_ns, first_ns = read_utc_timestamp(message.get(52)), read_utc_timestamp(message.get(122))
        if sent_ns is None or first_ns is None or first_ns > sent_ns:
            raise Deviation(f"{name} with OrigSendingTime {message.get(122)!r} and SendingTime {message.get(52)!r}")
        if original is None:
            return
        if message.get(122) != original.get(52):
            raise Deviation(f"{name} with OrigSendingTime {message.get(122)!r}, expected {original.get(52)!r}")
        if _body(message) != _body(original):
            raise Deviation(f"{name} with another body: {_body(message)}, expected {_body(original)}")

    async def peer_come_back(self, arguments: Any = None) -> int:
        """Connect and log on anew, both counts kept; return how many of the engine's messages are missing."""
        expected = self.identity.next_in
        await self.peer_logon({"continue": True, **dict(arguments or {})})
        logon = self.last_message("A")
        if logon.get(141) == "Y" or logon.msg_seq_num < expected:
            raise Blocked(f"the engine begins at {logon.msg_seq_num} with each Logon: nothing outlives a connection")
        self.names |= {"asked_from": str(expected), "asked_to": str(logon.msg_seq_num - 1)}
        return logon.msg_seq_num - expected

    async def peer_lose_answer(self, arguments: Any = None) -> str:
        """Send an order and close before its answer can be read; return its id."""
        await self.peer_send({"type": "order"})
        await asyncio.sleep(0)
        expected = self.identity.next_in
        await self.peer_cut("fin")
        self.identity.next_in = expected
        return self.names["id"]


def _body(message: WireMessage) -> list[tuple[int, str]]:
    return [field for field in message.fields if field[0] not in HEADER]
