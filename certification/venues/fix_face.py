"""Let a venue be met over FIX: sessions, their connections, and what sessions may send."""

from __future__ import annotations

from dataclasses import dataclass, field

from fairlead.certification.venues.fix_orders import OrderMessages
from fairlead.certification.venues.fix_reports import FixReports
from fairlead.certification.venues.fix_session import FixVenueSession
from fairlead.certification.venues.fix_sessions import FixSessions
from fairlead.certification.venues.session_records import Application, SessionSettings
from fairlead.certification.venues.venue import Venue
from fairlead.certification.venues.wire import WireMessage


@dataclass(slots=True)
class FixSettings:
    """Say whom the venue meets over FIX, and how strictly; the version is the profile's."""

    comp_id: str = ""
    counterparties: frozenset[str] = frozenset()
    credentials: dict[str, str] = field(default_factory=dict, repr=False)
    reset_on_logon: bool = False
    throttle_per_s: int = 0


class FixFace(FixSessions):
    """Take orders over FIX; `application` takes the sessions' messages, the face itself where none is given."""

    def __init__(self, venue: Venue, settings: FixSettings, application: Application | None = None) -> None:
        session_settings = SessionSettings(
            begin_string=venue.settings.profile.begin_string,
            comp_id=settings.comp_id or venue.settings.profile.name,
            counterparties=settings.counterparties,
            credentials=settings.credentials,
            reset_on_logon=settings.reset_on_logon,
        )
        super().__init__(venue, session_settings, application or self)
        self._settings = settings
        self._windows: dict[str, tuple[int, int]] = {}
        for record in venue.store.load_sessions():
            if record.counterparty not in venue.settings.drop_copies:
                self.add_session(record)
        self.reports = FixReports(venue.desk, self.session, self._drop, venue.clock)
        self._messages = OrderMessages(venue.desk, self.reports)
        venue.desk.faces[self.reports.name] = self.reports
        venue.faces.append(self)

    def begin(self) -> None:
        """Go on with requests that an earlier run has left pending."""
        self._messages.resume()

    def on_application_message(self, session: FixVenueSession, message: WireMessage) -> None:
        """Act on an application message, unless the session sends too many."""
        if message.msg_type == "D" and self._is_throttled(session):
            limit = self._settings.throttle_per_s
            session.send_business_reject(message, 0, f"more than {limit} orders in a second", message.get(11))
            return
        self._messages.receive(session, message)

    def _is_throttled(self, session: FixVenueSession) -> bool:
        if not self._settings.throttle_per_s:
            return False
        second = int(self._venue.clock.monotonic_s())
        start, count = self._windows.get(session.counterparty, (second, 0))
        count = count + 1 if start == second else 1
        self._windows[session.counterparty] = (second, count)
        return count > self._settings.throttle_per_s

    def on_logged_on(self, session: FixVenueSession) -> None:
        """Take part in the session's protocol; a logon needs nothing from the venue."""

    def on_disconnected(self, session: FixVenueSession) -> None:
        """Cancel the session's orders where the venue does so."""
        if self._venue.settings.cancel_on_disconnect and not self._venue.is_stopping:
            self._venue.desk.cancel_all(session.counterparty, "cancelled on disconnect")

    def _drop(self, counterparty: str, reset: bool) -> None:
        self.drop(counterparty, reset=reset)
