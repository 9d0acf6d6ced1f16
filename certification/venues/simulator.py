"""Run a venue that is met over FIX alone, and let a test do to it what it likes."""

from __future__ import annotations

from dataclasses import dataclass, field

from fairlead.certification.venues.fix_face import FixFace, FixSettings
from fairlead.certification.venues.fix_session import FixVenueSession
from fairlead.certification.venues.session_records import Clock, SessionSettings
from fairlead.certification.venues.venue import Venue, VenueSettings
from fairlead.certification.venues.wire import WireMessage


@dataclass(slots=True)
class SimulatorSettings(VenueSettings):
    """Say how the venue runs; see docs/simulator.md."""

    comp_id: str = ""
    counterparties: frozenset[str] = frozenset()
    credentials: dict[str, str] = field(default_factory=dict, repr=False)
    reset_on_logon: bool = False
    throttle_per_s: int = 0


class FixVenueSimulator(Venue):
    """Simulate a venue: `port = await simulator.start(host, 0)`, and `await simulator.stop()`."""

    def __init__(self, settings: SimulatorSettings, clock: Clock | None = None) -> None:
        super().__init__(settings, clock)
        fix_settings = FixSettings(
            comp_id=settings.comp_id,
            counterparties=settings.counterparties,
            credentials=settings.credentials,
            reset_on_logon=settings.reset_on_logon,
            throttle_per_s=settings.throttle_per_s,
        )
        self.fix = FixFace(self, fix_settings, application=self)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen, and return the port."""
        bound = await self.fix.listen(host, port)
        self.begin()
        return bound

    @property
    def sessions(self) -> dict[str, FixVenueSession]:
        """Return the sessions by SenderCompID."""
        return self.fix.sessions

    @property
    def session_settings(self) -> SessionSettings:
        """Return what all sessions go by."""
        return self.fix.session_settings

    @property
    def garbled(self) -> list[str]:
        """Return why received bytes were dropped."""
        return self.fix.garbled

    def on_application_message(self, session: FixVenueSession, message: WireMessage) -> None:
        """Hand an application message on; a test may look at it first."""
        self.fix.on_application_message(session, message)

    def on_logged_on(self, session: FixVenueSession) -> None:
        """Note that a session is logged on."""
        self.fix.on_logged_on(session)

    def on_disconnected(self, session: FixVenueSession) -> None:
        """Note that a session is not connected any more."""
        self.fix.on_disconnected(session)

    def disconnect(self, counterparty: str, *, reset: bool = False) -> None:
        """Cut a session's connection."""
        self.fix.drop(counterparty, reset=reset)
        self.end_turn()

    def log_out(self, counterparty: str, text: str = "") -> None:
        """Send Logout and wait for the answer."""
        self.sessions[counterparty].log_out(text)
        self.end_turn()

    def refuse_logons(self, text: str) -> None:
        """Answer logons with a Logout of this text; empty admits them again."""
        self.session_settings.refuse_logons = text

    def pause_reading(self, paused: bool) -> None:
        """Stop reading from all connections, present and future, or go on."""
        self.fix.pause_reading(paused)
