"""``fairlead journal replay``: play a recorded run through this version and show what it would send otherwise."""

import logging
from pathlib import Path
from typing import Final

import click
import structlog

from fairlead.gateway.config import ConfigError, load_config
from fairlead.gateway.journal.errors import JournalDamage, JournalError
from fairlead.gateway.replay.player import replay_journal
from fairlead.gateway.replay.recording import ReplayError
from fairlead.gateway.replay.telling import as_json, lines
from fairlead.gateway.venues.adapters import AdapterError

EXIT_DIFFERENT: Final = 1
EXIT_NOT_PLAYED: Final = 2


@click.command()
@click.option(
    "--config", "config_path", required=True, type=click.Path(path_type=Path), help="What this version is to run with."
)
@click.option(
    "--journal",
    "journal_path",
    type=click.Path(path_type=Path),
    default=None,
    help="The recorded journal; the configuration's own if left out.",
)
@click.option("--run", "run_", type=click.IntRange(min=1), default=None, help="The run by its epoch; the last one.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), default=None, help="Write all that was found.")
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="Differences to show.")
def replay(config_path: Path, journal_path: Path | None, run_: int | None, json_path: Path | None, limit: int) -> None:
    """Play a recorded run through this version, without sockets, and compare what it would send with what was sent.

    Exit code 0: no difference, 1: differences, 2: the run can't be played.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        config = load_config(config_path)
        result = replay_journal(config, journal_path or config.journal.path, run_ or 0)
        if json_path is not None:
            json_path.write_text(as_json(result), encoding="utf-8")
    except (ConfigError, ReplayError, JournalError, JournalDamage, AdapterError, OSError) as error:
        click.echo(f"not played: {error}", err=True)
        raise SystemExit(EXIT_NOT_PLAYED) from None
    for line in lines(result, limit):
        click.echo(line)
    if result.differences:
        raise SystemExit(EXIT_DIFFERENT)
