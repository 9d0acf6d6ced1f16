"""Load the configuration file and report every mistake at once, with its path, its value and what was expected."""

import json
import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from fairlead.gateway.config.models import Config, Feed, Venue
from fairlead.gateway.config.references import find_reference_mistakes, read_instrument_files
from fairlead.gateway.config.values import Section

SectionType = TypeVar("SectionType", bound=Section)

SECRET_KEYS: Final = frozenset(("password", "secret_hash"))
_EXPECTED: Final = {
    "missing": "it is missing",
    "extra_forbidden": "no such key is known here",
}
"""Mistakes whose value says nothing."""
_PLAIN: Final = {
    "an object": "a table",
    "a valid array": "a list",
    "a valid string": "a text in quotes",
    "a valid integer": "a whole number",
    "a valid number": "a number",
    "a finite number": "a number",
    "a valid boolean": "true or false",
    "an instance of Decimal": 'a number in quotes, such as "0.01"',
}
"""What the validator calls a type, and what a TOML file calls it."""


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
        found = error.errors()
        locations = [line["loc"] for line in found]
        # a list whose entries are wrong is also called too short: only the entries' mistakes are of use
        mistakes += [_describe(dict(line)) for line in found if not _has_inner(line["loc"], locations)]
    reference, symbols, wrong_in_files = read_instrument_files(raw, path.parent)
    mistakes += find_reference_mistakes(raw, path.parent, symbols)
    mistakes += wrong_in_files
    if mistakes or config is None:
        raise ConfigError(path, mistakes)
    return _with_absolute_paths(config, path.parent.resolve()).with_reference(reference)


def _has_inner(location: tuple[object, ...], others: list[Any]) -> bool:
    depth = len(location)
    return any(len(other) > depth and other[:depth] == location for other in others)


def _describe(error: Mapping[str, Any]) -> str:
    location = list(error["loc"])
    where = _path(location)
    kind = str(error["type"])
    if kind in _EXPECTED:
        return f"{where}: {_EXPECTED[kind]}"
    expected = _expectation(kind, error)
    received = error["input"]
    if any(part in SECRET_KEYS for part in location) or isinstance(received, Mapping):
        return f"{where}: {expected}"
    return f"{where}: {received!r}, {expected}"


def _expectation(kind: str, error: Mapping[str, Any]) -> str:
    if kind in ("too_short", "string_too_short"):
        return f"expected at least {error['ctx']['min_length']}{' character' if kind == 'string_too_short' else ''}"
    if kind == "string_too_long":
        return f"expected at most {error['ctx']['max_length']} characters"
    text = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    text = _PLAIN.get(text, text)
    return text if text.startswith("expected") else f"expected {text}"


def _path(location: Iterable[object]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "the file"


def _with_absolute_paths(config: Config, folder: Path) -> Config:
    """Anchor relative paths at the file's folder, so that it works from any working directory."""
    state_dir = Path(os.path.normpath(folder / config.gateway.state_dir))
    files = tuple(folder / file for file in config.gateway.instruments_file)
    gateway = config.gateway.model_copy(update={"state_dir": state_dir, "instruments_file": files})
    journal = config.journal.model_copy(update={"path": state_dir / config.journal.path})
    anchored = config.model_copy(update={"gateway": gateway, "journal": journal})
    venues = tuple(_anchor_venue(venue, folder) for venue in config.venues)
    feeds = tuple(_anchor_feed(feed, folder) for feed in config.feeds)
    ports = config.ports.model_copy(
        update={
            name: port.model_copy(update={"tls": _anchor_paths(port.tls, folder)})
            for name, port in (("fix", config.ports.fix), ("json_", config.ports.json_))
            if port is not None
        }
    )
    return anchored.model_copy(update={"venues": venues, "ports": ports, "feeds": feeds})


def _anchor_venue(venue: Venue, folder: Path) -> Venue:
    changes: dict[str, object] = {"tls": _anchor_paths(venue.tls, folder)}
    if venue.profile.endswith(".toml"):
        changes["profile"] = str(folder / venue.profile)
    if venue.password is not None and venue.password.startswith("file:"):
        changes["password"] = f"file:{folder / venue.password.removeprefix('file:')}"
    return venue.model_copy(update=changes)


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
