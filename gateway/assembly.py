"""Build the gateway from its configuration: recover the journal, then join strategies, books and venues.

Recovery is the one start-up path: the journal's records rebuild the sessions' numbers and the ledger through the same
code that made them, whether the last process stopped in order or was killed.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fairlead.adapters.session_control import ControlledVenue
from fairlead.gateway.clock import Clock
from fairlead.gateway.compliance.building import Evidence, build_evidence
from fairlead.gateway.config import Config
from fairlead.gateway.config import models as cm
from fairlead.gateway.config.secrets import resolve_secret
from fairlead.gateway.control.building import build_control
from fairlead.gateway.control.commands import ControlCommands
from fairlead.gateway.control.overrides import Overrides
from fairlead.gateway.control.server import ControlServer
from fairlead.gateway.control.trail import Trail
from fairlead.gateway.instruments.configured import build_instruments
from fairlead.gateway.instruments.directory import InstrumentDirectory
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.recovery import Recovery, recover
from fairlead.gateway.journal.segments import JournalSettings
from fairlead.gateway.journal.session_store import JournalSessionStore, SessionStores
from fairlead.gateway.journal.writer_cy import JournalWriter
from fairlead.gateway.kill.building import build_settings, build_switch
from fairlead.gateway.kill.commands import KillCommands
from fairlead.gateway.kill.records import Memory
from fairlead.gateway.kill.resumption import resume
from fairlead.gateway.kill.switch import KillSwitch
from fairlead.gateway.links.turn_cy import Turn
from fairlead.gateway.market_data.building import build_feed
from fairlead.gateway.market_data.picture import MarketPicture
from fairlead.gateway.market_data.subscriptions import MarketDataSubscriptions
from fairlead.gateway.order_path_cy import OrderPath
from fairlead.gateway.order_watch import OrderWatch
from fairlead.gateway.orders.ids import build_id_factory
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.path_keeper import PathKeeper
from fairlead.gateway.ports.binary_port import BinaryPort
from fairlead.gateway.ports.building import build_ports
from fairlead.gateway.ports.configured import build_identity
from fairlead.gateway.ports.fix_port import FixPort
from fairlead.gateway.ports.json_port import JsonPort
from fairlead.gateway.reconciliation.building import ReconciliationParts
from fairlead.gateway.recorder_cy import Recorder
from fairlead.gateway.restoration import replay
from fairlead.gateway.retention import Retention
from fairlead.gateway.risk.building import build_risk
from fairlead.gateway.risk.limits_building import build_limits
from fairlead.gateway.risk.limits_in_force import LimitsInForce
from fairlead.gateway.routing.building import RoutingParts
from fairlead.gateway.schedules import ScheduledSession, build_schedule
from fairlead.gateway.telemetry.path_counters_cy import PathCounters
from fairlead.gateway.trading_days import TradingDays, trading_date, trading_day_schedule
from fairlead.gateway.venues.adapters import AdapterError, VenueContext, load_adapter
from fairlead.gateway.venues.books import LedgerBooks

MIB: Final = 1 << 20


@dataclass(slots=True)
class Gateway:
    """Everything that was built, for the process to run."""

    config: Config
    clock: Clock
    recovery_text: str
    writer: JournalWriter
    stores: SessionStores
    retention: Retention
    recorder: Recorder
    ledger: Ledger
    watch: OrderWatch
    counters: PathCounters
    path: OrderPath
    routes: RoutingParts
    reconciling: ReconciliationParts
    keeper: PathKeeper
    days: TradingDays
    instruments: InstrumentDirectory
    kill: KillSwitch
    turn: Turn
    trail: Trail
    overrides: Overrides
    evidence: Evidence
    limits: LimitsInForce
    control_commands: ControlCommands = field(default_factory=ControlCommands)
    control: ControlServer | None = None
    market_data: MarketPicture | None = None
    feed_venues: frozenset[str] = frozenset()
    """Venues of which a feed is configured."""
    subscriptions: MarketDataSubscriptions | None = None
    venues: dict[str, ControlledVenue] = field(default_factory=dict)
    json_port: JsonPort | None = None
    fix_port: FixPort | None = None
    binary_port: BinaryPort | None = None
    session_stores: dict[str, JournalSessionStore] = field(default_factory=dict)
    hours: dict[str, ScheduledSession] = field(default_factory=dict)

    def open_store(self, name: str, protocol: str, utc_ns: int) -> JournalSessionStore:
        """Return the store of a session, ``venue:NAME`` or ``strategy:NAME``, with what the journal knows of it.

        Messages of another protocol than it spoke before can't be repeated to it, so its numbers begin anew then.
        """
        before = [stream.protocol for stream in self.writer.streams.values() if stream.name == name]
        store = self.stores.open(name, protocol, utc_ns)
        if before and _family(before[-1]) != _family(protocol):
            store.reset(f"the session spoke {before[-1]} before, it speaks {protocol} now", utc_ns)
        self.session_stores[name] = store
        return store


def _family(protocol: str) -> str:
    return protocol.partition(".")[0]


def _build_venue(gateway: Gateway, table: cm.Venue, secret: str, utc_ns: int) -> None:
    name = f"venue:{table.name}"
    stores: list[JournalSessionStore] = []

    def open_store(protocol: str) -> JournalSessionStore:
        stores.append(gateway.open_store(name, protocol, utc_ns))
        return stores[-1]

    symbols = gateway.instruments.start_day(table.name, trading_date(trading_day_schedule(table), utc_ns))
    books = LedgerBooks(gateway.path, table.name)
    context = VenueContext(table, symbols, secret, open_store, gateway.path, books)
    venue = load_adapter(table.adapter)(context)
    if len(stores) != 1:
        raise AdapterError(f"adapter {table.adapter!r} opened {len(stores)} stores for {table.name}, expected one")
    gateway.venues[table.name] = venue
    gateway.hours[name] = ScheduledSession(name, venue.session, stores[0], build_schedule(table.schedule))
    used = gateway.ledger.venue_ids(table.name)
    gateway.path.add_venue(venue, build_id_factory(venue.capabilities.cl_ord_id, gateway.writer.epoch, used))


def _build_feeds(gateway: Gateway, secrets: Mapping[str, str]) -> None:
    tables = gateway.config.feeds
    if not tables:
        return
    record, alert = gateway.recorder.decision, gateway.watch.alert
    feeds = [
        build_feed(table, secrets.get(f"feed:{table.name}", ""), gateway.instruments, record, alert) for table in tables
    ]
    gateway.market_data = MarketPicture(feeds)
    # before any link: what a change of a book makes due is sent in the same turn
    gateway.turn.add(gateway.market_data)
    gateway.feed_venues = frozenset(table.venue for table in tables)


@dataclass(slots=True)
class _Recovered:
    """What the journal gave back, before anything is joined to it."""

    recovery: Recovery
    recorder: Recorder
    ledger: Ledger
    stores: SessionStores
    trail: Trail
    kills: Memory
    reconciling: ReconciliationParts
    overrides: Overrides
    limits: LimitsInForce
    routes: RoutingParts


def _recover(config: Config) -> _Recovered:
    """Recover the journal: each part takes its own records."""
    config.gateway.state_dir.mkdir(parents=True, exist_ok=True)
    settings = JournalSettings(config.journal.path, config.journal.segment_mib * MIB, config.journal.sync)
    recovery = recover(settings)
    recorder = Recorder()
    ledger = Ledger(recorder.ledger_record, recovery.next_epoch)
    trail = Trail()
    back = _Recovered(
        recovery=recovery,
        recorder=recorder,
        ledger=ledger,
        stores=SessionStores(settings.folder),
        trail=trail,
        kills=Memory(),
        reconciling=ReconciliationParts(recorder.ledger_record, recovery.next_epoch),
        overrides=Overrides(trail.chain, ledger),
        limits=build_limits(config, recorder.limits_record),
        routes=RoutingParts(config, recorder.ledger_record, recovery.next_epoch),
    )
    parts = {
        kinds.OPERATOR: trail.chain.replay,
        kinds.KILL: back.kills.take,
        kinds.ROUTE: back.routes.replay,
        kinds.LIMITS: back.limits.replay,
        **back.reconciling.replays,
    }
    replay(recovery, back.stores, ledger, parts)
    return back


def _build_counters(config: Config, clock: Clock) -> PathCounters:
    named = ([table.name for table in tables] for tables in (config.strategies, config.venues))
    strategies, venues = named
    feeds, copies = (tuple(table.name for table in tables) for tables in (config.feeds, config.drop_copies))
    return PathCounters(config.gateway.state_dir / "counters", strategies, venues, clock.now_ns, feeds, copies)


def _build_watch(config: Config, counters: PathCounters, recorder: Recorder) -> OrderWatch:
    def record_alert(decision: dict[str, Any], at_utc_ns: int) -> None:
        counters.page.add(counters.page.slot("alerts"))
        recorder.decision(decision, at_utc_ns)

    return OrderWatch({v.name: v.ack_timeout_s * 1_000_000_000 for v in config.venues}, record_alert)


def _restore(
    config: Config, clock: Clock, on_failure: Callable[[BaseException], None], now_ns: int, utc_ns: int
) -> Gateway:
    """Recover the journal and build what every venue and strategy shares."""
    back = _recover(config)
    ledger, recorder = back.ledger, back.recorder
    writer = back.recovery.open_writer(utc_ns, now_ns)
    back.stores.attach(writer)
    recorder.attach(writer, utc_ns)
    counters = _build_counters(config, clock)
    watch = _build_watch(config, counters, recorder)
    identities = {strategy.name: build_identity(strategy) for strategy in config.strategies}
    directory = InstrumentDirectory(
        [*build_instruments(config.instruments).values(), *config.reference.instruments.values()], watch.alert
    )
    reconciliation = back.reconciling.reconcile(config, ledger, watch, recorder.decision)
    path = OrderPath(ledger, identities, directory.by_symbol, watch, counters, reconciliation)
    kill = build_switch(build_settings(config), path, writer.epoch, recorder.ledger_record, watch.alert)
    resume(kill, back.kills, ledger, now_ns, utc_ns)
    retention = Retention(config.journal, writer, back.stores, ledger)
    gateway = Gateway(
        config=config,
        clock=clock,
        recovery_text=str(back.recovery.report),
        writer=writer,
        stores=back.stores,
        retention=retention,
        recorder=recorder,
        ledger=ledger,
        watch=watch,
        counters=counters,
        path=path,
        routes=back.routes,
        reconciling=back.reconciling,
        keeper=PathKeeper(path, watch),
        days=TradingDays({v.name: trading_day_schedule(v) for v in config.venues}, path, watch, directory),
        instruments=directory,
        kill=kill,
        turn=Turn(clock, writer, on_failure, counters.turn_sent),
        trail=back.trail,
        overrides=back.overrides,
        evidence=build_evidence(config, retention, recorder.decision, watch.alert),
        limits=back.limits,
    )
    retention.add_part(kill.write_checkpoint)
    KillCommands(kill, path).register(gateway.control_commands)
    return gateway


def assemble(
    config: Config,
    clock: Clock,
    on_failure: Callable[[BaseException], None],
    on_refused: Callable[[str, str, int], None],
    environ: Mapping[str, str] = os.environ,
) -> Gateway:
    """Recover and build.

    ``on_failure`` is called when the journal fails, ``on_refused(port, text, utc_ns)`` when a port
    takes no part in a conversation: a login refused, or a stream closed without a word.
    Raises JournalError, SecretError, AdapterError, and OSError where ``state_dir`` can't be made.
    """
    # before anything is locked or recorded
    secrets = {
        venue.name: resolve_secret(venue.password, environ) for venue in config.venues if venue.password is not None
    }
    secrets |= {
        f"{kind}:{table.name}": resolve_secret(table.password, environ)
        for kind, tables in (("feed", config.feeds), ("drop_copy", config.drop_copies))
        for table in tables
        if table.password is not None
    }
    now_ns, utc_ns = clock.now_ns(), clock.utc_ns()
    gateway = _restore(config, clock, on_failure, now_ns, utc_ns)
    try:
        _join(gateway, secrets, on_refused, now_ns, utc_ns)
    except BaseException:
        # the next start must find the journal free
        gateway.writer.close()
        raise
    return gateway


def _join(
    gateway: Gateway,
    secrets: Mapping[str, str],
    on_refused: Callable[[str, str, int], None],
    now_ns: int,
    utc_ns: int,
) -> None:
    """Build venues and ports, and settle what the last process left open."""
    for table in gateway.config.venues:
        _build_venue(gateway, table, secrets.get(table.name, ""), utc_ns)
    _build_feeds(gateway, secrets)
    build_risk(gateway)
    routing = gateway.routes.join(
        gateway.path, lambda: gateway.market_data, gateway.retention.add_part, gateway.control_commands
    )
    build_ports(gateway, utc_ns, on_refused)
    gateway.reconciling.join(gateway, secrets, on_refused, now_ns, utc_ns)
    gateway.control = build_control(gateway, utc_ns)
    # what was open when the last process ended is in doubt until its venue speaks
    for name in gateway.venues:
        gateway.ledger.mark_in_doubt(name, utc_ns)
    # nor is any strategy connected: one that does not come back must not leave orders behind
    gateway.path.is_starting = True
    for name in gateway.path.identities:
        if gateway.ledger.open_orders(strategy=name):
            gateway.path.strategy_disconnected(name, "the gateway was started anew", now_ns, utc_ns)
    gateway.path.is_starting = False
    routing.router.resume(now_ns, utc_ns)
