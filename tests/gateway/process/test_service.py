"""A service tells systemd how it does, and takes its configuration anew at SIGHUP."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead.gateway.clock import Clock
from fairlead.gateway.operations.gateway_life import GatewayLife
from fairlead.gateway.reloading import Reloading
from fairlead.gateway.service_notice import ALIVE, READY, STOPPING, ServiceNotice

from .gateway_bench import VENUE_PASSWORD, Child, Running, Tables, until

LIMITS = '[[limits]]\nstrategy = "alpha"\nmax_order_qty = {}\n'
SECOND_NS = 1_000_000_000


class Systemd:
    """The other end of the socket."""

    def __init__(self, folder: Path) -> None:
        self.path = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)
        self.heard: list[str] = []

    def listen(self) -> list[str]:
        """Return all that was said so far."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self.heard.append(self.socket.recv(4096).decode())
        return self.heard


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    found = Systemd(tmp_path)
    yield found
    found.socket.close()


def test_the_watchdog_is_fed_at_half_its_time_once_it_is_ready(systemd: Systemd) -> None:
    notice = ServiceNotice({"NOTIFY_SOCKET": systemd.path, "WATCHDOG_USEC": "10000000"})
    notice.tick(0)
    assert systemd.listen() == []
    notice.ready()
    for second in range(12):
        notice.tick(second * SECOND_NS)
    notice.stopping()
    assert systemd.listen() == [READY, ALIVE, ALIVE, ALIVE, STOPPING]


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": "/nowhere/at/all", "WATCHDOG_USEC": "1"}])
def test_nobody_who_hears_is_no_mistake(environ: dict[str, str]) -> None:
    notice = ServiceNotice(environ)
    notice.ready()
    notice.tick(1)
    notice.close()


def test_another_process_s_watchdog_is_not_ours(systemd: Systemd) -> None:
    environ = {"NOTIFY_SOCKET": systemd.path, "WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}
    assert ServiceNotice(environ).watchdog_ns == 0


def test_a_supervisor_is_fed_by_its_gateway_and_lets_a_hung_one_starve(systemd: Systemd) -> None:
    life = GatewayLife({"NOTIFY_SOCKET": systemd.path, "WATCHDOG_USEC": "10000000", "HOME": "/"})
    assert life.environ_of("operations") == {"HOME": "/"}
    gateway = ServiceNotice(life.environ_of("gateway"))
    assert gateway.watchdog_ns == 10 * SECOND_NS
    life.tick(0)
    assert systemd.listen() == [], "a gateway that starts is not ready"
    gateway.ready()
    life.tick(SECOND_NS)
    assert systemd.listen() == [READY, ALIVE]
    gateway.tick(9 * SECOND_NS)
    life.tick(9 * SECOND_NS)
    assert systemd.listen() == [READY, ALIVE, ALIVE]
    life.tick(20 * SECOND_NS)
    assert systemd.listen() == [READY, ALIVE, ALIVE], "it was silent for more than ten seconds"
    life.restarting()
    life.tick(21 * SECOND_NS)
    assert systemd.listen() == [READY, ALIVE, ALIVE, ALIVE], "a start may take its time"
    gateway.close()
    life.close()


@pytest.mark.parametrize("operations", ["", '[operations]\nlisten = "127.0.0.1:0"\n'])
async def test_a_service_says_that_it_is_ready_alive_and_stopping(
    tmp_path: Path, systemd: Systemd, operations: str
) -> None:
    environ = {"NOTIFY_SOCKET": systemd.path, "WATCHDOG_USEC": "200000", "VENUE_PASSWORD": VENUE_PASSWORD}
    async with Child(tmp_path, Tables(more=[operations]), environ) as child:
        await until(lambda: systemd.listen().count(ALIVE) >= 2, "two signs of life")
        assert systemd.heard[0] == READY
        assert STOPPING not in systemd.heard
        child.process.send_signal(signal.SIGHUP)
        await child.event("reloaded")
        assert await child.stop() == 0
    assert STOPPING in systemd.listen()


@pytest.fixture
async def running(tmp_path: Path) -> object:
    (tmp_path / "limits.toml").write_text(LIMITS.format(500))
    async with Running(tmp_path, Tables(more=['[risk]\nlimits = "limits.toml"\n']), Clock()) as found:
        yield found


def events(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def version(running: Running) -> int:
    return int(running.gateway.limits.book.version)


async def test_tighter_limits_are_taken_and_looser_ones_want_two_people(
    running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reloading = Reloading(running.gateway, tmp_path / "gateway.toml")
    before = version(running)
    reloading.reload()
    assert version(running) == before
    (tmp_path / "limits.toml").write_text(LIMITS.format(400))
    reloading.reload()
    assert version(running) == before + 1
    (tmp_path / "limits.toml").write_text(LIMITS.format(900))
    reloading.reload()
    assert version(running) == before + 1
    assert "a second person must agree" in events(capsys)


async def test_a_file_that_is_wrong_changes_nothing(
    running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "limits.toml").write_text(LIMITS.format(400))
    path = tmp_path / "gateway.toml"
    path.write_text(path.read_text() + "\n[loop]\nspin_us = 5\n")
    before = version(running)
    Reloading(running.gateway, path).reload()
    assert version(running) == before
    assert "reload_refused" in events(capsys)


async def test_what_needs_a_restart_is_named_key_by_key(
    running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "gateway.toml"
    text = path.read_text().replace("stop_timeout_s = 5", "stop_timeout_s = 6")
    text = text.replace('hosts = ["127.0.0.1:9"]', 'hosts = ["127.0.0.1:10"]').replace("env:VENUE", "env:OTHER_VENUE")
    path.write_text(text + '[[instruments]]\nsymbol = "IBM"\nvenues = ["XEXC"]\n')
    Reloading(running.gateway, path).reload()
    said = events(capsys)
    for key in ("gateway.stop_timeout_s", "venues[XEXC].hosts", "venues[XEXC].password", "instruments[IBM]"):
        assert key in said
    assert "OTHER_VENUE" not in said
    assert running.gateway.config.gateway.stop_timeout_s == 5
    await asyncio.sleep(0)
