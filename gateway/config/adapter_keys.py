"""Find what is wrong with a venue's table in the light of its adapter: keys it needs or does not know, its profile."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fairlead.adapters.fix.profiles import load_profile as load_fix_profile
from fairlead.adapters.ouch.options import with_options
from fairlead.adapters.ouch.profiles import load_profile as load_ouch_profile
from fairlead.adapters.ouch.settings import find_credential_mistake
from fairlead.adapters.table_reader import ProfileError
from fairlead.gateway.venues.adapters import known_adapters

_Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AdapterKeys:
    """Say which keys of ``[[venues]]`` an adapter needs, and which ones mean nothing to it."""

    needed: tuple[str, ...]
    foreign: tuple[str, ...]


ADAPTER_KEYS: Final[Mapping[str, AdapterKeys]] = {
    "fix": AdapterKeys(needed=("sender_comp_id", "target_comp_id"), foreign=("options",)),
    "ouch": AdapterKeys(
        needed=("username",),
        foreign=(
            "sender_comp_id",
            "target_comp_id",
            "sender_sub_id",
            "target_sub_id",
            "reset_on_logon",
            "resend_chunk",
            "sending_time_tolerance_s",
            "throttle",
        ),
    ),
}
"""Fairlead's own adapters; what another one needs, that one knows."""


def find_adapter_mistakes(where: str, table: _Table, folder: Path) -> list[str]:
    """Return one line for each mistake; a profile given as a file is looked for in ``folder``."""
    adapter = table.get("adapter", "fix")
    if not isinstance(adapter, str):
        return []
    if adapter not in known_adapters():
        return [f"{where}.adapter: {adapter!r}, expected an installed one ({', '.join(known_adapters())})"]
    return [*_keys(where, table, adapter), *_profile(where, table, adapter, folder)]


def _keys(where: str, table: _Table, adapter: str) -> Iterator[str]:
    keys = ADAPTER_KEYS.get(adapter)
    if keys is None:
        return
    yield from (
        f"{where}.{key}: it is missing, the adapter {adapter} needs it" for key in keys.needed if key not in table
    )
    yield from (f"{where}.{key}: the adapter {adapter} knows no such key" for key in keys.foreign if key in table)
    username = table.get("username")
    if adapter == "ouch" and isinstance(username, str):
        mistake = find_credential_mistake(username)
        if mistake:
            yield f"{where}.username: {username!r}, {mistake}"


def _profile(where: str, table: _Table, adapter: str, folder: Path) -> list[str]:
    profile = table.get("profile")
    if not isinstance(profile, str) or not profile or adapter not in ADAPTER_KEYS:
        return []
    path = str(folder / profile) if profile.endswith(".toml") else profile
    try:
        if adapter == "fix":
            load_fix_profile(path)
            return []
        loaded = load_ouch_profile(path)
    except ProfileError as error:
        return [f"{where}.profile: {profile!r}, {line}" for line in error.mistakes]
    options = table.get("options", {})
    if not isinstance(options, Mapping):
        return []
    try:
        with_options(loaded, options)
    except ProfileError as error:
        return [f"{where}.{line}" for line in error.mistakes]
    return []
