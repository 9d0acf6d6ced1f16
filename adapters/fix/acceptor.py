"""Find out which session a fresh inbound connection belongs to."""

from collections.abc import Callable
from dataclasses import replace

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.fix.session import FixSession
from fairlead.adapters.fix.settings import SessionId
from fairlead.adapters.link_state import State
from fairlead.codecs.fix.framing_cy import FrameReader, Garbled
from fairlead.codecs.fix.message_cy import FixMessage

_NS_PER_S = 1_000_000_000


class SessionDirectory:
    """Hold the sessions that peers may log on to, by identity; a session without SubIDs takes any."""

    def __init__(self) -> None:
        self._sessions: dict[SessionId, FixSession] = {}

    def add(self, session: FixSession) -> None:
        """Add a session. Raises ValueError where its identity is taken."""
        session_id = session.session_id
        if session_id in self._sessions:
            raise ValueError(f"session {session_id} is there twice")
        self._sessions[session_id] = session

    def find(self, session_id: SessionId) -> FixSession | None:
        """Return the session of exactly this identity, else the one of the same CompIDs that has no SubIDs."""
        bare = SessionId(session_id.begin_string, session_id.sender_comp_id, session_id.target_comp_id)
        without_locations = replace(session_id, sender_location_id="", target_location_id="")
        for identity in (session_id, without_locations, bare):
            if identity in self._sessions:
                return self._sessions[identity]
        return None


class FixAcceptor:
    """Read the first frame of an inbound stream, then be that session's endpoint; implements ``Endpoint``.

    ``find_session`` gets the identity as seen from our side (Sender is us) and returns the session, or None where the
    identity is unknown. An unknown identity, a second connection of a live session, a first message that is no Logon
    and silence close the stream without a byte; ``on_refused(reason, utc_ns)`` is told why. Until the session is found
    the stream costs ``max_first_frame_bytes`` at most, and ``logon_timeout_s`` of time.
    """

    def __init__(
        self,
        find_session: Callable[[SessionId], FixSession | None],
        on_refused: Callable[[str, int], None],
        logon_timeout_s: int = 10,
        max_first_frame_bytes: int = 8192,
    ) -> None:
        self.session: FixSession | None = None
        """The session, once it is found."""
        self._find_session = find_session
        self._on_refused = on_refused
        self._logon_timeout_s = logon_timeout_s
        self._max_first_frame_bytes = max_first_frame_bytes
        self._reader = FrameReader(max_first_frame_bytes)
        self._received = bytearray()
        self._deadline_ns = NEVER_NS
        self._is_refused = False

    def receive_connected(self, now_ns: int, utc_ns: int) -> None:
        """Begin to wait for the first frame."""
        self._deadline_ns = now_ns + self._logon_timeout_s * _NS_PER_S

    def receive_data(self, data: bytes | bytearray | memoryview, now_ns: int, utc_ns: int) -> None:
        """Take bytes as they came; all of them go to the session once it is found."""
        if self.session is not None:
            self.session.receive_data(data, now_ns, utc_ns)
            return
        if self._is_refused:
            return
        self._received += data
        self._reader.feed(data)
        first = self._reader.next_frame()
        if first is None:
            if len(self._received) > self._max_first_frame_bytes:
                self._refuse(f"{len(self._received)} bytes received without a whole message", utc_ns)
            return
        reason = self._judge(first)
        if reason or self.session is None:
            self._refuse(reason, utc_ns)
            return
        received, self._received = bytes(self._received), bytearray()
        self._deadline_ns = NEVER_NS
        self.session.receive_connected(now_ns, utc_ns)
        self.session.receive_data(received, now_ns, utc_ns)

    def receive_eof(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is gone."""
        self._deadline_ns = NEVER_NS
        if self.session is not None:
            self.session.receive_eof(now_ns, utc_ns)

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        """Give up on a silent peer."""
        if self.session is not None:
            self.session.on_timer(now_ns, utc_ns)
        elif self._deadline_ns <= now_ns:
            self._refuse(f"no whole message within {self._logon_timeout_s} s", utc_ns)

    def next_deadline_ns(self) -> int:
        """Return the monotonic time of the next deadline."""
        return self._deadline_ns if self.session is None else self.session.next_deadline_ns()

    def take_output(self) -> bytes:
        """Return the bytes to send and forget them."""
        return b"" if self.session is None else self.session.take_output()

    @property
    def wants_close(self) -> bool:
        """Tell whether the stream is to be closed."""
        return self._is_refused if self.session is None else self.session.wants_close

    def _judge(self, first: FixMessage | Garbled) -> str:
        """Find the session; return why the connection is refused, "" if it is not."""
        if isinstance(first, Garbled):
            return f"{first.reason}, expected a Logon"
        if first.msg_type != "A":
            return f"first message is MsgType {first.msg_type!r}, expected a Logon"
        identity = SessionId(
            first.begin_string,
            first.get_str(56),
            first.get_str(49),
            first.get_str(57),
            first.get_str(50),
            first.get_str(143),
            first.get_str(142),
        )
        session = self._find_session(identity)
        if session is None:
            return f"unknown session {identity}"
        if session.link_state is not State.DISCONNECTED:
            return f"session {session.session_id} is connected already"
        self.session = session
        return ""

    def _refuse(self, reason: str, utc_ns: int) -> None:
        self._is_refused = True
        self._deadline_ns = NEVER_NS
        self._received.clear()
        self._on_refused(reason, utc_ns)
