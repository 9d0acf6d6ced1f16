"""Say whether this process and the gateway are there, for load balancers, systemd and people with curl."""

from collections.abc import Sequence
from typing import Any

import orjson
from aiohttp import web

from fairlead.gateway.build import describe_build
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.streams import StreamInfo
from fairlead.gateway.operations.following import Listener
from fairlead.gateway.operations.parts import Desk, Part


class GatewayLife:
    """Know from the journal when the gateway began and ended last."""

    name = "gateway_life"
    kinds = frozenset((kinds.START, kinds.STOP))

    def __init__(self) -> None:
        self.started_utc_ns = 0
        self.stopped_utc_ns = 0
        """When the last run ended in good order; 0 while it runs, and where it was killed."""

    def on_record(self, record: Record, stream: StreamInfo) -> None:
        """Take a start or a stop."""
        if record.kind == kinds.START:
            self.started_utc_ns, self.stopped_utc_ns = record.utc_ns, 0
        else:
            self.stopped_utc_ns = record.utc_ns

    def keep(self) -> Any:
        """Return both times."""
        return [self.started_utc_ns, self.stopped_utc_ns]

    def restore(self, state: Any) -> None:
        """Take both times back."""
        self.started_utc_ns, self.stopped_utc_ns = state


class HealthPart(Part):
    """Serve ``/health``: 200 where the gateway runs and its journal can be followed, else 503."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.life = GatewayLife()

    def listeners(self) -> Sequence[Listener]:
        """Return what knows of starts and stops."""
        return (self.life,)

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the one route."""
        return (web.get("/health", self._health),)

    async def _health(self, _: web.Request) -> web.Response:
        counters, follower = self.desk.counters, self.desk.follower
        assert follower is not None
        answer: dict[str, Any] = {
            "build": describe_build(),
            "gateway": {
                "name": self.desk.config.gateway.name,
                "pid": counters.pid,
                "alive": counters.is_alive,
                "started_utc_ns": self.life.started_utc_ns,
                "stopped_utc_ns": self.life.stopped_utc_ns,
            },
            "journal": {
                "sequence": follower.sequence,
                "caught_up": follower.is_caught_up,
                "problem": follower.problem,
            },
        }
        is_well = counters.is_alive and not follower.problem
        return web.Response(body=orjson.dumps(answer), content_type="application/json", status=200 if is_well else 503)
