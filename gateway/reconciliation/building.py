"""Build reconciliation from the configuration: gates, breaks, drop copies, and the commands of operators."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from fairlead.adapters.fix.drop_copy import FixDropCopy
from fairlead.adapters.fix.profiles import VenueProfile, load_profile
from fairlead.adapters.fix.settings import SessionSettings
from fairlead.adapters.fix.venue import VenueCredentials, session_settings
from fairlead.gateway.config import models as cm
from fairlead.gateway.config.reconcile_keys import DropCopy as DropCopyTable
from fairlead.gateway.journal import kinds
from fairlead.gateway.kill.blocks import Scope
from fairlead.gateway.kill.switch import KillSwitch
from fairlead.gateway.order_watch import OrderWatch
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.reconciliation.breaks import BreakQueue
from fairlead.gateway.reconciliation.commands import ReconciliationCommands
from fairlead.gateway.reconciliation.copy_records import CopyMemories, CopyMemory, CopyRecords
from fairlead.gateway.reconciliation.drop_copy import DropCopy, DropCopySettings
from fairlead.gateway.reconciliation.policy import VenuePolicy
from fairlead.gateway.reconciliation.reconciliation import Reconciliation, Recorder
from fairlead.gateway.reconciliation.runner import DropCopyParts, DropCopyRunner
from fairlead.gateway.schedules import ScheduledSession, build_schedule

if TYPE_CHECKING:
    from fairlead.gateway.assembly import Gateway

NS_PER_S: Final = 1_000_000_000


def venue_policy(venue: cm.Venue) -> VenuePolicy:
    """Return how strictly a venue is reconciled; questions leave at least half of its throttle to cancels."""
    rate = venue.status_requests_per_s
    if venue.throttle is not None:
        throttle = venue.throttle
        rate = min(rate, max(1, (throttle.messages - throttle.cancel_reserve) * 500 // throttle.interval_ms))
    return VenuePolicy(venue.reconcile == "required", rate, venue.ack_timeout_s * NS_PER_S)


class ReconciliationParts:
    """Hold what the journal has of breaks and copies until the rest is built; then the drop copies.

    ``record(kind, payload, utc_ns)`` appends to the journal; ``epoch`` is the one that will be written under.
    """

    def __init__(self, record: Callable[[int, bytes, int], object], epoch: int) -> None:
        self.breaks: Final = BreakQueue(record, epoch)
        self.drop_copies: list[DropCopyParts] = []
        self._memories = CopyMemories()
        self._on_refused: Callable[[str, str, int], None] = lambda name, text, utc_ns: None
        self.replays: Final = {kinds.BREAK: self.breaks.replay, kinds.COPY: self._memories.take}
        """What takes the journal's records at a start, by kind."""

    def reconcile(self, config: cm.Config, ledger: Ledger, watch: OrderWatch, record: Recorder) -> Reconciliation:
        """Return what accounts for open orders after breaks."""
        policies = {venue.name: venue_policy(venue) for venue in config.venues}
        return Reconciliation(ledger, watch, policies, self.breaks, record)

    def join(
        self,
        gateway: "Gateway",
        secrets: Mapping[str, str],
        on_refused: Callable[[str, str, int], None],
        now_ns: int,
        utc_ns: int,
    ) -> None:
        """Build the drop copies, and offer operators the breaks and gates.

        ``on_refused(name, text, utc_ns)`` is told of connections to a drop copy's address that are none of its.
        """
        self._on_refused = on_refused
        gateway.retention.add_part(self.breaks.write_checkpoint)
        for table in gateway.config.drop_copies:
            secret, memory = secrets.get(f"drop_copy:{table.name}", ""), self._memories.of(table.name)
            self.drop_copies.append(_build_drop_copy(gateway, table, secret, memory, now_ns, utc_ns))
        ReconciliationCommands(gateway.path.reconciliation, self._positions).register(gateway.control_commands)

    def runner(self, gateway: "Gateway", on_crash: Callable[[BaseException], None]) -> DropCopyRunner:
        """Return what connects the drop copies and shows how reconciliation stands."""
        return DropCopyRunner(
            self.drop_copies,
            gateway.path.reconciliation,
            gateway.instruments,
            gateway.turn,
            gateway.clock,
            gateway.watch.alert,
            self._on_refused,
            on_crash,
        )

    def _positions(self) -> list[dict[str, str]]:
        return [row for part in self.drop_copies for row in part.books.position_rows()]


def _settings(table: DropCopyTable, profile: VenueProfile, secret: str) -> SessionSettings:
    """Return the session's settings: the profile's, with what the configuration says otherwise."""
    connects = bool(table.hosts)
    credentials = VenueCredentials(
        sender_comp_id=table.sender_comp_id,
        target_comp_id=table.target_comp_id,
        sender_sub_id=table.sender_sub_id,
        target_sub_id=table.target_sub_id,
        username=table.username if connects else "",
        password=secret if connects else "",
        raw_data=secret if connects else "",
    )
    settings = session_settings(profile, credentials)
    said: dict[str, Any] = {"heart_bt_int_s": table.heartbeat_s, "reset_on_logon": table.reset_on_logon}
    return replace(
        settings,
        is_initiator=connects,
        throttle=None,
        max_frame_bytes=table.max_frame_bytes,
        sending_time_tolerance_s=table.sending_time_tolerance_s,
        logon_timeout_s=table.logon_timeout_s,
        logon=replace(settings.logon, max_refused=table.max_refused_logons),
        **{name: value for name, value in said.items() if value is not None},
    )


def _build_drop_copy(
    gateway: "Gateway", table: DropCopyTable, secret: str, memory: CopyMemory, now_ns: int, utc_ns: int
) -> DropCopyParts:
    profile = load_profile(table.profile)
    books = DropCopy(
        DropCopySettings(
            name=table.name,
            venue=table.venue,
            match_within_ns=table.match_within_s * NS_PER_S,
            stale_after_ns=table.stale_after_s * NS_PER_S,
            accounts=frozenset(table.accounts),
            on_behalf_of=frozenset(table.on_behalf_of),
            freezes=table.position_break_freezes,
        ),
        gateway.ledger,
        gateway.path.reconciliation.breaks,
        CopyRecords(table.name, gateway.recorder.ledger_record),
        gateway.watch.alert,
        partial(_freeze, gateway.kill),
    )
    name = f"drop_copy:{table.name}"
    store = gateway.open_store(name, profile.begin_string, utc_ns)
    expected = ("", "") if table.hosts else (table.username, secret)
    endpoint = FixDropCopy(table.name, profile, _settings(table, profile, secret), store, books, expected)
    endpoint.rename_symbols(gateway.instruments.names(table.venue))
    books.venue_symbol = endpoint.venue_symbol
    books.restore(memory, now_ns, utc_ns)
    gateway.retention.add_part(books.write_checkpoint)
    gateway.path.reconciliation.trade_listeners.append(books.take_own)
    hours = ScheduledSession(name, endpoint.session, store, build_schedule(table.schedule))
    return DropCopyParts(table, endpoint, books, hours)


def _freeze(kill: KillSwitch, account: str, reason: str, now_ns: int, utc_ns: int) -> None:
    kill.engage(Scope(account=account), "auto:position_break", reason, now_ns, utc_ns, cancel=False)
