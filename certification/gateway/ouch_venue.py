"""Be the venue of one case in OUCH 4.2, 5.0 or a relative: what the stage's words mean on the wire."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from fairlead.certification.gateway.fix_line import AheadClock, Note
from fairlead.certification.gateway.ouch_dialects import DIALECTS
from fairlead.certification.gateway.ouch_inbox import PATIENCE_S, OuchInbox
from fairlead.certification.gateway.ouch_line import OuchLine
from fairlead.certification.gateway.ouch_messages import OuchMessages
from fairlead.certification.gateway.venue_side import Booked, Card, Saying, Trade
from fairlead.certification.model.verdicts import Blocked, Unsupported
from fairlead.certification.venues.binary_wire import Message, Shape, load_table
from fairlead.certification.venues.soup import packet

CALL_AGAIN_S = 0.3
OUCH = tuple(DIALECTS)


class OuchVenue(OuchInbox):
    """A venue. ``pending`` are the strategy's requests whose messages have not come; ``by_name`` finds any request.

    ``ask`` asks the gateway something at its control socket: an answer says that its loop has come round. ``call`` has
    it connect; one that had not yet noticed the end of its last connection takes no notice, and is called again.
    """

    def __init__(
        self,
        bound: socket.socket,
        protocol: str,
        venue: str,
        clock: AheadClock,
        note: Note,
        by_name: Callable[[str], Card],
        ask: Callable[[], Awaitable[object]],
        call: Callable[[], Awaitable[object]],
    ) -> None:
        super().__init__(DIALECTS[protocol], by_name)
        self.line = self.source = OuchLine(
            bound, load_table(self.dialect.table), f"D{venue}", clock, note, self._receive
        )
        self._messages = OuchMessages(self.dialect, self.line.table, self.tokens, self.symbols)
        self._ask = ask
        self._call = call
        self._ids = itertools.count(1)

    # what comes

    def _receive(self, shape: Shape, message: Message) -> None:
        if shape.code == "Q":
            self.line.say("Q", {"next_user_ref_num": self.next_ref})
            return
        self._take(shape, message)

    async def open(self) -> None:
        """Listen."""
        await self.line.open()

    async def up(self) -> None:
        """Return when the gateway is logged on and takes orders. Raises Blocked."""
        deadline = time.monotonic() + PATIENCE_S
        while not self.line.is_logged_on:
            if time.monotonic() > deadline:
                raise Blocked(f"the gateway's login did not come within {PATIENCE_S:g} s")
            self.line.changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.line.changed.wait(), CALL_AGAIN_S)
                continue
            await self._call()
        await self.sync()

    async def sync(self) -> None:
        """Return when the gateway has read what was said, and what it had sent by now has come.

        SoupBinTCP has no question that is answered. What lies in the gateway's socket when it is asked at its control
        socket is read in the turn that answers, or before the next one that does.
        """
        if not self.line.is_logged_on or self.line.is_deaf:
            return
        await self._turn_round()
        await asyncio.sleep(0.005)

    async def _turn_round(self) -> None:
        """Return when the gateway has seen what happened to its connection before."""
        for _ in range(3):
            await self._ask()

    # what is said

    def new_id(self, prefix: str) -> str:
        """Return an id of the venue's that was not used before: a number."""
        return str(1000 + next(self._ids))

    def say(self, saying: Saying) -> None:
        """Say something of an order."""
        code, values = self._messages.make(saying)
        if saying.trade is not None:
            saying.trade.body = (code, values)
        self.line.say(code, values, lose=saying.lose)

    def say_of(self, code: str, card: Card, values: dict[str, int | str]) -> None:
        """Say what only OUCH has, of an order. Raises Unsupported where this version has no such message."""
        if code not in self.line.table.client:
            raise Unsupported(f"{self.line.table.title} has no message {code} for clients")
        self.line.say(code, {**self._messages.token(card), **values})

    def send_again(self, trade: Trade) -> None:
        """Send an execution once more under its match number."""
        code, values = trade.body
        self.line.say(code, values)

    def accept_mass_cancel(self, card: Card, affected: int) -> None:
        """Say that a mass cancel was taken."""
        message = card.message
        self.line.say("X", {name: message[name] for name in ("user_ref_num", "firm", "symbol")})

    def refuse_message(self, card: Card, reason: str, text: str, level: str) -> None:
        """Refuse: OUCH has no words for a message as such."""
        raise Unsupported("OUCH refuses no message as such")

    def answer_status(self, booked: Booked | None, card: Card, text: str) -> None:
        """Refuse: OUCH has no status request."""
        raise Unsupported("OUCH has no status request")

    def questions(self) -> list[Any]:
        """Return nothing: the account query is answered as it comes."""
        return []

    def asks_for_all(self, question: Any) -> bool:
        """Tell that no question is about all orders."""
        return False

    def asked_id(self, question: Any) -> str:
        """Return no id: there are no questions about orders."""
        return ""

    def answer_all(self, orders: list[Booked], question: Any) -> None:
        """Refuse: OUCH has no such question."""
        raise Unsupported("OUCH has no question about all orders")

    # the connection

    async def gone(self) -> None:
        """Return when the gateway has ended the connection."""
        await self._until(lambda: not self.line.is_connected, "the end of the connection")

    async def cut(self, how: str) -> None:
        """End the connection, or say nothing any more."""
        if how == "blackhole":
            self.line.is_deaf = True
            return
        if how == "mid_frame":
            half = packet("S", b"A" * 40)
            self.line.write_raw(half[: len(half) // 2], "half a packet, then RST")
            # the end must find the half read
            await self._turn_round()
        was_connected = self.line.is_connected
        await self.line.refuse()
        await self.line.cut(reset=how != "fin")
        if was_connected:
            await self._turn_round()

    async def again(self) -> None:
        """Listen and answer again."""
        if self.line.is_deaf:
            was_connected = self.line.is_connected
            await self.line.cut(reset=True)
            self.line.is_deaf = False
            if was_connected:
                await self._turn_round()
        if not self.line.is_listening:
            await self.line.open()

    def ask_resend(self, begin: int, end: int) -> None:
        """Refuse: what a client sends has no numbers."""
        raise Unsupported("what a SoupBinTCP client sends can't be asked for again")

    def send_raw(self, name: str, fields: dict[str, Any], booked: Booked | None) -> None:
        """Refuse: fields of fixed places can't be left out or be of another type."""
        raise Unsupported("an OUCH message has its fields in fixed places")

    def slice(self, size: int) -> None:
        """Send in pieces of so many bytes from now on."""
        self.line.slice_bytes = size

    def resend(self, times: int) -> None:
        """Refuse: a stream repeats at a login alone."""
        raise Unsupported("SoupBinTCP repeats at a login alone")

    def forget_numbers(self) -> None:
        """Begin another session, as a venue that has lost its state."""
        self.line.session = f"N{self.line.session}"[:10]
        self.line.messages.clear()
        self.line.sent = self.line.logins = 0
        self.line.is_shorter = False

    def number_faults(self) -> list[str]:
        """Return where the gateway's logins and UserRefNums are not as the protocol wants them."""
        pairs = zip(self.refs, self.refs[1:], strict=False)
        return [
            *self.line.faults,
            *(f"{self.dialect.token} {later} after {sooner}" for sooner, later in pairs if later <= sooner),
        ]

    def tick(self) -> None:
        """Do what a session owes to time."""
        if not self.line.is_deaf:
            self.line.tick()

    async def close(self) -> None:
        """Let go of everything."""
        await self.line.close()


def as_units(px: Decimal | None) -> int:
    """Return a price in units of 10^-8."""
    return int((px or Decimal(0)) * 10**8)
