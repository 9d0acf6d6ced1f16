"""Tell the log what a session goes through: each event under its own name, as loud as it deserves.

The journal has every event as a SESSION_EVENT record. The log has them too, but a peer must not fill it: of one kind,
``BURST`` in ``WINDOW_S`` are told one by one, and the next one after that says how many were left out.
"""

from collections.abc import Callable
from typing import Any, Final

import structlog

from fairlead.adapters.session_control import SessionControl
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.gateway.clock import Clock

log = structlog.get_logger()

BURST: Final = 10
WINDOW_S: Final = 10

LEVELS: Final[dict[EventKind, str]] = {
    EventKind.LOGGED_ON: "info",
    EventKind.SYNCHRONISED: "debug",
    EventKind.LOGGED_OUT: "info",
    EventKind.DISCONNECTED: "info",
    EventKind.LOGON_REFUSED: "warning",
    EventKind.LOGON_ABANDONED: "error",
    EventKind.PASSWORD_EXPIRED: "error",
    EventKind.PASSWORD_CHANGED: "warning",
    # what the fault kept us from booking may be a fill
    EventKind.PEER_FAULT: "error",
    EventKind.GARBLED: "error",
    EventKind.GAP_DETECTED: "warning",
    EventKind.GAP_FILLED: "info",
    EventKind.RESEND_SERVED: "info",
    EventKind.SEQUENCE_RESET: "info",
    EventKind.REJECTED: "warning",
    EventKind.LOGOUT_UNANSWERED: "warning",
    EventKind.TEST_REQUEST_SENT: "debug",
    EventKind.PEER_SILENT: "warning",
    EventKind.QUEUE_OVERFLOW: "error",
    EventKind.MESSAGES_LOST: "error",
    EventKind.SESSION_ENDED: "info",
    EventKind.PEER_TEXT: "info",
    EventKind.SLOW_PEER: "warning",
}
"""How loud each kind is; ``error`` is what needs a person."""

_NUMBERS: Final = ("ref_seq_num", "end_seq_num", "ref_tag_id", "ref_msg_type")
_ALERTS: Final = frozenset(
    (EventKind.LOGON_ABANDONED, EventKind.PASSWORD_EXPIRED, EventKind.QUEUE_OVERFLOW, EventKind.MESSAGES_LOST)
)
"""What is an alert as well: nothing else of the gateway says it."""

Alert = Callable[..., None]


class SessionLog:
    """Log one session's events. ``name`` is that of its stream in the journal, ``venue:XBRK`` or ``strategy:beta``.

    ``alert(event, utc_ns, **fields)`` is called for events that nobody may miss.
    """

    def __init__(self, name: str, session: SessionControl, clock: Clock, alert: Alert) -> None:
        self._name = name
        self._session = session
        self._clock = clock
        self._alert = alert
        self._told: dict[EventKind, tuple[int, int]] = {}

    def tell(self, event: SessionEvent) -> None:
        """Log an event with the session's numbers."""
        left_out = self._left_out(event.kind)
        if left_out < 0:
            return
        fields: dict[str, Any] = {"session": self._name, "text": event.text}
        fields |= {name: value for name in _NUMBERS if (value := getattr(event, name))}
        if event.reject_reason >= 0:
            fields["reject_reason"] = event.reject_reason
        fields |= {"next_in": self._session.next_in, "next_out": self._session.next_out}
        if left_out:
            fields["left_out_before"] = left_out
        name = event.kind.name.lower()
        getattr(log, LEVELS[event.kind])(name, **{key: value for key, value in fields.items() if value != ""})
        if event.kind in _ALERTS:
            self._alert("session_needs_a_person", self._clock.utc_ns(), session=self._name, what=name, text=event.text)

    def _left_out(self, kind: EventKind) -> int:
        """Return how many events of a kind were left out before this one, -1 where this one is left out too."""
        now_ns = self._clock.now_ns()
        since_ns, count = self._told.get(kind, (now_ns, 0))
        if now_ns - since_ns >= WINDOW_S * 1_000_000_000:
            self._told[kind] = (now_ns, 1)
            return max(0, count - BURST)
        self._told[kind] = (since_ns, count + 1)
        return 0 if count < BURST else -1
