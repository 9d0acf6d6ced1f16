"""``fairlead tune``: print a systemd unit and a script for this host."""

import os
import sys
from pathlib import Path
from typing import Literal

import click

from fairlead.gateway.config import Config, ConfigError, load_config
from fairlead.gateway.doctor.tuning import Place, install_text, script, unit

_NO_CONFIG = Path("/etc/fairlead/fairlead.toml")
_NO_STATE = Path("/var/lib/fairlead")


@click.command()
@click.argument("config_path", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path))
@click.option("--cpu", type=click.IntRange(0, 1023), help="The gateway's processor, in place of `loop.cpu`.")
@click.option("--user", default="fairlead", show_default=True, help="Whom the unit runs as.")
@click.option(
    "--part", type=click.Choice(["both", "unit", "script"]), default="both", show_default=True, help="What to print."
)
def tune(config_path: Path | None, cpu: int | None, user: str, part: Literal["both", "unit", "script"]) -> None:
    """Print a systemd unit for `fairlead run` and a script that sets kernel and interrupts. Change nothing.

    `fairlead doctor` says what of it this host needs.
    """
    place = place_of(config_path, cpu, user)
    processors = os.cpu_count() or 1
    if place.cpu is not None and place.cpu >= processors:
        raise click.ClickException(f"processor {place.cpu}, expected one of this host's (0 to {processors - 1})")
    if part == "both":
        click.echo(install_text(place))
        click.echo("# ---- /etc/systemd/system/fairlead.service")
    if part != "script":
        click.echo(unit(place, processors), nl=False)
    if part == "both":
        click.echo("\n# ---- /usr/local/sbin/fairlead-tune")
    if part != "unit":
        click.echo(script(place, processors), nl=False)


def place_of(path: Path | None, cpu: int | None, user: str) -> Place:
    """Return what is to be written for, from a configuration or without one."""
    program = Path(sys.executable).parent / "fairlead"
    if path is None:
        return Place(program, _NO_CONFIG, _NO_STATE, user=user, cpu=cpu)
    try:
        config = load_config(path)
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    if cpu is not None and config.loop.cpu != cpu:
        click.echo(f"set `cpu = {cpu}` in [loop] of {path}: the order path's thread binds itself", err=True)
    settings, loop, state_dir = config.gateway, config.loop, config.gateway.state_dir
    return Place(
        program,
        path.resolve(),
        state_dir,
        name=settings.name,
        user=user,
        cpu=loop.cpu if cpu is None else cpu,
        sched_fifo=loop.sched_fifo,
        waiting=loop.waiting,
        stop_timeout_s=settings.stop_timeout_s,
        also_written=_outside(config, state_dir),
    )


def _outside(config: Config, state_dir: Path) -> tuple[Path, ...]:
    journal = config.journal.path
    return () if journal.is_relative_to(state_dir) else (journal,)
