"""Say how one simulated venue differs from another, as data.

The files in `profiles/` are the venues that come with the simulator; a path to another TOML file works as well.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

_SHIPPED = Path(__file__).parent / "profiles"


class ProfileError(ValueError):
    """Say what is wrong with a profile, and what was expected."""


@dataclass(frozen=True, slots=True)
class VenueProfile:
    """Hold what a venue accepts.

    symbols                known symbols; empty accepts any
    symbology              "symbol": Symbol(55) names the instrument; "security_id": SecurityID(48) and 22 as well
    account                "optional", "tag": Account(1) required, "parties": the Parties group required
    max_cl_ord_id          longest ClOrdID(11); 0 for any
    whole_quantities       refuse fractions in OrderQty(38)
    price_places           decimal places that a price may have, 0 to 8
    largest_price          highest price, in units of 10^-8; 0 for any
    ord_types              accepted OrdType(40)
    times_in_force         accepted TimeInForce(59)
    one_request_at_a_time  refuse a second replace while one is pending (CxlRejReason 3)
    orig_cl_ord_id         "latest": OrigClOrdID(41) is the last accepted id; "any": any id that the order had
    pending_reports        send PendingNew, PendingCancel and PendingReplace reports first
    mass_cancel            OrderMassCancelRequest is supported (FIX 4.4)
    mass_status            OrderMassStatusRequest is supported (FIX 4.4)
    """

    name: str = "VENUE"
    version: str = "4.4"
    symbols: frozenset[str] = frozenset()
    symbology: Literal["symbol", "security_id"] = "symbol"
    account: Literal["optional", "tag", "parties"] = "optional"
    max_cl_ord_id: int = 0
    whole_quantities: bool = False
    price_places: int = 8
    largest_price: int = 0
    ord_types: frozenset[str] = frozenset("1234")
    times_in_force: frozenset[str] = frozenset("012346")
    one_request_at_a_time: bool = False
    orig_cl_ord_id: Literal["latest", "any"] = "latest"
    pending_reports: bool = False
    mass_cancel: bool = True
    mass_status: bool = True

    @property
    def begin_string(self) -> str:
        return f"FIX.{self.version}"

    @property
    def is_fix42(self) -> bool:
        return self.version == "4.2"


_CHOICES: dict[str, tuple[str, ...]] = {
    "version": ("4.2", "4.4"),
    "symbology": ("symbol", "security_id"),
    "account": ("optional", "tag", "parties"),
    "orig_cl_ord_id": ("latest", "any"),
}
_SETS = {
    "symbols": None,
    "ord_types": frozenset("1234"),
    "times_in_force": frozenset("012346"),
}


def load_profile(name_or_path: str) -> VenueProfile:
    """Load a profile by the name of a shipped one, or from a TOML file.

    Raises ProfileError with every mistake found.
    """
    path = _SHIPPED / f"{name_or_path}.toml"
    if not path.exists():
        path = Path(name_or_path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        shipped = ", ".join(sorted(entry.stem for entry in _SHIPPED.glob("*.toml")))
        raise ProfileError(f"profile {name_or_path!r} received, expected one of {shipped} or a TOML file") from error
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{path}: {error}") from error
    return read_profile(data, str(path))


def read_profile(data: dict[str, Any], source: str) -> VenueProfile:
    """Build a profile from a mapping; `source` names it in errors."""
    known = {entry.name: entry for entry in fields(VenueProfile)}
    default = VenueProfile()
    values: dict[str, Any] = {}
    faults = []
    for key, value in data.items():
        if key not in known:
            faults.append(f"{key}: unknown, expected one of {', '.join(known)}")
            continue
        fault = _fault(key, value, getattr(default, key))
        if fault:
            faults.append(f"{key}: {value!r} received, expected {fault}")
            continue
        values[key] = frozenset(value) if key in _SETS else value
    if faults:
        raise ProfileError("\n".join(f"{source}: {fault}" for fault in faults))
    return replace(default, **values)


def _fault(key: str, value: Any, default: Any) -> str:
    """Return what was expected, or an empty text where the value is right."""
    if key in _SETS:
        allowed = _SETS[key]
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            return "a list of texts"
        return "" if allowed is None or allowed.issuperset(value) else f"entries of {', '.join(sorted(allowed))}"
    if key in _CHOICES:
        return "" if value in _CHOICES[key] else f"one of {', '.join(_CHOICES[key])}"
    return "" if type(value) is type(default) else f"a value of type {type(default).__name__}"
