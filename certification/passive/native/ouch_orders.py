"""Follow the orders of an OUCH session: what was asked, what the venue told, and what is wrong with each report.

Fields have the names that all versions share here (``venues/ouch_dialects.NAMES``). A report that comes again in a
replay is followed once. How many shares are open behind a replace is told differently by venues (with or without what
was executed before), so the larger reading counts there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from fairlead.certification.passive.native.messages import NativeMessage, Session
from fairlead.certification.passive.native.packets import CLIENT
from fairlead.certification.venues.binary_wire import Value
from fairlead.certification.venues.ouch_dialects import NAMES

ENTER, REPLACE, CANCEL, MODIFY = "O", "U", "X", "M"
ACCEPTED, REPLACED, CANCELED, SELF_MATCH, EXECUTED, EXECUTED_AT_REFERENCE = "A", "U", "C", "D", "E", "G"
BROKEN, REJECTED, CANCEL_PENDING, CANCEL_REJECT, PRIORITY, MODIFIED, RESTATED = "B", "J", "P", "I", "T", "M", "R"
CORRECTED = "F"
ASKS = frozenset((ENTER, REPLACE, CANCEL, MODIFY))
TRADES = frozenset((EXECUTED, EXECUTED_AT_REFERENCE))
UNKNOWN, OVERFILL, AFTER_END, MATCH, SUM, TWICE = "unknown", "overfill", "after the end", "match", "sum", "twice"


def named(message: NativeMessage) -> dict[str, Value]:
    """Return a message's fields by the names that all versions share."""
    return {NAMES.get(name, name): value for name, value in message.values.items()}


@dataclass(slots=True, eq=False)
class Order:
    """One order under one token. ``open`` are shares that may still execute; ``is_whole``: known from its Enter on."""

    token: Value
    is_whole: bool
    request: NativeMessage | None = None
    quantity: int = 0
    open: int = 0
    matches: dict[Value, int] = field(default_factory=dict)
    canceled: int = 0
    state: str = "asked"
    """asked, live, rejected, filled, canceled or replaced."""
    is_bounded: bool = True
    """``open`` is exact; behind a replace it is what may be open at most."""
    reports: list[Report] = field(default_factory=list)

    @property
    def executed(self) -> int:
        """Return how many shares were executed under this token."""
        return sum(self.matches.values())

    @property
    def is_over(self) -> bool:
        """Tell whether nothing can happen to it any more."""
        return self.state in ("rejected", "filled", "canceled", "replaced")


@dataclass(slots=True, eq=False)
class Ask:
    """One request of the client: of which order, and how that stood. ``is_again``: its token was used before."""

    message: NativeMessage
    kind: str
    values: dict[str, Value]
    order: Order | None
    state: str
    is_again: bool = False
    first: NativeMessage | None = None


@dataclass(slots=True, eq=False)
class Report:
    """One report of the venue, with what is wrong about it by topic."""

    message: NativeMessage
    kind: str
    values: dict[str, Value]
    order: Order | None
    state_before: str
    open_before: int
    wrong: dict[str, str] = field(default_factory=dict)

    def complaint(self, *topics: str) -> str:
        """Return what is wrong about some topics, all for none."""
        return "; ".join(text for topic, text in self.wrong.items() if not topics or topic in topics)


class OuchBooks:
    """All orders of a session, followed once; empty where the session is not OUCH's."""

    def __init__(self, session: Session) -> None:
        self.orders: dict[Value, Order] = {}
        self.asks: list[Ask] = []
        self.reports: list[Report] = []
        self.by_token: dict[Value, list[Report]] = {}
        self.is_from_beginning = False
        self._matches: set[Value] = set()
        if not session.protocol.startswith("ouch"):
            return
        fresh = {message.at for _, message, _ in session.stream()}
        numbers = [message.number for message in session.messages if message.kind == "S"]
        self.is_from_beginning = bool(numbers) and min(numbers) <= 1
        for message in session.messages:
            if not message.shape:
                continue
            if message.side == CLIENT:
                self._ask(message)
            elif message.at in fresh:
                self._report(message)

    def _ask(self, message: NativeMessage) -> None:
        values, kind = named(message), message.code
        token = values.get("token", "")
        target = values.get("existing", token) if kind == REPLACE else token
        known = self.orders.get(target)
        ask = Ask(message, kind, values, known, known.state if known is not None else "")
        self.asks.append(ask)
        if kind not in (ENTER, REPLACE):
            return
        earlier = self.orders.get(token)
        if earlier is not None:
            ask.is_again, ask.first = True, earlier.request
            return
        quantity = int(values.get("quantity", 0))
        self.orders[token] = Order(token, True, message, quantity, quantity)

    def _report(self, message: NativeMessage) -> None:
        values, kind = named(message), message.code
        order = self.orders.get(values.get("token", ""))
        state, shares = (order.state, order.open) if order is not None else ("", 0)
        report = Report(message, kind, values, order, state, shares)
        apply = _APPLY.get(kind)
        if apply is None:
            return
        self.reports.append(report)
        self.by_token.setdefault(values.get("token", ""), []).append(report)
        if order is None:
            report.wrong[UNKNOWN] = f"token {values.get('token')!r} is of no order"
            if kind not in (ACCEPTED, REPLACED):
                return
            order = report.order = Order(values.get("token", ""), False)
            self.orders[order.token] = order
        order.reports.append(report)
        if kind in TRADES:
            self._check_match(report)
        if kind == REPLACED:
            self._replaced(report)
        apply(order, report)

    def _check_match(self, report: Report) -> None:
        match = report.values["match_number"]
        if match in self._matches:
            report.wrong[MATCH] = f"match number {match} came before"
        self._matches.add(match)

    def _replaced(self, report: Report) -> None:
        previous = self.orders.get(report.values.get("existing", ""))
        if previous is None:
            report.wrong[UNKNOWN] = f"token {report.values.get('existing')!r} is of no order"
        elif previous.is_over:
            report.wrong[AFTER_END] = f"the order was {previous.state}"
        else:
            previous.state, previous.open = "replaced", 0


def _accepted(order: Order, report: Report) -> None:
    if order.state != "asked":
        report.wrong[TWICE] = f"token {order.token!r} was {order.state}"
        return
    order.quantity = order.open = int(report.values.get("quantity", 0))
    # what was executed before the report of acceptance came counts against it
    order.open -= order.executed
    is_dead = report.values.get("order_state") == "D"
    order.state = "canceled" if is_dead else "live" if order.open > 0 else "filled"
    if is_dead:
        order.open = 0


def _replaced(order: Order, report: Report) -> None:
    order.is_bounded = False
    _accepted(order, report)


def _canceled(order: Order, report: Report) -> None:
    shares = int(report.values.get("quantity", 0))
    if order.is_over:
        report.wrong[AFTER_END] = f"canceled, but the order was {order.state}"
    elif order.is_whole and order.is_bounded and shares > order.open:
        report.wrong[SUM] = f"{shares} shares canceled, expected {order.open} at most"
    order.canceled += shares
    order.open = max(0, order.open - shares)
    if not order.open and not order.is_over:
        order.state = "canceled"


def _executed(order: Order, report: Report) -> None:
    shares = int(report.values.get("quantity", 0))
    if order.is_over:
        report.wrong[AFTER_END] = f"executed, but the order was {order.state}"
    if order.is_whole and not order.is_over and shares > order.open:
        report.wrong[OVERFILL] = f"{shares} shares executed, expected {order.open} at most"
    order.matches[report.values["match_number"]] = shares
    order.open = max(0, order.open - shares)
    if not order.open and order.state == "live":
        order.state = "filled"


def _undone(order: Order, report: Report) -> None:
    match = report.values["match_number"]
    if match not in order.matches:
        if order.is_whole:
            report.wrong[MATCH] = f"match number {match} is none of the order's"
    elif report.kind == BROKEN:
        del order.matches[match]


def _rejected(order: Order, report: Report) -> None:
    if order.state != "asked":
        report.wrong[AFTER_END] = f"rejected, but the order was {order.state}"
        return
    order.state, order.open = "rejected", 0


def _modified(order: Order, report: Report) -> None:
    if order.is_over:
        report.wrong[AFTER_END] = f"modified, but the order was {order.state}"
        return
    order.open, order.is_bounded = int(report.values.get("quantity", 0)), False


def _told(order: Order, report: Report) -> None:
    if order.is_over:
        report.wrong[AFTER_END] = f"{report.message.shape}, but the order was {order.state}"


_APPLY: dict[str, Callable[[Order, Report], None]] = {
    ACCEPTED: _accepted,
    REPLACED: _replaced,
    CANCELED: _canceled,
    SELF_MATCH: _canceled,
    EXECUTED: _executed,
    EXECUTED_AT_REFERENCE: _executed,
    BROKEN: _undone,
    CORRECTED: _undone,
    REJECTED: _rejected,
    MODIFIED: _modified,
    PRIORITY: _told,
    RESTATED: _told,
    CANCEL_PENDING: _told,
    CANCEL_REJECT: lambda order, report: None,
}
