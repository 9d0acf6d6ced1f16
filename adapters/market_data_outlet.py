"""Take market data for one connection, in portions and only while nothing else waits to be sent."""

from collections.abc import Callable
from typing import Final

from fairlead.adapters.strategy_session import MarketDataEntry, MarketDataMessage, MarketDataQueue
from fairlead.codecs.errors import EncodeError
from fairlead.codecs.vocabulary.market_data_cy import MarketDataReject, MarketDataRequest

PORTION_BYTES: Final = 4 * 1024
"""So much market data, and the rest of the last message, is made in one turn; an order waits some 0.4 ms for it."""

Encode = Callable[[MarketDataMessage], int]
"""Put a message into the output and return its length in bytes; raises ``EncodeError`` where it can't be carried."""


class NoMarketData:
    """Refuse every request: the entry of a port that was given none."""

    is_due: Final = False

    def open_queue(self, strategy: str) -> "NoMarketData":
        """Return a queue in which there is never anything."""
        return self

    def request(self, request: MarketDataRequest, now_ns: int, utc_ns: int) -> MarketDataReject | None:
        """Refuse."""
        return MarketDataReject(
            md_req_id=request.md_req_id, md_req_rej_reason=ord("N"), text="no market data feed is configured"
        )

    def next_message(self, now_ns: int, utc_ns: int) -> MarketDataMessage | None:
        """Return nothing."""
        return None

    def refuse(self, message: MarketDataMessage, text: str) -> None:
        """Do nothing: there are no messages."""

    def close(self) -> None:
        """Do nothing."""


class MarketDataOutlet:
    """Stand between a connection and its queue.

    ``queue.is_due`` is asked for every connection at every turn, so it costs no call here.
    """

    def __init__(self, entry: MarketDataEntry) -> None:
        self._entry = entry
        self.queue: MarketDataQueue = NoMarketData()
        """The queue of the strategy that is logged on; one in which there is never anything where none is."""

    @property
    def is_due(self) -> bool:
        """Tell whether there is something to tell."""
        return self.queue.is_due

    def open(self, strategy: str) -> None:
        """Serve this strategy from now on; what was subscribed before is over."""
        self.close()
        self.queue = self._entry.open_queue(strategy)

    def close(self) -> None:
        """End all subscriptions."""
        queue, self.queue = self.queue, NoMarketData()
        queue.close()

    def request(self, request: MarketDataRequest, now_ns: int, utc_ns: int) -> MarketDataReject | None:
        """Pass a request on; return the answer where it is refused."""
        return self.queue.request(request, now_ns, utc_ns)

    def put_portion(self, encode: Encode, now_ns: int, utc_ns: int) -> int:
        """Encode what is due, until a portion is full; return its bytes.

        A message that can't be carried ends its subscription, and the reject that says so comes next.
        """
        queue, count = self.queue, 0
        while count < PORTION_BYTES and queue.is_due:
            message = queue.next_message(now_ns, utc_ns)
            if message is None:
                break
            try:
                count += encode(message)
            except EncodeError as error:
                if isinstance(message, MarketDataReject):
                    raise
                queue.refuse(message, str(error))
        return count
