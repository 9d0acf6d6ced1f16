"""``fairlead doctor``: say how well this machine suits the gateway."""

import platform
import sys
import time
from pathlib import Path
from typing import Any, Final

import click
import orjson
from rich.console import Console
from rich.text import Text

from fairlead.gateway.config import Config, ConfigError, load_config
from fairlead.gateway.doctor import runs, table
from fairlead.gateway.doctor.examination import examine
from fairlead.gateway.doctor.host import Host
from fairlead.gateway.doctor.probes import probe
from fairlead.gateway.doctor.row import FAIL, Row, count_states
from fairlead.gateway.doctor.subject import DEFAULT_BUDGET_NS, DELTA_FILES, Subject, Wants
from fairlead.gateway.operations.counter_watch import CounterWatch

EXIT_OK: Final = 0
EXIT_FAILED: Final = 1
EXIT_NOT_RUN: Final = 2
DEFAULT_JITTER_S: Final = 5.0
LEAST_WIDTH: Final = 110


class NotRun(click.ClickException):
    """Report why nothing could be looked at."""

    exit_code = EXIT_NOT_RUN


@click.command()
@click.argument("config_path", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path))
@click.option("--jitter-s", default=DEFAULT_JITTER_S, type=click.FloatRange(0, 3600), help="How long to spin; 0: not.")
@click.option(
    "--jitter-budget-us", default=DEFAULT_BUDGET_NS / 1000, type=click.FloatRange(0, min_open=True), show_default=True,
    help="What p99.9 of the spin may lose.",
)  # fmt: skip
@click.option("--cpu", type=click.IntRange(0, 1023), help="The gateway's processor, in place of `loop.cpu`.")
@click.option("--compare", type=click.Path(path_type=Path), help="A saved run to compare with; else the last good one.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as JSON.")
def doctor(
    config_path: Path | None,
    jitter_s: float,
    jitter_budget_us: float,
    cpu: int | None,
    compare: Path | None,
    as_json: bool,
) -> None:
    """Check this machine: each row OK, WARN, FAIL or UNKNOWN, with the command that mends it. Change nothing.

    With CONFIG, what it wants of its processor counts, a running gateway's process is looked at, and the run is saved
    under STATE_DIR/doctor and compared with the last good one. Exits 0 where nothing failed, 1 where something did, 2
    where nothing could be looked at.
    """
    config = _config(config_path)
    wants = wants_of(config, cpu, round(jitter_budget_us * 1000))
    before = _before(compare, config)
    host = Host()
    pid = _gateway(config, host)
    host.remember(DELTA_FILES)
    readings = probe(host, wants, pid, jitter_s)
    rows = examine(Subject(host, wants, readings, pid))
    found = tuple(runs.changes(before[1], rows)) if before is not None else ()
    facts: dict[str, Any] = {"host": platform.node(), "kernel": platform.release(), "pid": pid}
    document = runs.as_document(rows, time.time_ns(), facts)
    saved = _save(document, config)
    if as_json:
        told = [{"check": change.check, "before": change.before, "now": change.now} for change in found]
        compared = {"compared_with": str(before[0]) if before is not None else "", "changes": told}
        click.echo(orjson.dumps(document | compared, option=orjson.OPT_INDENT_2).decode())
    else:
        _show(rows, document, before[0] if before is not None else None, found, saved)
    sys.exit(EXIT_FAILED if count_states(rows)[FAIL] else EXIT_OK)


def wants_of(config: Config | None, cpu: int | None, jitter_budget_ns: int) -> Wants:
    """Return what a configuration wants of its machine; ``cpu`` stands above it."""
    if config is None:
        return Wants(cpu=cpu, jitter_budget_ns=jitter_budget_ns)
    return Wants(
        state_dir=config.gateway.state_dir,
        cpu=config.loop.cpu if cpu is None else cpu,
        sched_fifo=config.loop.sched_fifo,
        busy_poll=config.loop.waiting != "block",
        jitter_budget_ns=jitter_budget_ns,
    )


def _config(path: Path | None) -> Config | None:
    try:
        return load_config(path) if path is not None else None
    except ConfigError as error:
        raise NotRun(str(error)) from None


def _gateway(config: Config | None, host: Host) -> int:
    """Return the process id of the gateway that runs with this configuration, 0 where none does."""
    if config is None:
        return 0
    watch = CounterWatch(config.gateway.state_dir / "counters")
    watch.read(0)
    # after a reboot, the number may be another program's
    is_ours = "fairlead" in (host.read(f"proc/{watch.pid}/cmdline") or "")
    return watch.pid if watch.is_alive and is_ours else 0


def _before(compare: Path | None, config: Config | None) -> tuple[Path, dict[str, Any]] | None:
    if compare is None:
        return runs.last_good(config.gateway.state_dir / "doctor") if config is not None else None
    try:
        return compare, runs.load(compare)
    except runs.RunUnreadable as error:
        raise NotRun(str(error)) from None


def _save(document: dict[str, Any], config: Config | None) -> Path | None:
    if config is None:
        return None
    try:
        return runs.save(document, config.gateway.state_dir / "doctor")
    except OSError as error:
        click.echo(f"not saved: {error.filename}: {error.strerror}", err=True)
        return None


def _show(
    rows: tuple[Row, ...],
    document: dict[str, Any],
    against: Path | None,
    found: tuple[runs.Change, ...],
    saved: Path | None,
) -> None:
    console = Console(highlight=False)
    if console.width < LEAST_WIDTH and not console.is_terminal:
        console = Console(highlight=False, width=LEAST_WIDTH)
    gateway = f"gateway {document['pid']}" if document["pid"] else "no gateway runs"
    table.show(console, rows, f"{document['host']}, Linux {document['kernel']}, {gateway}")
    if against is not None:
        table.show_changes(console, found, against.name)
    if saved is not None:
        console.print(Text(f"  saved: {saved}", "dim"), soft_wrap=True)
