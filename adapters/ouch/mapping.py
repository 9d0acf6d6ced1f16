"""Name what a profile may map: where a field of a request comes from, and what a message of the venue means.

A request is a plan: a layout of the protocol's table and, for each of its fields, a source in the vocabulary. A report
is a layout, a meaning, and the roles that its fields play in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from fairlead.codecs.binary.layout_cy import Field, Layout

# Sources; ``venue_encode_cy`` has the same numbers in C.
CL_ORD_ID: Final = 1
ORIG_CL_ORD_ID: Final = 2
SYMBOL: Final = 3
ORDER_QTY: Final = 4
MIN_QTY: Final = 5
MAX_FLOOR: Final = 6
PRICE: Final = 7
SIDE: Final = 8
TIME_IN_FORCE: Final = 9
ORDER_CAPACITY: Final = 10
LOCATE_REQD: Final = 11
EXEC_INST: Final = 12
CROSS: Final = 13
EXPIRE_SECONDS: Final = 14
ACCOUNT: Final = 15
EXTRA: Final = 16

SOURCES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "cl_ord_id": CL_ORD_ID,
        "orig_cl_ord_id": ORIG_CL_ORD_ID,
        "symbol": SYMBOL,
        "order_qty": ORDER_QTY,
        "min_qty": MIN_QTY,
        "max_floor": MAX_FLOOR,
        "price": PRICE,
        "side": SIDE,
        "time_in_force": TIME_IN_FORCE,
        "order_capacity": ORDER_CAPACITY,
        "locate_reqd": LOCATE_REQD,
        "exec_inst": EXEC_INST,
        "cross": CROSS,
        "expire_seconds": EXPIRE_SECONDS,
        "account": ACCOUNT,
    }
)
"""Names of the sources; ``tag:N`` is the extra field N of an order besides."""

CARRIED_BY: Final[Mapping[int, str]] = MappingProxyType(
    {
        MIN_QTY: "min_qty",
        MAX_FLOOR: "max_floor",
        ORDER_CAPACITY: "order_capacity",
        LOCATE_REQD: "locate_reqd",
        EXEC_INST: "exec_inst",
        ACCOUNT: "account",
    }
)
"""The optional field of NewOrder that a source takes to the venue."""

CODED: Final = frozenset((SIDE, TIME_IN_FORCE, ORDER_CAPACITY, LOCATE_REQD, EXEC_INST, CROSS))
"""Sources that need a table of codes."""

HIDDEN: Final = "hidden"
"""In the codes of ``exec_inst``: the order shows nothing, MaxFloor(111) is 0."""

SECONDS: Final = "seconds"
"""In the codes of ``time_in_force``: the seconds until ExpireTime(126)."""

# Meanings; ``venue_decode_cy`` has the same numbers in C.
ACCEPTED: Final = 1
REPLACED: Final = 2
CANCELED: Final = 3
EXECUTED: Final = 4
BUSTED: Final = 5
CORRECTED: Final = 6
REJECTED: Final = 7
CANCEL_PENDING: Final = 8
CANCEL_REJECTED: Final = 9
RESTATED: Final = 10
MODIFIED: Final = 11
SYSTEM_EVENT: Final = 12
ACCOUNT_STATE: Final = 13
MASS_CANCELED: Final = 14
ENTRY_DISABLED: Final = 15
ENTRY_ENABLED: Final = 16
NOTICE: Final = 17

_ORDER: Final = ("time", "side", "symbol", "order_qty", "price", "venue_order_id", "state", "display")

MEANINGS: Final[Mapping[str, tuple[int, tuple[str, ...], tuple[str, ...]]]] = MappingProxyType(
    {
        "accepted": (ACCEPTED, ("cl_ord_id", "order_qty"), _ORDER),
        "replaced": (REPLACED, ("cl_ord_id", "orig_cl_ord_id", "order_qty"), _ORDER),
        "canceled": (
            CANCELED,
            ("cl_ord_id", "decrement", "reason"),
            ("time", "prevented_qty", "last_px", "liquidity"),
        ),
        "executed": (
            EXECUTED,
            ("cl_ord_id", "last_qty", "last_px", "match"),
            ("time", "liquidity", "reference_px", "reference_type"),
        ),
        "busted": (BUSTED, ("cl_ord_id", "match"), ("time", "reason")),
        "corrected": (CORRECTED, ("cl_ord_id", "match", "last_qty", "last_px"), ("time", "reason", "liquidity")),
        "rejected": (REJECTED, ("cl_ord_id", "reason"), ("time",)),
        "cancel_pending": (CANCEL_PENDING, ("cl_ord_id",), ("time",)),
        "cancel_rejected": (CANCEL_REJECTED, ("cl_ord_id",), ("time",)),
        "restated": (RESTATED, ("cl_ord_id",), ("time", "reason", "price", "display", "venue_order_id")),
        "modified": (MODIFIED, ("cl_ord_id", "order_qty"), ("time", "side")),
        "system_event": (SYSTEM_EVENT, ("code",), ("time",)),
        "account_state": (ACCOUNT_STATE, ("next_id",), ("time",)),
        "mass_canceled": (MASS_CANCELED, ("cl_ord_id",), ("time", "symbol", "firm")),
        "entry_disabled": (ENTRY_DISABLED, (), ("cl_ord_id", "time", "firm")),
        "entry_enabled": (ENTRY_ENABLED, (), ("cl_ord_id", "time", "firm")),
        "notice": (NOTICE, (), ("cl_ord_id", "time")),
    }
)
"""What a message may mean: its number, the roles it needs, and those it may have besides."""


@dataclass(frozen=True, slots=True)
class RequestField:
    """Say where a field, or an option, of a request comes from.

    ``codes`` maps the source's codes to wire values: characters' codes for coded fields of the vocabulary, the texts of
    ``exec_inst`` and ``cross``. ``default`` is put where the order brings nothing; None leaves the field as the table
    has it, and an option out. ``tag`` is the extra's.
    """

    wire: Field
    source: int
    codes: Mapping[int | str, int | str] = field(default_factory=dict)
    default: int | str | None = None
    tag: str = ""


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """Say how a request is written: ``constants`` are the same in every message."""

    layout: Layout
    fields: tuple[RequestField, ...] = ()
    constants: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportPlan:
    """Say what a message of the venue means, and which of its fields plays which role."""

    layout: Layout
    meaning: int
    roles: Mapping[str, Field] = field(default_factory=dict)
