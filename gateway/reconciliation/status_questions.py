"""Ask one venue how orders stand: so many a second, again where no answer comes, and not for ever.

Where the venue takes one question for all orders, that goes first; an order that its answer leaves out is asked for by
itself. Time is an argument.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

from fairlead.adapters.venue_session import VenueSession
from fairlead.codecs.vocabulary.messages_cy import StatusRequest
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.reconciliation.policy import VenuePolicy

NS_PER_S: Final = 1_000_000_000
MAX_ASKED: Final = 3
"""How often a question is repeated, after which a person is needed."""


def ask_status(session: VenueSession, order: Order, request_id: str, now_ns: int, utc_ns: int) -> None:
    """Ask a venue how one order stands; ``request_id`` is the question's own id where the protocol has one."""
    asked = StatusRequest(
        cl_ord_id=order.venue_cl_ord_id,
        order_id=order.venue_order_id,
        symbol=order.symbol,
        side=order.side,
        request_id=request_id,
    )
    session.request_status(asked, order.terms, now_ns, utc_ns)


@dataclass(slots=True)
class Overdue:
    """Say what became of the questions whose time was up: ``repeated`` are (order, how often it was asked)."""

    repeated: list[tuple[Order, int]]
    silent: list[Order]
    mass_unanswered: bool = False


class StatusQuestions:
    """Keep the questions to one venue between two breaks of its session; ``next_id`` makes ids for them."""

    def __init__(self, session: VenueSession, policy: VenuePolicy, next_id: Callable[[], str]) -> None:
        self.mass_request_id = ""
        """MassStatusReqID of the question for all orders while its answer is not complete."""
        self.is_asking = False
        self._session = session
        self._policy = policy
        self._next_id = next_id
        self._waiting: deque[tuple[Order, int]] = deque()
        # (order, deadline, how often it was asked); deadlines rise, since all have the same time
        self._asked: dict[str, tuple[Order, int, int]] = {}
        self._mass_deadline_ns = 0
        self._window_ns = 0
        self._sent_in_window = 0
        self._was_refused = False

    def ask(self, orders: Iterable[Order]) -> None:
        """Ask for each of these orders when its turn comes."""
        self._waiting.extend((order, 0) for order in orders)

    def ask_for_all(self, now_ns: int, utc_ns: int) -> None:
        """Ask for all open orders at once; ``finish_mass`` is to follow when the answer is complete."""
        self.mass_request_id = self._next_id()
        self._mass_deadline_ns = now_ns + self._policy.answer_within_ns
        request = StatusRequest(cl_ord_id=self.mass_request_id, request_id=self.mass_request_id)
        self._guarded(partial(self._session.request_status, request, None, now_ns, utc_ns))
        if self._was_refused:
            self._mass_deadline_ns = now_ns

    def finish_mass(self) -> None:
        """Note that the answer to the question for all is complete, or that none will come."""
        self.mass_request_id = ""

    def expect(self, order: Order, now_ns: int) -> None:
        """Note that somebody else has asked for an order, unless it was asked for before."""
        self._asked.setdefault(order.order_id, (order, now_ns + self._policy.answer_within_ns, 0))

    def answered(self, order_id: str) -> None:
        """Note that the venue has spoken of an order."""
        self._asked.pop(order_id, None)

    def note_refused(self) -> None:
        """Note that the question in hand did not leave: the session takes no more messages now."""
        self._was_refused = True

    def tick(self, now_ns: int, utc_ns: int) -> Overdue:
        """Find what is overdue, and ask as many questions as are allowed now."""
        found = Overdue([], [])
        if self.mass_request_id and self._mass_deadline_ns <= now_ns:
            self.finish_mass()
            found.mass_unanswered = True
        for order_id, (order, deadline_ns, times) in list(self._asked.items()):
            if deadline_ns > now_ns:
                break
            del self._asked[order_id]
            if times >= MAX_ASKED:
                found.silent.append(order)
            else:
                found.repeated.append((order, times + 1))
                self._waiting.append((order, times + 1))
        self.send(now_ns, utc_ns)
        return found

    def send(self, now_ns: int, utc_ns: int) -> None:
        """Ask as many questions as are allowed in this second."""
        if now_ns - self._window_ns >= NS_PER_S:
            self._window_ns, self._sent_in_window = now_ns, 0
        while self._waiting and self._sent_in_window < self._policy.status_requests_per_s:
            order, times = self._waiting.popleft()
            self._sent_in_window += 1
            request_id = self._next_id()
            self._guarded(partial(ask_status, self._session, order, request_id, now_ns, utc_ns))
            if self._was_refused:
                # its turn comes again in the next second: cancels need what room is left
                self._waiting.appendleft((order, times))
                self._sent_in_window = self._policy.status_requests_per_s
                return
            self._asked[order.order_id] = (order, now_ns + self._policy.answer_within_ns, times)

    def _guarded(self, ask: Callable[[], None]) -> None:
        """Ask, and take note where the session refuses before it returns."""
        self._was_refused = False
        self.is_asking = True
        try:
            ask()
        finally:
            self.is_asking = False
