"""Say what recorded messages are in the words of scenarios: what the gateway asked for, what the venue said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Fields = Sequence[tuple[int, bytes]]

SIDES: Final = {"1": "buy", "2": "sell", "5": "sell_short", "6": "sell_short_exempt"}
_TYPES: Final = {"1": "market", "2": "limit", "3": "stop", "4": "stop_limit", "P": "pegged"}
_TIMES: Final = {
    "0": "day",
    "1": "good_till_cancel",
    "2": "at_the_opening",
    "3": "immediate_or_cancel",
    "4": "fill_or_kill",
    "5": "good_till_crossing",
    "6": "good_till_date",
    "7": "at_the_close",
}
_SESSION: Final = {
    "A": "Logon",
    "1": "TestRequest",
    "2": "ResendRequest",
    "4": "SequenceReset",
    "5": "Logout",
    "3": "Reject",
}
_REQUESTS: Final = {"D": "place", "F": "cancel", "G": "replace", "q": "mass_cancel", "H": "status_request"}
_EXEC_TYPES: Final = {
    "0": "ack",
    "1": "fill",
    "2": "fill",
    "F": "fill",
    "3": "done_for_day",
    "4": "canceled",
    "5": "replaced",
    "8": "reject",
    "C": "expire",
    "D": "restate",
    "H": "bust",
    "G": "correct",
    "I": "status",
    "L": "triggered",
    "6": "pending",
    "E": "pending",
    "A": "pending_new",
}
_TRANS_TYPES: Final = {"1": "bust", "2": "correct", "3": "status"}
"""ExecTransType(20) of FIX 4.2, where it says more than ExecType(150)."""


@dataclass(slots=True)
class Told:
    """One message. ``kind`` is a word of this module, ``note`` for what no step is made of, with ``text``.

    ``values`` hold qty, px, stop_px, side, type, tif, reason, text and exec as they were, as texts; ``fields`` is a
    table of further ones.
    """

    kind: str
    order_id: str = ""
    orig_id: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    text: str = ""


def tell_fix(fields: Fields, is_from_gateway: bool) -> Told:
    """Return what a FIX message says."""
    said = {tag: value.decode("latin-1") for tag, value in reversed(fields)}
    msg_type = said.get(35, "")
    who = "the gateway" if is_from_gateway else "the venue"
    if msg_type == "0":
        return Told("heartbeat")
    if msg_type in _SESSION:
        is_answer = msg_type == "A" and not is_from_gateway
        return Told("logon" if is_answer else "note", text=f"{who}: {_SESSION[msg_type]}{_more(said)}")
    if said.get(43) == "Y":
        return Told("note", text=f"{who} repeats {msg_type} number {said.get(34)}")
    if is_from_gateway:
        kind = _REQUESTS.get(msg_type, "note")
    elif msg_type == "8":
        kind = _TRANS_TYPES.get(said.get(20, ""), _EXEC_TYPES.get(said.get(150, ""), "note"))
    else:
        kind = {"9": "cancel_reject", "j": "refuse_message"}.get(msg_type, "note")
    told = Told(kind, said.get(11, said.get(379, "")), said.get(41, ""), text=f"{who}: {msg_type}{_more(said)}")
    told.values = dict(_fix_values(said, kind))
    return told


def _more(said: Mapping[int, str]) -> str:
    return f", {said[58]}" if said.get(58) else ""


_NUMBERS: Final[Mapping[str, Mapping[str, int]]] = {
    "place": {"qty": 38, "px": 44, "stop_px": 99},
    "replace": {"qty": 38, "px": 44, "stop_px": 99},
    "fill": {"qty": 32, "px": 31, "exec": 17},
    "correct": {"qty": 32, "px": 31, "exec": 19},
    "bust": {"exec": 19},
    "restate": {"qty": 38, "px": 44},
    "reject": {"reason": 103, "text": 58},
    "cancel_reject": {"reason": 102, "text": 58},
    "refuse_message": {"reason": 380, "text": 58},
    "canceled": {"text": 58},
}


def _fix_values(said: Mapping[int, str], kind: str) -> Iterator[tuple[str, str]]:
    if kind == "place":
        yield "side", SIDES.get(said.get(54, ""), said.get(54, ""))
        if said.get(40, "2") not in ("1", "2"):
            yield "type", _TYPES.get(said[40], said[40])
        if said.get(59, "0") != "0":
            yield "tif", _TIMES.get(said[59], said[59])
    for name, tag in _NUMBERS.get(kind, {}).items():
        if tag in said:
            yield name, said[tag]
