"""Send copies of executions over FIX sessions of their own, as venues and brokers do for their members' back offices.

A copy is the report's own body with OnBehalfOfCompID(115) in front: the session whose order it was. What goes wrong
with a copy, its order's trigger says (`triggers.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from fairlead.certification.venues.amounts import UNITS, read_amount, write_amount
from fairlead.certification.venues.fix_session import FixVenueSession
from fairlead.certification.venues.fix_sessions import FixSessions
from fairlead.certification.venues.happenings import TRADE
from fairlead.certification.venues.orders import VenueOrder
from fairlead.certification.venues.reports import execution_report
from fairlead.certification.venues.session_records import SessionRecord, SessionSettings
from fairlead.certification.venues.venue import Venue
from fairlead.certification.venues.wire import Field, WireMessage

SUFFIX = "-DC"
DEFAULT_COUNTERPARTY = "DROPCOPY"
_LAST_PX = 31


@dataclass(slots=True)
class DropCopySettings:
    """Say who gets copies: the venue's settings name the counterparties, which no order session may have."""

    comp_id: str = ""


class DropCopyFace(FixSessions):
    """Keep the drop copies' sessions; what is copied while nobody is logged on waits to be asked for."""

    def __init__(self, venue: Venue, settings: DropCopySettings | None = None) -> None:
        settings = settings or DropCopySettings()
        profile = venue.settings.profile
        session_settings = SessionSettings(
            begin_string=profile.begin_string,
            comp_id=settings.comp_id or profile.name + SUFFIX,
            counterparties=frozenset(venue.settings.drop_copies),
        )
        super().__init__(venue, session_settings, self)
        kept = {record.counterparty: record for record in venue.store.load_sessions()}
        for counterparty in venue.settings.drop_copies:
            self.add_session(kept.get(counterparty) or SessionRecord(counterparty))
        venue.desk.copier = self
        venue.faces.append(self)

    def begin(self) -> None:
        """Begin; a copy that was late when an earlier run ended never comes."""

    def copy(self, order: VenueOrder, body: list[Field]) -> None:
        """Send a copy of an execution's report, with the fault that its order asks for."""
        fault = str(order.details.get("copy", ""))
        copied: list[Field] = [(115, order.session), *body]
        if fault == "lost":
            return
        if fault == "late":
            self._venue.desk.schedule(self._venue.settings.trigger_delay_s, partial(self._send, copied))
            return
        if fault == "price":
            copied = [(tag, _dearer(value) if tag == _LAST_PX else value) for tag, value in copied]
        for _ in range(2 if fault == "twice" else 1):
            self._send(copied)

    def invent(self, stranger: VenueOrder, exec_id: str, quantity: int, price: int) -> None:
        """Send a copy of an execution that never was."""
        desk = self._venue.desk
        is_fix42, last = desk.profile.is_fix42, (quantity, price)
        body = execution_report(stranger, TRADE, exec_id, desk.utc_ns(), is_fix42=is_fix42, last=last)
        self._send([(115, stranger.session), *body])

    def _send(self, body: list[Field]) -> None:
        for session in self.sessions.values():
            session.send("8", body)

    # -- a session's application ---------------------------------------------------------------------------------

    def on_application_message(self, session: FixVenueSession, message: WireMessage) -> None:
        """Refuse: nobody asks anything over a drop copy."""
        session.send_business_reject(message, 3, "a drop copy takes no application messages")

    def on_logged_on(self, session: FixVenueSession) -> None:
        """Take part in the session's protocol; a logon needs nothing from the venue."""

    def on_disconnected(self, session: FixVenueSession) -> None:
        """Take part in the session's protocol; copies wait for the next logon."""


def _dearer(price: str) -> str:
    return write_amount(read_amount(price) + UNITS // 100)
