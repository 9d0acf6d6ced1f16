"""Run the gateway process: ports, venue connections, housekeeping, an orderly stop.

One thread, one loop. Orders travel in the links' callbacks; what stands here happens between them: preparing the next
journal segment, deadlines, schedules, gauges.
"""

import asyncio
import gc
from typing import Any, Final

import structlog

from fairlead.gateway.assembly import Gateway
from fairlead.gateway.build import describe_build
from fairlead.gateway.config.models import FixPort, JsonPort, split_address
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.links.listener import Listener
from fairlead.gateway.links.tls import server_context
from fairlead.gateway.summary import write_summary
from fairlead.gateway.venues.connector import VenueConnector

log = structlog.get_logger()

HOUSEKEEPING_S: Final = 0.05
PREPARE_BYTES: Final = 1 << 20
"""Journal bytes allocated and faulted in at most between two turns of the loop."""
GAUGES_EVERY: Final = 5
"""Housekeeping rounds between two readings of the gauges."""
STOP_POLL_S: Final = 0.02


class GatewayProcess:
    """Run what ``assemble`` built until ``stop`` or until the journal fails."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.listeners: list[Listener] = []
        self.connectors: list[VenueConnector] = []
        self.addresses: dict[str, tuple[str, int]] = {}
        self.failure: BaseException | None = None
        self._stop = asyncio.Event()
        self._rounds = 0

    # Called by the turn

    def journal_failed(self, error: BaseException) -> None:
        """Stop sending for good and say so: what can't be recorded must not happen."""
        self.failure = error
        log.critical("journal_failed", error=str(error), effect="nothing is sent any more; every connection is closed")
        self._stop.set()

    def stop(self) -> None:
        """Ask for an orderly stop."""
        self._stop.set()

    async def run(self) -> int:
        """Run to the end and return the process's exit code: 0 after an orderly stop, 74 where the journal failed."""
        gateway = self.gateway
        log.info("starting", build=describe_build(), journal=gateway.recovery_text, epoch=gateway.writer.epoch)
        self._begin()
        self._listen()
        for venue in gateway.config.venues:
            connector = VenueConnector(venue, gateway.venues[venue.name], gateway.turn, gateway.hours[venue.name])
            self.connectors.append(connector)
            connector.start()
        housekeeping = asyncio.create_task(self._keep_house())
        gc.collect()
        gc.freeze()
        log.info("ready", **{name: f"{host}:{port}" for name, (host, port) in self.addresses.items()})
        await self._stop.wait()
        housekeeping.cancel()
        if self.failure is None:
            await self._stop_in_order()
        await self._close()
        return 0 if self.failure is None else 74

    def _begin(self) -> None:
        gateway = self.gateway
        facts = {"event": "start", "name": gateway.config.gateway.name, "build": describe_build()}
        gateway.recorder.process(kinds.START, facts, gateway.clock.utc_ns())
        for hours in gateway.hours.values():
            hours.tick(gateway.clock.now_ns(), gateway.clock.utc_ns())
        now_ns, utc_ns = gateway.turn.begin(), gateway.clock.utc_ns()
        for strategy in gateway.path.identities:
            # the last process took the strategies' links with it: their cancel-on-disconnect policies apply
            gateway.path.strategy_disconnected(strategy, "the gateway restarted", now_ns, utc_ns)
        gateway.turn.finish(now_ns, utc_ns)

    def _listen(self) -> None:
        gateway = self.gateway
        found: tuple[tuple[str, Any, Any], ...] = (
            ("json", gateway.config.ports.json_, gateway.json_port),
            ("fix", gateway.config.ports.fix, gateway.fix_port),
        )
        for name, settings, port in found:
            if settings is None or port is None:
                continue
            self.addresses[name] = self._listen_on(name, settings, port)

    def _listen_on(self, name: str, settings: "FixPort | JsonPort", port: Any) -> tuple[str, int]:
        tls = server_context(settings.tls) if settings.tls is not None else None
        # the endpoint's own policy speaks first; the link's bound is the last resort
        listener = Listener(name, self.gateway.turn, port.connection, 2 * settings.max_unsent_bytes, tls)
        self.listeners.append(listener)
        return listener.listen(*split_address(settings.listen))

    # Between turns

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(HOUSEKEEPING_S)
            try:
                self.keep_house()
            except JournalError as error:
                self.gateway.turn.fail(error)
                return

    def keep_house(self) -> None:
        """Do one round: prepare the journal, act on deadlines, read the gauges."""
        gateway = self.gateway
        now_ns, utc_ns = gateway.turn.begin(), gateway.clock.utc_ns()
        gateway.writer.prepare(PREPARE_BYTES, now_ns)
        self._warn_of_journal()
        gateway.keeper.tick(now_ns, utc_ns)
        for hours in gateway.hours.values():
            hours.tick(now_ns, utc_ns)
        self._rounds += 1
        if self._rounds % GAUGES_EVERY == 0:
            self._read_gauges()
        gateway.turn.finish(now_ns, utc_ns)

    _last_problem = ""

    def _warn_of_journal(self) -> None:
        problem = self.gateway.writer.last_problem
        if problem and problem != self._last_problem:
            left = self.gateway.writer.bytes_left
            log.error("journal_nearly_full", problem=problem, bytes_left=left, effect="sending stops when it is full")
        self._last_problem = problem

    def _read_gauges(self) -> None:
        page = self.gateway.counters.page
        for name, store in self.gateway.session_stores.items():
            kind, _, rest = name.partition(":")
            page.set(page.slot(f"{kind}.{rest}.next_in"), store.next_in)
            page.set(page.slot(f"{kind}.{rest}.next_out"), store.next_out)
        page.set(page.slot("journal.sequence"), self.gateway.writer.sequence)

    # The end

    async def _stop_in_order(self) -> None:
        gateway = self.gateway
        log.info("stopping")
        gateway.path.is_stopping = True
        self._log_strategies_out()
        deadline_ns = gateway.clock.now_ns() + gateway.config.gateway.stop_timeout_s * 1_000_000_000
        await self._until(lambda: not self._requests_in_flight(), deadline_ns)
        now_ns, utc_ns = gateway.turn.begin(), gateway.clock.utc_ns()
        for connector in self.connectors:
            connector.stop("the gateway is stopping", now_ns, utc_ns)
        gateway.turn.finish(now_ns, utc_ns)
        await self._until(lambda: not any(connector.is_connected for connector in self.connectors), deadline_ns)

    def _log_strategies_out(self) -> None:
        gateway = self.gateway
        for listener in self.listeners:
            listener.stop_accepting()
        now_ns, utc_ns = gateway.turn.begin(), gateway.clock.utc_ns()
        for port in (gateway.json_port, gateway.fix_port):
            if port is not None:
                port.stop("the gateway is stopping", now_ns, utc_ns)
        gateway.turn.finish(now_ns, utc_ns)

    def _requests_in_flight(self) -> bool:
        """Tell whether a venue that is up still owes an answer: to a cancel on disconnect, say."""
        up = {name for name, venue in self.gateway.venues.items() if venue.is_up}
        return any(order.requests for order in self.gateway.ledger.open_orders() if order.venue in up)

    async def _until(self, is_done: Any, deadline_ns: int) -> None:
        while not is_done() and self.failure is None and self.gateway.clock.now_ns() < deadline_ns:
            await asyncio.sleep(STOP_POLL_S)

    async def _close(self) -> None:
        gateway = self.gateway
        for listener in self.listeners:
            listener.close("the gateway is stopping")
        for connector in self.connectors:
            await connector.close()
        if self.failure is None:
            try:
                gateway.recorder.process(kinds.STOP, {"event": "stop"}, gateway.clock.utc_ns())
                gateway.writer.commit()
            except JournalError as error:
                self.journal_failed(error)
        write_summary(gateway, gateway.config.gateway.state_dir / "summary.json")
        gateway.writer.close()
        log.info("stopped", open_orders=len(gateway.ledger.open_orders()))
