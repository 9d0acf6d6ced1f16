"""Hold a simulated venue's orders and executions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fairlead.certification.venues.amounts import average_price, write_amount
from fairlead.certification.venues.book_records import BookOrder, OrdType, TimeInForce
from fairlead.certification.venues.wire import Field

BUY_SIDES = frozenset("13")  # buy, buy minus
SELL_SIDES = frozenset("2456")  # sell, sell plus, sell short, sell short exempt

# OrdStatus(39); the same letters are ExecType(150) for what they name.
NEW, PARTIALLY_FILLED, FILLED, DONE_FOR_DAY, CANCELED, REPLACED = "0", "1", "2", "3", "4", "5"
PENDING_CANCEL, REJECTED, PENDING_NEW, EXPIRED, PENDING_REPLACE = "6", "8", "A", "C", "E"


def _slots(holder: Any) -> dict[str, Any]:
    # dataclasses.asdict copies deeply, which costs more than the rest of an order.
    return {name: getattr(holder, name) for name in holder.__slots__}


@dataclass(slots=True)
class Request:
    """Hold a cancel or replace that the venue has taken but not yet carried out.

    With `keeps_place`, a replace that takes nothing from others keeps the place in the queue; `details` are its face's.
    """

    kind: str
    cl_ord_id: str
    orig_cl_ord_id: str
    quantity: int = 0
    price: int = 0
    stop_price: int = 0
    max_floor: int | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    expires_utc_ns: int = 0
    keeps_place: bool = True
    details: dict[str, int | str] = field(default_factory=dict)


@dataclass(slots=True)
class VenueOrder:
    """Hold an order of a session: its terms and state in the book, and what reports repeat of it.

    `ord_type` is what was entered; in the book a triggered stop has become a market or limit order. `ended` is the
    OrdStatus(39) that ended the order other than by filling. `cl_ord_ids` are the ids it has had, the current one
    last; `request_ids` those of requests that named it and gave it none. `notional` sums price times quantity of the
    executions that stand, in units of 10^-16. `face` is the protocol that the order came in by; `echo`, `parties` and
    `details` are what that protocol's reports repeat. An order for a cross waits outside the book for it.
    """

    terms: BookOrder
    ord_type: OrdType
    session: str
    cl_ord_ids: list[str]
    side: str
    symbol: str
    instrument_key: str
    echo: list[Field]
    parties: list[Field] = field(default_factory=list)
    account: str = ""
    notional: int = 0
    ended: str = ""
    is_pending_new: bool = False
    is_off_book: bool = False
    trigger: int = 0
    cross: str = ""
    pending: list[Request] = field(default_factory=list)
    request_ids: list[str] = field(default_factory=list)
    face: str = "fix"
    details: dict[str, int | str] = field(default_factory=dict)

    @property
    def order_id(self) -> str:
        """Return OrderID(37)."""
        return self.terms.order_id

    @property
    def cl_ord_id(self) -> str:
        """Return the last accepted ClOrdID(11)."""
        return self.cl_ord_ids[-1]

    @property
    def leaves(self) -> int:
        """Return LeavesQty(151) in units of 10^-8."""
        return self.terms.leaves

    @property
    def is_open(self) -> bool:
        """Tell whether the order can still execute."""
        return self.terms.is_open

    @property
    def avg_px(self) -> int:
        """Return AvgPx(6) in units of 10^-8, rounded half to even."""
        return average_price(self.notional, self.terms.cum)

    @property
    def status(self) -> str:
        """Return OrdStatus(39) by the standard's precedence: the end, pending requests, then what has executed."""
        if self.ended:
            return self.ended
        kinds = {request.kind for request in self.pending}
        if "cancel" in kinds:
            return PENDING_CANCEL
        if "replace" in kinds:
            return PENDING_REPLACE
        if self.terms.cum:
            return PARTIALLY_FILLED if self.terms.cum < self.terms.quantity else FILLED
        return PENDING_NEW if self.is_pending_new else NEW

    def record(self) -> dict[str, Any]:
        """Return the order as plain data for the state file; lists are shared with the order."""
        return _slots(self) | {"terms": _slots(self.terms), "pending": [_slots(request) for request in self.pending]}

    @classmethod
    def restore(cls, record: dict[str, Any]) -> VenueOrder:
        """Build the order from `record`'s data."""
        terms = record["terms"]
        terms["ord_type"] = OrdType(terms["ord_type"])
        terms["time_in_force"] = TimeInForce(terms["time_in_force"])
        record["terms"] = BookOrder(**terms)
        record["ord_type"] = OrdType(record["ord_type"])
        for request in record["pending"]:
            request["time_in_force"] = TimeInForce(request["time_in_force"])
        record["pending"] = [Request(**request) for request in record["pending"]]
        for name in ("echo", "parties"):
            record[name] = [(tag, value) for tag, value in record[name]]
        return cls(**record)

    def summary(self) -> dict[str, str]:
        """Return the order's state in decimal texts."""
        return {
            "order_id": self.order_id,
            "session": self.session,
            "account": self.account,
            "symbol": self.symbol,
            "side": self.side,
            "status": self.status,
            "order_qty": write_amount(self.terms.quantity),
            "cum_qty": write_amount(self.terms.cum),
            "leaves_qty": write_amount(self.leaves),
            "avg_px": write_amount(self.avg_px),
        }


@dataclass(slots=True)
class Execution:
    """Hold one execution of one order; a busted one no longer counts, a corrected one counts as corrected.

    Both sides of a trade have one `match_number`; `added`: the order rested; `is_public`: the market saw it; `cross`:
    the kind of cross (O opening, C closing, H halt) that it was part of, "" for continuous trading.
    """

    exec_id: str
    order_id: str
    session: str
    cl_ord_id: str
    quantity: int
    price: int
    utc_ns: int
    is_busted: bool = False
    match_number: int = 0
    added: bool = False
    is_public: bool = False
    cross: str = ""

    def record(self) -> dict[str, Any]:
        """Return the execution as plain data for the state file."""
        return _slots(self)

    def summary(self) -> dict[str, str | bool]:
        """Return the execution in decimal texts."""
        return {
            "exec_id": self.exec_id,
            "order_id": self.order_id,
            "session": self.session,
            "cl_ord_id": self.cl_ord_id,
            "last_qty": write_amount(self.quantity),
            "last_px": write_amount(self.price),
            "is_busted": self.is_busted,
        }
