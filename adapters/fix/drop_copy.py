"""Receive a drop copy over FIX: copies of ExecutionReports, in the manner of one venue's profile.

Either side may connect. Nothing is sent but what the session itself needs. What a copy says is read as the venue's own
report is; a message that is no ExecutionReport(8) is a sign of life and nothing else, since those who copy everything
send OrderCancelRejects(9) too.
"""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from fairlead.adapters.fix.logon_request import LogonRequest
from fairlead.adapters.fix.profiles import VenueProfile
from fairlead.adapters.fix.session import FixSession
from fairlead.adapters.fix.settings import SessionSettings
from fairlead.adapters.fix.symbols import SymbolBook
from fairlead.adapters.fix.venue_decode_cy import ReportDecoder
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import SessionStore
from fairlead.codecs.errors import EncodeError, ProtocolError
from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.validator_cy import Validator
from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report


class CopySink(Protocol):
    """Take what a drop copy says."""

    def on_copy(
        self, report: Report, venue_symbol: str, account: str, on_behalf_of: str, now_ns: int, utc_ns: int
    ) -> None:
        """Take the copy of a report; ids are ours at the venue, ``venue_symbol`` is Symbol(55) as it came."""

    def on_copied_message(self, now_ns: int, utc_ns: int) -> None:
        """Note that any application message came."""

    def on_copy_unreadable(self, text: str, now_ns: int, utc_ns: int) -> None:
        """Note a copy that can't be read, or that was lost."""

    def on_copies_up(self, is_up: bool, now_ns: int, utc_ns: int) -> None:
        """Note that nothing of the other side is missing any more, or that it is away."""


class FixDropCopy:
    """Be a drop copy's session and its application: an ``Endpoint`` that a connector or an acceptor drives.

    ``credentials`` are (Username, Password) that a Logon of the other side must bring, where it connects; empty ones
    are not asked for.
    """

    def __init__(
        self,
        name: str,
        profile: VenueProfile,
        settings: SessionSettings,
        store: SessionStore,
        sink: CopySink,
        credentials: tuple[str, str] = ("", ""),
    ) -> None:
        self.name: Final = name
        self.observer: Callable[[SessionEvent], None] | None = None
        self._symbols = SymbolBook(profile.symbology)
        self._decoder = ReportDecoder(name, profile.begin_string == "FIX.4.2", self._symbols, profile.reject_meanings)
        self._sink = sink
        self._credentials = credentials
        self._is_up = False
        dictionary = load_dictionary(profile.begin_string, profile.dialect)
        validator = Validator(dictionary) if profile.session.validate else None
        self.session: Final = FixSession(settings, store, self, validator)
        self.receive_connected: Final = self.session.receive_connected
        self.receive_data: Final = self.session.receive_data
        self.receive_eof: Final = self.session.receive_eof
        self.on_timer: Final = self.session.on_timer
        self.next_deadline_ns: Final = self.session.next_deadline_ns
        self.take_output: Final = self.session.take_output

    @property
    def wants_close(self) -> bool:
        """Tell whether the stream is to be closed once the output taken so far is sent."""
        return self.session.wants_close

    def rename_symbols(self, names: Mapping[str, str]) -> None:
        """Use these names for instruments from now on, beside the profile's own."""
        self._symbols.rename(names)

    def venue_symbol(self, order: NewOrder) -> str:
        """Return what copies call an order's instrument, ``""`` where its terms can't be said in FIX."""
        if self._symbols.is_plain(order):
            return self._symbols.to_venue(order.symbol)
        try:
            return self._symbols.derivative(order).symbol
        except EncodeError:
            return ""

    # The session's application

    def on_message(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Hand a copy on; what can't be read is told."""
        self._sink.on_copied_message(now_ns, utc_ns)
        if message.msg_type != "8":
            return
        try:
            report = self._decoder.decode_execution(message)
        except ProtocolError as error:
            text = f"MsgSeqNum {message.msg_seq_num}: {error}"
            self._sink.on_copy_unreadable(text, now_ns, utc_ns)
            return
        account = report.account or message.get_str(448)
        self._sink.on_copy(report, message.get_str(55), account, message.get_str(115), now_ns, utc_ns)

    def on_session_event(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        """Tell ups, downs and losses."""
        if self.observer is not None:
            self.observer(event)
        if event.kind == EventKind.SYNCHRONISED and not self._is_up:
            self._is_up = True
            self._sink.on_copies_up(True, now_ns, utc_ns)
        elif event.kind == EventKind.LOGGED_OUT and self._is_up:
            self._is_up = False
            self._sink.on_copies_up(False, now_ns, utc_ns)
        elif event.kind in (EventKind.MESSAGES_LOST, EventKind.PEER_FAULT):
            self._sink.on_copy_unreadable(event.text, now_ns, utc_ns)

    def may_resend(self, message: FixMessage, utc_ns: int) -> bool:
        """Repeat anything: we send nothing that could do harm."""
        return True

    def on_logon_request(self, request: LogonRequest, now_ns: int, utc_ns: int) -> str | None:
        """Judge the other side's Logon by its credentials."""
        username, password = self._credentials
        given = request.password or request.raw_data.decode("latin-1")
        if username and request.username != username:
            return f"wrong Username(553), expected the one agreed for {self.name}"
        if password and given != password:
            return f"wrong secret, expected that of {self.name} in Password(554) or RawData(96)"
        return None
