"""Run one connection of the binary port; docs/strategy-protocol.md is its protocol."""

from typing import TYPE_CHECKING, Final

from fairlead.adapters.market_data_outlet import MarketDataOutlet
from fairlead.adapters.session_events import EventKind
from fairlead.adapters.soup.application import SoupServerApplication
from fairlead.adapters.soup.server import SoupServerSession
from fairlead.adapters.soup.settings import SoupServerSettings
from fairlead.adapters.soup.stream_cy import SequencedStream
from fairlead.adapters.strategy_session import MarketDataMessage
from fairlead.codecs.strategy_binary.errors import MessageError
from fairlead.codecs.strategy_binary.market_data_decoder import decode_market_data_request
from fairlead.codecs.strategy_binary.market_data_encoder_cy import MarketDataEncoder
from fairlead.codecs.strategy_binary.market_data_plans import MARKET_DATA_REQUEST
from fairlead.codecs.strategy_binary.request_decoder_cy import RequestDecoder
from fairlead.codecs.strategy_binary.session import LIVE_SEQ, debug_text
from fairlead.codecs.vocabulary.market_data_cy import MarketDataRequest
from fairlead.codecs.vocabulary.messages_cy import StatusRequest
from fairlead.codecs.vocabulary.session_messages import LoginRefusal, LogoutReason
from fairlead.gateway.ports.binary_session import BinaryStrategySession
from fairlead.gateway.ports.no_orders import no_orders

if TYPE_CHECKING:
    from fairlead.codecs.vocabulary.messages_cy import (
        CancelOrder,
        DontKnowTrade,
        MassCancel,
        NewOrder,
        ReplaceOrder,
    )
    from fairlead.gateway.ports.binary_port import BinaryPort

    OrderRequest = NewOrder | CancelOrder | ReplaceOrder | MassCancel | StatusRequest | DontKnowTrade

_MARKET_DATA_REQUEST: Final = MARKET_DATA_REQUEST.type_code
_REASONS: Final = {
    EventKind.LOGON_REFUSED: LoginRefusal.TIMED_OUT,
    EventKind.PEER_SILENT: LogoutReason.SILENT,
    EventKind.SLOW_PEER: LogoutReason.SLOW_CONSUMER,
}


class BinaryConnection(SoupServerSession):
    """Pass a strategy's requests in, its reports and market data out (a ``PacedEndpoint``)."""

    def __init__(
        self, port: "BinaryPort", settings: SoupServerSettings, application: SoupServerApplication, peer_address: str
    ) -> None:
        super().__init__(settings, application, peer_address)
        self.session: BinaryStrategySession | None = None
        """The session of the strategy that is logged in."""
        self.market: Final = MarketDataOutlet(port.market_data)
        self._port = port
        self._requests = RequestDecoder()
        self._market_encoder = MarketDataEncoder()
        self._reason = LogoutReason.STOPPING
        self._message_number = 0
        self._refused_in_a_row = 0

    @property
    def strategy(self) -> str:
        """Return the name of the strategy that is logged in, "" before."""
        return self.session.name if self.session is not None else ""

    # What SoupServerSession leaves open

    def next_deadline_ns(self) -> int:
        """Return the next deadline; one long past while market data can be sent."""
        if self.market.is_due and self.may_send_aside:
            return 0
        return super().next_deadline_ns()

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        """Act on deadlines; tell market data that is due."""
        super().on_timer(now_ns, utc_ns)
        if self.market.is_due and self.may_send_aside:
            self.market.put_portion(lambda message: self._put_market_message(message, now_ns), now_ns, utc_ns)

    def greeting(self, stream: SequencedStream) -> str:
        """Say which report is the first that is not repeated."""
        return debug_text(LIVE_SEQ, str(stream.next_seq))

    def farewell(self, kind: EventKind, text: str) -> str:
        """Say why the connection ends."""
        reason = self._reason if kind is EventKind.LOGGED_OUT else _REASONS.get(kind, LoginRefusal.MALFORMED)
        return debug_text(reason.name.lower(), text)

    def end(self, reason: LogoutReason, text: str, now_ns: int, utc_ns: int) -> None:
        """Tell the strategy why, and end the connection."""
        self._reason = reason
        self.log_out(text, now_ns, utc_ns)

    # Requests

    def receive_message(self, message: bytes, now_ns: int, utc_ns: int) -> None:
        """Act on a request, recorded already; one that can't be read is refused, and too many in a row end it all."""
        session = self.session
        assert session is not None
        self._message_number += 1
        try:
            if message and message[0] == _MARKET_DATA_REQUEST:
                self._request_market_data(decode_market_data_request(message), now_ns, utc_ns)
            else:
                self._request(session, self._requests.decode(message), now_ns, utc_ns)
            self._refused_in_a_row = 0
        except MessageError as error:
            self._refuse_message(session, error, now_ns, utc_ns)

    def _request(self, session: BinaryStrategySession, request: "OrderRequest", now_ns: int, utc_ns: int) -> None:
        seq_before = session.next_seq
        self._port.handlers[type(request)](session.name, request, now_ns, utc_ns)
        if isinstance(request, StatusRequest) and session.next_seq == seq_before:
            session.send_report(no_orders(request, utc_ns), now_ns, utc_ns)

    def _refuse_message(self, session: BinaryStrategySession, error: MessageError, now_ns: int, utc_ns: int) -> None:
        session.send_refusal(error, self._message_number, now_ns, utc_ns)
        self._refused_in_a_row += 1
        if self._refused_in_a_row >= self._port.settings.max_refused_messages:
            self.end(LogoutReason.REFUSED_LINES, f"{self._refused_in_a_row} refused messages in a row", now_ns, utc_ns)

    def _request_market_data(self, request: MarketDataRequest, now_ns: int, utc_ns: int) -> None:
        reject = self.market.request(request, now_ns, utc_ns)
        if reject is not None:
            self._put_market_message(reject, now_ns)

    def _put_market_message(self, message: MarketDataMessage, now_ns: int) -> int:
        parts = self._market_encoder.encode(message)
        for part in parts:
            self.send_aside(part, now_ns)
        return sum(map(len, parts))
