"""Read the file of ``certify gateway --live FILE``: where the venue is, what it takes, and how it is brought to what.

All mistakes are told at once, each with its key.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from fairlead.certification.live.triggers import DEFAULTS, OUTCOMES, Trigger, is_outcome


class LiveError(Exception):
    """Report a live configuration, or a target, that cases can't be played with."""


@dataclass(frozen=True, slots=True)
class LiveConfig:
    """What a live run is played with. Prices of cases are around 10.00; here they are around ``price``."""

    path: Path
    name: str
    host: str
    port: int
    sender_comp_id: str
    target_comp_id: str
    username: str
    password: str
    tls: bool
    tls_ca: str
    options: str
    state: str
    cancels_on_disconnect: bool
    logon_s: float
    answer_s: float
    quiet_s: float
    symbols: tuple[str, ...]
    account: str
    price: Decimal
    tick: str
    lot: int
    currency: str
    max_orders: int
    max_quantity: Decimal
    operator_s: float
    triggers: tuple[Trigger, ...]
    skip: Mapping[str, str]

    @property
    def state_folder(self) -> Path:
        """Return where the gateway under test keeps its journal: the session's numbers and used ids outlive a run."""
        return self.path.parent / (self.state or f"{self.path.stem}.state")

    @property
    def target(self) -> str:
        """Return where the venue is: HOST:PORT."""
        return f"{self.host}:{self.port}"


# table.key: (types, default); a default of ... must be given
_KEYS: dict[str, tuple[tuple[type, ...], Any]] = {
    "venue.name": ((str,), "LIVE"),
    "venue.host": ((str,), ...),
    "venue.sender_comp_id": ((str,), ""),
    "venue.target_comp_id": ((str,), ""),
    "venue.username": ((str,), ""),
    "venue.password": ((str,), ""),
    "venue.tls": ((bool,), False),
    "venue.tls_ca": ((str,), ""),
    "venue.options": ((str,), ""),
    "venue.state": ((str,), ""),
    "venue.cancels_on_disconnect": ((bool,), False),
    "venue.logon_s": ((int, float), 15),
    "venue.answer_s": ((int, float), 10),
    "venue.quiet_s": ((int, float), 0.2),
    "venue.production": ((bool,), False),
    "orders.symbols": ((list,), ...),
    "orders.account": ((str,), ""),
    "orders.price": ((str,), "10.00"),
    "orders.tick": ((str,), "0.01"),
    "orders.lot": ((int,), 1),
    "orders.currency": ((str,), "USD"),
    "safety.max_orders": ((int,), ...),
    "safety.max_quantity": ((int,), ...),
    "safety.configurations": ((list,), []),
    "operator.timeout_s": ((int, float), 300),
}
_TABLES = ("venue", "orders", "safety", "operator", "triggers", "skip")
_TRIGGER_KEYS = ("brings", "on_cancel", "on_replace", "quantity", "symbol", "price", "tifs", "types")


def read_live(path: Path, environ: Mapping[str, str] = os.environ) -> LiveConfig:
    """Read the file. Raises LiveError with every mistake."""
    raw = read_toml(path)
    mistakes = [*_unknown(raw), *_wrong(raw)]
    if not mistakes:
        mistakes = [*_amiss(raw, environ)]
    if mistakes:
        raise LiveError("\n".join(f"{path}: {mistake}" for mistake in mistakes))
    given = {key: _value(raw, key) for key in _KEYS}
    host, _, port = given["venue.host"].rpartition(":")
    refuse_production(given["venue.host"], given["venue.production"], _paths(path, given["safety.configurations"]))
    return LiveConfig(
        path=path,
        host=host.strip("[]"),
        port=int(port),
        symbols=tuple(given["orders.symbols"]),
        price=Decimal(given["orders.price"]),
        max_quantity=Decimal(given["safety.max_quantity"]),
        max_orders=given["safety.max_orders"],
        operator_s=given["operator.timeout_s"],
        triggers=tuple(_trigger(number, table) for number, table in enumerate(raw.get("triggers", []), 1)),
        skip=dict(raw.get("skip", {})),
        **{key.split(".")[1]: given[key] for key in _KEYS if key.startswith("venue.") and key[6:] not in _NOT_FIELDS},
        **{name: given[f"orders.{name}"] for name in ("account", "tick", "lot", "currency")},
    )


_NOT_FIELDS = ("host", "production")


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file. Raises LiveError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LiveError(f"{path} can't be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LiveError(f"{path} is not TOML: {error}") from error


def refuse_production(target: str, is_marked: bool, configurations: list[Path]) -> None:
    """Refuse a target where orders are real: marked so, or a host of a production venue of a gateway's configuration.

    Raises LiveError.
    """
    if is_marked:
        raise LiveError(f"{target} is marked `production = true`: live cases are for test environments alone")
    for path in configurations:
        for venue in read_toml(path).get("venues", []):
            if venue.get("production") is True and target in venue.get("hosts", ()):
                raise LiveError(f"{target} is production venue {venue.get('name')} of {path}: expected a test host")


def _paths(path: Path, names: list[str]) -> list[Path]:
    return [path.parent / name for name in names]


def _value(raw: dict[str, Any], key: str) -> Any:
    table, name = key.split(".")
    return raw.get(table, {}).get(name, _KEYS[key][1])


def _unknown(raw: dict[str, Any]) -> Iterator[str]:
    for table, inner in raw.items():
        if table not in _TABLES:
            yield f"{table}: no such table, expected some of {', '.join(_TABLES)}"
        elif table not in ("triggers", "skip"):
            known = [key.split(".")[1] for key in _KEYS if key.startswith(f"{table}.")]
            yield from (
                f"{table}.{k}: no such key, expected some of {', '.join(known)}" for k in inner if k not in known
            )
    for number, table in enumerate(raw.get("triggers", []), 1):
        for key in table:
            if key not in _TRIGGER_KEYS:
                yield f"triggers[{number}].{key}: no such key, expected some of {', '.join(_TRIGGER_KEYS)}"


def _wrong(raw: dict[str, Any]) -> Iterator[str]:
    for key, (types, default) in _KEYS.items():
        value = _value(raw, key)
        names = " or ".join(kind.__name__ for kind in types)
        if value is ...:
            yield f"{key}: it is missing, expected {names}"
        elif not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            yield f"{key}: {value!r} received, expected {names}"
        elif value == [] and default is ...:
            yield f"{key}: an empty list received, expected at least one"


def _amiss(raw: dict[str, Any], environ: Mapping[str, str]) -> Iterator[str]:
    host, _, port = _value(raw, "venue.host").rpartition(":")
    if not host or not port.isdigit():
        yield f"venue.host: {_value(raw, 'venue.host')!r} received, expected HOST:PORT"
    kind, _, name = _value(raw, "venue.password").partition(":")
    if kind and (kind not in ("env", "file") or not name):
        yield "venue.password: expected env:NAME or file:PATH; a secret does not stand in a file like this"
    elif kind == "env" and name not in environ:
        yield f"venue.password: {name} is not set in the environment"
    for key in ("orders.price", "orders.tick"):
        if not _is_number(_value(raw, key)):
            yield f"{key}: {_value(raw, key)!r} received, expected a number as text"
    for number, table in enumerate(raw.get("triggers", []), 1):
        yield from (
            f"triggers[{number}].{text}" for text in _trigger_mistakes(table, _value(raw, "safety.max_quantity"))
        )


def _trigger_mistakes(table: dict[str, Any], max_quantity: int) -> Iterator[str]:
    if "brings" not in table:
        yield "brings: it is missing, expected a list of outcomes"
    for key in ("brings", "on_cancel", "on_replace"):
        for word in table.get(key, ()):
            if not is_outcome(word):
                yield f"{key}: {word!r} received, expected some of {', '.join(OUTCOMES)}"
    for key in ("quantity", "price"):
        if key in table and not _is_number(table[key]):
            yield f"{key}: {table[key]!r} received, expected a number"
        elif key == "quantity" and Decimal(str(table.get(key, 0))) > max_quantity:
            yield f"quantity: {table[key]} is above safety.max_quantity {max_quantity}"


def _is_number(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and Decimal(str(value)).is_finite()
    except ArithmeticError:
        return False


def _trigger(number: int, table: dict[str, Any]) -> Trigger:
    return Trigger(
        name=f"trigger {number}",
        brings=tuple(table["brings"]),
        on_cancel=tuple(table.get("on_cancel", DEFAULTS["cancel"])),
        on_replace=tuple(table.get("on_replace", DEFAULTS["replace"])),
        quantity=Decimal(str(table["quantity"])) if "quantity" in table else None,
        symbol=str(table.get("symbol", "")),
        price=Decimal(str(table["price"])) if "price" in table else None,
        tifs=tuple(table.get("tifs", ())),
        types=tuple(table.get("types", ())),
    )
