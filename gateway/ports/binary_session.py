"""Carry one strategy's reports over the binary port, across its connections."""

from typing import TYPE_CHECKING, Final

from fairlead.adapters.session_store import SessionStore
from fairlead.adapters.soup.stream_cy import SequencedStream
from fairlead.codecs.strategy_binary.errors import MessageError
from fairlead.codecs.strategy_binary.reports_cy import ReportEncoder
from fairlead.codecs.strategy_binary.session import session_id
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.codecs.vocabulary.session_messages import LogoutReason
from fairlead.gateway.ports.identity import StrategyIdentity

if TYPE_CHECKING:
    from fairlead.gateway.ports.binary_connection import BinaryConnection


class BinaryStrategySession:
    """Number reports, record them, and pass them to the connection if there is one (a ``StrategySession``).

    The stream is SoupBinTCP's: a message has its number by its place, and so a refusal has one too.
    """

    def __init__(self, identity: StrategyIdentity, username: str, store: SessionStore) -> None:
        self.identity: Final = identity
        self.username: Final = username
        self.name: Final = identity.name
        self.stream: Final = SequencedStream(session_id(store.reset_utc_ns), store)
        self.connection: BinaryConnection | None = None
        """The connection that serves the strategy now, None while it is away."""
        self._encoder = ReportEncoder()

    @property
    def endpoint(self) -> "BinaryConnection | None":
        """Return the connection that serves the strategy now, None while it is away."""
        return self.connection

    @property
    def next_seq(self) -> int:
        """Return the number of the next report."""
        return self.stream.next_seq

    def disconnect(self, text: str, now_ns: int, utc_ns: int) -> bool:
        """End the strategy's connection at an operator's wish; return False where there is none."""
        if self.connection is None:
            return False
        self.connection.end(LogoutReason.OPERATOR, text, now_ns, utc_ns)
        return True

    def send_report(self, report: Report, now_ns: int, utc_ns: int) -> None:
        """Number, record and queue a report; ids are the strategy's."""
        self.stream.publish(self._encoder.encode(report), now_ns, utc_ns)

    def send_refusal(self, refused: MessageError, message_number: int, now_ns: int, utc_ns: int) -> None:
        """Number, record and queue the refusal of a message that could not be read."""
        self.stream.publish(self._encoder.encode_refused(refused, message_number), now_ns, utc_ns)
