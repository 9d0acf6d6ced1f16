"""Answer requests that go no further: count each, and tell its strategy check, limit and value."""

from collections.abc import Callable
from typing import Final

from fairlead.codecs.vocabulary.constants import OrdStatus, Refusal
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.path_reports import refuse_mass_cancel, refuse_new_order, refuse_request
from fairlead.gateway.risk.subject_cy import Refused
from fairlead.gateway.telemetry.path_counters_cy import PathCounters


class Refusals:
    """Refuse for the order path; ``deliver(strategy, report, now_ns, utc_ns)`` hands a report to a strategy."""

    def __init__(
        self, ledger: Ledger, counters: PathCounters, deliver: Callable[[str, Report, int, int], None]
    ) -> None:
        self._ledger: Final = ledger
        self._counters: Final = counters
        self._deliver: Final = deliver

    def new_order(self, strategy: str, request: NewOrder, refused: Refused, now_ns: int, utc_ns: int) -> None:
        """Tell the strategy why its order was not booked."""
        report = refuse_new_order(request, refused, self._ledger.next_exec_id(), utc_ns)
        self._tell(strategy, refused, report, now_ns, utc_ns)

    def request(
        self,
        strategy: str,
        request: CancelOrder | ReplaceOrder | StatusRequest,
        order: Order | None,
        refused: Refused | None,
        now_ns: int,
        utc_ns: int,
    ) -> None:
        """Tell the strategy why its request was not sent; the order stays as it is.

        ``refused`` None means that the request could go, but no ClOrdID is left for its venue.
        """
        refused = refused or no_ids_left(order.venue if order is not None else "")
        ord_status = order.ord_status if order is not None else int(OrdStatus.REJECTED)
        report = refuse_request(request, order, ord_status, refused, self._ledger.next_exec_id(), utc_ns)
        self._tell(strategy, refused, report, now_ns, utc_ns)

    def mass_cancel(self, strategy: str, request: MassCancel, refused: Refused, now_ns: int, utc_ns: int) -> None:
        """Tell the strategy why its mass cancel cancels nothing."""
        report = refuse_mass_cancel(request, refused, self._ledger.next_exec_id(), utc_ns)
        self._tell(strategy, refused, report, now_ns, utc_ns)

    def _tell(self, strategy: str, refused: Refused, report: Report, now_ns: int, utc_ns: int) -> None:
        self._counters.refused(strategy, refused.refusal)
        self._deliver(strategy, report, now_ns, utc_ns)


def no_ids_left(venue: str) -> Refused:
    """Return why nothing can go to a venue whose ids are used up."""
    return Refused(Refusal.UNSUPPORTED, f"no ClOrdID is left for venue {venue} until the gateway starts anew")
