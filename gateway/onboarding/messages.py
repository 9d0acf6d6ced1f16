"""Say what recorded messages are in the words of scenarios: what the gateway asked for, what the venue said."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Fields = Sequence[tuple[int, bytes]]

SIDES: Final = {"1": "buy", "2": "sell", "5": "sell_short", "6": "sell_short_exempt"}
_OUCH_SIDES: Final = {"B": "buy", "S": "sell", "T": "sell_short", "E": "sell_short_exempt"}
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
_OUCH: Final[Mapping[str, str]] = {
    "enter_order": "place",
    "replace_order": "replace",
    "cancel_order": "cancel",
    "mass_cancel": "mass_cancel",
    "accepted": "ack",
    "order_accepted": "ack",
    "replaced": "replaced",
    "order_replaced": "replaced",
    "canceled": "canceled",
    "order_canceled": "canceled",
    "executed": "fill",
    "order_executed": "fill",
    "rejected": "reject",
    "broken_trade": "bust",
    "cancel_pending": "pending",
    "cancel_reject": "cancel_reject",
}
_ID: Final = ("order_token", "replacement_order_token", "user_ref_num")
_ORIG_ID: Final = ("existing_order_token", "previous_order_token", "orig_user_ref_num")


@dataclass(slots=True)
class Told:
    """One message. ``kind`` is a word of this module, ``note`` for what no step is made of, with ``text``.

    ``values`` hold qty, px, stop_px, side, type, tif, reason, text and exec as they were, as texts.
    """

    kind: str
    order_id: str = ""
    orig_id: str = ""
    values: dict[str, str] = field(default_factory=dict)
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


def tell_ouch(values: Mapping[str, Any]) -> Told:
    """Return what a decoded OUCH message says (``decode_frame``)."""
    name = str(values.get("message", ""))
    kind = _OUCH.get(name)
    if kind is None:
        packet = str(values.get("packet", "bytes that are no message"))
        if packet.endswith("heartbeat"):
            return Told("heartbeat")
        return Told("logon" if packet == "login_accepted" else "note", text=name or packet)
    told = Told(kind, _first(values, _ID), _first(values, _ORIG_ID), text=name)
    told.values = {key: text for key, text in _OUCH_VALUES[kind](values).items() if text}
    if kind == "cancel":
        told.orig_id, told.order_id = told.order_id, ""
    return told


def _first(values: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((str(values[name]).strip() for name in names if name in values), "")


def _terms(values: Mapping[str, Any]) -> dict[str, str]:
    return {"qty": _first(values, ("shares", "quantity")), "px": _first(values, ("price",))}


def _placed(values: Mapping[str, Any]) -> dict[str, str]:
    side = _first(values, ("side", "buy_sell_indicator"))
    return {"side": _OUCH_SIDES.get(side[:1].upper(), side) if len(side) == 1 else side, **_terms(values)}


def _filled(values: Mapping[str, Any]) -> dict[str, str]:
    px = _first(values, ("execution_price", "price"))
    return {"qty": _first(values, ("executed_shares", "quantity")), "px": px, "exec": _first(values, ("match_number",))}


def _nothing(values: Mapping[str, Any]) -> dict[str, str]:
    return {}


_OUCH_VALUES: Final[Mapping[str, Callable[[Mapping[str, Any]], dict[str, str]]]] = {
    **dict.fromkeys(("ack", "replaced", "canceled", "pending", "cancel", "cancel_reject", "mass_cancel"), _nothing),
    "place": _placed,
    "replace": _terms,
    "fill": _filled,
    "reject": lambda values: {"reason": _first(values, ("reason",))},
    "bust": lambda values: {"exec": _first(values, ("match_number",))},
}
