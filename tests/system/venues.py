"""Run simulated venues inside the test, and remember what each session sent them."""

from collections import Counter
from collections.abc import Mapping

from fairlead.certification.venues.fix_session import FixVenueSession
from fairlead.certification.venues.market_maker import Quote
from fairlead.certification.venues.profile import VenueProfile, load_profile
from fairlead.certification.venues.simulator import FixVenueSimulator, SimulatorSettings
from fairlead.certification.venues.wire import WireMessage

SUFFIX = {"XBRK": "", "XEXC": ".X"}
MIDS = {"MSFT": "430.00", "AAPL": "190.00", "IBM": "220.00"}
GATEWAY = "FAIRLEAD"


class RecordingVenue(FixVenueSimulator):
    """A venue that counts each request it acted on, by ClOrdID."""

    def __init__(
        self,
        name: str,
        mids: Mapping[str, str] = MIDS,
        *,
        is_quoted: bool = True,
        profile: VenueProfile | None = None,
    ) -> None:
        quoted = mids.items() if is_quoted else ()
        quotes = tuple(Quote.read(f"{symbol}{SUFFIX[name]}:{mid}:0.06:200") for symbol, mid in quoted)
        super().__init__(SimulatorSettings(profile=profile or load_profile(name), quotes=quotes))
        self.name = name
        self.port = 0
        self.received: Counter[tuple[str, str]] = Counter()

    def on_application_message(self, session: FixVenueSession, message: WireMessage) -> None:
        """Count, then act."""
        if message.msg_type in "DFG":
            self.received[message.msg_type, message.get(11)] += 1
        super().on_application_message(session, message)

    @property
    def is_logged_on(self) -> bool:
        """Tell whether the gateway is logged on."""
        session = self.sessions.get(GATEWAY)
        return session is not None and session.is_logged_on
