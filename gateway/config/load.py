"""Load the configuration file and report every mistake at once, with its path, its value and what was expected."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from fairlead.gateway.config.models import Config, Section, Venue

SectionType = TypeVar("SectionType", bound=Section)

SECRET_KEYS: Final = frozenset(("password", "secret_hash"))
_EXPECTED: Final = {
    "missing": "it is missing",
    "extra_forbidden": "no such key is known here",
}


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
        raw = tomllib.loads(path.read_text())
    except OSError as error:
        raise ConfigError(path, [f"can't be read: {error.strerror or error}"]) from None
    except UnicodeDecodeError as error:
        raise ConfigError(path, [f"byte {error.start} is not UTF-8"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(path, [f"not TOML: {error}"]) from None
    mistakes: list[str] = []
    config: Config | None = None
    try:
        config = Config.model_validate(raw)
    except ValidationError as error:
        found = error.errors()
        locations = [line["loc"] for line in found]
        # a list whose entries are wrong is also called too short: only the entries' mistakes are of use
        mistakes += [_describe(dict(line)) for line in found if not _has_inner(line["loc"], locations)]
    mistakes += _unresolved(raw)
    if config is not None:
        mistakes += _profile_mistakes(config, path.parent)
    if mistakes or config is None:
        raise ConfigError(path, mistakes)
    return _with_absolute_paths(config, path.parent.resolve())


def _has_inner(location: tuple[object, ...], others: list[Any]) -> bool:
    depth = len(location)
    return any(len(other) > depth and other[:depth] == location for other in others)


def _describe(error: Mapping[str, Any]) -> str:
    location = [part for part in error["loc"] if part != "json_"]
    where = _path(location)
    kind = str(error["type"])
    if kind in _EXPECTED:
        return f"{where}: {_EXPECTED[kind]}"
    expected = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    if not expected.startswith("expected"):
        expected = f"expected {expected[:1].lower()}{expected[1:]}"
    if location and location[-1] in SECRET_KEYS:
        return f"{where}: {expected}"
    received = error["input"]
    return f"{where}: {expected}" if isinstance(received, Mapping) else f"{where}: {received!r}, {expected}"


def _path(location: Iterable[object]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "the file"


def _tables(raw: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = raw.get(key)
    return [table for table in value if isinstance(table, Mapping)] if isinstance(value, list) else []


def _duplicates(raw: Mapping[str, Any], key: str, field: str) -> list[str]:
    seen: dict[object, int] = {}
    mistakes = []
    for index, table in enumerate(_tables(raw, key)):
        value = table.get(field)
        if not isinstance(value, str):
            continue
        if value in seen:
            mistakes.append(f"{key}[{index}].{field}: {value!r}, expected one that {key}[{seen[value]}] has not taken")
        seen.setdefault(value, index)
    return mistakes


def _unresolved(raw: Mapping[str, Any]) -> list[str]:
    """Find names that refer to nothing. Works on the raw file, so that it speaks even where types are wrong too."""
    mistakes = [
        *_duplicates(raw, "venues", "name"),
        *_duplicates(raw, "strategies", "name"),
        *_duplicates(raw, "instruments", "symbol"),
    ]
    venues = {table.get("name") for table in _tables(raw, "venues")}
    expected = f"expected a venue of this file ({', '.join(sorted(str(v) for v in venues))})"
    for index, table in enumerate(_tables(raw, "instruments")):
        named = table.get("venues")
        names = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
        mistakes += [f"instruments[{index}].venues: {v!r}, {expected}" for v in names if v not in venues]
        for key in ("venue_symbols", "security_ids"):
            extra = [v for v in table.get(key) or () if v not in names]
            mistakes += [f"instruments[{index}].{key}: {v!r}, expected one of its venues" for v in extra]
        default = table.get("default_venue")
        if default and default not in names:
            mistakes.append(f"instruments[{index}].default_venue: {default!r}, expected one of its venues")
    ports = raw.get("ports")
    for index, table in enumerate(_tables(raw, "strategies")):
        port = table.get("port")
        if port in ("fix", "json") and not (isinstance(ports, Mapping) and port in ports):
            mistakes.append(f"strategies[{index}].port: {port!r}, expected a port of this file: add [ports.{port}]")
        default = table.get("default_venue")
        if default and default not in venues:
            mistakes.append(f"strategies[{index}].default_venue: {default!r}, {expected}")
        for name in table.get("venues") or ():
            if isinstance(name, str) and not any(c in name for c in "*?[") and name not in venues:
                mistakes.append(f"strategies[{index}].venues: {name!r}, {expected} or a pattern")
    return mistakes


def _profile_mistakes(config: Config, folder: Path) -> list[str]:
    from fairlead.adapters.fix.profiles import ProfileError, load_profile

    mistakes = []
    for index, venue in enumerate(config.venues):
        is_file = venue.profile.endswith(".toml")
        try:
            load_profile(str(folder / venue.profile) if is_file else venue.profile)
        except ProfileError as error:
            mistakes += [f"venues[{index}].profile: {venue.profile}: {line}" for line in error.mistakes]
    return mistakes


def _with_absolute_paths(config: Config, folder: Path) -> Config:
    """Anchor relative paths at the file's folder, so that it works from any working directory."""
    state_dir = folder / config.gateway.state_dir
    gateway = config.gateway.model_copy(update={"state_dir": state_dir})
    journal = config.journal.model_copy(update={"path": state_dir / config.journal.path})
    anchored = config.model_copy(update={"gateway": gateway, "journal": journal})
    venues = tuple(_anchor_venue(venue, folder) for venue in config.venues)
    ports = config.ports.model_copy(
        update={
            name: port.model_copy(update={"tls": _anchor_paths(port.tls, folder)})
            for name, port in (("fix", config.ports.fix), ("json_", config.ports.json_))
            if port is not None
        }
    )
    return anchored.model_copy(update={"venues": venues, "ports": ports})


def _anchor_venue(venue: Venue, folder: Path) -> Venue:
    changes: dict[str, object] = {"tls": _anchor_paths(venue.tls, folder)}
    if venue.profile.endswith(".toml"):
        changes["profile"] = str(folder / venue.profile)
    if venue.password is not None and venue.password.startswith("file:"):
        changes["password"] = f"file:{folder / venue.password.removeprefix('file:')}"
    return venue.model_copy(update=changes)


def _anchor_paths(section: SectionType | None, folder: Path) -> SectionType | None:
    if section is None:
        return None
    paths = {name: folder / value for name, value in section if isinstance(value, Path)}
    return section.model_copy(update=paths)
