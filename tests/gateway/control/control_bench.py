"""Run the control socket without a socket: a desk, its operators, an audit chain in memory, a clock that stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.gateway.clock import FakeClock
from fairlead.gateway.control.commands import (
    RISK,
    SUPPORT,
    VIEW,
    Arguments,
    ControlCommand,
    ControlCommands,
    ControlError,
    ControlRequest,
    NoArguments,
)
from fairlead.gateway.control.connection import ControlConnection
from fairlead.gateway.control.desk import ControlDesk
from fairlead.gateway.control.operators import Operator, Operators
from fairlead.gateway.control.override_commands import OverrideCommands
from fairlead.gateway.control.overrides import Overrides
from fairlead.gateway.control.own_commands import OwnCommands
from fairlead.gateway.control.server import ControlServer
from fairlead.gateway.control.trail import Trail
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.links.unix_listener import PeerCredentials
from fairlead.gateway.ports.secret_hash import SecretHash

UID = 1000
PEER = PeerCredentials(4711, UID, UID)
MS = 1_000_000


def operator(name: str, *roles: str, secret: str = "", expires: date | None = None) -> Operator:
    """Return an operator whose secret is ``secret-of-NAME`` unless it is given."""
    stored = SecretHash.of(secret or f"secret-of-{name}", 4)
    return Operator(name, frozenset(roles), stored, expires)


PEOPLE = (
    operator("vera", VIEW),
    operator("sue", SUPPORT),
    operator("rita", RISK),
    operator("rob", RISK),
    operator("ada", "admin"),
)


class SetLevel(Arguments):
    """Arguments of the tests' own commands."""

    level: int
    note: str = ""


@dataclass(slots=True)
class Level:
    """Be what the tests' commands change."""

    value: int = 1
    requests: list[ControlRequest] = field(default_factory=list)

    def set(self, request: ControlRequest) -> Mapping[str, Any]:
        """Set it; refuse 13, fail at 99."""
        self.requests.append(request)
        if request.arguments.level == 13:
            raise ControlError("level 13 received, expected another")
        if request.arguments.level == 99:
            raise RuntimeError("a mistake of ours")
        before, self.value = self.value, request.arguments.level
        return {"before": {"level": before}, "after": {"level": self.value}}

    def preview(self, request: ControlRequest) -> Mapping[str, Any]:
        """Tell what would change."""
        if request.arguments.level == 13:
            raise ControlError("level 13 received, expected another")
        return {"would": f"{self.value} -> {request.arguments.level}"}

    def show(self, request: ControlRequest) -> Mapping[str, Any]:
        """Tell it."""
        return {"level": self.value}


@dataclass(slots=True)
class Bench:
    """Hold everything; ``records`` are the audit records' payloads with their times, as a journal has them."""

    people: tuple[Operator, ...] = PEOPLE
    clock: FakeClock = field(default_factory=FakeClock)
    records: list[tuple[bytes, int]] = field(default_factory=list)
    level: Level = field(default_factory=Level)
    used_ids: set[tuple[str, str]] = field(default_factory=set)
    trail: Trail = field(init=False)
    overrides: Overrides = field(init=False)
    desk: ControlDesk = field(init=False)
    server: ControlServer = field(init=False)

    def __post_init__(self) -> None:
        self.trail = Trail()
        self.overrides = Overrides(self.trail.chain, self)
        for payload, utc_ns in self.records:
            self.trail.chain.replay(Record(0, utc_ns, 0, 1, 1, kinds.OPERATOR, 1, 0, payload))
        self.trail.chain.attach(
            lambda payload, utc_ns: self.records.append((payload, utc_ns)), "tests", self.clock.utc_ns()
        )
        commands = ControlCommands()
        operators = Operators(self.people, UID, lambda uid: f"user{uid}")
        self.desk = ControlDesk(commands, operators, self.trail, 600)
        commands.add(ControlCommand("level.show", "Show it.", (VIEW,), self.level.show, NoArguments, changes=False))
        commands.add(ControlCommand("level.set", "Set it.", (SUPPORT, RISK), self.level.set, SetLevel))
        commands.add(
            ControlCommand(
                "level.force", "Set it, two say so.", (RISK,), self.level.set, SetLevel, True, True, self.level.preview
            )
        )
        OwnCommands(self.desk, "tests", 1).register()
        OverrideCommands(self.overrides, ("alpha", "beta"), ("MSFT", "IBM")).register(commands)
        self.trail.decline_unanswered(self.clock.utc_ns())
        self.server = ControlServer(self.desk, self.overrides, self.clock, 900)

    def has_cl_ord_id(self, strategy: str, cl_ord_id: str) -> bool:
        """Be the books, which know what was used."""
        return (strategy, cl_ord_id) in self.used_ids

    def restarted(self) -> "Bench":
        """Return the next process, which has the records and the books of this one."""
        return Bench(self.people, self.clock, list(self.records), self.level, self.used_ids)

    def facts(self, skip: int = 1) -> list[dict[str, Any]]:
        """Return the audit records, without the first of the chain."""
        return [orjson.loads(payload) for payload, _ in self.records[skip:]]

    def client(self, name: str = "", peer: PeerCredentials = PEER) -> "Client":
        """Return a client that is connected, and logged in where it has a name."""
        client = Client(self, self.server.connection(peer))
        if name:
            answer = client.call("login", {"operator": name, "secret": f"secret-of-{name}"})
            assert answer["ok"], answer
        return client


class Client:
    """Drive one connection as a link would, without a socket."""

    def __init__(self, bench: Bench, connection: ControlConnection) -> None:
        self.bench = bench
        self.connection = connection
        self._last_id = 0
        connection.receive_connected(*self.times)

    @property
    def times(self) -> tuple[int, int]:
        return self.bench.clock.now_ns(), self.bench.clock.utc_ns()

    def send(self, data: bytes) -> None:
        """Hand over bytes."""
        self.connection.receive_data(data, *self.times)

    def line(self, command: str, arguments: Mapping[str, Any] | None = None, reason: str = "") -> bytes:
        """Return a line with the next id."""
        self._last_id += 1
        return (
            orjson.dumps({"id": self._last_id, "command": command, "arguments": arguments or {}, "reason": reason})
            + b"\n"
        )

    def take(self) -> list[dict[str, Any]]:
        """Return what is there to send by now."""
        return [orjson.loads(line) for line in self.connection.take_output().splitlines()]

    def read(self) -> list[dict[str, Any]]:
        """Return every answer, letting time pass until nothing is due within a second."""
        answers = self.take()
        while (due := self.connection.next_deadline_ns()) < self.bench.clock.now_ns() + 1000 * MS and due != NEVER_NS:
            self.bench.clock.advance(max(0, due - self.bench.clock.now_ns()))
            self.connection.on_timer(*self.times)
            answers += self.take()
        return answers

    def call(self, command: str, arguments: Mapping[str, Any] | None = None, reason: str = "") -> dict[str, Any]:
        """Send a line and return its answer."""
        self.send(self.line(command, arguments, reason))
        [answer] = self.read()
        return answer
