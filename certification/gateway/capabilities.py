"""Say what a gateway may be asked for with a profile, by tables of the certification's own: so cases are written once.

It is made from the venue's documents, not from the profile: a profile that says something else is a finding.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "profiles"
ADAPTERS = {"fix42": "fix", "fix44": "fix", "ouch42": "ouch", "ouch50": "ouch", "jnx_ouch": "ouch"}


class CapabilityError(Exception):
    """Report a table that is not there or says nothing usable."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a profile's venue takes.

    ``venue_symbol`` and ``security_id`` say how it calls an instrument. ``capabilities`` are the words that cases
    ``need``, ``without`` says why this venue has some of them not. ``options`` are lines for ``[[venues]]`` that this
    venue wants besides. Over OUCH, ``displays`` are the ways to show an order, each with the fields that say so, and
    ``sent`` is what a message has where its case asks for nothing else; prices of cases count in ticks of 0.01, and
    become as many of ``tick``.
    """

    name: str
    protocol: str
    account: str
    ord_types: tuple[str, ...]
    times_in_force: tuple[str, ...]
    capabilities: frozenset[str]
    refused: tuple[tuple[str, str], ...] = ()
    account_as: str = ""
    heartbeat_s: int = 30
    username: str = ""
    venue_symbol: str = "{symbol}"
    security_id: str = ""
    longest_cl_ord_id: int = 20
    options: str = ""
    tick: str = "0.01"
    currency: str = "USD"
    displays: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"plain": {}})
    sent: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    without: Mapping[str, str] = field(default_factory=dict)

    @property
    def adapter(self) -> str:
        """Return the venue adapter that speaks the protocol."""
        return ADAPTERS[self.protocol]

    def takes(self, ord_type: str, time_in_force: str) -> bool:
        """Tell whether the venue takes this combination."""
        return (
            ord_type in self.ord_types
            and time_in_force in self.times_in_force
            and (ord_type, time_in_force) not in self.refused
        )


def known_profiles() -> list[str]:
    """Return the profiles that have a table."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_capabilities(name: str, path: Path | None = None) -> Capabilities:
    """Read a profile's table: ``path``, or the one that comes with Fairlead. Raises CapabilityError."""
    found = path or FOLDER / f"{name}.toml"
    if path is None and name not in known_profiles():
        known = ", ".join(known_profiles())
        raise CapabilityError(
            f"no table of capabilities for profile {name!r}: expected one of {known}, or --table FILE"
        )
    try:
        raw = tomllib.loads(found.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CapabilityError(f"{found} can't be read: {error}") from error
    return _read(name, found, raw)


def _read(name: str, found: Path, raw: dict[str, Any]) -> Capabilities:
    known = {field.name for field in fields(Capabilities)} - {"name"}
    needed = ("protocol", "account", "ord_types", "times_in_force", "capabilities")
    mistakes = [f"{key}: no such key, expected some of {', '.join(sorted(known))}" for key in raw if key not in known]
    mistakes += [f"{key}: it is missing" for key in needed if key not in raw]
    if raw.get("protocol", "fix42") not in ADAPTERS:
        mistakes.append(f"protocol: {raw['protocol']!r}, expected one of {', '.join(ADAPTERS)}")
    if mistakes:
        raise CapabilityError("\n".join(f"{found}: {mistake}" for mistake in mistakes))
    sets = {key: tuple(raw[key]) for key in ("ord_types", "times_in_force")}
    refused = tuple((first, second) for first, second in raw.get("refused", ()))
    return Capabilities(
        **{**raw, **sets, "refused": refused, "name": name, "capabilities": frozenset(raw["capabilities"])}
    )
