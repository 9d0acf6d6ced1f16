"""Find the busiest stretch of a journal, as a load that a stress test plays again (RTS 6, Article 10).

::

    form            "fairlead-load-1"
    from_utc_ns     when the stretch began
    window_ms       how long it is
    messages        requests sent and reports received in it
    standing        orders that were open before and are asked about in it: to be entered first
    requests        in order: at_ms into the stretch, strategy, do (new, cancel, replace), id, and the terms or ``of``

Symbols are S1, S2, ... in order of appearance: a load says how much, not what.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from fairlead.codecs.vocabulary.constants import ABSENT, OrdType, Side, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder
from fairlead.gateway.compliance.order_events import OrderEvent, OrderHistory
from fairlead.gateway.compliance.order_facts import exact
from fairlead.gateway.orders.order_cy import Order

FORM: Final = "fairlead-load-1"
_MS: Final = 1_000_000


class NoLoadError(Exception):
    """Report a journal without an order in the period."""


def busiest_load(folder: Path, window_ms: int, from_utc_ns: int = 0, to_utc_ns: int = 2**63 - 1) -> dict[str, Any]:
    """Return the load of the stretch of ``window_ms`` with the most messages. Raises NoLoadError, JournalError."""
    begins, messages = _busiest(OrderHistory(folder, from_utc_ns, to_utc_ns).events(), window_ms * _MS)
    if not messages:
        raise NoLoadError(f"journal {folder} holds no order in that period")
    load = _Load(begins)
    for event in OrderHistory(folder, from_utc_ns, to_utc_ns).events():
        if event.utc_ns < begins + window_ms * _MS:
            load.take(event)
    return {
        "form": FORM,
        "from_utc_ns": begins,
        "window_ms": window_ms,
        "messages": messages,
        "standing": load.standing,
        "requests": load.requests,
    }


def _busiest(events: Iterator[OrderEvent], window_ns: int) -> tuple[int, int]:
    """Return when the busiest stretch begins, and how many messages it has: the first one of several."""
    recent: deque[int] = deque()
    begins = most = 0
    for event in events:
        recent.append(event.utc_ns)
        while recent[0] <= event.utc_ns - window_ns:
            recent.popleft()
        if len(recent) > most:
            begins, most = recent[0], len(recent)
    return begins, most


@dataclass(slots=True)
class _Load:
    begins_utc_ns: int
    standing: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    _known: set[tuple[str, str]] = field(default_factory=set)
    _symbols: dict[str, str] = field(default_factory=dict)

    def take(self, event: OrderEvent) -> None:
        """Add a request of the stretch."""
        if event.utc_ns < self.begins_utc_ns or event.order is None or event.request is None:
            return
        order, request = event.order, event.request
        told: dict[str, Any] = {
            "at_ms": (event.utc_ns - self.begins_utc_ns) // _MS,
            "strategy": order.strategy,
            "venue": order.venue,
        }
        if isinstance(request, NewOrder):
            told |= {"do": "new", "id": request.cl_ord_id, **self._terms(request)}
            self._known.add((order.strategy, request.cl_ord_id))
        else:
            self._need(order, request.orig_cl_ord_id)
            told |= _change(request)
            self._known.add((order.strategy, request.cl_ord_id))
        self.requests.append(told)

    def _need(self, order: Order, cl_ord_id: str) -> None:
        """Have an order entered before the stretch that is asked about in it."""
        if (order.strategy, cl_ord_id) in self._known:
            return
        self._known.add((order.strategy, cl_ord_id))
        who = {"strategy": order.strategy, "venue": order.venue, "do": "new", "id": cl_ord_id}
        self.standing.append(who | self._terms(order.terms))

    def _terms(self, terms: NewOrder) -> dict[str, Any]:
        symbol = self._symbols.setdefault(terms.symbol, f"S{len(self._symbols) + 1}")
        named: dict[str, Any] = {
            "symbol": symbol,
            "side": Side(terms.side).name.lower(),
            "order_qty": _text(terms.order_qty),
            "ord_type": OrdType(terms.ord_type).name.lower(),
            "time_in_force": TimeInForce(terms.time_in_force).name.lower(),
        }
        return named | {name: _text(getattr(terms, name)) for name in ("price", "stop_px") if _has(terms, name)}


def _change(request: CancelOrder | ReplaceOrder) -> dict[str, Any]:
    told: dict[str, Any] = {"do": "cancel", "id": request.cl_ord_id, "of": request.orig_cl_ord_id}
    if isinstance(request, ReplaceOrder):
        terms = {name: _text(getattr(request, name)) for name in ("order_qty", "price") if _has(request, name)}
        told |= {"do": "replace", **terms}
    return told


def _has(message: NewOrder | ReplaceOrder, name: str) -> bool:
    return bool(getattr(message, name) != ABSENT)


def _text(value: int) -> str:
    amount = exact(value)
    return format(amount if amount is not None else Decimal(0), "f")
