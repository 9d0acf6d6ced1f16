"""Be the venue of one case in FIX 4.2 or 4.4: what the stage's words mean on the wire."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from fairlead.certification.gateway.fix_line import AheadClock, FixLine, Note
from fairlead.certification.gateway.fix_names import (
    ADMIN,
    MESSAGES,
    MSG_TYPES,
    ORD_TYPES,
    SIDES,
    TIMES_IN_FORCE,
    tag_of,
)
from fairlead.certification.gateway.fix_reports import FixReports
from fairlead.certification.gateway.installation import Place
from fairlead.certification.gateway.venue_side import (
    CANCEL,
    MASS_CANCEL,
    PLACE,
    REPLACE,
    STATUS,
    Booked,
    Card,
    Saying,
    Trade,
)
from fairlead.certification.model.verdicts import Blocked, Deviation, Unsupported
from fairlead.certification.venues.session_records import SessionRecord, SessionSettings
from fairlead.certification.venues.wire import Field, WireMessage, build_frame, utc_timestamp

PATIENCE_S = 5.0
"""How long a message or a logon that must come is waited for, in real time."""
_KINDS = {"D": PLACE, "G": REPLACE, "F": CANCEL, "H": STATUS, "AF": STATUS, "q": MASS_CANCEL}
_NAMES = {PLACE: "NewOrderSingle", REPLACE: "OrderCancelReplaceRequest", CANCEL: "OrderCancelRequest"}
_CODES = {"Side": SIDES, "OrdType": ORD_TYPES, "TimeInForce": TIMES_IN_FORCE}
_REQUESTS = frozenset("DGF")
BEGIN_STRINGS = {"fix42": "FIX.4.2", "fix44": "FIX.4.4"}


class FixVenue:
    """A venue. ``pending`` are the strategy's requests whose messages have not come; ``by_name`` finds any request."""

    def __init__(
        self,
        place: Place,
        protocol: str,
        clock: AheadClock,
        note: Note,
        by_name: Callable[[str], Card],
    ) -> None:
        self.pending: list[Card] = []
        self.line = FixLine(
            place.bound,
            SessionSettings(BEGIN_STRINGS[protocol], place.comp_id),
            place.record or SessionRecord(place.counterparty),
            clock,
            note,
            self._take,
        )
        self._reports = FixReports(protocol == "fix42")
        self._clock = clock
        self._by_name = by_name
        self._inbox: deque[tuple[WireMessage, Card | None]] = deque()
        self.answer: Callable[[WireMessage], None] | None = None
        """Who answers what comes, besides the case's script."""
        self._ids = 0
        self._prefix = place.prefix or place.comp_id

    # what comes

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
        """Return when the gateway is logged on. Raises Blocked."""
        try:
            await self._until(lambda: self.line.session.is_logged_on, "the gateway's Logon")
        except Deviation as error:
            raise Blocked(error.text) from None

    async def sync(self) -> None:
        """Return when everything that the gateway had sent by now has come: it has answered a TestRequest."""
        session = self.line.session
        if not session.is_logged_on or self.line.is_deaf or self.line.is_held:
            return
        name = f"SYNC{self._next()}"
        session.send("1", [(112, name)])
        self.line.flush()
        await self._until(lambda: name in self.line.pongs, f"the Heartbeat that answers TestRequest {name}")

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
        await self._until(lambda: any(message.msg_type == code for message in self.line.admin), name)
        while (message := self.line.admin.pop(0)).msg_type != code:
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

    # what is said

    def _next(self) -> int:
        self._ids += 1
        return self._ids

    def new_id(self, prefix: str) -> str:
        """Return an id of the venue's that was not used before."""
        return f"{prefix}{self._prefix}{self._next()}"

    def _send(self, msg_type: str, body: list[Field], *, lose: bool = False) -> None:
        if lose:
            self.line.session.lose_next += 1
        self.line.session.send(msg_type, body)
        self.line.flush()

    def _stamp(self) -> str:
        return utc_timestamp(self._clock.utc_ns())

    def say(self, saying: Saying) -> None:
        """Say something of an order."""
        if saying.what == "cancel_rejected":
            assert saying.before is not None
            known = None if saying.extra.get("unknown") else saying.booked
            self._send("9", self._reports.cancel_reject(known, saying.card, saying.before, saying, self._stamp()))
            return
        is_trade = saying.what == "filled" and saying.trade is not None
        exec_id = saying.trade.exec_id if is_trade and saying.trade else self.new_id("X")
        body = self._reports.report(saying, exec_id, self._stamp())
        if is_trade and saying.trade is not None:
            saying.trade.body = body
        self._send("8", body, lose=saying.lose)

    def refuse_message(self, card: Card, reason: str, text: str, level: str) -> None:
        """Refuse a message by Reject(3) or BusinessMessageReject(j)."""
        message: WireMessage = card.message
        body: list[Field] = [(45, message.get(34))]
        if level == "session":
            self._send("3", [*body, (371, "44"), (372, message.msg_type), (373, reason), (58, text)])
        else:
            self._send("j", [*body, (372, message.msg_type), (379, card.venue_id), (380, reason), (58, text)])

    def answer_status(self, booked: Booked | None, card: Card, text: str) -> None:
        """Answer an OrderStatusRequest(H)."""
        extra = {790: card.message.get(790)} if 790 in card.message else {}
        if booked is None:
            body = self._reports.unknown_order(card, self.new_id("X"), text, self._stamp())
            self._send("8", [*body, *extra.items()])
            return
        about = booked.card
        self.say(Saying("status", booked, about, text=text, extra={str(tag): value for tag, value in extra.items()}))

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

    def answer_all(self, orders: list[Booked], question: WireMessage) -> None:
        """Answer an OrderMassStatusRequest(AF): one ExecutionReport an order, the last one marked."""
        request = {"584": question.get(584), "911": len(orders)}
        for number, booked in enumerate(orders, 1):
            last = {"912": "Y" if number == len(orders) else "N"}
            self.say(Saying("status", booked, booked.card, extra={**request, **last}))
        if not orders:
            card = Card("", STATUS, "", "", "", message=question, venue_id="NONE")
            body = self._reports.unknown_order(card, self.new_id("X"), "no open orders", self._stamp())
            self._send("8", [*body, (584, question.get(584)), (911, "0"), (912, "Y")])

    async def gone(self) -> None:
        """Return when the gateway has ended the connection."""
        await self._until(lambda: not self.line.is_connected, "the end of the connection")

    def accept_mass_cancel(self, card: Card, affected: int) -> None:
        """Answer an OrderMassCancelRequest(q): it is accepted as asked for."""
        message: WireMessage = card.message
        kind = message.get(530)
        body: list[Field] = [(11, card.venue_id), (37, self.new_id("M")), (530, kind), (531, kind)]
        self._send("r", [*body, (533, str(affected)), (60, self._stamp())])

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

    def forgive_cancels(self) -> None:
        """Pass over the gateway's own cancels that have come."""
        for entry in [entry for entry in self._inbox if entry[1] is None and entry[0].msg_type == "F"]:
            self._inbox.remove(entry)

    def ask_resend(self, begin: int, end: int) -> None:
        """Ask for messages again."""
        self._send("2", [(7, str(begin)), (16, str(end))])

    def send_raw(self, name: str, fields: dict[str, Any], booked: Booked | None) -> None:
        """Send a message as it is described; for an order, its report with these fields in place of its own."""
        body: list[Field] = []
        if booked is not None:
            saying = Saying("status", booked, booked.card)
            body = self._reports.report(saying, self.new_id("X"), self._stamp())
        changed = {tag_of(key): str(value) for key, value in fields.items()}
        body = [(tag, changed.pop(tag, value)) for tag, value in body] + list(changed.items())
        self._send(MSG_TYPES[name], body)

    def slice(self, size: int) -> None:
        """Send in pieces of so many bytes from now on."""
        self.line.slice_bytes = size

    def send_again(self, trade: Trade) -> None:
        """Send an execution once more under a number of its own."""
        self._send("8", trade.body)

    def resend(self, times: int) -> None:
        """Send all that was sent once more, as if a ResendRequest for everything had come."""
        session = self.line.session
        request = [(35, "2"), (34, "0"), (7, "1"), (16, "0")]
        for _ in range(times):
            session._handle_resend_request(WireMessage(b"", [(tag, value) for tag, value in request]))
            self.line.flush()

    async def cut(self, how: str) -> None:
        """End the connection, or say nothing any more."""
        if how == "blackhole":
            self.line.is_deaf = True
            return
        if how == "mid_frame":
            frame = build_frame(self.line.session.settings.begin_string, [(35, "8"), (34, "9999"), (58, "x" * 100)])
            self.line.write_raw(frame[: len(frame) // 2], "half a frame, then RST")
        await self.line.refuse()
        await self.line.cut(reset=how != "fin")

    async def again(self) -> None:
        """Listen and answer again."""
        if self.line.is_deaf:
            await self.line.cut(reset=True)
            self.line.is_deaf = False
        if self.line._server is None:
            await self.line.open()

    def forget_numbers(self) -> None:
        """Begin both directions' numbers anew, as a venue that has lost its state."""
        self.line.answers_with_reset = True

    def number_faults(self) -> list[str]:
        """Return where MsgSeqNums, repeated messages apart, do not rise; a gap is the session's to close."""
        pairs = zip(self.line.numbers, self.line.numbers[1:], strict=False)
        return [f"MsgSeqNum {later} after {sooner}" for sooner, later in pairs if later <= sooner]

    def tick(self) -> None:
        """Do what a session owes to time."""
        if not self.line.is_deaf:
            self.line.session.tick()
            self.line.flush()

    async def close(self) -> None:
        """Let go of everything."""
        await self.line.close()


def _is_unasked(message: WireMessage, card: Card | None) -> bool:
    """Tell whether the gateway has sent an order message of its own, or one twice."""
    return card is None and message.msg_type in _REQUESTS


def _same(received: str, expected: str) -> bool:
    if received == expected:
        return True
    with contextlib.suppress(InvalidOperation):
        return Decimal(received) == Decimal(expected)
    return False
