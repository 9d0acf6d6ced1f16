"""Hold what the commands of ``fairlead compliance`` share: their options, and how they open what they read."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from fairlead.gateway.compliance.controls import Control, ControlsError, load_controls
from fairlead.gateway.compliance.kept_evidence import EvidenceError, KeptEvidence
from fairlead.gateway.config import ConfigError, load_config
from fairlead.gateway.config.models import Config
from fairlead.gateway.journal.filters import parse_time


class Time(click.ParamType[int]):
    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        text = f"{value}T00:00:00" if len(str(value)) == 10 else str(value)
        try:
            return parse_time(text, datetime.now())
        except ValueError as error:
            self.fail(str(error), param, ctx)


CONFIG = click.option(
    "--config",
    "config_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The gateway's configuration file.",
)
FROM = click.option("--from", "from_utc_ns", type=Time(), default=None, help="A date or time (local unless Z).")
TO = click.option("--to", "to_utc_ns", type=Time(), default=None, help="Before this date or time; default: now.")


def load_or_fail(path: Path) -> Config:
    """Read the configuration, or tell all that is wrong with it."""
    try:
        return load_config(path)
    except ConfigError as error:
        raise click.ClickException(str(error)) from None


def read_controls(config: Config) -> list[Control]:
    """Read the controls, or tell all that is wrong with the firm's file."""
    try:
        return load_controls(config.compliance.controls)
    except ControlsError as error:
        raise click.ClickException(str(error)) from None


def open_kept(config: Config) -> KeptEvidence:
    """Open the evidence that is kept."""
    try:
        return KeptEvidence(config.gateway.state_dir / "compliance" / "evidence.json")
    except EvidenceError as error:
        raise click.ClickException(str(error)) from None


def save(kept: KeptEvidence) -> None:
    """Write the evidence that is kept."""
    try:
        kept.save()
    except EvidenceError as error:
        raise click.ClickException(str(error)) from None
