"""Say what a venue adapter offers the gateway, and what it tells it.

An adapter is an ``Endpoint`` that also takes orders. Requests come with Fairlead's own ids for that venue; reports
go back with the same ids. Everything is synchronous: a submitted order's bytes are in the session's output when
``submit`` returns, or the refusal was raised as a ``Report`` through the sink before it returns.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol

from fairlead.adapters.endpoint import Endpoint
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)

OPTIONAL_ORDER_FIELDS: Final = frozenset(
    (
        "account",
        "min_qty",
        "max_floor",
        "exec_inst",
        "handl_inst",
        "order_capacity",
        "currency",
        "security_type",
        "maturity_month_year",
        "maturity_day",
        "put_or_call",
        "strike_price",
        "security_id",
        "security_id_source",
        "security_exchange",
        "position_effect",
        "locate_reqd",
        "text",
    )
)
"""Fields of NewOrder that a venue may not take."""


COD_NONE: Final = "none"
"""The venue keeps our orders when our link is lost."""
COD_UNGRACEFUL: Final = "ungraceful"
"""It ends the session's day orders when the link breaks, and keeps them when we log out (CME's COD)."""
COD_ANY: Final = "any"
"""It ends the session's day orders however the link ends, our logout included."""
CANCELS_ON_DISCONNECT: Final = (COD_NONE, COD_UNGRACEFUL, COD_ANY)


@dataclass(frozen=True, slots=True)
class ClOrdIdRule:
    """The form of Fairlead's ids at a venue: total length, alphabet, and a fixed prefix.

    Where ``is_rising`` is set, ids are whole numbers instead, from 1 to ``highest``, each above the one before. Where
    ``has_unseen`` is set, cancels and replaces done in place have ids with a hyphen, which no other id has: the venue
    never sees them, since such a request names only its order.
    """

    length: int = 20
    alphabet: str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    prefix: str = ""
    is_rising: bool = False
    highest: int = 2**32 - 1
    has_unseen: bool = False


def is_unseen(cl_ord_id: str) -> bool:
    """Tell whether an id of ours is one that its venue never sees."""
    return "-" in cl_ord_id


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a venue takes. Fairlead refuses the rest before a byte goes out.

    ``ord_types`` and ``times_in_force`` hold FIX codes as ints; ``refused_combinations`` are the pairs of the two
    that the venue won't take. ``security_types`` are the SecurityType(167) values taken (empty: any; ``""`` stands for
    an order without one). ``carried`` names the optional fields of NewOrder that reach the venue and
    ``carried_extras`` the extra tags; ``self_match_fields`` are the extra fields, with their values, by which the venue
    keeps own orders from trading with each other. ``replace_changes`` names the terms that a replace may change,
    ``whole_quantities`` says that quantities have no decimals, and ``max_text_length`` limits Text(58) (0: not at all).
    ``replays_reports`` says that after a logon the venue repeats every report that we have not seen, so that nothing
    but unanswered requests is in doubt once the session is up. ``silent_on_ended`` says that it answers a request for
    an order that has ended with nothing, so that the order's end refuses all that is in flight for it.
    ``mass_cancel_is_ours`` says that a mass cancel ends only what came over this session, and that each end is told
    under the order's own id.
    ``cancel_on_disconnect`` is one of ``CANCELS_ON_DISCONNECT``: what the venue does by itself when it loses our link.
    ``reduces_in_place`` says that a replace which lowers OrderQty alone keeps the venue's id of the order.
    """

    ord_types: frozenset[int]
    times_in_force: frozenset[int]
    refused_combinations: frozenset[tuple[int, int]] = frozenset()
    sides: frozenset[int] = frozenset((49, 50, 53, 54))
    security_types: frozenset[str] = frozenset()
    carried: frozenset[str] = OPTIONAL_ORDER_FIELDS
    carried_extras: frozenset[str] = frozenset()
    self_match_fields: tuple[tuple[str, str], ...] = ()
    account_required: bool = False
    whole_quantities: bool = False
    replace: bool = True
    replace_changes: frozenset[str] = frozenset(("order_qty", "price", "stop_px", "time_in_force"))
    replace_while_pending: bool = False
    mass_cancel: bool = False
    mass_cancel_is_ours: bool = False
    order_status: bool = True
    mass_status: bool = False
    cancel_on_disconnect: str = COD_NONE
    max_text_length: int = 0
    replays_reports: bool = False
    silent_on_ended: bool = False
    reduces_in_place: bool = False
    cl_ord_id: ClOrdIdRule = field(default_factory=ClOrdIdRule)


VENUE_EVENTS: Final = {
    "report_unreadable": "a report that can't be booked: a field missing, malformed or of an unknown value",
    "reject_unmatched": "a Reject or BusinessMessageReject for a message that is no order's",
    "request_not_resent": "a request too old to be sent again was gap-filled; the order's status is asked for",
    "mass_cancel_taken": "the venue took a mass cancel; each order's end is reported by itself",
    "status_refused": "the venue refused a status request",
    "status_complete": "the last report of a mass status request has come",
    "peer_fault": "the venue broke its protocol, by a message that the session refused: a report may be lost in it",
    "message_unexpected": "an application message that no one asked for",
    "reports_lost": "the venue can't repeat reports that we have not seen: its open orders stay in doubt",
    "request_resent": "a request that a broken link may have lost was sent again, under its id: a venue takes it once",
    "accepted_otherwise": "the venue took other terms than were sent; the books have the venue's where they can",
    "account_state": "the venue said, unasked, which number it expects next; lower ones are never used",
    "order_entry_disabled": "the venue takes no orders of a firm from now on, as was asked",
    "order_entry_enabled": "the venue takes orders of a firm again, as was asked",
    "system_event": "the venue said that its day begins or ends",
    "venue_notice": "the venue said something about an order that changes no book",
}
"""What ``VenueSink.on_venue_event`` may tell."""

ROUTINE_EVENTS: Final = frozenset(("system_event", "mass_cancel_taken", "status_complete", "order_entry_enabled"))
"""Those of them that nobody needs to look at."""


class VenueSink(Protocol):
    """Take what a venue says. Called synchronously from ``receive_data`` and ``on_timer``."""

    def on_venue_report(self, venue: str, report: Report, now_ns: int, utc_ns: int) -> None:
        """Book a report; ids are Fairlead's at that venue.

        OrdStatus is 0 where the venue does not say how the order stands: in a CANCEL_REJECTED, and in what venues
        report that have no OrdStatus. RequestID of a REPLACED is the ClOrdID by which the venue goes on to call the
        order, where that is not the request's: it changed the order in place.
        """

    def on_venue_up(self, venue: str, now_ns: int, utc_ns: int) -> None:
        """Note that the session is logged on and synchronised: orders may be sent."""

    def on_venue_down(self, venue: str, reason: str, now_ns: int, utc_ns: int) -> None:
        """Note that orders can't be sent now."""

    def on_venue_event(self, venue: str, event: str, text: str, cl_ord_id: str, now_ns: int, utc_ns: int) -> None:
        """Alarm about what no report can say; ``event`` is one of ``VENUE_EVENTS``.

        ``cl_ord_id`` is Fairlead's id at the venue of the request or order concerned, ``""`` where there is none.
        """


class VenueSession(Endpoint, Protocol):
    """Send orders to one venue. ``order`` is the order's terms as the venue has them, under its current id."""

    @property
    def name(self) -> str:
        """Return the venue's name in the configuration."""

    @property
    def capabilities(self) -> Capabilities:
        """Return what the venue takes."""

    @property
    def is_up(self) -> bool:
        """Tell whether orders may be sent."""

    def submit(self, order: NewOrder, now_ns: int, utc_ns: int) -> None:
        """Send a new order."""

    def cancel(self, request: CancelOrder, order: NewOrder, now_ns: int, utc_ns: int) -> None:
        """Ask for the end of an order."""

    def replace(self, request: ReplaceOrder, order: NewOrder, now_ns: int, utc_ns: int) -> None:
        """Ask for new terms."""

    def request_status(self, request: StatusRequest, order: NewOrder | None, now_ns: int, utc_ns: int) -> None:
        """Ask how an order stands; all orders where ``order`` is None."""

    def mass_cancel(self, request: MassCancel, now_ns: int, utc_ns: int) -> None:
        """Ask for the end of many orders; only where the capabilities say so."""
