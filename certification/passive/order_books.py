"""Follow the orders of a conversation: which ids are one order, what was executed, and what each report gets wrong.

Reports are followed in the order of their numbers, each once: one that came behind a gap, or again, is counted where it
belongs. An order whose NewOrderSingle is not in the log is followed from where the log knows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from fairlead.certification.passive.conversations import LOW, RESTART, Conversation, Message

NEW, TRADE, BUST, CORRECT, STATUS = "new", "trade", "bust", "correct", "status"
CANCELED, REPLACED, REJECTED, EXPIRED, DONE = "canceled", "replaced", "rejected", "expired", "done for day"
RESTATED, TRIGGERED, PENDING, OTHER = "restated", "triggered", "pending", "other"
_BY_EXEC_TYPE = {
    "0": NEW, "1": TRADE, "2": TRADE, "3": DONE, "4": CANCELED, "5": REPLACED, "6": PENDING, "8": REJECTED,
    "A": PENDING, "C": EXPIRED, "D": RESTATED, "E": PENDING, "F": TRADE, "G": CORRECT, "H": BUST, "I": STATUS,
    "L": TRIGGERED,
}  # fmt: skip
_BY_TRANS_TYPE = {"1": BUST, "2": CORRECT, "3": STATUS}
"""ExecTransType(20) of FIX 4.2, which comes before its ExecType."""
ENDED = {"2": "filled", "4": "canceled", "8": "rejected", "C": "expired"}
_NO_LEAVES = frozenset("2348C")
_AMOUNT = re.compile(r"-?\d{1,20}(\.\d{0,20})?|-?\.\d{1,20}")
_LARGEST_STEP = Decimal("0.01")
_SMALLEST_STEP = Decimal("0.000001")
LEAVES, FILLS, AVERAGE, STATE, AFTER_END, EXEC_ID, REFERENCE, OVERFILL = (
    "leaves", "fills", "average", "state", "after the end", "exec id", "reference", "overfill"
)  # fmt: skip


def amount(text: str) -> Decimal | None:
    """Return a FIX amount, None where the text is none."""
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


@dataclass(slots=True, eq=False)
class Order:
    """One order under all its ids; ``is_whole`` says that the log has it from its beginning."""

    is_whole: bool
    request: Message | None = None
    ids: list[str] = field(default_factory=list)
    qty: Decimal | None = None
    fills: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    ended: str = ""

    @property
    def cum(self) -> Decimal:
        """Return what was executed, busts taken away."""
        return sum((qty for qty, _ in self.fills.values()), Decimal(0))

    @property
    def average(self) -> Decimal:
        """Return the average price, 0 for nothing."""
        cum = self.cum
        return sum((qty * px for qty, px in self.fills.values()), Decimal(0)) / cum if cum else Decimal(0)


@dataclass(slots=True, eq=False)
class Report:
    """One ExecutionReport: what it is, of which order, and what is wrong with it by topic."""

    message: Message
    kind: str
    order: Order
    is_known: bool
    wrong: dict[str, str] = field(default_factory=dict)
    state_before: str = ""

    def complaint(self, *topics: str) -> str:
        """Return what is wrong about some topics."""
        return "; ".join(self.wrong[topic] for topic in topics if topic in self.wrong)


class OrderBooks:
    """All orders of a conversation, followed once."""

    def __init__(self, conversation: Conversation) -> None:
        self.orders: dict[str, Order] = {}
        self.by_order_id: dict[str, Order] = {}
        self.reports: list[Report] = []
        self.exec_ids: dict[str, Message] = {}
        self.is_from_beginning = any(m.number == 1 and m.msg_type == "A" for m in conversation.messages[:2])
        for message in _once(conversation):
            if message.msg_type in ("D", "F", "G"):
                self._request(message)
            elif message.msg_type == "8":
                self._report(message)

    def _request(self, message: Message) -> None:
        cl_ord_id, original = message.get(11), message.get(41)
        if not cl_ord_id or cl_ord_id in self.orders:
            return
        order = self.orders.get(original) if message.msg_type != "D" else None
        if order is None:
            order = Order(is_whole=message.msg_type == "D")
            if message.msg_type == "D":
                order.request, order.qty = message, amount(message.get(38))
        order.ids.append(cl_ord_id)
        self.orders[cl_ord_id] = order

    def _report(self, message: Message) -> None:
        kind = _kind(message)
        order = (
            self.orders.get(message.get(11))
            or self.by_order_id.get(message.get(37))
            or self.orders.get(message.get(41))
        )
        is_known = order is not None
        if order is None:
            order = Order(is_whole=False)
        if message.get(11):
            self.orders.setdefault(message.get(11), order)
        if message.get(37):
            self.by_order_id.setdefault(message.get(37), order)
        report = Report(
            message, kind, order, is_known, state_before=order.reports[-1].message.get(39) if order.reports else ""
        )
        self.reports.append(report)
        if kind != STATUS:
            self._check_exec_id(report)
            self._book(report)
            _check(report)
            order.reports.append(report)

    def _check_exec_id(self, report: Report) -> None:
        exec_id = report.message.get(17)
        seen = self.exec_ids.setdefault(exec_id, report.message) if exec_id else report.message
        if not exec_id:
            report.wrong[EXEC_ID] = "ExecID(17) is missing"
        elif seen is not report.message:
            report.wrong[EXEC_ID] = f"ExecID(17) {exec_id} was that of number {seen.number}, expected a new one"

    def _book(self, report: Report) -> None:
        message, order = report.message, report.order
        exec_id = message.get(17)
        qty, px = amount(message.get(32)), amount(message.get(31))
        if report.kind == TRADE and EXEC_ID not in report.wrong:
            if qty is None or px is None or qty <= 0:
                report.wrong[FILLS] = (
                    f"LastQty(32) {message.get(32) or 'missing'}, LastPx(31) {message.get(31) or 'missing'}"
                )
            else:
                order.fills[exec_id] = (qty, px)
        elif report.kind in (BUST, CORRECT):
            named = message.get(19)
            if named not in order.fills:
                if order.is_whole:
                    report.wrong[REFERENCE] = f"ExecRefID(19) {named or 'missing'} is no execution of the order"
            elif report.kind == BUST:
                del order.fills[named]
            elif qty is not None and px is not None:
                del order.fills[named]
                order.fills[exec_id] = (qty, px)


def _once(conversation: Conversation) -> Iterator[Message]:
    """Yield each message that counts, once, in the order of its side's numbers; requests stand where they came."""
    life = [0, 0]
    kept: list[tuple[tuple[int, int], Message]] = []
    for message in conversation.messages:
        if message.standing == RESTART:
            life[message.side] += 1
        is_again = message.is_dup and message.standing == LOW
        if message.is_whole and not message.is_stray and not message.is_admin and message.number > 0 and not is_again:
            kept.append(((life[message.side], message.number), message))
    # a side's messages change places among themselves only
    for side in (0, 1):
        places = [at for at, (_, message) in enumerate(kept) if message.side == side]
        for at, entry in zip(places, sorted((kept[at] for at in places), key=lambda entry: entry[0]), strict=True):
            kept[at] = entry
    return (message for _, message in kept)


def _kind(message: Message) -> str:
    return _BY_TRANS_TYPE.get(message.get(20)) or _BY_EXEC_TYPE.get(message.get(150), OTHER)


def _check(report: Report) -> None:
    """Note what is wrong with a report that is booked."""
    message, order, state = report.message, report.order, report.message.get(39)
    told_qty, cum, leaves = amount(message.get(38)), amount(message.get(14)), amount(message.get(151))
    qty = told_qty if told_qty is not None else order.qty
    if report.kind in (REPLACED, RESTATED) and told_qty is not None:
        order.qty = told_qty
    if cum is None or leaves is None:
        report.wrong[LEAVES] = (
            f"CumQty(14) {message.get(14) or 'missing'}, LeavesQty(151) {message.get(151) or 'missing'}"
        )
        return
    expected = Decimal(0) if state in _NO_LEAVES else None if qty is None else max(Decimal(0), qty - cum)
    if expected is not None and leaves != expected:
        report.wrong[LEAVES] = f"LeavesQty(151) {leaves} received, expected {expected}"
    if order.is_whole and cum != order.cum:
        report.wrong[FILLS] = f"CumQty(14) {cum} received, expected {order.cum}: the sum of what was executed"
    _check_average(report, cum)
    if qty is not None and cum > qty:
        report.wrong[OVERFILL] = f"CumQty(14) {cum} of OrderQty {qty}"
    if report.kind == TRADE and qty is not None and state in ("0", "1", "2"):
        should = "2" if cum >= qty else "1"
        if state != should:
            report.wrong[STATE] = f"OrdStatus(39) {state} received, expected {should}"
    _check_end(report, state)


def _check_average(report: Report, cum: Decimal) -> None:
    order, told = report.order, report.message.get(6)
    average = amount(told)
    if report.kind not in (TRADE, BUST, CORRECT) or not order.is_whole or not cum or cum != order.cum:
        return
    if average is None:
        report.wrong[AVERAGE] = "AvgPx(6) is missing"
        return
    step = min(_LARGEST_STEP, max(_SMALLEST_STEP, Decimal(1).scaleb(-len(told.partition(".")[2]))))
    if abs(average - order.average) > step:
        report.wrong[AVERAGE] = f"AvgPx(6) {told} received, expected {order.average:.6f}"


def _check_end(report: Report, state: str) -> None:
    order = report.order
    is_alive_again = state not in _NO_LEAVES and report.kind not in (BUST, CORRECT, RESTATED)
    if order.ended and (report.kind == TRADE or is_alive_again):
        report.wrong[AFTER_END] = f"OrdStatus(39) {state} after the order was {ENDED[order.ended]}"
    if report.kind in (BUST, CORRECT, RESTATED) and state not in ENDED:
        order.ended = ""
    elif state in ENDED and AFTER_END not in report.wrong:
        order.ended = state
