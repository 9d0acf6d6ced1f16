"""What ``deploy/`` has is what Prometheus, Alertmanager, Grafana and systemd take, and names metrics that there are."""

import asyncio
import contextlib
import json
import re
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from fairlead.gateway.clock import Clock
from fairlead.gateway.config.operations_keys import Receiver
from fairlead.gateway.doctor.tuning import Place, unit
from fairlead.gateway.operations.alerts.book import Alert
from fairlead.gateway.operations.alerts.telling import Outbox, Teller
from fairlead.gateway.operations.metrics.families import METRICS, PREFIX

from .conftest import Running

DEPLOY = Path(__file__).parents[3] / "deploy"
pytestmark = pytest.mark.skipif(not DEPLOY.exists(), reason="no deploy/ in a tree of modules alone")
RULES = DEPLOY / "prometheus" / "fairlead_rules.yml"
KNOWN = {f"{PREFIX}{metric.name}": metric for metric in METRICS}
DASHBOARDS = sorted((DEPLOY / "grafana").glob("*.json"))
NAME = re.compile(r"\bgw_[a-z0-9_]+")
WITHIN_S = 60.0
needs_prometheus = pytest.mark.skipif(shutil.which("promtool") is None, reason="prometheus is not installed")
needs_alertmanager = pytest.mark.skipif(
    shutil.which("amtool") is None, reason="prometheus-alertmanager is not installed"
)


def named(text: str) -> set[str]:
    """Return the metrics that an expression names."""
    found = (re.sub(r"_(bucket|count|sum)$", "", name) if name not in KNOWN else name for name in NAME.findall(text))
    return set(found)


def targets(dashboard: Path) -> list[dict[str, str]]:
    panels = json.loads(dashboard.read_text())["panels"]
    return [target for panel in panels for target in panel["targets"]]


def test_rules_name_metrics_that_there_are() -> None:
    rules = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    recorded = {rule["record"] for rule in rules if "record" in rule}
    for rule in rules:
        expression = rule["expr"]
        for name in recorded:
            expression = expression.replace(name, "")
        assert ":" not in re.sub(r"\[1h:5s\]", "", expression), f"{rule} names a recording that there is not"
        assert named(expression) <= KNOWN.keys(), rule


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda path: path.stem)
def test_dashboards_name_metrics_and_labels_that_there_are(dashboard: Path) -> None:
    for target in targets(dashboard):
        names = named(target["expr"])
        assert names and names <= KNOWN.keys(), target
        labels = {label for name in names for label in KNOWN[name].labels} | {"instance"}
        assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= labels, target
        for group in re.findall(r"by \(([^)]*)\)", target["expr"]):
            assert set(group.replace(" ", "").split(",")) <= labels | {"le"}, target


def test_dashboards_show_every_metric_that_a_shift_watches() -> None:
    shown = {name for dashboard in DASHBOARDS for target in targets(dashboard) for name in named(target["expr"])}
    assert len(DASHBOARDS) == 2
    left_out = {"build_info", "session_state", "session_seq_in", "session_seq_out", "session_resent_messages_total"}
    left_out |= {
        "session_last_rx_timestamp_seconds",
        "message_errors_total",
        "dropcopy_unmatched",
        "alert_raise_seconds",
    }
    assert {name.removeprefix(PREFIX) for name in KNOWN.keys() - shown} <= left_out


@needs_prometheus
def test_prometheus_takes_configuration_and_rules() -> None:
    for arguments in (("config", DEPLOY / "prometheus" / "prometheus.yml"), ("rules", RULES)):
        done = subprocess.run(["promtool", "check", *arguments], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@needs_prometheus
@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda path: path.stem)
def test_prometheus_takes_the_dashboards_expressions(dashboard: Path, tmp_path: Path) -> None:
    rules = [{"record": f"test:{at}", "expr": target["expr"]} for at, target in enumerate(targets(dashboard))]
    path = tmp_path / "rules.yml"
    path.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    done = subprocess.run(["promtool", "check", "rules", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_alertmanager
def test_alertmanager_takes_its_configuration() -> None:
    path = DEPLOY / "prometheus" / "alertmanager.yml"
    done = subprocess.run(["amtool", "check-config", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    path = tmp_path / "fairlead.service"
    # the program is not installed where the unit looks for it
    path.write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", (DEPLOY / "fairlead.service").read_text()))
    done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_is_the_one_that_tune_prints() -> None:
    place = Place(
        Path("/opt/fairlead/.venv/bin/fairlead"), Path("/etc/fairlead/fairlead.toml"), Path("/var/lib/fairlead")
    )
    comment, _, text = (DEPLOY / "fairlead.service").read_text().partition("\n")
    assert comment.startswith("#")
    assert text == unit(place, 8)


@contextlib.asynccontextmanager
async def serving(folder: Path, program: str, *arguments: str) -> AsyncIterator[str]:
    """Run a program that listens on an address, which is yielded, once it says that it is ready."""
    while True:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        with (folder / f"{program}.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                program, *arguments, f"--web.listen-address={address}", stdout=log, stderr=log, cwd=folder
            )
        ready = asyncio.create_task(eventually(lambda url=f"http://{address}/-/ready": answer(url), f"{program} ready"))
        ended = asyncio.create_task(process.wait())
        await asyncio.wait((ready, ended), return_when=asyncio.FIRST_COMPLETED)
        if ready.done():
            break
        ready.cancel()
        # somebody took the port meanwhile, or it is a mistake of ours
        assert "address already in use" in (folder / f"{program}.log").read_text()
    try:
        await ready
        yield address
    finally:
        process.terminate()
        await ended


async def answer(url: str) -> str:
    """Return what is answered with 200; "" else."""
    with contextlib.suppress(aiohttp.ClientError):
        async with aiohttp.ClientSession() as http, http.get(url) as response:
            return await response.text() if response.status == 200 else ""
    return ""


async def eventually(ask: Callable[[], Awaitable[Any]], what: str) -> Any:
    """Ask until there is something, for a minute at most."""
    found: Any = None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(WITHIN_S):
            while not found:
                found = await ask()
                await asyncio.sleep(0.05)
    assert found, what
    return found


@needs_prometheus
async def test_a_prometheus_scrapes_an_operations_process(operations: Running, tmp_path: Path) -> None:
    folder = tmp_path / "prometheus"
    folder.mkdir()
    text = (DEPLOY / "prometheus" / "prometheus.yml").read_text()
    text = text.replace("127.0.0.1:9464", operations.url.removeprefix("http://")).replace(
        "_interval: 5s", "_interval: 1s"
    )
    (folder / "prometheus.yml").write_text(text)
    shutil.copy(RULES, folder)
    arguments = (f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data")
    async with serving(folder, "prometheus", *arguments) as address:

        async def value(expression: str) -> list[Any]:
            text = await answer(f"http://{address}/api/v1/query?query={expression}")
            return [result["value"][1] for result in json.loads(text)["data"]["result"]] if text else []

        assert await eventually(lambda: value('up{job="fairlead"}==1'), "the operations process is up") == ["1"]
        # no gateway runs beside it
        assert await eventually(lambda: value("gw_up"), "gw_up of the scrape") == ["0"]
        assert await eventually(lambda: value('ALERTS{alertname="GatewayGone"}'), "the rule's alert") == ["1"]


@needs_alertmanager
async def test_an_alertmanager_shows_an_alert_that_a_receiver_was_told(tmp_path: Path) -> None:
    shutil.copy(DEPLOY / "prometheus" / "alertmanager.yml", tmp_path)
    arguments = ("--config.file=alertmanager.yml", f"--storage.path={tmp_path}/data", "--cluster.listen-address=")
    async with serving(tmp_path, "prometheus-alertmanager", *arguments) as address:
        api = f"http://{address}/api/v2/alerts"
        now_ns = Clock().utc_ns()
        alert = Alert(1, "f", "SessionDown", "critical", {"session": "venue:XEXC"}, "no answer", False, now_ns, now_ns)
        box = Outbox(Receiver(name="am", kind="alertmanager", url=api), "", "http://desk", "floor")
        teller = Teller([box])

        async def shown() -> list[Any]:
            found: list[Any] = json.loads(await answer(api) or "[]")
            return found

        async def cleared() -> bool:
            return box.delivered == 2 and not await shown()

        await teller.start()
        try:
            box.put(alert)
            (found,) = await eventually(shown, f"the alert: {box.problem}")
            box.put(replace(alert, cleared_utc_ns=Clock().utc_ns()))
            await eventually(cleared, "the alert's end")
        finally:
            await teller.close()
    labels = {"alertname": "SessionDown", "gateway": "floor", "session": "venue:XEXC", "severity": "critical"}
    assert found["labels"] == labels
    assert found["annotations"]["description"] == "no answer"
    assert {receiver["name"] for receiver in found["receivers"]} == {"desk", "pager"}
