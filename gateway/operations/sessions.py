"""Know from the journal how each session stands: its state, its last words, what was counted.

Counts are those since the journal's oldest segment was kept, and outlive restarts of either process.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from fairlead.adapters.session_events import EventKind
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.streams import StreamInfo
from fairlead.gateway.operations.following import Listener
from fairlead.gateway.operations.parts import Desk, Part

_NUMBER_BYTES: Final = 8
"""Before the frame in a record of one."""
_MSG_TYPE: Final = b"\x0135="
_SOUP_TYPE_AT: Final = 2
_SOUP_MESSAGE_AT: Final = 3
_SOUP_DATA: Final = frozenset(b"SU")
"""SoupBinTCP packets that carry a message: sequenced and unsequenced data."""
_LONGEST_REASON: Final = 200
_STATES: Final = {
    EventKind.LOGGED_ON: "logged_on",
    EventKind.SYNCHRONISED: "logged_on",
    EventKind.GAP_DETECTED: "gap",
    EventKind.GAP_FILLED: "logged_on",
    EventKind.LOGGED_OUT: "logged_out",
    EventKind.DISCONNECTED: "disconnected",
    EventKind.LOGON_REFUSED: "refused",
    EventKind.LOGON_ABANDONED: "abandoned",
}


@dataclass(slots=True)
class SessionPicture:
    """One session as the journal tells of it. Times are UTC ns, 0 for never.

    ``state`` is ``logged_on``, ``gap`` (logged on, messages missing), ``logged_out``, ``disconnected``, ``refused``,
    ``abandoned`` or ``new``. ``events`` counts by the name of an EventKind in lower case, ``messages`` by direction
    (``in``, ``out``, ``resent``) and then by message type, as the protocol writes it.
    """

    name: str
    protocol: str = ""
    state: str = "new"
    state_utc_ns: int = 0
    last_rx_utc_ns: int = 0
    last_tx_utc_ns: int = 0
    logged_on_utc_ns: int = 0
    gap_utc_ns: int = 0
    """When the gap that is open now was noticed; 0 while there is none."""
    last_text: str = ""
    """What the last logout, refusal or disconnection said."""
    events: dict[str, int] = field(default_factory=dict)
    messages: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def is_up(self) -> bool:
        """Tell whether it is logged on."""
        return self.state in ("logged_on", "gap")

    def take_frame(self, kind: int, payload: bytes, protocol: str, utc_ns: int) -> None:
        """Count a frame."""
        direction = _DIRECTIONS[kind]
        if kind == kinds.FRAME_IN:
            self.last_rx_utc_ns = utc_ns
        else:
            self.last_tx_utc_ns = utc_ns
        by_type = self.messages.setdefault(direction, {})
        msg_type = message_type(protocol, payload)
        by_type[msg_type] = by_type.get(msg_type, 0) + 1

    def take_event(self, event: str, text: str, utc_ns: int) -> None:
        """Count an event, and follow the state."""
        self.events[event] = self.events.get(event, 0) + 1
        try:
            kind = EventKind[event.upper()]
        except KeyError:
            return
        if kind is EventKind.GAP_DETECTED and not self.gap_utc_ns:
            self.gap_utc_ns = utc_ns
        elif kind in (EventKind.GAP_FILLED, EventKind.SYNCHRONISED, EventKind.DISCONNECTED, EventKind.LOGGED_OUT):
            self.gap_utc_ns = 0
        if kind is EventKind.LOGGED_ON:
            self.logged_on_utc_ns = utc_ns
        state = _STATES.get(kind)
        if state is None:
            return
        if not (state == "disconnected" and self.state in ("refused", "abandoned", "logged_out")):
            self.last_text = text[:_LONGEST_REASON] or self.last_text
        if state != self.state:
            self.state, self.state_utc_ns = state, utc_ns


_DIRECTIONS: Final = {kinds.FRAME_IN: "in", kinds.FRAME_OUT: "out", kinds.FRAME_RESENT: "resent"}


def message_type(protocol: str, payload: bytes) -> str:
    """Return the type of the message in a FRAME record's payload, as its protocol writes it; "" where it has none."""
    at = payload.find(_MSG_TYPE, _NUMBER_BYTES)
    if protocol.startswith("FIX"):
        return payload[at + 4 : payload.find(b"\x01", at + 4)].decode("ascii", "replace") if at >= 0 else ""
    frame = payload[_NUMBER_BYTES:]
    if frame[:1] == b"{":
        return "json"
    if len(frame) <= _SOUP_TYPE_AT:
        return ""
    packet = frame[_SOUP_TYPE_AT]
    if packet in _SOUP_DATA and len(frame) > _SOUP_MESSAGE_AT:
        return chr(frame[_SOUP_MESSAGE_AT])
    return f"soup {chr(packet)}"


class SessionFollower:
    """Keep a picture of every session that the journal names."""

    name = "sessions"
    kinds = frozenset((*kinds.FRAME_KINDS, kinds.SESSION_EVENT))

    def __init__(self) -> None:
        self.pictures: dict[str, SessionPicture] = {}

    def on_record(self, record: Record, stream: StreamInfo) -> None:
        """Take a frame or an event of a session."""
        picture = self.pictures.get(stream.name)
        if picture is None:
            picture = self.pictures[stream.name] = SessionPicture(stream.name)
        picture.protocol = stream.protocol
        if record.kind != kinds.SESSION_EVENT:
            picture.take_frame(record.kind, record.payload, stream.protocol, record.utc_ns)
            return
        name_end = 1 + record.payload[0]
        event = record.payload[1:name_end].decode("utf-8", "replace").lower()
        picture.take_event(event, record.payload[name_end:].decode("utf-8", "replace"), record.utc_ns)

    def keep(self) -> Any:
        """Return all pictures."""
        return [asdict(picture) for picture in self.pictures.values()]

    def restore(self, state: Any) -> None:
        """Take all pictures back."""
        self.pictures = {found["name"]: SessionPicture(**found) for found in state}


class SessionsPart(Part):
    """Follow the sessions. ``pictures`` are by stream name: ``venue:XBRK``, ``strategy:alpha``."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._follower = SessionFollower()

    @property
    def pictures(self) -> dict[str, SessionPicture]:
        """Return every session that the journal knows, by the name of its stream."""
        return self._follower.pictures

    def listeners(self) -> Sequence[Listener]:
        """Return the follower."""
        return (self._follower,)
