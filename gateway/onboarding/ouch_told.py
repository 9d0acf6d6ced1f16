"""Say what recorded OUCH messages are in the words of scenarios, with what was said before: OUCH says little by itself.

A cancel down to a quantity is a replace, and the answer to it; a cancel's answer names no request; what an order is
called changes with each replace that the venue has taken.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fairlead.gateway.onboarding.messages import Told

_KINDS: Final[Mapping[str, str]] = {
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
_SIDES: Final = {"B": "buy", "S": "sell", "T": "sell_short", "E": "sell_short_exempt"}
_ID: Final = ("order_token", "replacement_order_token", "user_ref_num")
_ORIG_ID: Final = ("existing_order_token", "previous_order_token", "orig_user_ref_num")
_QTY: Final = ("shares", "quantity")
_TIMES: Final = {
    "ouch42": {"0": "immediate_or_cancel", "99998": "day", "99999": "good_till_crossing"},
    "ouch50": {"0": "day", "3": "immediate_or_cancel", "5": "good_till_crossing", "6": "good_till_date"},
}
_CROSSES: Final = {"O": "at_the_opening", "C": "at_the_close"}
_REASONS: Final = {
    "ouch42": {"S": "1", "H": "2", "C": "2", "Z": "3"},
    "ouch50": {"23": "1", "2": "2", "7": "2", "6": "3"},
}
"""OrdRejReason(103) of a reject; what is not here is 0."""
_SHOWN: Final[Mapping[str, Mapping[str, str]]] = {
    "N": {"max_floor": "0"},
    "P": {"exec_inst": "6"},
    "M": {"exec_inst": "M"},
    "W": {"exec_inst": "6 M"},
}
"""What a strategy asks for by each way of showing an order."""


def _first(values: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((str(values[name]).strip() for name in names if name in values), "")


class OuchTeller:
    """Tell one session's decoded messages (``decode_frame``), in their order."""

    def __init__(self, protocol: str) -> None:
        self._times = _TIMES[protocol]
        self._reasons = _REASONS[protocol]
        self._left: dict[str, int] = {}
        """By token, what is left of an order."""
        self._asked: dict[str, list[tuple[str, str]]] = {}
        """By token, the cancels and reductions that are unanswered: kind and id."""
        self._called: dict[str, str] = {}
        """By token, the id of the last reduction that the venue has taken: strategies call the order by it."""
        self._cancels = 0

    def tell(self, values: Mapping[str, Any]) -> Told:
        """Return what the next message says."""
        name = str(values.get("message", ""))
        kind = _KINDS.get(name)
        if kind is None:
            packet = str(values.get("packet", "bytes that are no message"))
            if packet.endswith("heartbeat"):
                return Told("heartbeat")
            return Told("logon" if packet == "login_accepted" else "note", text=name or packet)
        told = Told(kind, _first(values, _ID), _first(values, _ORIG_ID), text=name)
        tell = {
            "place": self._placed,
            "replace": self._replace,
            "replaced": self._replaced,
            "cancel": self._cancel,
            "canceled": self._canceled,
            "fill": self._filled,
            "reject": self._rejected,
        }.get(kind)
        if tell is not None:
            tell(told, values)
        elif kind == "bust":
            told.values["exec"] = _first(values, ("match_number",))
        return told

    # requests

    def _placed(self, told: Told, values: Mapping[str, Any]) -> None:
        self._left[told.order_id] = int(_first(values, _QTY))
        side = _first(values, ("side", "buy_sell_indicator"))
        told.values |= {"side": _SIDES.get(side, side), **self._terms(values)}
        tif = _CROSSES.get(_first(values, ("cross_type",))) or self._times.get(str(values["time_in_force"]).strip())
        if tif != "day":
            told.values["tif"] = tif or "good_till_date"
        fields = dict(self._fields(values))
        if "M" in str(fields.get("exec_inst", "")):
            told.values["type"] = "pegged"
        if fields:
            told.values["fields"] = fields

    def _terms(self, values: Mapping[str, Any]) -> dict[str, str]:
        px = _first(values, ("price",))
        # a market order's price is a word
        return {"qty": _first(values, _QTY), **({"px": px} if px.replace(".", "").isdigit() else {"type": "market"})}

    def _fields(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Return what an order asks for besides its terms."""
        options: Mapping[str, Any] = values.get("appendage", {})
        least = values.get("minimum_quantity") or options.get("min_qty")
        shown = dict(_SHOWN.get(_first(values, ("display",)), {}))
        inst = [*(["6"] if options.get("post_only") == "P" else []), *_first(options, ("price_type",)).split("L")]
        if any(inst):
            shown["exec_inst"] = " ".join(code for code in inst if code)
        if "max_floor" in options:
            shown["max_floor"] = str(options["max_floor"])
        return {**shown, **({"min_qty": str(least)} if least else {})}

    def _replace(self, told: Told, values: Mapping[str, Any]) -> None:
        told.orig_id = self._called.get(told.orig_id, told.orig_id)
        told.values |= self._terms(values)

    def _cancel(self, told: Told, values: Mapping[str, Any]) -> None:
        token, total = told.order_id, int(_first(values, _QTY) or 0)
        self._cancels += 1
        told.orig_id, told.order_id = self._called.get(token, token), f"cancel {self._cancels}"
        if total:
            told.kind = "replace"
            told.values["qty"] = str(total)
        self._asked.setdefault(token, []).append((told.kind, told.order_id))

    # answers

    def _replaced(self, told: Told, values: Mapping[str, Any]) -> None:
        self._left[told.order_id] = int(_first(values, _QTY))
        told.orig_id = self._called.get(told.orig_id, told.orig_id)

    def _filled(self, told: Told, values: Mapping[str, Any]) -> None:
        qty = _first(values, ("executed_shares", *_QTY))
        told.values = {"qty": qty, "px": _first(values, ("execution_price", "price"))}
        told.values["exec"] = _first(values, ("match_number",))
        self._left[told.order_id] = self._left.get(told.order_id, 0) - int(qty)

    def _rejected(self, told: Told, values: Mapping[str, Any]) -> None:
        told.values["reason"] = self._reasons.get(_first(values, ("reason",)), "0")

    def _canceled(self, told: Told, values: Mapping[str, Any]) -> None:
        token, reason = told.order_id, _first(values, ("reason",))
        gone = int(_first(values, ("decrement_shares", *_QTY)))
        self._left[token] = self._left.get(token, gone) - gone
        is_part = self._left[token] > 0
        wanted = "replace" if is_part else "cancel"
        asked = [one for one in self._asked.get(token, []) if one[0] == wanted] if reason == "U" else []
        if asked:
            self._asked[token].remove(asked[0])
            told.order_id, told.orig_id = asked[0][1], self._called.get(token, token)
            if is_part:
                told.kind, self._called[token] = "replaced", asked[0][1]
        elif is_part:
            told.kind, told.text = "note", f"the venue cancels {gone} of an order by itself, reason {reason}"
        else:
            told.values["reason"] = reason
