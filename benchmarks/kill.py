"""Kill 10,000 open orders over three venues, one of which does not answer, and time every stage.

The gateway is a process as it is shipped, with its journal and its control socket; venues and the strategy are raw
sockets on this machine. XBRK (FIX 4.2) and XEXC (FIX 4.4) get a cancel for each order, XNSQ (OUCH 5.0) one mass cancel.
XEXC falls silent before the kill. After each round it speaks, the kill ends, and two people release it.
"""

import contextlib
import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from benchmarks.gateway_process import connect, environment, stop, wait_for
from benchmarks.kill_venues import FixStandIn, OuchStandIn, Venues
from benchmarks.peers import TIMEOUT_S, BenchmarkError, JsonStrategy
from benchmarks.tables import Table, Text
from fairlead.gateway.commands.kill_view import preview_view, status_view
from fairlead.gateway.control.client import ControlClient
from fairlead.gateway.control.server import socket_path
from fairlead.gateway.ports.secret_hash import SecretHash

SECRET = "for a benchmark on this host only"
SECOND = "another for a benchmark on this host"
SILENT: Final = "XEXC"
VENUES: Final = ("XBRK", "XEXC", "XNSQ")
MANNERS: Final = {"XBRK": "FIX 4.2", "XEXC": "FIX 4.4, silent", "XNSQ": "OUCH 5.0"}
WINDOW: Final = 500
WIDTH: Final = 118
_NS_PER_MS: Final = 1e6
STAGES: Final = {
    "all_sent": "all cancels sent",
    "first_confirmed": "first order confirmed dead",
    "half_confirmed": "50 % confirmed dead",
    "most_confirmed": "99 % confirmed dead",
    "last_confirmed": "all confirmed dead",
    "escalated": "escalation raised",
}

CONFIG: Final = """
[gateway]
name = "bench"
state_dir = "{folder}/state"
log_format = "json"
[journal]
sync = "async"
[ports.json]
listen = "127.0.0.1:0"
max_unsent_bytes = 67108864
[[venues]]
name = "XBRK"
profile = "broker42"
hosts = ["127.0.0.1:{XBRK}"]
sender_comp_id = "FAIRLEAD"
target_comp_id = "XBRK"
heartbeat_s = 0
[[venues]]
name = "XEXC"
profile = "exchange44"
hosts = ["127.0.0.1:{XEXC}"]
sender_comp_id = "FAIRLEAD"
target_comp_id = "XEXC"
heartbeat_s = 0
[venues.contact]
name = "XEXC market control"
phone = "+1 555 0100"
email = "control@xexc.example"
procedure = "1. give our CompID FAIRLEAD; 2. ask for a purge of all its open orders; 3. note their reference"
mass_cancel_desk = "form MC-7"
[[venues]]
name = "XNSQ"
adapter = "ouch"
profile = "nasdaq_ouch50"
hosts = ["127.0.0.1:{XNSQ}"]
username = "FIRM01"
kill_mass_cancel = "firm"
[[strategies]]
name = "bench-json"
port = "json"
secret_hash = "{secret_hash}"
accounts = ["ACC"]
default_account = "ACC"
cancel_on_disconnect = false
[[operators]]
name = "ann"
secret_hash = "{secret_hash}"
roles = ["admin"]
[[operators]]
name = "bob"
secret_hash = "{second_hash}"
roles = ["admin"]
[[instruments]]
symbol = "MSFT"
tick = "0.01"
lot = "1"
venues = ["XBRK", "XEXC", "XNSQ"]
security_ids = {{ XEXC = "MSFT.X" }}
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure."""

    rounds: int = 3
    orders: int = 10_000


@dataclass(slots=True)
class Round:
    """What one round found: times in ms after the operator's call began (UTC), and what the operator saw."""

    preview_ms: float
    engage_ms: float
    refused_ms: float
    stages: dict[str, dict[str, float]]
    escalated: int
    cancels: dict[str, int]
    seen: str


class Floor:
    """Hold the gateway, its venues, a strategy and two operators."""

    def __init__(self, venues: Venues, strategy: JsonStrategy, ann: ControlClient, bob: ControlClient) -> None:
        self.venues = venues
        self.strategy = strategy
        self.ann = ann
        self.bob = bob
        self._sent = 0

    def open_orders(self, count: int) -> None:
        """Have orders accepted, evenly over the venues."""
        answered = sent = 0
        while answered < count:
            if sent < count and sent - answered < WINDOW:
                some = min(WINDOW - (sent - answered), count - sent, 100)
                self.strategy.sock.sendall(b"".join(self._order() for _ in range(some)))
                sent += some
            for line in self.strategy.receive():
                if b'"accepted"' not in line:
                    raise BenchmarkError(f"{line!r} received, expected accepted")
                answered += 1

    def order(self) -> float:
        """Send an order that must be refused by the kill; return the time when the refusal came."""
        self.strategy.sock.sendall(self._order())
        while True:
            for line in self.strategy.receive():
                if b'"kill_switch"' in line:
                    return time.time_ns()

    def _order(self) -> bytes:
        self._sent += 1
        venue = VENUES[self._sent % len(VENUES)]
        return (
            b'{"type":"new_order","cl_ord_id":"K%d","symbol":"MSFT","venue":"%b","side":"buy","order_qty":"100",'
            b'"ord_type":"limit","price":"43.25"}\n' % (self._sent, venue.encode())
        )

    def drain(self) -> None:
        """Read what the strategy was told meanwhile."""
        self.strategy.sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while self.strategy.receive() is not None:
                pass
        self.strategy.sock.settimeout(TIMEOUT_S)


def _hash(secret: str) -> str:
    return SecretHash.of(secret, 4).stored()


@contextmanager
def floor(folder: Path, venues: Venues) -> Iterator[Floor]:
    """Start the gateway and connect everyone."""
    config, log = folder / "gateway.toml", folder / "gateway.log"
    ports = {name: venue.port for name, venue in venues.by_name.items()}
    config.write_text(CONFIG.format(folder=folder, secret_hash=_hash(SECRET), second_hash=_hash(SECOND), **ports))
    with log.open("wb") as log_file:
        command = [sys.executable, "-m", "fairlead.gateway.app", "run", str(config)]
        process = subprocess.Popen(command, stdout=log_file, stderr=log_file, env=environment(None), cwd=folder)
    path = socket_path(folder / "state")
    with ControlClient(path, "ann", SECRET) as ann, ControlClient(path, "bob", SECOND) as bob:
        strategy = None
        try:
            for name in VENUES:
                wait_for(process, log, "venue_up", name)
            address = wait_for(process, log, "ready")["json"]
            strategy = JsonStrategy(connect(int(address.rpartition(":")[2])))
            strategy.log_on(SECRET)
            yield Floor(venues, strategy, ann, bob)
        except (BenchmarkError, OSError) as error:
            raise BenchmarkError(f"{error}\nthe gateway's log:\n{log.read_text()[-2000:]}") from error
        finally:
            stop(process, [strategy] if strategy is not None else [])


def follow(floor: Floor, kill_id: str, is_there: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any]:
    """Ask, as a shell does, until it stands as expected."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        found = floor.ann.call("kill.status", {"kill": kill_id, "lines": 5})
        if is_there(found):
            return found
        floor.drain()
        time.sleep(0.05)
    raise BenchmarkError(f"{found} after {TIMEOUT_S} s, expected another state")


def kill_once(floor: Floor, plan: Plan) -> Round:
    """Open orders, kill them, and see it through."""
    floor.open_orders(plan.orders)
    floor.venues.silence(SILENT)
    before = {name: venue.cancels for name, venue in floor.venues.by_name.items()}
    began = time.time_ns()
    preview = floor.ann.call("kill.preview")
    previewed = time.time_ns()
    kill_id = floor.ann.call("kill.engage", {}, "benchmark")["kill"]
    engaged = time.time_ns()
    refused = floor.order()
    found = follow(floor, kill_id, _is_stuck)
    seen = _draw(preview, found)
    cancels = {name: venue.cancels - before[name] for name, venue in floor.venues.by_name.items()}
    floor.venues.speak(SILENT)
    ended = follow(floor, kill_id, lambda status: status["state"] == "done")
    if ended["confirmed"] != plan.orders:
        raise BenchmarkError(f"{ended['confirmed']} orders confirmed dead, expected {plan.orders}")
    waiting = floor.ann.call("kill.release", {"kill": kill_id}, "benchmark")["pending"]["id"]
    floor.bob.call("control.approve", {"request": waiting}, "benchmark")
    floor.drain()
    stages = {each["venue"]: _after(each, previewed) for each in (*found["venues"], {"venue": "", **found["all"]})}
    times = ((previewed - began) / _NS_PER_MS, (engaged - previewed) / _NS_PER_MS, (refused - previewed) / _NS_PER_MS)
    return Round(*times, stages, found["escalated"], cancels, seen)


def _is_stuck(status: Mapping[str, Any]) -> bool:
    """Tell whether all that answers has answered, and the rest is on the list."""
    others = [each for each in status["venues"] if each["venue"] != SILENT]
    return status["state"] == "escalated" and not any(each["live"] for each in others)


def _after(each: Mapping[str, Any], since_ns: int) -> dict[str, float]:
    return {stage: (at - since_ns) / _NS_PER_MS for stage, at in each["stages"].items() if at}


def _draw(preview: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Return what ``fairlead kill all`` shows."""
    console = Console(file=io.StringIO(), width=WIDTH, record=True, highlight=False)
    console.print("$ fairlead kill all --reason benchmark", preview_view(preview), "", status_view(found), sep="\n")
    return "\n".join(line.rstrip() for line in console.export_text().splitlines())


def run(plan: Plan) -> list[Round]:
    """Run the rounds; the first warms up and is not counted."""
    with tempfile.TemporaryDirectory(prefix="fairlead-kill-") as folder:
        stand_ins = [FixStandIn("XBRK", b"FIX.4.2"), FixStandIn("XEXC", b"FIX.4.4"), OuchStandIn("XNSQ")]
        with Venues(stand_ins) as venues, floor(Path(folder), venues) as there:
            return [kill_once(there, plan) for _ in range(plan.rounds + 1)][1:]


def tables(rounds: list[Round], plan: Plan) -> list[Table | Text]:
    """Return the medians, and what the operator saw in the last round."""

    def median(times: Iterable[float | None]) -> str:
        known = [each for each in times if each is not None]
        return f"{statistics.median(known):,.1f}" if len(known) == len(rounds) else "-"

    rows = [
        ["preview answered (before the call)", *([""] * len(VENUES)), median(each.preview_ms for each in rounds)],
        ["engage answered: block in force", *([""] * len(VENUES)), median(each.engage_ms for each in rounds)],
        ["a new order refused, at the strategy", *([""] * len(VENUES)), median(each.refused_ms for each in rounds)],
    ]
    for stage, title in STAGES.items():
        cells = [median(each.stages[venue].get(stage) for each in rounds) for venue in (*VENUES, "")]
        rows.append([title, *cells])
    rows.append(["cancel messages that reached the venue", *(f"{rounds[-1].cancels[name]:,}" for name in VENUES), ""])
    escalated = ["orders on the escalation list", *("" for _ in VENUES), f"{rounds[-1].escalated:,}"]
    columns = ["ms after the operator's call, medians", *(f"{name} ({MANNERS[name]})" for name in VENUES), "all"]
    title = f"kill of {plan.orders:,} open orders over three venues, one silent; {plan.rounds} rounds"
    return [Table(title, columns, [*rows, escalated]), Text("what the operator sees (last round)", rounds[-1].seen)]


def main(plan: Plan | None = None) -> list[Table | Text]:
    """Measure and return the tables."""
    plan = plan or Plan()
    return tables(run(plan), plan)
