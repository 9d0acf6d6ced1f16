"""Name the kinds of record and say what each one's payload holds.

A kind is a u16 and never changes its meaning. Fairlead's own are below 1000; others may register from 1000 up.
All integers in payloads are little-endian.
"""

from typing import Final

STREAM: Final = 1
"""u16 stream, u8 length and UTF-8 name (``venue:XBRK``), u8 length and protocol (``FIX.4.4``).
Repeated at the start of each segment, so that a segment can be read alone."""
START: Final = 2
"""UTF-8 text: a gateway process began to write (JSON object: version, configuration)."""
STOP: Final = 3
"""UTF-8 text: it ended in good order."""
CHECKPOINT: Final = 4
"""u64 NextIn, u64 NextOut, i64 UTC ns of the last reset: a session's numbers, so that older segments can go."""

FRAME_IN: Final = 10
"""u64 MsgSeqNum(34) (0: none that can be read), then the frame as received."""
FRAME_OUT: Final = 11
"""u64 MsgSeqNum(34), then the frame: a new message."""
FRAME_RESENT: Final = 12
"""u64 MsgSeqNum(34), then the frame: a gap fill or a repeated message under an old number; 0: it has none."""
NEXT_IN: Final = 13
"""u64: the MsgSeqNum expected next."""
NEXT_OUT: Final = 14
"""u64: the MsgSeqNum of our next message."""
RESET: Final = 15
"""UTF-8 reason: both numbers are 1 again, the messages sent so far and the peer's session are forgotten."""
SESSION_EVENT: Final = 16
"""u8 length and event name, then UTF-8 text."""
PEER_SESSION: Final = 17
"""UTF-8: the peer's name of the session that the numbers belong to (SoupBinTCP). Repeated behind a CHECKPOINT."""
RESERVED_OUT: Final = 18
"""u64: numbers below may go out without a record (market data); a start that finds no NEXT_OUT behind goes on here."""

REQUEST: Final = 20
"""What Fairlead did about an order, as ``gateway/orders/records_cy`` lays it out; before the books change."""
REPORT: Final = 21
"""What a venue said about an order, in the same layout; before the books change."""
DECISION: Final = 22
"""UTF-8 text, a JSON object: what was decided or noticed, and what it saw."""
SNAPSHOT: Final = 23
"""A part of the books as they stand (``gateway/orders/snapshot_cy``), so that older REQUESTs and REPORTs can go."""
ROUTE: Final = 24
"""UTF-8 text, a JSON object: where an order went and why, and what became of parents (``gateway/routing/records``)."""
OPERATOR: Final = 30
"""UTF-8 text, a JSON object: what an operator did, why, and who; the control socket's are chained (docs/control.md)."""
LIMITS: Final = 31
"""UTF-8 text, a JSON object: limits came into force, with who, why, before and after (``gateway/risk``)."""
KILL: Final = 32
"""UTF-8 text, a JSON object: a block, or what became of the orders that it covers (``gateway/kill``)."""
BREAK: Final = 33
"""UTF-8 text, a JSON object: a difference between our books and another's, or its end (``gateway/reconciliation``)."""
COPY: Final = 34
"""UTF-8 text, a JSON object: executions that a drop copy told, or where it stood at a checkpoint."""

FIRST_FREE_KIND: Final = 1000

FRAME_KINDS: Final = frozenset((FRAME_IN, FRAME_OUT, FRAME_RESENT))
FACT_KINDS: Final = frozenset((START, STOP, DECISION, OPERATOR, LIMITS, KILL, BREAK, COPY))
"""Fairlead's own words about itself: JSON objects."""

_NAMES: dict[int, str] = {
    STREAM: "STREAM",
    START: "START",
    STOP: "STOP",
    CHECKPOINT: "CHECKPOINT",
    FRAME_IN: "FRAME_IN",
    FRAME_OUT: "FRAME_OUT",
    FRAME_RESENT: "FRAME_RESENT",
    NEXT_IN: "NEXT_IN",
    NEXT_OUT: "NEXT_OUT",
    RESET: "RESET",
    SESSION_EVENT: "SESSION_EVENT",
    PEER_SESSION: "PEER_SESSION",
    RESERVED_OUT: "RESERVED_OUT",
    REQUEST: "REQUEST",
    REPORT: "REPORT",
    DECISION: "DECISION",
    SNAPSHOT: "SNAPSHOT",
    ROUTE: "ROUTE",
    OPERATOR: "OPERATOR",
    LIMITS: "LIMITS",
    KILL: "KILL",
    BREAK: "BREAK",
    COPY: "COPY",
}


def register_kind(kind: int, name: str) -> None:
    """Name a kind of one's own, from 1000 up. Raises ValueError where number or name is taken."""
    if not FIRST_FREE_KIND <= kind <= 0xFFFF:
        raise ValueError(f"kind {kind}, expected {FIRST_FREE_KIND} to 65535")
    if _NAMES.get(kind, name) != name or name in (_NAMES[k] for k in _NAMES if k != kind):
        raise ValueError(f"kind {kind} {name} is taken")
    _NAMES[kind] = name


def kind_name(kind: int) -> str:
    """Return a kind's name, ``KIND_n`` for one that nobody registered."""
    return _NAMES.get(kind, f"KIND_{kind}")


def kind_names() -> dict[str, int]:
    """Return every registered kind by its name."""
    return {name: kind for kind, name in _NAMES.items()}
