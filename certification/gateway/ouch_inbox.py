"""Hold what a gateway sends over OUCH during one case, and the requests of strategies that it carries out."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from fairlead.certification.gateway.ouch_dialects import MESSAGES, NAMES, Dialect, same_value
from fairlead.certification.gateway.venue_side import CANCEL, MASS_CANCEL, PLACE, REPLACE, Booked, Card
from fairlead.certification.model.verdicts import Deviation, Unsupported
from fairlead.certification.venues.binary_wire import Message, Shape, Table, Value

PATIENCE_S = 5.0
Entry = tuple[str, Message, Card | None]


class OuchSource(Protocol):
    """Where the messages come from: a line of our own, or a tap on somebody else's. ``changed`` is set with each."""

    changed: asyncio.Event
    table: Table


class OuchInbox:
    """What has come. ``pending`` are requests whose messages have not; ``by_name`` finds any request.

    ``tokens`` has by the name of a request the token under which its order is at the venue, ``refs`` the UserRefNums in
    their order, and ``next_ref`` what follows them.
    """

    source: OuchSource

    def __init__(self, dialect: Dialect, by_name: Callable[[str], Card], patience_s: float = PATIENCE_S) -> None:
        self.pending: list[Card] = []
        self.patience_s = patience_s
        self.dialect = dialect
        self.tokens: dict[str, str] = {}
        self.refs: list[int] = []
        self.next_ref = 1
        self.requests: list[tuple[str, Message]] = []
        """All that the gateway has asked for, with what cases call it."""
        self.symbols: dict[str, Value] = {}
        """What instruments are called in its orders, by the strategies' names for them."""
        self._by_name = by_name
        self._inbox: deque[Entry] = deque()

    def _take(self, shape: Shape, message: Message) -> None:
        self._note_ref(shape.code, message)
        card = self._card_of(shape.code, message)
        self.requests.append((NAMES.get(shape.code, shape.name), message))
        if card is not None:
            if card.kind == PLACE:
                self.symbols[card.symbol] = message[self.dialect.symbol]
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
        deadline = time.monotonic() + self.patience_s
        while not holds():
            left = deadline - time.monotonic()
            if left <= 0:
                raise Deviation(f"{what} did not come within {self.patience_s:g} s")
            self.source.changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.source.changed.wait(), min(left, 0.25))

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
        if MESSAGES[name] not in self.source.table.venue:
            raise Unsupported(f"{self.source.table.title} has no message {name}")
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
