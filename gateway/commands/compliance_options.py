"""Hold what the commands of ``fairlead compliance`` share: their options, and how they open what they read."""

from pathlib import Path

import click

from fairlead.gateway.commands.times import Time
from fairlead.gateway.compliance.controls import Control, ControlsError, load_controls
from fairlead.gateway.compliance.kept_evidence import EvidenceError, KeptEvidence
from fairlead.gateway.config import ConfigError, load_config
from fairlead.gateway.config.models import Config

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
