"""Say what a part of the operations process is, and which there are.

A part follows the journal, looks at the counters, serves routes, or does several of these. It is built from the
``Desk``, and is asked for its listeners, tables and routes once, at start.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from aiohttp import web

from fairlead.gateway.clock import Clock
from fairlead.gateway.config import Config
from fairlead.gateway.operations.api.endpoints import Endpoint
from fairlead.gateway.operations.counter_watch import CounterWatch
from fairlead.gateway.operations.database import Database
from fairlead.gateway.operations.following import JournalFollower, Listener

BUILDERS: Final = (
    "fairlead.gateway.operations.health:HealthPart",
    "fairlead.gateway.operations.sessions:SessionsPart",
    "fairlead.gateway.operations.orders.part:OrdersPart",
    "fairlead.gateway.operations.api.part:ApiPart",
    "fairlead.gateway.operations.facts.part:FactsPart",
    "fairlead.gateway.operations.metrics.part:MetricsPart",
    "fairlead.gateway.operations.alerts.part:AlertsPart",
    "fairlead.gateway.operations.wire.part:WirePart",
    "fairlead.gateway.operations.incidents.part:IncidentsPart",
    "fairlead.gateway.operations.incidents.shift_part:ShiftPart",
    "fairlead.gateway.operations.views.desk:DeskViews",
    "fairlead.gateway.operations.views.orders:OrderViews",
    "fairlead.gateway.operations.console.part:ConsolePart",
)
"""``module:class`` of each part, called with the desk; a part finds those above it in ``desk.parts``."""

PartType = TypeVar("PartType", bound="Part")


class Part:
    """Do nothing; what a part does not need, it leaves as it is here."""

    tables: Sequence[str] = ()
    """``create table if not exists`` statements."""

    def __init__(self, desk: "Desk") -> None:
        self.desk = desk

    def listeners(self) -> Sequence[Listener]:
        """Return what follows the journal."""
        return ()

    def routes(self) -> Sequence[web.RouteDef]:
        """Return what is served over HTTP as it is: pages and files."""
        return ()

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what the API serves: checked, described, for those who are logged in."""
        return ()

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Act on what was read: called after every reading of the counters and every batch of records."""

    async def start(self) -> None:
        """Begin what waits for the network."""

    async def close(self) -> None:
        """End it."""


@dataclass(slots=True)
class Desk:
    """What every part may use. ``follower`` is there once the parts are built."""

    config: Config
    clock: Clock
    database: Database
    counters: CounterWatch
    config_path: Path | None = None
    """The configuration's file, where there is one."""
    parts: list[Part] = field(default_factory=list)
    follower: JournalFollower | None = None

    def part(self, kind: type[PartType]) -> PartType:
        """Return the one part of a class. Raises LookupError where it is not among the parts built so far."""
        for part in self.parts:
            if isinstance(part, kind):
                return part
        raise LookupError(f"no part {kind.__name__}, expected it in BUILDERS above the part that asks for it")


def build_parts(desk: Desk, builders: Sequence[str] = BUILDERS) -> None:
    """Build all parts in order, make their tables, and the follower that feeds them."""
    for builder in builders:
        module, _, name = builder.partition(":")
        make = cast("Callable[[Desk], Part]", getattr(import_module(module), name))
        desk.parts.append(make(desk))
        _make_tables(desk, desk.parts[-1])
    found = [listener for part in desk.parts for listener in part.listeners()]
    desk.follower = JournalFollower(desk.config.journal.path, desk.database, found)


def _make_tables(desk: Desk, part: Any) -> None:
    for statement in part.tables:
        desk.database.connection.execute(statement)
