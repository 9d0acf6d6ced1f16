"""``fairlead doctor`` saves its runs and compares them; ``fairlead tune`` prints what systemd and a shell take."""

import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from fairlead.gateway.commands import doctor as command
from fairlead.gateway.commands.doctor import doctor
from fairlead.gateway.commands.tune import tune
from fairlead.gateway.doctor import runs
from fairlead.gateway.doctor.network_probes import read_sockets
from fairlead.gateway.doctor.probes import spin, try_mlockall, write_times
from fairlead.gateway.doctor.row import FAIL, OK, WARN, Row
from fairlead.gateway.doctor.tuning import Place, script, unit

CONFIG = """[gateway]
name = "desk"
state_dir = "state"
stop_timeout_s = 7
[loop]
waiting = "spin"
cpu = 0
[ports.fix]
listen = "127.0.0.1:0"
[[instruments]]
symbol = "MSFT"
venues = ["XEXC"]
[[venues]]
name = "XEXC"
profile = "exchange44"
hosts = ["127.0.0.1:9"]
sender_comp_id = "FAIRLEAD"
target_comp_id = "XEXC"
[[strategies]]
name = "alpha"
port = "fix"
fix = { sender_comp_id = "ALPHA", target_comp_id = "FAIRLEAD" }
accounts = ["ACC"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "fairlead.toml"
    path.write_text(CONFIG, encoding="utf-8")
    (tmp_path / "state").mkdir()
    return path


def run_with(monkeypatch: pytest.MonkeyPatch, rows: tuple[Row, ...], *arguments: object) -> Result:
    monkeypatch.setattr(command, "examine", lambda subject: rows)
    return CliRunner().invoke(doctor, ["--jitter-s", "0", *map(str, arguments)])


def test_a_run_looks_at_everything_and_is_kept(config: Path) -> None:
    result = CliRunner().invoke(doctor, ["--jitter-s", "0.01", "--json", str(config)])
    assert result.exit_code in (command.EXIT_OK, command.EXIT_FAILED), result.output
    found = orjson.loads(result.stdout)
    assert len(found["rows"]) == sum(found["counts"].values()) == 25
    assert found["good"] == (result.exit_code == command.EXIT_OK)
    (saved,) = (config.parent / "state" / "doctor").iterdir()
    assert runs.load(saved)["states"] == {row["check"]: row["state"] for row in found["rows"]}
    assert [path.name for path in (config.parent / "state").iterdir()] == ["doctor"]


def test_it_is_compared_with_the_last_run_in_which_nothing_failed(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = Row("SMT", OK, "0", "0"), Row("SMT", FAIL, "1", "0", "echo off")
    first = run_with(monkeypatch, (good, Row("Swap", WARN, "1", "none", "swapoff")), config)
    assert (first.exit_code, "changed since" in first.output) == (command.EXIT_OK, False)
    for _ in range(2):
        result = run_with(monkeypatch, (bad, Row("Swap", WARN, "1", "none", "swapoff")), config)
        assert result.exit_code == command.EXIT_FAILED
        assert "SMT: OK -> FAIL" in result.output
        assert "Swap:" not in result.output
        assert "-> echo off" in result.output
    assert "nothing changed since" in run_with(monkeypatch, (good, Row("Swap", WARN, "2", "none", "x")), config).output


def test_a_named_run_is_compared_with(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before: Any = runs.as_document([Row("SMT", FAIL, "1", "0"), Row("Gone", OK, "", "")], 1, {})
    path = runs.save(before, tmp_path / "elsewhere")
    found = orjson.loads(run_with(monkeypatch, (Row("SMT", OK, "0", "0"),), "--json", "--compare", path).stdout)
    assert found["changes"] == [
        {"check": "SMT", "before": FAIL, "now": OK},
        {"check": "Gone", "before": OK, "now": "not checked"},
    ]


@pytest.mark.parametrize("text", ["", "{}", '{"rows": [1]}'])
def test_what_is_no_run_is_not_compared_with(tmp_path: Path, text: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text)
    result = CliRunner().invoke(doctor, ["--compare", str(path)])
    assert (result.exit_code, "expected a run" in result.output) == (command.EXIT_NOT_RUN, True)


def test_a_configuration_that_is_none_can_not_be_looked_at(tmp_path: Path) -> None:
    assert CliRunner().invoke(doctor, [str(tmp_path / "none.toml")]).exit_code == command.EXIT_NOT_RUN


def test_the_probes_leave_nothing_behind(tmp_path: Path) -> None:
    times, free_bytes = write_times(tmp_path)
    assert times and free_bytes is not None
    assert list(tmp_path.iterdir()) == []
    assert write_times(tmp_path / "none") == ((), None)
    assert isinstance(try_mlockall(), str)
    found = spin(0.01)
    assert 0 < found.p50_ns <= found.p99_ns <= found.p999_ns <= found.max_ns


def test_connections_of_a_process_are_looked_at() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as ours, server.accept()[0]:
            ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            found = read_sockets(os.getpid())
            if found is None:
                pytest.skip("pidfd_getfd() is not permitted here")
            (seen,) = [reading for reading in found if reading.peer == f"127.0.0.1:{port}"]
            assert (seen.no_delay, seen.retransmits) == (True, 0)
            assert ours.fileno() != -1
    assert read_sockets(2**22) is None


def test_tune_prints_what_the_configuration_asks_for(config: Path) -> None:
    result = CliRunner().invoke(tune, [str(config)])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert {"Type=notify", "WatchdogSec=10", "TimeoutStopSec=22", "KillSignal=SIGTERM"} <= set(lines)
    assert f"ReadWritePaths={config.parent / 'state'}" in lines
    assert "sysctl -w net.core.busy_poll=50 net.core.busy_read=50" in lines
    assert not any("sched_rt_runtime_us" in line or "LimitRTPRIO" in line for line in lines)


def test_the_order_path_has_its_processor_alone() -> None:
    place = Place(Path("/opt/fairlead"), Path("/etc/f.toml"), Path("/var/lib/f"), cpu=33, sched_fifo=80)
    assert "CPUAffinity=" + " ".join(str(cpu) for cpu in range(36) if cpu != 33) + "\n" in unit(place, 36)
    assert "LimitRTPRIO=99\n" in unit(place, 36)
    text = script(place, 36)
    assert "set_if_there 0000000d,ffffffff /sys/devices/virtual/workqueue/cpumask\n" in text
    assert "sched_rt_runtime_us=-1" in text


def test_a_processor_that_is_not_there_is_refused() -> None:
    result = CliRunner().invoke(tune, ["--cpu", "1023"])
    assert (result.exit_code, "expected one of this host's" in result.output) == (1, True)


def test_a_shell_takes_the_script(tmp_path: Path) -> None:
    path = tmp_path / "tune.sh"
    path.write_text(script(Place(Path("/f"), Path("/c"), Path("/s"), cpu=1, waiting="spin", sched_fifo=1), 4))
    assert subprocess.run(["sh", "-n", path], capture_output=True, text=True).stderr == ""


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    path = tmp_path / "fairlead.service"
    odd = Place(Path("/bin/true"), tmp_path / 'a b "100%" $HOME.toml', tmp_path, cpu=0, sched_fifo=50)
    path.write_text(unit(odd, 2))
    result = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
