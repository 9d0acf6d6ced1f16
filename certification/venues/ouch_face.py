"""Let a venue be met over OUCH 4.2, OUCH 5.0 or a relative, on SoupBinTCP."""

from __future__ import annotations

from dataclasses import dataclass, field

from fairlead.certification.venues.day_clock import DayClock
from fairlead.certification.venues.happenings import Why
from fairlead.certification.venues.orders import EXPIRED, VenueOrder
from fairlead.certification.venues.ouch_dialects import DIALECTS
from fairlead.certification.venues.ouch_orders import OuchOrders
from fairlead.certification.venues.ouch_reports import OuchAccount, OuchReports
from fairlead.certification.venues.soup import SoupServer, SoupSettings, SoupStream
from fairlead.certification.venues.venue import Venue

_NOTE = "ouch session"
_SESSIONS = 10**10


@dataclass(slots=True)
class OuchSettings:
    """Say which OUCH the venue speaks, and with whom; `session` names the first session, "" one by the clock."""

    version: str = "5.0"
    session: str = ""
    time_zone: str = "America/New_York"
    soup: SoupSettings = field(default_factory=SoupSettings)


class OuchFace:
    """Keep a stream of reports for each user, and act on what users send."""

    def __init__(self, venue: Venue, settings: OuchSettings) -> None:
        self.accounts: dict[str, OuchAccount] = {}
        self._venue = venue
        self.settings = settings
        dialect = DIALECTS[settings.version]
        self.session = venue.store.load_note(_NOTE) or settings.session or self._session_by_clock()
        venue.store.save_note(_NOTE, self.session)
        clock = DayClock(venue.clock, settings.time_zone)
        self.reports = OuchReports(dialect, self.account, self._drop, clock)
        self.orders = OuchOrders(venue.desk, self.reports, dialect, self._save)
        self.server = SoupServer(venue, settings.soup, self, is_exclusive=True)
        venue.desk.faces[self.reports.name] = self.reports
        venue.faces.append(self)

    def _session_by_clock(self) -> str:
        return f"{self._venue.clock.utc_ns() // 1_000_000_000 % _SESSIONS:010d}"

    # -- running -------------------------------------------------------------------------------------------------

    async def listen(self, host: str, port: int) -> int:
        """Listen, and return the port."""
        return await self.server.listen(host, port)

    def begin(self) -> None:
        """Open the streams of all users that are known."""
        for user in self.settings.soup.credentials:
            self.account(user.upper())

    def tick(self) -> None:
        """Do what connections are due to do."""
        self.server.tick()

    def flush(self) -> None:
        """Write what users have not had."""
        self.server.flush()

    def end(self) -> None:
        """Take no more connections; the session goes on with the next run where there is a state file."""
        self.server.end()

    async def close(self) -> None:
        """Close connections."""
        await self.server.close()

    # -- users ---------------------------------------------------------------------------------------------------

    def account(self, user: str) -> OuchAccount:
        """Return what the venue keeps of a user; a new stream starts with the start of the day."""
        account = self.accounts.get(user)
        if account is None:
            stream = SoupStream(f"ouch/{user}", self.session, self._venue.store)
            account = self.accounts[user] = OuchAccount(user, stream)
            note = self._venue.store.load_note(f"ouch/{account.session}") or {}
            account.highest = {int(channel): token for channel, token in note.get("highest", {}).items()}
            account.disabled = set(note.get("disabled", ()))
            if not stream.messages:
                self.reports.tell(user, "S", {"event_code": "S"})
        return account

    def _save(self, account: OuchAccount) -> None:
        note = {"highest": account.highest, "disabled": sorted(account.disabled)}
        self._venue.store.save_note(f"ouch/{account.session}", note)

    def stream(self, user: str) -> SoupStream:
        """Return a user's stream."""
        return self.account(user).stream

    def on_unsequenced(self, user: str, payload: bytes) -> None:
        """Act on a message of a user."""
        self.orders.receive(self.account(user), payload)

    def on_disconnected(self, user: str) -> None:
        """Cancel the user's orders where the venue does so."""
        if self._venue.settings.cancel_on_disconnect and not self._venue.is_stopping:
            self._venue.desk.cancel_all(self.account(user).session, "cancelled on disconnect")

    def _drop(self, user: str, reset: bool) -> None:
        self.server.drop(user, reset=reset)

    # -- what a test may do --------------------------------------------------------------------------------------

    @property
    def ignored(self) -> list[str]:
        """Return what was answered with nothing, and why."""
        return self.orders.ignored

    def order(self, user: str, token: int | str) -> VenueOrder | None:
        """Return the order that a user's token names, be it an earlier one."""
        return self._venue.desk.order_of_id(self.account(user.upper()).session, str(token))

    def disconnect(self, user: str = "", *, reset: bool = False) -> None:
        """Cut a user's connection, or all."""
        self.server.drop(user.upper(), reset=reset)
        self._venue.end_turn()

    def system_event(self, code: str) -> None:
        """Say S (start of day) or E (end of day) to all users."""
        for user in self.accounts:
            self.reports.tell(user, "S", {"event_code": code})
        self._venue.end_turn()

    def end_session(self) -> None:
        """End the session and its orders: what there is to say is sent, then EndOfSession; a new session is open."""
        for order in self._venue.orders:
            if order.face == self.reports.name and order.is_open:
                self._venue.desk.end(order, EXPIRED, Why.END_OF_DAY)
        for account in self.accounts.values():
            account.stream.is_ended = True
        self._venue.end_turn()
        self.session = f"{(int(self.session) + 1) % _SESSIONS:010d}" if self.session.isdigit() else f"{self.session}+"
        self._venue.store.save_note(_NOTE, self.session)
        self.accounts.clear()
        self.begin()
        self._venue.end_turn()
