"""Run the gateway process: ports, venue connections, housekeeping, an orderly stop.

One thread, one loop. Orders travel in the links' callbacks; what stands here happens between them: preparing the next
journal segment, deadlines, schedules, gauges.
"""

import asyncio
import gc
from collections.abc import Callable
from typing import Any, Final

import structlog

from fairlead.adapters.link_state import State
from fairlead.gateway.assembly import Gateway
from fairlead.gateway.build import describe_build
from fairlead.gateway.config.models import BinaryPort, FixPort, JsonPort
from fairlead.gateway.config.values import split_address
from fairlead.gateway.control.building import open_control
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.kill.runner import KillRunner
from fairlead.gateway.links.listener import Listener
from fairlead.gateway.links.polling_cy import Polling
from fairlead.gateway.links.tls import server_context
from fairlead.gateway.links.unix_listener import UnixListener
from fairlead.gateway.market_data.runner import FeedRunner
from fairlead.gateway.ports.binary_connection import BinaryConnection
from fairlead.gateway.ports.fix_connection_cy import FixPortConnection
from fairlead.gateway.ports.json_connection import JsonConnection
from fairlead.gateway.processor import claim_processor
from fairlead.gateway.reconciliation.runner import DropCopyRunner
from fairlead.gateway.service_notice import ServiceNotice
from fairlead.gateway.session_log import SessionLog
from fairlead.gateway.summary import write_summary
from fairlead.gateway.telemetry.process_gauges import ProcessGauges
from fairlead.gateway.venues.certificate_watch import CertificateWatch
from fairlead.gateway.venues.connector import VenueConnector

log = structlog.get_logger()

GC_THRESHOLDS: Final = (100_000, 50, 1000)
"""Hardly anything of the order path's is garbage that needs collecting, and a collection looks at every open order."""
HOUSEKEEPING_S: Final = 0.05
PREPARE_BYTES: Final = 1 << 20
"""Journal bytes allocated and faulted in at most between two turns of the loop."""
GAUGES_EVERY: Final = 5
"""Housekeeping rounds between two readings of the gauges."""
STOP_POLL_S: Final = 0.02
STOPPING: Final = "the gateway is stopping"
NS_PER_S: Final = 1_000_000_000
VENUE_LOGOUT_NS: Final = NS_PER_S
"""What venues have at least for answering our Logout, whatever has used up the rest of ``stop_timeout_s``."""

EXIT_OK: Final = 0
EXIT_CRASHED: Final = 70
"""A mistake of ours ended one of the process's tasks; the gateway stopped in order."""
EXIT_JOURNAL_FAILED: Final = 74


class GatewayProcess:
    """Run what ``assemble`` built until ``stop``, until the journal fails, or until one of its tasks crashes."""

    def __init__(self, gateway: Gateway, notice: ServiceNotice | None = None) -> None:
        self.gateway = gateway
        self.notice = notice if notice is not None else ServiceNotice({})
        self.listeners: list[Listener] = []
        self.control: UnixListener | None = None
        self.connectors: list[VenueConnector] = []
        self.feeds: FeedRunner | None = None
        self.polling: Polling | None = None
        self.drop_copies: DropCopyRunner | None = None
        self.gauges = ProcessGauges(gateway.counters.page)
        self.kills = KillRunner(gateway.kill, gateway.turn, self.crashed)
        config = gateway.config
        self.certificates = CertificateWatch(config.certification, config.venues, gateway.watch.alert)
        self.addresses: dict[str, tuple[str, int]] = {}
        self.exit_code = EXIT_OK
        self._stop = asyncio.Event()
        self._is_hurried = False
        self._housekeeping: asyncio.Task[None] | None = None
        self._rounds = 0
        self._last_problem = ""

    # Called by the turn, tasks and signals

    def journal_failed(self, error: BaseException) -> None:
        """Stop sending for good and say so: what can't be recorded must not happen."""
        self.exit_code = EXIT_JOURNAL_FAILED
        log.critical("journal_failed", error=str(error), effect="nothing is sent any more; every connection is closed")
        self._stop.set()

    def crashed(self, error: BaseException) -> None:
        """Stop in order because of a mistake of ours: a gateway that runs on one leg is worse than none."""
        self.exit_code = self.exit_code or EXIT_CRASHED
        log.critical("crashed", exc_info=error, effect="the gateway stops")
        self._stop.set()

    def stop(self) -> None:
        """Ask for an orderly stop; when asked again, wait for nobody."""
        if self._stop.is_set() and not self._is_hurried:
            self._is_hurried = True
            log.warning("stopping_at_once", effect="answers that are still due are not waited for")
        self._stop.set()

    async def run(self) -> int:
        """Run to the end and return the process's exit code, one of ``EXIT_*``.

        Raises ListenError, TlsError and ProcessorRefused where it can't start; nothing stays open or locked then.
        """
        gateway = self.gateway
        log.info("starting", build=describe_build(), journal=gateway.recovery_text, epoch=gateway.writer.epoch)
        try:
            await claim_processor(gateway.config.loop)
            self._choose_waiting()
            self._connect_venues()
            self._connect_feeds()
            self._connect_drop_copies()
            self._listen()
            self.control = open_control(gateway, self.connectors, self.crashed)
            self._begin()
            await self._stop.wait()
            if not gateway.turn.has_failed:
                await self._stop_in_order()
        finally:
            await self._close()
        return self.exit_code

    def _choose_waiting(self) -> None:
        """Have the sockets looked at without waiting to be woken, where the configuration says so."""
        settings = self.gateway.config.loop
        if settings.waiting != "block":
            spin_ns = settings.spin_us * 1000 if settings.waiting == "spin" else 0
            self.polling = Polling(asyncio.get_running_loop(), self.gateway.clock, spin_ns)
            self.gateway.turn.polling = self.polling

    def _connect_venues(self) -> None:
        gateway = self.gateway
        for settings in gateway.config.venues:
            name, venue = f"venue:{settings.name}", gateway.venues[settings.name]
            session_log = SessionLog(name, venue.session, gateway.clock, gateway.watch.alert)
            self.connectors.append(
                VenueConnector(settings, venue, gateway.turn, gateway.hours[name], session_log, self.crashed)
            )
        self.certificates.join(self.connectors)

    def _connect_feeds(self) -> None:
        gateway = self.gateway
        if gateway.market_data is not None:
            tables, feeds = gateway.config.feeds, gateway.market_data.feeds
            self.feeds = FeedRunner(tables, feeds, gateway.turn, gateway.clock, gateway.watch.alert, self.crashed)

    def _connect_drop_copies(self) -> None:
        self.drop_copies = self.gateway.reconciling.runner(self.gateway, self.crashed)
        self.addresses |= self.drop_copies.listen()

    def _begin(self) -> None:
        gateway = self.gateway
        facts = {"event": "start", "name": gateway.config.gateway.name, "build": describe_build()}
        gateway.recorder.process(kinds.START, facts, gateway.clock.utc_ns())
        # days first: what venues say from now on belongs to the new ones
        gateway.days.tick(gateway.clock.now_ns(), gateway.clock.utc_ns())
        gateway.retention.write_checkpoint(gateway.clock.utc_ns())
        for hours in gateway.hours.values():
            hours.tick(gateway.clock.now_ns(), gateway.clock.utc_ns())
        self.certificates.tick(gateway.clock.now_ns(), gateway.clock.utc_ns())
        gateway.turn.finish(gateway.turn.begin(), gateway.clock.utc_ns())
        for connector in self.connectors:
            connector.start()
        if self.feeds is not None:
            self.feeds.start(gateway.clock.now_ns(), gateway.clock.utc_ns())
        if self.drop_copies is not None:
            self.drop_copies.start(gateway.clock.now_ns(), gateway.clock.utc_ns())
        self.kills.start()
        self.gauges.watch_garbage()
        self._housekeeping = asyncio.create_task(self._keep_house())
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        page = gateway.counters.page
        page.set(page.slot("gc.frozen"), gc.get_freeze_count())
        if self.polling is not None:
            self.polling.start()
        self.notice.ready()
        log.info("ready", **{name: f"{host}:{port}" for name, (host, port) in self.addresses.items()})

    def _listen(self) -> None:
        gateway = self.gateway
        found: tuple[tuple[str, Any, Any], ...] = (
            ("json", gateway.config.ports.json_, gateway.json_port),
            ("fix", gateway.config.ports.fix, gateway.fix_port),
            ("binary", gateway.config.ports.binary, gateway.binary_port),
        )
        for name, settings, port in found:
            if settings is None or port is None:
                continue
            self.addresses[name] = self._listen_on(name, settings, port)

    def _listen_on(self, name: str, settings: "FixPort | JsonPort | BinaryPort", port: Any) -> tuple[str, int]:
        tls = server_context(settings.tls) if settings.tls is not None else None
        # the endpoint's own policy speaks first; the link's bound is the last resort
        listener = Listener(name, self.gateway.turn, port.connection, 2 * settings.max_unsent_bytes, tls)
        self.listeners.append(listener)
        return listener.listen(*split_address(settings.listen))

    # Between turns

    async def _keep_house(self) -> None:
        while True:
            self.gauges.expect(self.gateway.clock.now_ns() + int(HOUSEKEEPING_S * NS_PER_S))
            await self.gateway.clock.sleep(HOUSEKEEPING_S)
            self.gauges.came(self.gateway.clock.now_ns())
            try:
                self.keep_house()
            except JournalError as error:
                self.gateway.turn.fail(error)
                return
            except Exception as error:
                self.crashed(error)
                return

    def keep_house(self) -> None:
        """Do one round: prepare the journal, act on deadlines, read the gauges."""
        gateway = self.gateway
        now_ns, utc_ns = gateway.turn.begin(), gateway.clock.utc_ns()
        self.notice.tick(now_ns)
        gateway.writer.prepare(PREPARE_BYTES, now_ns)
        self._warn_of_journal()
        gateway.keeper.tick(now_ns, utc_ns)
        if gateway.control is not None:
            gateway.control.tick(now_ns, utc_ns)
        gateway.limits.tick(now_ns, utc_ns)
        gateway.kill.advance(now_ns, utc_ns)
        gateway.evidence.tick(now_ns, utc_ns)
        if gateway.days.tick(now_ns, utc_ns):
            gateway.retention.write_checkpoint(utc_ns)
        for hours in gateway.hours.values():
            hours.tick(now_ns, utc_ns)
        self.certificates.tick(now_ns, utc_ns)
        if self.feeds is not None:
            self.feeds.tick(now_ns, utc_ns)
        if self.drop_copies is not None:
            self.drop_copies.tick(now_ns, utc_ns)
        self._rounds += 1
        if self._rounds % GAUGES_EVERY == 0:
            self._read_gauges()
        gateway.turn.finish(now_ns, utc_ns)
        if not gateway.turn.has_failed:
            gateway.retention.tick(utc_ns)

    def _warn_of_journal(self) -> None:
        problem = self.gateway.writer.last_problem
        if problem and problem != self._last_problem:
            left = self.gateway.writer.bytes_left
            log.error("journal_nearly_full", problem=problem, bytes_left=left, effect="sending stops when it is full")
        self._last_problem = problem

    def _read_gauges(self) -> None:
        page = self.gateway.counters.page
        unsent = self._unsent_bytes()
        for name, store in self.gateway.session_stores.items():
            kind, _, rest = name.partition(":")
            page.set(page.slot(f"{kind}.{rest}.next_in"), store.next_in)
            page.set(page.slot(f"{kind}.{rest}.next_out"), store.next_out)
            page.set(page.slot(f"{kind}.{rest}.unsent_bytes"), unsent.get(name, 0))
        page.set(page.slot("journal.sequence"), self.gateway.writer.sequence)
        self._read_market_gauges()
        if self.feeds is not None:
            self.feeds.read_gauges(page)
        if self.drop_copies is not None:
            self.drop_copies.read_gauges(page, self.gateway.clock.now_ns())

    def _read_market_gauges(self) -> None:
        page, subscriptions = self.gateway.counters.page, self.gateway.subscriptions
        for name, tally in subscriptions.tallies.items() if subscriptions is not None else ():
            page.set(page.slot(f"strategy.{name}.market_symbols"), tally.symbols)
            page.set(page.slot(f"strategy.{name}.market_messages"), tally.messages)
            page.set(page.slot(f"strategy.{name}.market_conflated"), tally.conflated)

    def _unsent_bytes(self) -> dict[str, int]:
        """Return by session how many bytes its peer has not read; sessions without a connection are left out."""
        unsent = {f"venue:{connector.venue.name}": connector.unsent_bytes for connector in self.connectors}
        for listener in self.listeners:
            for link in listener.links:
                endpoint = link.endpoint
                if isinstance(endpoint, FixPortConnection | JsonConnection | BinaryConnection) and endpoint.strategy:
                    unsent[f"strategy:{endpoint.strategy}"] = link.unsent_bytes()
        return unsent

    # The end

    async def _stop_in_order(self) -> None:
        gateway = self.gateway
        self.notice.stopping()
        log.info("stopping", timeout_s=gateway.config.gateway.stop_timeout_s)
        gateway.path.is_stopping = True
        self._log_strategies_out()
        deadline_ns = gateway.clock.now_ns() + gateway.config.gateway.stop_timeout_s * NS_PER_S
        await self._until(lambda: not self._requests_in_flight() and not self._strategies_leaving(), deadline_ns)
        unanswered = self._requests_in_flight()
        if unanswered:
            log.warning("requests_unanswered", order_ids=unanswered, effect="asked for after the next start")
        now_ns, utc_ns = gateway.turn.begin(), gateway.clock.utc_ns()
        for connector in self.connectors:
            connector.stop(STOPPING, now_ns, utc_ns)
        if self.feeds is not None:
            self.feeds.stop(STOPPING, now_ns, utc_ns)
        if self.drop_copies is not None:
            self.drop_copies.stop(STOPPING, now_ns, utc_ns)
        gateway.turn.finish(now_ns, utc_ns)
        deadline_ns = max(deadline_ns, now_ns + VENUE_LOGOUT_NS)
        await self._until(lambda: not self._is_connected(), deadline_ns)

    def _is_connected(self) -> bool:
        copies = self.drop_copies is not None and self.drop_copies.is_connected
        return copies or any(connector.is_connected for connector in self.connectors)

    def _log_strategies_out(self) -> None:
        gateway = self.gateway
        for listener in self.listeners:
            listener.stop_accepting()
        now_ns, utc_ns = gateway.turn.begin(), gateway.clock.utc_ns()
        for port in (gateway.json_port, gateway.fix_port, gateway.binary_port):
            if port is not None:
                port.stop(STOPPING, now_ns, utc_ns)
        gateway.turn.finish(now_ns, utc_ns)

    def _requests_in_flight(self) -> list[str]:
        """Return the orders about which a venue that is up still owes an answer: to a cancel on disconnect, say."""
        up = {name for name, venue in self.gateway.venues.items() if venue.is_up}
        return [order.order_id for order in self.gateway.ledger.open_orders() if order.requests and order.venue in up]

    def _strategies_leaving(self) -> bool:
        """Tell whether a FIX strategy has not answered its Logout yet."""
        port = self.gateway.fix_port
        return port is not None and any(s.session.link_state is State.LOGOUT_SENT for s in port.sessions.values())

    async def _until(self, is_done: Callable[[], bool], deadline_ns: int) -> None:
        while not is_done() and not self._is_hurried and not self.gateway.turn.has_failed:
            if self.gateway.clock.now_ns() >= deadline_ns:
                return
            await asyncio.sleep(STOP_POLL_S)

    async def _close(self) -> None:
        """Drop what is left, in whatever state the gateway is, and free the journal."""
        if self.polling is not None:
            self.polling.stop()
        self.kills.stop()
        self.gauges.close()
        for listener in (*self.listeners, *filter(None, (self.control,))):
            listener.close(STOPPING)
        for connector in self.connectors:
            await connector.close()
        if self.feeds is not None:
            await self.feeds.close()
        if self.drop_copies is not None:
            await self.drop_copies.close(STOPPING)
        if self._housekeeping is not None:
            self._housekeeping.cancel()
            await asyncio.gather(self._housekeeping, return_exceptions=True)
        # one look at the loop: what was just written to a TLS transport leaves with it
        await asyncio.sleep(STOP_POLL_S)
        gateway = self.gateway
        gateway.retention.close()
        if not gateway.turn.has_failed:
            self._end_journal()
        gateway.writer.close()
        gateway.stores.close()
        self.notice.close()
        log.info("stopped", exit_code=self.exit_code, open_orders=len(gateway.ledger.open_orders()))

    def _end_journal(self) -> None:
        gateway = self.gateway
        self._read_gauges()
        facts = {"event": "stop", "exit_code": self.exit_code}
        try:
            gateway.recorder.process(kinds.STOP, facts, gateway.clock.utc_ns())
            gateway.writer.commit()
        except JournalError as error:
            self.journal_failed(error)
            return
        summary = gateway.config.gateway.state_dir / "summary.json"
        try:
            write_summary(gateway, summary)
        except OSError as error:
            log.error("summary_not_written", path=str(summary), reason=error.strerror or str(error))
