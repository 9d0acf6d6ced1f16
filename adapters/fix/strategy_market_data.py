"""Serve market data over a strategy's FIX session: V and e in; W, X, f and Y out (j for a refused e).

What goes out takes numbers of the session like any message, but is not kept: worthless later, it is replaced by a gap
fill where the strategy asks for its number again (``SessionOutbound.send_unkept``). Requests and refusals are kept.

State is told by SecurityStatus(f): for a book that was subscribed by V, unsolicited, since X can't say that a book has
become stale or its symbol halted; for a SecurityStatusRequest(e), under its SecurityStatusReqID(324). Both kinds of id
share one name space. What answers a refused e is a BusinessMessageReject(j), for the standard has nothing else.
"""

from collections.abc import Callable
from typing import Any, Final

from fairlead.adapters.fix.market_data_decode import MarketDataDecoder, RequestRefusedError, reject_code
from fairlead.adapters.fix.market_data_encode_cy import MarketDataEncoder
from fairlead.adapters.fix.session import REFUSED_TOO_LARGE, FixSession
from fairlead.adapters.market_data_outlet import MarketDataOutlet
from fairlead.adapters.strategy_session import MarketDataEntry, MarketDataMessage
from fairlead.codecs.errors import DecodeError, EncodeError, LocalProtocolError
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.writer_cy import MessageWriter
from fairlead.codecs.vocabulary.market_data_codes import MDReqRejReason, SubscriptionRequestType
from fairlead.codecs.vocabulary.market_data_cy import (
    MarketDataIncrement,
    MarketDataReject,
    MarketDataRequest,
    MarketDataSnapshot,
    SecurityStatus,
)

MSG_TYPES: Final = frozenset("Ve")
"""What is handled here; the rest is orders."""
MAX_FRAME_BYTES: Final = 1024 * 1024
"""A longer message ends its subscription, as one beyond the strategy's MaxMessageSize(383) does."""

_BUSINESS_REASONS: Final = {
    MDReqRejReason.UNKNOWN_SYMBOL: 2,
    MDReqRejReason.DUPLICATE_MD_REQ_ID: 0,
    MDReqRejReason.INSUFFICIENT_PERMISSIONS: 6,
    MDReqRejReason.NO_FEED: 4,
    MDReqRejReason.UNKNOWN_MD_REQ_ID: 1,
}
"""BusinessRejectReason(380) for a refused SecurityStatusRequest; other (0) for the rest. FIX 4.2 ends at 5."""
_LAST_BUSINESS_REASON_4_2: Final = 5


class FixStrategyMarketData:
    """Translate between one strategy's FIX session and its queue of market data."""

    def __init__(self, session: FixSession, entry: MarketDataEntry, name: str, begin_string: str) -> None:
        self._session = session
        self._name = name
        self._is_4_2 = begin_string == "FIX.4.2"
        self._decoder = MarketDataDecoder(begin_string)
        self._encoder = MarketDataEncoder(self._is_4_2)
        self.outlet: Final = MarketDataOutlet(entry)
        self._status_ids: set[str] = set()
        self._putters: dict[type, tuple[str, Callable[[MessageWriter, Any], None]]] = {
            MarketDataSnapshot: ("W", self._encoder.put_snapshot),
            MarketDataIncrement: ("X", self._encoder.put_increment),
            SecurityStatus: ("f", self._put_status),
        }

    @property
    def can_tell(self) -> bool:
        """Tell whether market data may go out: it is due, and the session has nothing else to say."""
        session = self._session
        return self.outlet.is_due and session.is_logged_on and not session.output and not session.is_resending

    def open(self) -> None:
        """Serve the strategy, which has logged on; what it subscribed to before is over."""
        self._status_ids.clear()
        self.outlet.open(self._name)

    def close(self) -> None:
        """End all subscriptions: the strategy has gone."""
        self.outlet.close()

    def on_message(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Take a MarketDataRequest(V) or a SecurityStatusRequest(e)."""
        is_status = message.msg_type == "e"
        md_req_id = message.get_str(324 if is_status else 262)
        try:
            request = (self._decoder.status_request if is_status else self._decoder.request)(message)
        except RequestRefusedError as error:
            self._refuse(message, md_req_id, error.code, str(error), now_ns, utc_ns)
            return
        except DecodeError as error:
            self._refuse(message, md_req_id, "", str(error), now_ns, utc_ns)
            return
        reject = self.outlet.request(request, now_ns, utc_ns)
        if reject is None:
            self._note(request, is_status)
        elif is_status:
            reason = _BUSINESS_REASONS.get(MDReqRejReason(reject.md_req_rej_reason), 0)
            self._refuse_status(message, md_req_id, reason, reject.text, now_ns, utc_ns)
        else:
            code = reject_code(reject.md_req_rej_reason)
            self._refuse(message, md_req_id, code, reject.text, now_ns, utc_ns)

    def tell(self, now_ns: int, utc_ns: int) -> int:
        """Send a portion of what is due; return its bytes."""
        return self.outlet.put_portion(lambda message: self._send(message, now_ns, utc_ns), now_ns, utc_ns)

    def _note(self, request: MarketDataRequest, is_status: bool) -> None:
        if request.subscription_request_type == SubscriptionRequestType.UNSUBSCRIBE or not is_status:
            self._status_ids.discard(request.md_req_id)
        else:
            self._status_ids.add(request.md_req_id)

    def _send(self, message: MarketDataMessage, now_ns: int, utc_ns: int) -> int:
        if isinstance(message, MarketDataReject):
            return self._send_reject(message, reject_code(message.md_req_rej_reason), now_ns, utc_ns)
        msg_type, put = self._putters[type(message)]
        writer = self._session.begin(msg_type, utc_ns)
        put(writer, message)
        outcome = self._session.send_unkept(writer, MAX_FRAME_BYTES, now_ns, utc_ns)
        if outcome == REFUSED_TOO_LARGE:
            raise EncodeError(f"a MsgType {msg_type} too long for this session: ask for less depth")
        if outcome < 0:
            raise LocalProtocolError(f"strategy {self._name}: market data was sent in a session that can't take it")
        return len(self._session.output[-1])

    def _put_status(self, writer: MessageWriter, message: SecurityStatus) -> None:
        self._encoder.put_status(writer, message, message.md_req_id in self._status_ids)

    def _send_reject(self, reject: MarketDataReject, code: str, now_ns: int, utc_ns: int) -> int:
        writer = self._session.begin("Y", utc_ns)
        self._encoder.put_reject(writer, reject, code)
        self._session.send(writer, now_ns, utc_ns)
        return len(self._session.output[-1]) if self._session.output else 0

    def _refuse(self, message: FixMessage, md_req_id: str, code: str, text: str, now_ns: int, utc_ns: int) -> None:
        if message.msg_type == "e" or not md_req_id:
            self._refuse_status(message, md_req_id, 0, text, now_ns, utc_ns)
            return
        reason = MDReqRejReason.MALFORMED
        self._send_reject(
            MarketDataReject(md_req_id=md_req_id, md_req_rej_reason=reason, text=text), code, now_ns, utc_ns
        )

    def _refuse_status(
        self, message: FixMessage, md_req_id: str, reason: int, text: str, now_ns: int, utc_ns: int
    ) -> None:
        if self._is_4_2 and reason > _LAST_BUSINESS_REASON_4_2:
            reason = 0
        self._session.business_reject(message, reason, text, now_ns, utc_ns, md_req_id)
