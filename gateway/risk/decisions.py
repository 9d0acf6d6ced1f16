"""Take down what the checks decide: in the journal, in counters, and as alerts where somebody should look."""

from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final

from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import ABSENT, OrdType, Side, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.risk.check_order import CHECK_NAMES
from fairlead.gateway.risk.subject_cy import Refused, Subject
from fairlead.gateway.telemetry.counters_cy import CounterPage

Record = Callable[[dict[str, Any], int], object]
"""``record(decision, utc_ns)`` writes a DECISION record."""
Listener = Callable[[str, Subject, Refused], object]
"""``listener(check, subject, refused)`` hears of a refusal."""


class RiskDecisions:
    """Record each refusal, each warning and each use of an override, and count them by check.

    ``record`` writes to the journal alone, ``alert`` also tells people.
    """

    def __init__(self, record: Record, alert: Callable[..., object], page: CounterPage) -> None:
        self._record: Final = record
        self._alert: Final = alert
        self._page: Final = page
        self._slots: Final = {
            (name, result): page.slot(f"risk.{name}.{result}")
            for name in CHECK_NAMES
            for result in ("refused", "warned")
        }
        self._listeners: Final[list[Listener]] = []

    def watch(self, listener: Listener) -> None:
        """Have a listener told of each refusal."""
        self._listeners.append(listener)

    def refused(self, check: str, subject: Subject, refused: Refused) -> None:
        """Record and count a refusal."""
        self._page.add(self._slots[check, "refused"])
        fields = _describe(check, subject, refused)
        request = "new_order" if subject.order is None else "replace_order"
        told = {"event": "risk_refused", "request": request, **fields, "text": refused.text, **_terms(subject.request)}
        self._record(told, subject.utc_ns)
        for listener in self._listeners:
            listener(check, subject, refused)

    def overridden(self, check: str, subject: Subject, refused: Refused, people: tuple[str, str]) -> None:
        """Record that an override lets an order pass what a check refused, and who verified and authorised it."""
        by = {"verified_by": people[0], "authorised_by": people[1]}
        self._alert("risk_overridden", subject.utc_ns, **_describe(check, subject, refused), **by, text=refused.text)

    def warned(self, subject: Subject) -> None:
        """Record, count and tell the warnings of an order that goes."""
        for found in subject.warnings or ():
            self._page.add(self._slots[found.check, "warned"])
            fields = _describe(found.check, subject, found)
            self._alert("risk_warning", subject.utc_ns, **fields, text=found.text)


def _terms(request: NewOrder) -> dict[str, Any]:
    """Return the terms of an order that the books will never hold, for order records."""
    amounts = {"order_qty": request.order_qty, "price": request.price, "stop_px": request.stop_px}
    return {
        "side": _named(Side, request.side),
        "ord_type": _named(OrdType, request.ord_type),
        "time_in_force": _named(TimeInForce, request.time_in_force),
        **{name: fixed_to_str(amount) for name, amount in amounts.items() if amount != ABSENT},
    }


def _named(codes: type[IntEnum], code: int) -> str:
    """Return a code's name; one that has none, which may be what was refused, as its character."""
    return codes(code).name.lower() if code in codes._value2member_map_ else chr(code)


def _describe(check: str, subject: Subject, found: Refused) -> dict[str, Any]:
    return {
        "check": check,
        "limit": found.limit,
        "value": found.value,
        "row": found.row,
        "limits_version": subject.limits.version,
        "strategy": subject.strategy,
        "account": subject.account,
        "venue": subject.venue,
        "symbol": subject.request.symbol,
        "cl_ord_id": subject.request.cl_ord_id,
    }
