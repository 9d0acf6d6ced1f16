"""Run everything at once: three simulated venues, the gateway, two strategies that trade; show it live, then add it up.

    python examples/demo.py [--seconds N] [--free-ports]

Each part is a process of its own, as in production; this one starts them, watches, and ends them in order. What they
wrote stays in ``var/demo`` (the run before in ``var/demo-previous``).
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from demo_market import VENUE as FEED_VENUE
from demo_market import MarketWatch, compare_books, print_books
from demo_summary import XEXC_PUT, collect, print_drop_copies, print_summary
from demo_view import make_view
from rich.console import Console

from fairlead.client import Book, ClientError
from fairlead.gateway.config import ConfigError, load_config
from fairlead.gateway.telemetry.reader import read_counters

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
STATE = ROOT / "var" / "demo"
SECRETS = {"ALPHA_SECRET": "alpha-demo-secret", "BETA_SECRET": "beta-demo-secret"}
PORTS = {"json": 9801, "fix": 9802, "XBRK": 9842, "XBRK-DC": 9843, "XEXC": 9844, "XNQ": 9846}
FEED_PORTS = {"mold-a": 9847, "mold-b": 9848, "mold-request": 9849}
"""Where XNQ's market data goes, by UDP: two lines that carry the same, and a server for what both have lost."""
WEATHER = ("--loss", "0.02", "--reorder", "0.02", "--skew-ms", "B=2")

# What each venue speaks, and what its market maker quotes.
VENUES = {
    "XBRK": (
        ("fix", "--version", "4.2"),
        (
            *("MSFT:430.00:0.08:300", "AAPL:190.00:0.06:300", "IBM:220.00:0.06:300", "ESZ6:6000.00:1.00:50"),
            "MSFT  261218C00450000:15.00:0.06:100",
        ),
    ),
    "XEXC": (
        ("fix", "--version", "4.4"),
        ("MSFT.X:430.00:0.06:300", "AAPL.X:190.00:0.06:300", "IBM.X:220.00:0.08:300", f"{XEXC_PUT}:12.00:0.06:100"),
    ),
    "XNQ": (
        ("ouch", "--version", "5.0"),
        ("MSFT:430.00:0.04:300", "AAPL:190.00:0.04:300", "NVDA:145.00:0.04:300"),
    ),
}
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 20.0


class DemoError(Exception):
    """Report why the demo can't go on."""


class Part:
    """One process of the demo; its output goes to a file of its own in the state folder."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.name = name
        self.output = STATE / f"{name}.out"
        with self.output.open("wb") as output, (STATE / f"{name}.log").open("wb") as log:
            # a process group of its own: Ctrl-C is for us, and we end the parts in order
            self.process = subprocess.Popen(
                command, stdout=output, stderr=log, env=environment, cwd=ROOT, start_new_session=True
            )

    def has_ended(self) -> bool:
        """Tell whether the process is gone."""
        return self.process.poll() is not None

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if not self.has_ended():
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise DemoError(f"{self.name} did not stop within {STOP_TIMEOUT_S:.0f} s and was killed") from None

    def complaint(self) -> str:
        """Return the end of what it wrote to standard error."""
        lines = (STATE / f"{self.name}.log").read_text(errors="replace").splitlines()
        return "\n".join(lines[-15:])


def free_ports() -> dict[str, int]:
    """Return ports that nobody listens on."""
    sockets = {name: socket.create_server(("127.0.0.1", 0)) for name in PORTS}
    for name in FEED_PORTS:
        sockets[name] = socket.socket(type=socket.SOCK_DGRAM)
        sockets[name].bind(("127.0.0.1", 0))
    ports = {name: sock.getsockname()[1] for name, sock in sockets.items()}
    for sock in sockets.values():
        sock.close()
    return ports


def write_config(ports: dict[str, int]) -> Path:
    """Write the demo's configuration with these ports and an absolute state folder."""
    text = (EXAMPLES / "demo.toml").read_text().replace('"../var/demo"', f'"{STATE}"')
    text = text.replace('"limits.toml"', f'"{EXAMPLES / "limits.toml"}"')
    for name, port in (PORTS | FEED_PORTS).items():
        text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{ports[name]}")
    path = STATE / "demo.toml"
    path.write_text(text)
    return path


def simulator_command(venue: str, ports: dict[str, int]) -> list[str]:
    """Return the command line of a venue."""
    speaks, makers = VENUES[venue]
    command = [
        *("fairlead", "simulate", *speaks, "--listen", f"127.0.0.1:{ports[venue]}"),
        *("--profile", venue, "--summary", str(STATE / f"{venue}.json")),
    ]
    if f"{venue}-DC" in ports:
        command += ["--drop-copy-port", str(ports[f"{venue}-DC"])]
    if venue == FEED_VENUE:
        command += WEATHER
        for name in FEED_PORTS:
            command += [f"--{name}", f"127.0.0.1:{ports[name]}"]
    for maker in makers:
        command += ["--market-maker", maker]
    return command


def _is_listening(part: Part) -> bool:
    return "listening on" in part.output.read_text()


class Demo:
    """Start, watch and stop all parts."""

    def __init__(self, ports: dict[str, int]) -> None:
        self.ports = ports
        self.parts: list[Part] = []
        self.market: MarketWatch | None = None
        self.books: dict[str, Book] = {}
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
        self._environment = {**os.environ, **SECRETS, "PATH": path, "PYTHONUNBUFFERED": "1"}

    def _start(self, name: str, command: list[str]) -> Part:
        part = Part(name, command, self._environment)
        self.parts.append(part)
        return part

    def start(self) -> None:
        """Start venues, gateway, strategies, each when the one before is ready. Raises DemoError."""
        config = write_config(self.ports)
        try:
            load_config(config)
        except ConfigError as error:
            raise DemoError(str(error)) from None
        for venue in VENUES:
            part = self._start(venue, simulator_command(venue, self.ports))
            self._wait(part, partial(_is_listening, part), "did not listen")
        gateway = self._start("gateway", ["fairlead", "run", str(config)])
        self._wait(gateway, self._venues_up, "did not log on to all venues")
        for name, script, port in (("alpha", "json_strategy.py", "json"), ("beta", "fix_strategy.py", "fix")):
            command = [sys.executable, str(EXAMPLES / script), "--connect", f"127.0.0.1:{self.ports[port]}", "--status"]
            self._start(name, command)
        try:
            self.market = MarketWatch(self.ports["json"])
        except (ClientError, OSError, TimeoutError) as error:
            raise DemoError(f"the market can't be watched: {error}") from None

    def _close_market(self) -> None:
        """Keep the books as they are once the strategies have gone."""
        if self.market is None:
            return
        try:
            self.books = self.market.settled()
        except (ClientError, OSError, TimeoutError) as error:
            raise DemoError(f"the market can't be seen: {error}") from None
        finally:
            self.market.close()

    def _venues_up(self) -> bool:
        try:
            counters = read_counters(STATE / "counters").counters
        except OSError:
            return False
        return all(counters.get(f"venue.{venue}.up") for venue in VENUES)

    def _wait(self, part: Part, is_ready: Callable[[], bool], problem: str) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not is_ready():
            if part.has_ended():
                raise DemoError(f"{part.name} ended with exit code {part.process.returncode}:\n{part.complaint()}")
            if time.monotonic() > deadline:
                raise DemoError(f"{part.name} {problem} within {START_TIMEOUT_S:.0f} s:\n{part.complaint()}")
            time.sleep(0.05)

    def dead_part(self) -> Part | None:
        """Return a part that ended by itself, if any."""
        return next((part for part in self.parts if part.has_ended()), None)

    def stop(self) -> list[str]:
        """Stop strategies, look at the market once more, stop the gateway, the venues; return what went wrong."""
        acts: list[Callable[[], None]] = []
        for part in reversed(self.parts):
            if part.name == "gateway":
                acts.append(self._close_market)
            acts.append(part.stop)
        problems = []
        for act in acts:
            try:
                act()
            except DemoError as error:
                problems.append(str(error))
        return problems


def prepare_state() -> None:
    """Start with an empty state folder; the last run's is kept aside."""
    previous = STATE.with_name("demo-previous")
    if STATE.exists():
        shutil.rmtree(previous, ignore_errors=True)
        STATE.rename(previous)
    STATE.mkdir(parents=True)


def watch(demo: Demo, seconds: float, console: Console) -> Part | None:
    """Show the demo until the time is up, Ctrl-C, or a part ends by itself, which is returned."""
    stopping: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: stopping.append(received))
    deadline = time.monotonic() + seconds if seconds else float("inf")
    with make_view(console, STATE, demo.ports, demo.market) as view:
        while not stopping and time.monotonic() < deadline:
            dead = demo.dead_part()
            if dead is not None:
                return dead
            view.update()
            time.sleep(0.25)
    return None


def main() -> int:
    """Run the demo; exit 0 where everything agrees at the end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0, help="stop after so long; 0: on Ctrl-C")
    parser.add_argument("--free-ports", action="store_true", help="use free ports instead of the documented ones")
    options = parser.parse_args()
    console = Console()
    prepare_state()
    demo = Demo(free_ports() if options.free_ports else PORTS | FEED_PORTS)
    dead = None
    problems = []
    try:
        demo.start()
        dead = watch(demo, options.seconds, console)
    except DemoError as error:
        problems.append(str(error))
    console.print("stopping: strategies, gateway, venues", style="dim")
    problems += demo.stop()
    if dead is not None:
        problems.append(f"{dead.name} ended by itself, exit code {dead.process.returncode}:\n{dead.complaint()}")
    for problem in problems:
        console.print(problem, style="red", markup=False)
    if problems:
        return 1
    outcome = print_summary(console, collect(STATE, tuple(VENUES)))
    outcome = print_drop_copies(console, read_counters(STATE / "counters").counters) or outcome
    return outcome or print_books(console, compare_books(demo.books, STATE))


if __name__ == "__main__":
    sys.exit(main())
