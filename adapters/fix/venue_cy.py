"""Carry the steady state at a FIX venue: an order, cancel or replace out, an execution report in.

``FixVenueCore`` knows the encoder, the decoder and the session; what is rare is ``venue.FixVenue``'s.
"""

from collections.abc import Callable

import cython

from fairlead.adapters.conversation_cy import Conversation
from fairlead.adapters.fix.session_cy import PRIORITY_CANCEL, PRIORITY_NORMAL, SessionCore
from fairlead.adapters.fix.venue_decode_cy import ReportDecoder
from fairlead.adapters.fix.venue_encode_cy import OrderEncoder
from fairlead.adapters.venue_session import VenueSink
from fairlead.codecs.errors import EncodeError, ProtocolError
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder

_REFUSED_LOGGED_OUT = -2  # session_cy's


class FixVenueCore(Conversation):
    """Hold what the steady state touches. Use ``venue.FixVenue``.

    ``make_session`` is given the venue, which is its session's application.
    """

    def __init__(
        self,
        name: str,
        sink: VenueSink,
        encoder: OrderEncoder,
        decoder: ReportDecoder,
        make_session: "Callable[[FixVenueCore], SessionCore]",
    ) -> None:
        self.name = name
        self.is_up = False
        self.sink = sink
        self.encoder = encoder
        self.decoder = decoder
        self.session = make_session(self)

    # What Fairlead asks

    def submit(self, order: NewOrder, now_ns: cython.longlong, utc_ns: cython.longlong) -> None:
        """Send a NewOrderSingle(D)."""
        outcome: cython.longlong = _REFUSED_LOGGED_OUT
        if self.is_up:
            writer = self.session.begin("D", utc_ns)
            try:
                self.encoder.put_new_order(writer, order, order, utc_ns)
            except EncodeError as error:
                self.refuse_unencodable("D", order, error, now_ns, utc_ns)
                return
            outcome = self.session.send(writer, now_ns, utc_ns, PRIORITY_NORMAL)
        if outcome < 0:
            self.refuse_unsent("D", order, outcome, now_ns, utc_ns)

    def cancel(self, request: CancelOrder, order: NewOrder, now_ns: cython.longlong, utc_ns: cython.longlong) -> None:
        """Send an OrderCancelRequest(F)."""
        outcome: cython.longlong = _REFUSED_LOGGED_OUT
        if self.is_up:
            writer = self.session.begin("F", utc_ns)
            try:
                self.encoder.put_cancel(writer, request, order, utc_ns)
            except EncodeError as error:
                self.refuse_unencodable("F", request, error, now_ns, utc_ns)
                return
            outcome = self.session.send(writer, now_ns, utc_ns, PRIORITY_CANCEL)
        if outcome < 0:
            self.refuse_unsent("F", request, outcome, now_ns, utc_ns)

    def replace(self, request: ReplaceOrder, order: NewOrder, now_ns: cython.longlong, utc_ns: cython.longlong) -> None:
        """Send an OrderCancelReplaceRequest(G)."""
        outcome: cython.longlong = _REFUSED_LOGGED_OUT
        if self.is_up:
            writer = self.session.begin("G", utc_ns)
            try:
                self.encoder.put_replace(writer, request, order, utc_ns)
            except EncodeError as error:
                self.refuse_unencodable("G", request, error, now_ns, utc_ns)
                return
            outcome = self.session.send(writer, now_ns, utc_ns, PRIORITY_NORMAL)
        if outcome < 0:
            self.refuse_unsent("G", request, outcome, now_ns, utc_ns)

    def refuse_unencodable(
        self,
        msg_type: str,
        request: NewOrder | CancelOrder | ReplaceOrder,
        error: EncodeError,
        now_ns: int,
        utc_ns: int,
    ) -> None:
        """Report what the venue's FIX has no words for."""
        raise NotImplementedError

    def refuse_unsent(
        self, msg_type: str, request: NewOrder | CancelOrder | ReplaceOrder, outcome: int, now_ns: int, utc_ns: int
    ) -> None:
        """Report what the session did not take."""
        raise NotImplementedError

    # What the venue says

    def on_message(self, message: FixMessage, now_ns: cython.longlong, utc_ns: cython.longlong) -> None:
        """Book a message of the venue; what can't be read is told as an event."""
        try:
            if message.msg_type == "8":
                self._on_execution_report(message, now_ns, utc_ns)
            else:
                self.on_other(message, now_ns, utc_ns)
        except ProtocolError as error:
            text = f"MsgType {message.msg_type}, MsgSeqNum {message.msg_seq_num}: {error}"
            cl_ord_id = message.get_str(11)
            self.sink.on_venue_event(self.name, "report_unreadable", text, cl_ord_id, now_ns, utc_ns)

    def on_other(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Book what is no execution report. Raises ProtocolError for what can't be read."""
        raise NotImplementedError

    def _on_execution_report(self, message: FixMessage, now_ns: cython.longlong, utc_ns: cython.longlong) -> cython.int:
        if not message.has(584) and not message.has(912):
            self.sink.on_venue_report(self.name, self.decoder.decode_execution(message), now_ns, utc_ns)
            return 0
        request_id = message.get_str(584)
        total = message.get_int(911, -1)
        is_last = message.get_bool(912) or total == 0
        if not request_id or total != 0:
            self.sink.on_venue_report(self.name, self.decoder.decode_execution(message), now_ns, utc_ns)
        if request_id and is_last:
            text = f"MassStatusReqID {request_id}: {total if total >= 0 else 'some'} orders"
            self.sink.on_venue_event(self.name, "status_complete", text, request_id, now_ns, utc_ns)
        return 0

    # The stream

    def receive_data(
        self, data: bytes | bytearray | memoryview, now_ns: cython.longlong, utc_ns: cython.longlong
    ) -> None:
        """Take bytes as they came."""
        self.session.receive_data(data, now_ns, utc_ns)

    def next_deadline_ns(self) -> int:
        """Return the monotonic time of the next deadline."""
        return self.session.next_deadline_ns()

    def take_output(self) -> bytes:
        """Return the bytes to send and forget them."""
        return self.session.take_output()

    def is_over(self) -> bool:
        """Tell whether the stream is to be closed once the output taken so far is sent."""
        return self.session.is_over()
