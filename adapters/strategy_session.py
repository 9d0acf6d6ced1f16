"""Say what a strategy's session offers the order path, and what the order path offers it.

A strategy's session outlives its connections: a report is numbered and recorded whether the strategy is there or
not, and replayed when it comes back.
"""

from typing import Protocol

from fairlead.adapters.endpoint import Endpoint
from fairlead.codecs.vocabulary.market_data_cy import (
    MarketDataIncrement,
    MarketDataReject,
    MarketDataRequest,
    MarketDataSnapshot,
    SecurityStatus,
)
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


MarketDataMessage = MarketDataSnapshot | MarketDataIncrement | SecurityStatus | MarketDataReject


class MarketDataQueue(Protocol):
    """What one connection is owed of the market's picture: level-triggered, so that it never grows with the updates.

    A subscription remembers what its reader was told last. A change marks it due; the message is made when it is taken,
    from what was told and what is: a reader that takes each one gets each change, a slow one the latest state. So a
    connection takes a message only when it can send it, and what it has taken it has told.
    """

    @property
    def is_due(self) -> bool:
        """Tell whether there is something to tell; cheap, asked at each turn."""

    def request(self, request: MarketDataRequest, now_ns: int, utc_ns: int) -> MarketDataReject | None:
        """Subscribe, take a snapshot or unsubscribe; return why not, None where it is done or due."""

    def next_message(self, now_ns: int, utc_ns: int) -> MarketDataMessage | None:
        """Return the next message to send, None where nothing is due. Subscriptions take turns."""

    def refuse(self, message: MarketDataMessage, text: str) -> None:
        """End the subscription of a message that the connection can't carry; a reject, due next, says so."""

    def close(self) -> None:
        """End all subscriptions: the connection is gone. A strategy subscribes again on its next one."""


class MarketDataEntry(Protocol):
    """Where strategies get market data; a port opens a queue for each connection that logs on.

    How a port serves it: reports and answers first, market data only when nothing waits to be sent (``PacedEndpoint``
    tells) and in portions. It is not recorded and not repeated. While a message is due and can be sent,
    ``next_deadline_ns`` is 0, so that the driver comes back; ``on_timer`` then takes up to a portion. So market data
    is made in turns of its own, before the commit, and never in the turn of a report.
    """

    def open_queue(self, strategy: str) -> MarketDataQueue:
        """Return a new queue for a strategy's connection, without subscriptions."""
