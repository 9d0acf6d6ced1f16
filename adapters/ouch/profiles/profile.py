"""Name what differs between OUCH venues, so that one adapter serves them all."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fairlead.adapters.ouch.mapping import ReportPlan, RequestPlan
from fairlead.adapters.venue_session import Capabilities
from fairlead.codecs.binary.protocol import Protocol


@dataclass(frozen=True, slots=True)
class SessionManner:
    """How the venue's SoupBinTCP session is kept; see ``SoupClientSettings``.

    ``time_zone`` is where the stamps' midnight is. ``quiet_s`` without a sequenced message after a login, or the
    server's first heartbeat, says that everything missed was repeated.
    """

    heartbeat_s: int = 1
    silence_s: int = 15
    login_timeout_s: int = 15
    quiet_s: int = 2
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class OuchProfile:
    """One venue's manner of OUCH.

    ``symbols`` holds the venue's names by ours, ``suffix`` ends the others. ``kept`` says which values of fields that
    the protocol has no place for are taken and stay in the books (``*``: any). ``user_reasons`` are the cancel reasons
    that answer a request, ``expired_reasons`` those that say the order's time was over; codes are as ints.
    ``reject_reasons`` maps the venue's to OrdRejReason(103), ``liquidity`` its flags to LastLiquidityInd(851).
    ``dead_states`` are the order states in which an order was taken and ended at once. ``resend_orders_within_s``:
    after a break, an unanswered order or replace of this age is sent again under its id; an older one is not, and a
    cancel for its id makes sure that it never lives.
    """

    name: str
    protocol: Protocol
    capabilities: Capabilities
    new_order: RequestPlan
    cancel: RequestPlan
    reports: tuple[ReportPlan, ...]
    replace: RequestPlan | None = None
    mass_cancel: RequestPlan | None = None
    account_query: RequestPlan | None = None
    disable_entry: RequestPlan | None = None
    enable_entry: RequestPlan | None = None
    session: SessionManner = SessionManner()
    suffix: str = ""
    symbols: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, frozenset[str]] = field(default_factory=dict)
    max_quantity: int = 0
    user_reasons: frozenset[int] = frozenset()
    expired_reasons: frozenset[int] = frozenset()
    dead_states: frozenset[int] = frozenset()
    reject_reasons: Mapping[int, int] = field(default_factory=dict)
    liquidity: Mapping[int, int] = field(default_factory=dict)
    resend_orders_within_s: int = 0
