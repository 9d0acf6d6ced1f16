"""Make a venue misbehave on request: order quantities of a reserved range choose what happens to the order.

900001 to 900099 whole units are reserved, so that ordinary flow meets none of this. A scripted order stays out of
the book: only its script, its cancel and its replaces decide about it.
"""

from __future__ import annotations

from dataclasses import dataclass

from fairlead.certification.venues.amounts import UNITS

FIRST_QUANTITY = 900_001
LAST_QUANTITY = 900_099


@dataclass(frozen=True, slots=True)
class Trigger:
    """Say what happens to an order.

    `steps` happen in order when it arrives (see `scripts.py`; "wait" lets the simulator's delay pass); `on_cancel` and
    `on_replace` happen instead of, or before, what the request asks for: "refuse", "ignore", or steps. `when_resent`
    takes the steps' place where the order comes with PossDupFlag(43).
    """

    description: str
    steps: tuple[str, ...]
    on_cancel: tuple[str, ...] = ()
    on_replace: tuple[str, ...] = ()
    when_resent: tuple[str, ...] = ()


TRIGGERS: dict[int, Trigger] = {
    900_001: Trigger("rejected at once", ("reject",)),
    900_002: Trigger("accepted, never fills", ("ack",)),
    900_003: Trigger("accepted, half fills, the rest stays", ("ack", "fill half")),
    900_004: Trigger("accepted, fills in two parts", ("ack", "fill half", "fill rest")),
    900_005: Trigger("half fills before the acknowledgement, the rest stays", ("fill half", "ack")),
    900_006: Trigger("fills whole before the acknowledgement", ("fill rest", "ack")),
    900_007: Trigger("acknowledged after the delay", ("wait", "ack")),
    900_008: Trigger("never acknowledged, but live", ()),
    900_009: Trigger("accepted, then cancelled by the venue", ("ack", "cancel")),
    900_010: Trigger("half fills, then cancelled by the venue", ("ack", "fill half", "cancel")),
    900_011: Trigger("fills, then the fill is busted", ("ack", "fill rest", "bust")),
    900_012: Trigger("fills, then the fill's price is corrected", ("ack", "fill rest", "correct")),
    900_013: Trigger("cancels are refused", ("ack",), on_cancel=("refuse",)),
    900_014: Trigger("replaces are refused", ("ack",), on_replace=("refuse",)),
    900_015: Trigger("restated with half the quantity", ("ack", "restate")),
    900_016: Trigger("done for the day after half", ("ack", "fill half", "done for day")),
    900_017: Trigger("expires", ("ack", "expire")),
    900_018: Trigger("half fills, the report comes twice with one ExecID", ("ack", "fill half", "repeat")),
    900_019: Trigger("accepted, then a fill for an order nobody sent", ("ack", "unknown fill")),
    900_020: Trigger("pending new first, acknowledged after the delay", ("pending new", "wait", "ack")),
    900_021: Trigger("connection closed right after the order is accepted", ("disconnect", "ack")),
    900_022: Trigger("connection reset right after the order is accepted", ("reset", "ack")),
    900_023: Trigger("connection reset before the order has come in", ("forget", "reset"), when_resent=("ack",)),
    900_024: Trigger("a cancel loses to a fill of the rest", ("ack",), on_cancel=("fill rest",)),
    900_025: Trigger("a cancel meets a fill of half", ("ack",), on_cancel=("fill half",)),
    900_026: Trigger("a replace meets a fill of half", ("ack",), on_replace=("fill half",)),
    900_027: Trigger("a replace loses to a fill of the rest", ("ack",), on_replace=("fill rest",)),
    900_028: Trigger("cancels and replaces are not answered", ("ack",), on_cancel=("ignore",), on_replace=("ignore",)),
    900_029: Trigger("fills more than was ordered", ("ack", "fill rest", "fill too much")),
    900_030: Trigger("fills, corrected, then busted", ("ack", "fill rest", "correct", "bust")),
    900_031: Trigger("half fills, cancelled, then the fill is busted", ("ack", "fill half", "cancel", "bust")),
    900_032: Trigger("the acknowledgement is numbered but never sent: a gap", ("lose", "ack", "fill half")),
    900_033: Trigger("refused with BusinessMessageReject", ("business reject",)),
    900_034: Trigger("refused with Reject", ("session reject",)),
    900_035: Trigger("fills after the delay", ("ack", "wait", "fill rest")),
    900_036: Trigger("cancelled by the venue, then a late fill of half", ("ack", "cancel", "late fill")),
    900_037: Trigger("accepted dead: cancelled in the very acceptance", ("dead",)),
    900_038: Trigger("acknowledged twice", ("ack", "ack")),
    900_039: Trigger("lost before it came in; the connection lives", ("forget",), when_resent=("ack",)),
    900_040: Trigger("a cancel waits, then is refused", ("ack",), on_cancel=("pend cancel", "refuse")),
    900_041: Trigger("a cancel waits, then is carried out", ("ack",), on_cancel=("pend cancel",)),
    900_042: Trigger("loses its place in the queue: another reference", ("ack", "priority")),
    900_043: Trigger("the market is shown half of it: restated", ("ack", "display")),
    900_051: Trigger("halts its instrument for the delay", ("ack", "halt", "wait", "resume")),
    900_052: Trigger("pauses its instrument for the delay, with collars", ("ack", "pause", "collar", "wait", "resume")),
    900_053: Trigger("its instrument is quoted only, for the delay", ("ack", "quote only", "wait", "resume")),
    900_054: Trigger("short sales of its instrument are restricted", ("ack", "restriction")),
    900_055: Trigger(
        "an operational halt for the delay", ("ack", "operational halt", "wait", "operational resumption")
    ),
    900_056: Trigger("an imbalance, then the opening cross", ("ack", "opening cross")),
    900_057: Trigger("an offering is announced", ("ack", "offering")),
    900_058: Trigger("the market's circuit breaker: levels, then a breach", ("ack", "breaker")),
    900_059: Trigger("a direct listing and retail interest", ("ack", "listing")),
    900_060: Trigger("an imbalance, then the closing cross", ("ack", "closing cross")),
    900_061: Trigger(
        "halts its instrument; after the delay the halt cross", ("ack", "halt", "wait", "halt cross", "resume")
    ),
    900_071: Trigger("fills; its copy is lost", ("copy lost", "ack", "fill rest")),
    900_072: Trigger("fills; its copy comes after the delay", ("copy late", "ack", "fill rest")),
    900_073: Trigger("fills; its copy has another price", ("copy price", "ack", "fill rest")),
    900_074: Trigger("fills; its copy comes twice", ("copy twice", "ack", "fill rest")),
    900_075: Trigger("accepted, then a copy of a trade that never was", ("ack", "copy stranger")),
}


def answer_to(trigger: int, kind: str) -> tuple[str, ...]:
    """Return what an order's trigger (0 for none) has happen when a cancel or replace arrives."""
    if not trigger:
        return ()
    return TRIGGERS[trigger].on_cancel if kind == "cancel" else TRIGGERS[trigger].on_replace


def trigger_for(quantity: int) -> int:
    """Return the trigger that an order quantity (units of 10^-8) chooses, 0 for none."""
    whole, rest = divmod(quantity, UNITS)
    return whole if not rest and whole in TRIGGERS else 0
