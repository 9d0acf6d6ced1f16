"""Run the operations process: follow the journal, read the counters, serve HTTP, until told to stop."""

import asyncio
import os
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from fairlead.gateway.clock import Clock
from fairlead.gateway.config import Config
from fairlead.gateway.config.operations_keys import Operations
from fairlead.gateway.config.values import split_address
from fairlead.gateway.links.tls import server_context
from fairlead.gateway.operations.api.connection_watch import ConnectionWatch
from fairlead.gateway.operations.api.guard import RequestHandler, make_answers_ours
from fairlead.gateway.operations.counter_watch import CounterWatch
from fairlead.gateway.operations.database import Database
from fairlead.gateway.operations.parts import Desk, build_parts

log = structlog.get_logger()

MAX_BODY_BYTES: Final = 64 * 1024
EXIT_OK: Final = 0
EXIT_CRASHED: Final = 70
BATCHES_A_LOOK: Final = 5
"""Batches of records between two answers to HTTP while catching up."""


class OperationsError(Exception):
    """Report why the process can't start."""


class OperationsProcess:
    """Run what ``build_parts`` built. ``address`` is where HTTP is served, once ``run`` has begun."""

    def __init__(self, config: Config, clock: Clock, config_path: Path | None = None) -> None:
        if config.operations is None:
            raise OperationsError("the configuration has no table [operations], expected one: see docs/operations.md")
        self.settings: Operations = config.operations
        state_dir = config.gateway.state_dir
        database = Database(state_dir / self.settings.database)
        self.desk = Desk(config, clock, database, CounterWatch(state_dir / "counters"), config_path)
        build_parts(self.desk)
        self.address: tuple[str, int] = ("", 0)
        self.exit_code = EXIT_OK
        self._stop = asyncio.Event()
        self.connections = ConnectionWatch()
        self._runner: web.AppRunner | None = None

    @property
    def server(self) -> "web.Server | None":
        """Return the HTTP server while it runs."""
        return self._runner.server if self._runner is not None else None

    def stop(self) -> None:
        """Ask for the end."""
        self._stop.set()

    async def run(self) -> int:
        """Run to the end and return the exit code. Raises OperationsError where the address can't be listened on."""
        tls = server_context(self.settings.tls) if self.settings.tls is not None else None
        runner = self._runner = web.AppRunner(self._build_app(), access_log=None)
        await runner.setup()
        tasks: list[asyncio.Task[None]] = []
        try:
            await self._listen(runner, tls)
            for part in self.desk.parts:
                await part.start()
            tasks = [asyncio.create_task(self._keep_on(look)) for look in (self._follow, self._evaluate)]
            log.info("operations_ready", http="{}:{}".format(*self.address), pid=os.getpid())
            await self._stop.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for part in reversed(self.desk.parts):
                await part.close()
            await runner.cleanup()
            self.desk.database.close()
        return self.exit_code

    def _build_app(self) -> web.Application:
        app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[self._note_request, make_answers_ours])
        for part in self.desk.parts:
            app.add_routes(part.routes())
        return app

    @web.middleware
    async def _note_request(self, request: web.Request, handler: RequestHandler) -> web.StreamResponse:
        self.connections.note_request(request)
        return await handler(request)

    async def _listen(self, runner: web.AppRunner, tls: ssl.SSLContext | None) -> None:
        host, port = split_address(self.settings.listen)
        site = web.TCPSite(runner, host, port, ssl_context=tls)
        try:
            await site.start()
        except OSError as error:
            raise OperationsError(f"operations.listen = {self.settings.listen}: {error.strerror or error}") from None
        self.address = runner.addresses[0][:2]

    async def _keep_on(self, look: Callable[[], float]) -> None:
        try:
            while True:
                await asyncio.sleep(look())
        except Exception as error:
            self.exit_code = EXIT_CRASHED
            log.critical("operations_crashed", exc_info=error, effect="the operations process stops")
            self._stop.set()

    def _follow(self) -> float:
        follower = self.desk.follower
        assert follower is not None
        for _ in range(BATCHES_A_LOOK):
            follower.poll()
            if follower.is_caught_up or follower.problem:
                return self.settings.poll_ms / 1000
        return 0.0

    def _evaluate(self) -> float:
        desk = self.desk
        now_ns = desk.clock.now_ns()
        desk.counters.read(now_ns)
        self.connections.look(self.server, now_ns)
        utc_ns = desk.clock.utc_ns()
        for part in desk.parts:
            part.tick(now_ns, utc_ns)
        return self.settings.evaluate_ms / 1000
