"""Load the configuration file and report every mistake at once, with its path, its value and what was expected."""

import json
import os
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from fairlead.gateway.config.mistakes import describe_mistakes
from fairlead.gateway.config.models import Config, DropCopy, Feed, Venue
from fairlead.gateway.config.operations_keys import Operations
from fairlead.gateway.config.references import find_reference_mistakes, read_instrument_files
from fairlead.gateway.config.risk_keys import read_limits
from fairlead.gateway.config.values import Section

SectionType = TypeVar("SectionType", bound=Section)


class ConfigError(Exception):
    """Hold every mistake in a configuration file, one line each."""

    def __init__(self, path: Path, mistakes: Sequence[str]) -> None:
        self.path = path
        self.mistakes = tuple(mistakes)
        count = len(self.mistakes)
        super().__init__(
            f"{path}: {count} mistake{'s' if count != 1 else ''}\n" + "\n".join(f"  {line}" for line in self.mistakes)
        )


def load_config(path: Path) -> Config:
    """Read, check and return the configuration.

    Raises ConfigError with all mistakes: syntax, types and ranges, and names that refer to nothing.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(path, [f"can't be read: {error.strerror or error}"]) from None
    except UnicodeDecodeError as error:
        raise ConfigError(path, [f"byte {error.start} is not UTF-8"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(path, [f"not TOML: {error}"]) from None
    mistakes: list[str] = []
    config: Config | None = None
    try:
        # strict, or "30" would do for 30 and 1 for true; as JSON, or a list would not do for a tuple
        config = Config.model_validate_json(json.dumps(raw, default=str), strict=True)
    except ValidationError as error:
        mistakes += describe_mistakes(error)
    reference, symbols, wrong_in_files = read_instrument_files(raw, path.parent)
    mistakes += find_reference_mistakes(raw, path.parent, symbols)
    mistakes += wrong_in_files
    limits = read_limits(raw, path.parent, config.with_files(reference) if config is not None else None)
    mistakes += limits.mistakes_in_config()
    if mistakes or config is None:
        raise ConfigError(path, mistakes)
    return _with_absolute_paths(config, path.parent.resolve()).with_files(reference, limits)


def _with_absolute_paths(config: Config, folder: Path) -> Config:
    """Anchor relative paths at the file's folder, so that it works from any working directory."""
    state_dir = Path(os.path.normpath(folder / config.gateway.state_dir))
    files = tuple(folder / file for file in config.gateway.instruments_file)
    gateway = config.gateway.model_copy(update={"state_dir": state_dir, "instruments_file": files})
    journal = config.journal.model_copy(update={"path": state_dir / config.journal.path})
    anchored = config.model_copy(update={"gateway": gateway, "journal": journal})
    venues = tuple(_anchor_venue(venue, folder) for venue in config.venues)
    feeds = tuple(_anchor_feed(feed, folder) for feed in config.feeds)
    copies = tuple(_anchor_drop_copy(table, folder) for table in config.drop_copies)
    ports = config.ports.model_copy(
        update={
            name: port.model_copy(update={"tls": _anchor_paths(port.tls, folder)})
            for name, port in (
                ("fix", config.ports.fix),
                ("json_", config.ports.json_),
                ("binary", config.ports.binary),
            )
            if port is not None
        }
    )
    changed = {
        "venues": venues,
        "ports": ports,
        "feeds": feeds,
        "risk": _anchor_paths(config.risk, folder),
        "compliance": _anchor_paths(config.compliance, folder),
        "certification": _anchor_paths(config.certification, folder),
        "drop_copies": copies,
        "operations": _anchor_operations(config.operations, folder),
    }
    return anchored.model_copy(update=changed)


def _anchor_operations(section: Operations | None, folder: Path) -> Operations | None:
    # its database is anchored at state_dir, where it is opened
    if section is None:
        return None
    rota = folder / section.rota if section.rota is not None else None
    return section.model_copy(update={"tls": _anchor_paths(section.tls, folder), "rota": rota})


def _anchor_venue(venue: Venue, folder: Path) -> Venue:
    return venue.model_copy(update=_anchored_session(venue, folder))


def _anchor_drop_copy(table: DropCopy, folder: Path) -> DropCopy:
    changes = _anchored_session(table, folder) | {"listen_tls": _anchor_paths(table.listen_tls, folder)}
    return table.model_copy(update=changes)


def _anchored_session(table: Venue | DropCopy, folder: Path) -> dict[str, object]:
    changes: dict[str, object] = {"tls": _anchor_paths(table.tls, folder)}
    if table.profile.endswith(".toml"):
        changes["profile"] = str(folder / table.profile)
    if table.password is not None and table.password.startswith("file:"):
        changes["password"] = f"file:{folder / table.password.removeprefix('file:')}"
    return changes


def _anchor_feed(feed: Feed, folder: Path) -> Feed:
    changes: dict[str, object] = {"tls": _anchor_paths(feed.tls, folder)}
    if feed.mapping.endswith(".toml"):
        changes["mapping"] = str(folder / feed.mapping)
    if feed.table is not None:
        changes["table"] = folder / feed.table
    if feed.password is not None and feed.password.startswith("file:"):
        changes["password"] = f"file:{folder / feed.password.removeprefix('file:')}"
    return feed.model_copy(update=changes)


def _anchor_paths(section: SectionType | None, folder: Path) -> SectionType | None:
    if section is None:
        return None
    paths = {name: folder / value for name, value in section if isinstance(value, Path)}
    return section.model_copy(update=paths)
