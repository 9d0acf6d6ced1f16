"""Hold what a gateway sends over FIX during one case, and the requests of strategies that it carries out."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from fairlead.certification.gateway.fix_names import (
    ADMIN,
    MESSAGES,
    MSG_TYPES,
    ORD_TYPES,
    SIDES,
    TIMES_IN_FORCE,
    tag_of,
)
from fairlead.certification.gateway.venue_side import CANCEL, MASS_CANCEL, PLACE, REPLACE, STATUS, Card
from fairlead.certification.model.verdicts import Deviation, Unsupported
from fairlead.certification.venues.wire import WireMessage

PATIENCE_S = 5.0
"""How long a message or a logon that must come is waited for, in real time."""
_KINDS = {"D": PLACE, "G": REPLACE, "F": CANCEL, "H": STATUS, "AF": STATUS, "q": MASS_CANCEL}
_NAMES = {PLACE: "NewOrderSingle", REPLACE: "OrderCancelReplaceRequest", CANCEL: "OrderCancelRequest"}
_REQUESTS = frozenset("DGF")
_CODES = {"Side": SIDES, "OrdType": ORD_TYPES, "TimeInForce": TIMES_IN_FORCE}


class FixSource(Protocol):
    """Where the messages come from: a line of our own, or a tap on somebody else's. ``changed`` is set with each."""

    changed: asyncio.Event
    admin: list[WireMessage]
    numbers: list[int]


class FixInbox:
    """What has come. ``pending`` are requests whose messages have not; ``by_name`` finds any request."""

    source: FixSource

    def __init__(self, by_name: Callable[[str], Card], patience_s: float = PATIENCE_S) -> None:
        self.pending: list[Card] = []
        self.patience_s = patience_s
        self._by_name = by_name
        self._inbox: deque[tuple[WireMessage, Card | None]] = deque()
        self.answer: Callable[[WireMessage], None] | None = None
        """Who answers what comes, besides the case's script."""

    def _take(self, message: WireMessage) -> None:
        card = self._card_of(message)
        if card is not None:
            self.pending.remove(card)
            card.message, card.venue_id = message, message.get(11) or message.get(790)
        if self.answer is None or _is_unasked(message, card):
            self._inbox.append((message, card))
        if self.answer is not None:
            self.answer(message)

    def hand_over(self, answer: Callable[[WireMessage], None]) -> None:
        """Have somebody answer from now on, and what no step has taken yet first."""
        self.answer = answer
        waiting = list(self._inbox)
        self._inbox = deque(entry for entry in waiting if _is_unasked(*entry))
        for message, _ in waiting:
            answer(message)

    def _card_of(self, message: WireMessage) -> Card | None:
        """Return the request that a message carries out: the one whose order and terms it has, else the oldest."""
        kind = _KINDS.get(message.msg_type)
        found = [card for card in self.pending if card.kind == kind]
        if kind in (REPLACE, CANCEL):
            original = message.get(41)
            found = [card for card in found if card.of and self._by_name(card.of).venue_id == original] or found
        elif kind == PLACE:
            fitting = [c for c in found if SIDES[c.side] == message.get(54) and _same(message.get(38), str(c.qty))]
            found = fitting or found
        return found[0] if found else None

    async def _until(self, holds: Callable[[], bool], what: str, at_least_s: float = 0.0) -> None:
        patience_s = max(self.patience_s, at_least_s)
        deadline = time.monotonic() + patience_s
        while not holds():
            left = deadline - time.monotonic()
            if left <= 0:
                raise Deviation(f"{what} did not come within {patience_s:g} s")
            self.source.changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.source.changed.wait(), min(left, 0.25))

    async def take(self, card: Card) -> WireMessage:
        """Return the message that a request became."""
        await self._until(lambda: card.message is not None, f"{_NAMES.get(card.kind, card.kind)} for {card.name}")
        card.is_expected = True
        for entry in self._inbox:
            if entry[1] is card:
                self._inbox.remove(entry)
                break
        found: WireMessage = card.message
        return found

    async def expect(self, name: str, fields: dict[str, Any], card: Card | None) -> WireMessage:
        """Take the next application message, or a certain request's, which must be such a one."""
        if name not in MSG_TYPES:
            raise Unsupported(f"message {name!r}, expected one of {', '.join(sorted(MSG_TYPES))}")
        if MSG_TYPES[name] in ADMIN:
            message = await self._expect_admin(name)
        elif card is not None:
            message = await self.take(card)
        else:
            await self._until(lambda: bool(self._inbox), name)
            message, found = self._inbox.popleft()
            if found is not None:
                found.is_expected = True
        if message.msg_type != MSG_TYPES[name]:
            raise Deviation(f"{MESSAGES.get(message.msg_type, message.msg_type)} received, expected {name}")
        for key, wanted in fields.items():
            self._compare(message, key, wanted)
        return message

    async def _expect_admin(self, name: str) -> WireMessage:
        """Return the next of the session's own messages with this name, whatever came before it."""
        code = MSG_TYPES[name]
        await self._until(lambda: any(message.msg_type == code for message in self.source.admin), name)
        while (message := self.source.admin.pop(0)).msg_type != code:
            pass
        return message

    def _compare(self, message: WireMessage, key: str, wanted: Any) -> None:
        tag = tag_of(key)
        values = [value for number, value in message.fields if number == tag]
        received = values[0] if values else None
        if wanted is None:
            fits, expected = received is None, "none"
        elif wanted == "*":
            fits, expected = received is not None, "any"
        else:
            expected = self._in_code(key, wanted)
            fits = any(_same(value, expected) for value in values)
        if not fits:
            raise Deviation(f"{key}({tag}) {'none' if received is None else received} received, expected {expected}")

    def _in_code(self, key: str, wanted: Any) -> str:
        text = str(wanted)
        if text.startswith("$"):
            return self._by_name(text[1:]).venue_id
        return _CODES.get(key, {}).get(text, text)

    def unexpected(self) -> list[str]:
        """Describe the application messages that no step asked for."""
        return [
            f"{MESSAGES.get(message.msg_type, message.msg_type)} {message.get(11)}".strip()
            for message, _ in self._inbox
        ]

    def questions(self) -> list[WireMessage]:
        """Take and return OrderStatusRequests(H) and OrderMassStatusRequests(AF) of the gateway's own."""
        found = [entry for entry in self._inbox if entry[0].msg_type in ("H", "AF") and entry[1] is None]
        for entry in found:
            self._inbox.remove(entry)
        return [message for message, _ in found]

    def asks_for_all(self, question: WireMessage) -> bool:
        """Tell whether a question is about all orders."""
        return question.msg_type == "AF"

    def asked_id(self, question: WireMessage) -> str:
        """Return ClOrdID(11)."""
        return question.get(11)

    async def own_cancel(self, of: Card) -> Card:
        """Return the gateway's own cancel of an order, as a request."""

        def fitting() -> list[WireMessage]:
            return [m for m, card in self._inbox if card is None and m.msg_type == "F" and m.get(41) == of.venue_id]

        await self._until(lambda: bool(fitting()), f"a cancel of {of.name} by the gateway itself")
        message = fitting()[0]
        self._inbox.remove((message, None))
        return Card(
            f"own-cancel-{of.name}",
            CANCEL,
            "",
            of.strategy,
            of.symbol,
            of=of.name,
            message=message,
            venue_id=message.get(11),
        )

    def number_faults(self) -> list[str]:
        """Return where MsgSeqNums, repeated messages apart, do not rise; a gap is the session's to close."""
        pairs = zip(self.source.numbers, self.source.numbers[1:], strict=False)
        return [f"MsgSeqNum {later} after {sooner}" for sooner, later in pairs if later <= sooner]


def _same(received: str, expected: str) -> bool:
    if received == expected:
        return True
    with contextlib.suppress(InvalidOperation):
        return Decimal(received) == Decimal(expected)
    return False


def _is_unasked(message: WireMessage, card: Card | None) -> bool:
    """Tell whether the gateway has sent an order message of its own, or one twice."""
    return card is None and message.msg_type in _REQUESTS
