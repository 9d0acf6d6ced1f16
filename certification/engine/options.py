"""Say how the engine under test is reached, who it believes us to be, and what it accepts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fairlead.certification.remote.commands import OptionError

Pair = tuple[str, str]

VERSIONS = {"fix42": "FIX.4.2", "fix44": "FIX.4.4"}


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """All that a run is told about the engine. Intervals are seconds.

    ``comp_ids`` are ours, as the engine knows its peers; each lets one case be played at a time. ``triggers`` are
    shell commands that make the engine do something: ``send`` an application message, ``logout``, ``connect``.
    """

    host: str
    port: int
    engine_role: str
    protocol: str
    engine_comp_id: str = "ENGINE"
    comp_ids: tuple[str, ...] = ("FAIRLEAD",)
    heartbeat_s: int = 1
    patience_s: float = 2.0
    does_reset: bool = True
    logon_fields: tuple[Pair, ...] = ()
    order: tuple[Pair, ...] = ()
    unsupported: tuple[Pair, ...] = ()
    third_party: str = "CLIENT"
    triggers: dict[str, str] = field(default_factory=dict)
    soak_s: float = 0.0
    """How long SX08 lasts; 0: it is not played."""

    @property
    def begin_string(self) -> str:
        """Return BeginString(8)."""
        return VERSIONS[self.protocol]

    @property
    def is_acceptor(self) -> bool:
        """Tell whether the engine accepts, so that we connect."""
        return self.engine_role == "acceptor"


NEW_ORDER = {
    "fix42": "35=D|11=$id|21=1|55=FAIR|54=1|60=$now|38=100|40=2|44=10.00|59=0",
    "fix44": "35=D|11=$id|21=1|55=FAIR|54=1|60=$now|38=100|40=2|44=10.00|59=0",
}
EXECUTION = {
    "fix42": "35=8|37=$id|17=$id|20=0|150=0|39=0|55=FAIR|54=1|38=100|40=2|44=10.00|151=100|14=0|6=0|60=$now",
    "fix44": "35=8|37=$id|17=$id|150=0|39=0|55=FAIR|54=1|38=100|40=2|44=10.00|151=100|14=0|6=0|60=$now",
}
ADVERTISEMENT = "35=7|2=$id|5=N|55=FAIR|4=B|53=100"
"""A message that hardly any application takes, for what a valid but unsupported type is answered with."""


def default_order(options: EngineOptions) -> tuple[Pair, ...]:
    """Return the application message that engines of a role usually take."""
    return read_pairs((NEW_ORDER if options.is_acceptor else EXECUTION)[options.protocol].split("|"))


def read_pairs(lines: list[str], where: str = "fields") -> tuple[Pair, ...]:
    """Return tag=value lines as pairs; blank lines and those that begin with '#' do not count. Raises OptionError."""
    pairs = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        tag, equals, value = line.strip("\r\n").partition("=")
        if not equals or not (tag.isascii() and tag.isdigit()) or not value:
            raise OptionError(f"{where}, line {number}: {line!r} received, expected TAG=VALUE")
        pairs.append((tag, value))
    return tuple(pairs)


def read_message(path: Path) -> tuple[Pair, ...]:
    """Return the message of a file: a line each field from MsgType(35) on. Raises OptionError."""
    try:
        pairs = read_pairs(path.read_text(encoding="latin-1").splitlines(), str(path))
    except OSError as error:
        raise OptionError(f"{path} can't be read: {error.strerror or error}") from error
    if not pairs or pairs[0][0] != "35":
        raise OptionError(f"{path}: first field {pairs[0] if pairs else 'none'}, expected 35=MsgType")
    return pairs
