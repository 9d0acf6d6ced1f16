"""Say what a strategy's session offers the order path, and what the order path offers it.

A strategy's session outlives its connections: a report is numbered and recorded whether the strategy is there or
not, and replayed when it comes back.
"""

from typing import Protocol

from fairlead.adapters.endpoint import Endpoint
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    DontKnowTrade,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)


class StrategySession(Protocol):
    """Carry reports to one strategy."""

    @property
    def name(self) -> str:
        """Return the strategy's name in the configuration."""

    @property
    def endpoint(self) -> Endpoint | None:
        """Return the connection that serves the strategy now, None while it is away."""

    def send_report(self, report: Report, now_ns: int, utc_ns: int) -> None:
        """Number, record and queue a report; ids are the strategy's."""


class OrderEntry(Protocol):
    """Take strategies' requests; implemented by the order path. Every outcome is a report to the same strategy.

    ``strategy`` is the strategy's name. A port has authenticated the strategy and decoded the request; the order path
    judges everything else (entitlement, ids, quantities, venue).
    """

    def new_order(self, strategy: str, request: NewOrder, now_ns: int, utc_ns: int) -> None:
        """Check, book and send a new order."""

    def cancel_order(self, strategy: str, request: CancelOrder, now_ns: int, utc_ns: int) -> None:
        """Check, book and send a cancel."""

    def replace_order(self, strategy: str, request: ReplaceOrder, now_ns: int, utc_ns: int) -> None:
        """Check, book and send a replace."""

    def mass_cancel(self, strategy: str, request: MassCancel, now_ns: int, utc_ns: int) -> None:
        """Cancel each order in scope, in the way each venue is fastest at."""

    def request_status(self, strategy: str, request: StatusRequest, now_ns: int, utc_ns: int) -> None:
        """Answer from the books."""

    def dont_know_trade(self, strategy: str, denied: DontKnowTrade, now_ns: int, utc_ns: int) -> None:
        """Alarm about an execution that the strategy denies; no report answers it."""

    def strategy_connected(self, strategy: str, now_ns: int, utc_ns: int) -> None:
        """Note that the strategy has logged on."""

    def strategy_disconnected(self, strategy: str, reason: str, now_ns: int, utc_ns: int) -> None:
        """Note that the strategy has gone; its cancel-on-disconnect policy applies."""
