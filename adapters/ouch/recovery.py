"""Deal with requests that a broken link may have lost, once the venue has repeated all that it said.

OUCH messages may be sent again without harm: a venue takes each id once, and a cancel of what is dead is ignored. So a
cancel always goes out again. An order or a replace does while it is young (the profile says how young); an older one is
never sent again: a cancel for its id makes sure that it does not live, and silence then says that it never came to be.
"""

from collections.abc import Callable
from typing import Final

from fairlead.adapters.ouch.profiles import OuchProfile
from fairlead.adapters.ouch.requests import RequestWriter
from fairlead.adapters.venue_books import BookedRequest, VenueBooks
from fairlead.adapters.venue_session import VenueSink
from fairlead.codecs.errors import EncodeError
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder

_NS_PER_S: Final = 1_000_000_000


class Recovery:
    """Look at what is unanswered; ``send`` sends a message of the session."""

    def __init__(
        self,
        venue: str,
        profile: OuchProfile,
        writer: RequestWriter,
        books: VenueBooks,
        sink: VenueSink,
        send: Callable[[bytes, int, int], int],
    ) -> None:
        self._venue = venue
        self._limit_ns = profile.resend_orders_within_s * _NS_PER_S
        self._writer = writer
        self._books = books
        self._sink = sink
        self._send = send

    def run(self, next_id: int, now_ns: int, utc_ns: int) -> None:
        """Send again what may be; ``next_id`` is the number that the venue expects next, 0 where it did not say."""
        for request in self._books.unanswered():
            if request.is_unknown and not request.order.is_ended:
                self._recover(request, next_id, now_ns, utc_ns)

    def _recover(self, request: BookedRequest, next_id: int, now_ns: int, utc_ns: int) -> None:
        cl_ord_id = request.venue_cl_ord_id
        is_young = 0 <= utc_ns - request.utc_ns < self._limit_ns
        try:
            if isinstance(request.sent, CancelOrder) or is_young:
                payloads, event, text = self._again(request, utc_ns), "request_resent", "sent again under its id"
            else:
                payloads, event = self._ended(request, utc_ns), "request_not_resent"
                text = "too old to be sent again; what the venue does not answer now it never had"
        except EncodeError as error:
            payloads, event, text = [], "request_not_resent", str(error)
        if next_id and cl_ord_id.isdigit() and int(cl_ord_id) >= next_id:
            text = f"{text} (the venue expects {next_id} next: it never came)"
        for payload in payloads:
            self._send(payload, now_ns, utc_ns)
        self._sink.on_venue_event(self._venue, event, text, cl_ord_id, now_ns, utc_ns)

    def _again(self, request: BookedRequest, utc_ns: int) -> list[bytes]:
        sent = request.sent
        if isinstance(sent, NewOrder):
            return [self._writer.new_order(sent, utc_ns)]
        if isinstance(sent, ReplaceOrder):
            return [self._writer.replace(sent, request.order.terms, utc_ns)]
        return [self._writer.cancel(cl_ord_id, 0, utc_ns) for cl_ord_id in self._writer.living_ids(request.order)]

    def _ended(self, request: BookedRequest, utc_ns: int) -> list[bytes]:
        """Return the cancels that keep an order from living which may have reached the venue all the same."""
        if isinstance(request.sent, NewOrder):
            return [self._writer.cancel(request.venue_cl_ord_id, 0, utc_ns)]
        return []
