"""Be one accepted stream of the FIX port."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import cython

from fairlead.adapters.conversation_cy import Conversation
from fairlead.adapters.fix.acceptor import FixAcceptor
from fairlead.adapters.fix.session import FixSession
from fairlead.adapters.fix.session_cy import SessionCore
from fairlead.adapters.output_watch_cy import OutputWatch
from fairlead.adapters.slow_consumer import SlowConsumerPolicy

if TYPE_CHECKING:
    from fairlead.gateway.ports.fix_port import FixStrategySession

_NEVER_NS = 9223372036854775807  # endpoint.NEVER_NS


class FixPortConnection(Conversation):
    """Be one accepted stream's endpoint and give up a strategy that stops reading (a ``PacedEndpoint``).

    What a strategy has not read stays in its session's store, to be resent when it is back.
    """

    def __init__(
        self,
        acceptor: FixAcceptor,
        slow_consumer: SlowConsumerPolicy,
        owner_of: "Callable[[FixSession], FixStrategySession]",
    ) -> None:
        self._acceptor = acceptor
        self._owner_of = owner_of
        self._owner: FixStrategySession | None = None
        self._watch = OutputWatch(slow_consumer)
        self._market_bytes = 0
        self._given_up = False
        # the session, once it is found: then nothing but it matters
        self._core: SessionCore | None = None

    def receive_connected(self, now_ns: int, utc_ns: int) -> None:
        """Begin to wait for the first frame."""
        self._acceptor.receive_connected(now_ns, utc_ns)

    def receive_data(
        self, data: bytes | bytearray | memoryview, now_ns: cython.longlong, utc_ns: cython.longlong
    ) -> None:
        """Take bytes as they came."""
        if self._core is not None:
            self._core.receive_data(data, now_ns, utc_ns)
            return
        self._acceptor.receive_data(data, now_ns, utc_ns)
        self._core = self._acceptor.session

    def receive_eof(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is gone."""
        self._acceptor.receive_eof(now_ns, utc_ns)

    def is_over(self) -> bool:
        """Tell whether the stream is to be closed once the output taken so far is sent."""
        if self._given_up:
            return True
        return self._core.is_over() if self._core is not None else self._acceptor.wants_close

    @property
    def session(self) -> "FixSession | None":
        """Return the session once it is found."""
        return self._acceptor.session

    @property
    def strategy(self) -> str:
        """Return the name of the strategy whose session it is, "" until that is found."""
        owner = self._find_owner()
        return owner.name if owner is not None else ""

    def take_output(self) -> bytes:
        """Return the bytes to send and forget them."""
        output: bytes = self._core.take_output() if self._core is not None else self._acceptor.take_output()
        if output:
            self._watch.took(len(output), self._market_bytes, market_at=0)
            self._market_bytes = 0
        return output

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        """Act on the session's deadlines and on the slow consumer's; tell market data that is due."""
        self._acceptor.on_timer(now_ns, utc_ns)
        self._judge(now_ns, utc_ns)
        if not self._given_up and self._can_tell_market() and self._owner is not None:
            self._market_bytes = self._owner.market.tell(now_ns, utc_ns)

    def next_deadline_ns(self) -> int:
        """Return the next deadline; one long past while market data can be taken."""
        if self._given_up:
            return _NEVER_NS
        owner = self._owner or self._find_owner()
        if owner is not None and owner.market.outlet.queue.is_due and self._can_tell_market():
            return 0
        deadline_ns: cython.longlong
        deadline_ns = self._core.next_deadline_ns() if self._core is not None else self._acceptor.next_deadline_ns()
        return min(deadline_ns, self._watch.due_ns())

    def output_pending(self, n_bytes: int, now_ns: int, utc_ns: int) -> None:
        """Note how much the strategy has not read; end the connection where that is too much."""
        self._watch.note(n_bytes, now_ns)
        self._judge(now_ns, utc_ns)

    def _find_owner(self) -> "FixStrategySession | None":
        if self._owner is None and self._acceptor.session is not None:
            self._owner = self._owner_of(self._acceptor.session)
        return self._owner

    def _can_tell_market(self) -> bool:
        """Tell whether market data may go out: it is due, and nothing else waits to be sent."""
        owner = self._find_owner()
        return owner is not None and not self._watch.pending_bytes and owner.market.can_tell

    def _judge(self, now_ns: int, utc_ns: int) -> None:
        complaint = self._watch.complaint(now_ns)
        session = self._acceptor.session
        if complaint is None or self._given_up:
            return
        self._given_up = True
        if session is not None:
            session.disconnect(complaint, now_ns, utc_ns)
