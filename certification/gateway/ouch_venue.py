"""Be the venue of one case in OUCH 4.2, 5.0 or a relative: what the stage's words mean on the wire."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import time
from collections import deque
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from fairlead.certification.gateway.fix_line import AheadClock, Note
from fairlead.certification.gateway.ouch_dialects import DIALECTS, MESSAGES, NAMES, same_value
from fairlead.certification.gateway.ouch_line import OuchLine
from fairlead.certification.gateway.ouch_messages import OuchMessages
from fairlead.certification.gateway.venue_side import CANCEL, MASS_CANCEL, PLACE, REPLACE, Booked, Card, Saying, Trade
from fairlead.certification.model.verdicts import Blocked, Deviation, Unsupported
from fairlead.certification.venues.binary_wire import Message, Shape, load_table
from fairlead.certification.venues.soup import packet

PATIENCE_S = 5.0
CALL_AGAIN_S = 0.3
OUCH = tuple(DIALECTS)

Entry = tuple[str, Message, Card | None]


class OuchVenue:
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
        self.pending: list[Card] = []
        self.dialect = DIALECTS[protocol]
        self.line = OuchLine(bound, load_table(self.dialect.table), f"D{venue}", clock, note, self._take)
        self.tokens: dict[str, str] = {}
        """By the name of a request, the token under which its order is at the venue."""
        self.next_ref = 1
        """What an account query is answered with: the lowest UserRefNum that is taken."""
        self.refs: list[int] = []
        self.requests: list[tuple[str, Message]] = []
        """All that the gateway has asked for, with what cases call it."""
        self._messages = OuchMessages(self.dialect, self.line.table, self.tokens)
        self._by_name = by_name
        self._ask = ask
        self._call = call
        self._inbox: deque[Entry] = deque()
        self._ids = itertools.count(1)

    # what comes

    def _take(self, shape: Shape, message: Message) -> None:
        if shape.code == "Q":
            self.line.say("Q", {"next_user_ref_num": self.next_ref})
            return
        self._note_ref(shape.code, message)
        card = self._card_of(shape.code, message)
        self.requests.append((NAMES.get(shape.code, shape.name), message))
        if card is not None:
            if card.kind == PLACE:
                self._messages.symbols[card.symbol] = message[self.dialect.symbol]
            self.pending.remove(card)
            card.message = message
            own = message.get(self.dialect.own_token(shape.code))
            if own is not None:
                card.venue_id = self.tokens[card.name] = str(own)
            elif card.of:
                self.tokens[card.name] = self.tokens.get(card.of, "")
        self._inbox.append((shape.code, message, card))

    def _note_ref(self, code: str, message: Message) -> None:
        ref = message.get(self.dialect.own_token(code))
        if isinstance(ref, int):
            self.refs.append(ref)
            self.next_ref = max(self.next_ref, ref + 1)

    def _card_of(self, code: str, message: Message) -> Card | None:
        """Return the request that a message carries out: the one whose order and terms it has, else the oldest."""
        quantity = int(message.get(self.dialect.quantity, 0))
        kind = {"O": PLACE, "U": REPLACE, "X": REPLACE if quantity else CANCEL, "C": MASS_CANCEL}.get(code)
        found = [card for card in self.pending if card.kind == kind]
        if kind == PLACE:
            fitting = [card for card in found if card.qty == quantity]
            return next(iter(fitting or found), None)
        if kind in (REPLACE, CANCEL):
            token = str(message[self.dialect.order_token(code)])
            found = [card for card in found if token in self._tokens_of(card)]
        return found[0] if found else None

    def _tokens_of(self, card: Card) -> set[str]:
        """Return the tokens under which a request's order may be known."""
        names, known = {card.of}, {self.tokens.get(card.of, "")}
        while names:
            before = self._by_name(names.pop())
            known.add(self.tokens.get(before.name, ""))
            if before.of:
                names.add(before.of)
        return known - {""}

    async def _until(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            left = deadline - time.monotonic()
            if left <= 0:
                raise Deviation(f"{what} did not come within {PATIENCE_S:g} s")
            self.line.changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.line.changed.wait(), min(left, 0.25))

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

    async def take(self, card: Card) -> Message:
        """Return the message that a request became."""
        await self._until(lambda: card.message is not None, f"the message for {card.kind} {card.name}")
        card.is_expected = True
        for entry in self._inbox:
            if entry[2] is card:
                self._inbox.remove(entry)
                break
        found: Message = card.message
        return found

    async def expect(self, name: str, fields: dict[str, Any], card: Card | None) -> Message:
        """Take the next message, or a certain request's, which must be such a one."""
        if name not in MESSAGES:
            raise Unsupported(f"message {name!r}, expected one of {', '.join(MESSAGES)}")
        if MESSAGES[name] not in self.line.table.venue:
            raise Unsupported(f"{self.line.table.title} has no message {name}")
        if card is not None:
            message = await self.take(card)
        else:
            await self._until(lambda: bool(self._inbox), name)
            _, message, found = self._inbox.popleft()
            if found is not None:
                found.is_expected = True
        if message["message_type"] != MESSAGES[name]:
            raise Deviation(f"{NAMES.get(str(message['message_type']))} received, expected {name}")
        for key, wanted in fields.items():
            self._compare(message, key, wanted)
        return message

    def _compare(self, message: Message, key: str, wanted: Any) -> None:
        field = self.dialect.field(key, str(message["message_type"]))
        if field not in message and wanted is not None:
            raise Deviation(f"{key} ({field}) is not in the message, expected {wanted}")
        if isinstance(wanted, str) and wanted.startswith("$"):
            wanted = self.tokens.get(wanted[1:], "")
        received = message.get(field)
        if not same_value(key, received, self.dialect.code(key, wanted)):
            raise Deviation(f"{key} ({field}) {received} received, expected {wanted}")

    def unexpected(self) -> list[str]:
        """Describe the messages that no step asked for."""
        return [f"{NAMES.get(code, code)} {message}" for code, message, _ in self._inbox]

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

    async def take_mass_cancel(self, card: Card, open_orders: list[Booked]) -> bool:
        """Take what a mass cancel became; return whether it is the venue's own, not one cancel an order."""
        tokens = {self.tokens[booked.card.name] for booked in open_orders}

        def has_come() -> bool:
            cancels = {str(message[self.dialect.token]) for code, message, _ in self._inbox if code == "X"}
            return card.message is not None or tokens <= cancels

        await self._until(has_come, "a mass cancel, or a cancel for each order")
        self._inbox = deque(entry for entry in self._inbox if entry[0] not in "XC")
        if card in self.pending:
            self.pending.remove(card)
        return card.message is not None

    async def lose(self, card: Card) -> None:
        """Take an order's message as if it had never come."""
        message = await self.take(card)
        card.message = None
        self.pending.append(card)
        if self.dialect.is_number:
            self.refs.remove(int(message[self.dialect.token]))
            self.next_ref = max(self.refs, default=0) + 1

    async def take_either(self, card: Card) -> str:
        """Take an order that comes again, or the cancel of its token, and return its type; nothing else may come."""
        await self._until(lambda: bool(self._inbox), f"order {card.name} again, or the cancel of its token")
        code, message, _ = self._inbox.popleft()
        if str(message.get(self.dialect.token)) != self.tokens[card.name] or code not in "OX":
            raise Deviation(f"{code} {message} received, expected token {self.tokens[card.name]} again or its cancel")
        return code

    async def own_cancel(self, of: Card) -> Card:
        """Return the gateway's own cancel of an order, as a request."""

        def fitting() -> list[Entry]:
            token = self.tokens[of.name]
            return [one for one in self._inbox if one[0] == "X" and str(one[1][self.dialect.token]) == token]

        await self._until(lambda: bool(fitting()), f"a cancel of {of.name} by the gateway itself")
        entry = fitting()[0]
        self._inbox.remove(entry)
        own = Card(f"own-cancel-{of.name}", CANCEL, "", of.strategy, of.symbol, of=of.name, message=entry[1])
        self.tokens[own.name] = self.tokens[of.name]
        return own

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
