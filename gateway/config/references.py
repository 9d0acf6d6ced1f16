"""Find what is wrong between the tables of a configuration: names that refer to nothing, names taken twice.

Everything here works on the raw file, so that it speaks even where types are wrong too; what has the wrong type is
passed over, because the models report it.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from fairlead.gateway.config.adapter_keys import find_adapter_mistakes
from fairlead.gateway.config.certification_keys import find_certification_mistakes
from fairlead.gateway.config.drop_copy_mistakes import find_drop_copy_mistakes
from fairlead.gateway.config.feed_keys import find_feed_mistakes
from fairlead.gateway.config.operator_keys import find_operator_mistakes
from fairlead.gateway.config.routing_keys import find_routing_mistakes, route_names
from fairlead.gateway.config.trip_keys import find_trip_mistakes
from fairlead.gateway.instruments.reference_file import ReferenceData, ReferenceError, load_reference
from fairlead.gateway.ports.identity import Patterns

_Table = Mapping[str, Any]
_UNIQUE: Final = (
    ("venues", "name"),
    ("strategies", "name"),
    ("instruments", "symbol"),
    ("feeds", "name"),
    ("operators", "name"),
    ("drop_copies", "name"),
    ("routes", "name"),
    ("fees", "name"),
)
PORTS: Final = ("fix", "json", "binary")
FILES_KEY: Final = "instruments_file"


def read_instrument_files(raw: _Table, folder: Path) -> tuple[ReferenceData, Collection[str], list[str]]:
    """Return what the instrument reference files say, their symbols, and one line for each mistake in them."""
    gateway = raw.get("gateway")
    given = gateway.get(FILES_KEY, ()) if isinstance(gateway, Mapping) else ()
    names = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    paths = [(folder / name, name) for name in names if isinstance(name, str) and name]
    venues = frozenset(_text(table, "name") for _, table in _tables(raw, "venues"))
    taken = {_text(table, "symbol"): f"instruments[{at}]" for at, table in _tables(raw, "instruments")}
    try:
        reference = load_reference(paths, venues, taken)
    except ReferenceError as error:
        return ReferenceData(), error.symbols, [f"gateway.{FILES_KEY}: {text}" for text in error.mistakes]
    return reference, reference.instruments.keys(), []


def find_reference_mistakes(raw: _Table, folder: Path, in_files: Collection[str]) -> list[str]:
    """Return one line for each mistake.

    Profiles given as files are looked for in ``folder``; ``in_files`` are the symbols of instrument reference files.
    """
    venues = [_text(table, "name") for _, table in _tables(raw, "venues")]
    routes = route_names(raw)
    symbols = {_text(table, "symbol") for _, table in _tables(raw, "instruments")}.union(in_files)
    return [
        *_no_instrument(raw),
        *(line for key, field in _UNIQUE for line in _taken_twice(raw, key, field)),
        *_same_identity(raw),
        *_same_username(raw),
        *_same_address(raw),
        *find_operator_mistakes(raw),
        *find_certification_mistakes(raw),
        *find_trip_mistakes(raw, [_text(table, "name") for _, table in _tables(raw, "strategies")]),
        *(
            line
            for at, table in _tables(raw, "venues")
            for line in find_adapter_mistakes(f"venues[{at}]", table, folder)
        ),
        *(
            line
            for at, table in _tables(raw, "feeds")
            for line in find_feed_mistakes(f"feeds[{at}]", table, venues, folder)
        ),
        *(
            line
            for at, table in _tables(raw, "drop_copies")
            for line in find_drop_copy_mistakes(f"drop_copies[{at}]", table, venues, folder)
        ),
        *(line for at, table in _tables(raw, "strategies") for line in _port(f"strategies[{at}]", table, raw)),
        *(
            line
            for at, table in _tables(raw, "strategies")
            for line in _entitlements(f"strategies[{at}]", table, venues, symbols, routes)
        ),
        *(
            line
            for at, table in _tables(raw, "instruments")
            for line in _venues(f"instruments[{at}]", table, venues, routes)
        ),
        *find_routing_mistakes(raw, venues),
        *_virtual_clock(raw),
    ]


def _virtual_clock(raw: _Table) -> Iterator[str]:
    """Let nobody move the time on while a venue's orders are real."""
    gateway = raw.get("gateway")
    if isinstance(gateway, Mapping) and gateway.get("virtual_clock"):
        for at, table in _tables(raw, "venues"):
            if table.get("production"):
                name = _text(table, "name")
                yield f"gateway.virtual_clock: true, expected false since venues[{at}] ({name}) is for production"


def _tables(raw: _Table, key: str) -> Iterator[tuple[int, _Table]]:
    value = raw.get(key)
    if isinstance(value, list):
        yield from ((at, table) for at, table in enumerate(value) if isinstance(table, Mapping))


def _no_instrument(raw: _Table) -> Iterator[str]:
    gateway = raw.get("gateway")
    if not raw.get("instruments") and not (isinstance(gateway, Mapping) and gateway.get(FILES_KEY)):
        yield f"instruments: it is missing, expected [[instruments]], or {FILES_KEY} in [gateway]"


def _text(table: _Table, key: str) -> str:
    value = table.get(key)
    return value if isinstance(value, str) else ""


def _texts(table: _Table, key: str) -> list[str]:
    """Return the texts of a list, or the keys of a table."""
    value = table.get(key)
    return [text for text in value if isinstance(text, str)] if isinstance(value, list | Mapping) else []


def _taken_twice(raw: _Table, key: str, field: str) -> Iterator[str]:
    first: dict[str, int] = {}
    for at, table in _tables(raw, key):
        value = _text(table, field)
        if value in first:
            yield f"{key}[{at}].{field}: {value!r}, expected one that {key}[{first[value]}] has not taken"
        elif value:
            first[value] = at


def _same_identity(raw: _Table) -> Iterator[str]:
    """Find FIX strategies that the port could not tell apart."""
    first: dict[tuple[str, ...], int] = {}
    for at, table in _tables(raw, "strategies"):
        fix = table.get("fix")
        if not isinstance(fix, Mapping):
            continue
        comp_ids = (_text(fix, "sender_comp_id"), _text(fix, "target_comp_id"))
        if all(comp_ids) and comp_ids in first:
            received = f"{comp_ids[0]!r} to {comp_ids[1]!r}"
            yield f"strategies[{at}].fix: {received}, expected CompIDs that strategies[{first[comp_ids]}] has not taken"
        first.setdefault(comp_ids, at)


def _same_username(raw: _Table) -> Iterator[str]:
    """Find strategies of the binary port that one login could mean; SoupBinTCP does not tell cases apart."""
    first: dict[str, int] = {}
    for at, table in _tables(raw, "strategies"):
        binary = table.get("binary")
        username = _text(binary if isinstance(binary, Mapping) else {"username": _text(table, "name")}, "username")
        if _text(table, "port") != "binary" or not username:
            continue
        if username.upper() in first:
            taken = f"strategies[{first[username.upper()]}]"
            yield f"strategies[{at}].binary.username: {username!r}, expected one that {taken} has not taken"
        first.setdefault(username.upper(), at)


def _same_address(raw: _Table) -> Iterator[str]:
    ports = raw.get("ports")
    first: dict[str, str] = {}
    for name in PORTS:
        table = ports.get(name) if isinstance(ports, Mapping) else None
        address = _text(table, "listen") if isinstance(table, Mapping) else ""
        if address in first:
            yield f"ports.{name}.listen: {address!r}, expected another address than that of ports.{first[address]}"
        elif address and not address.endswith(":0"):
            first[address] = name


def _port(where: str, table: _Table, raw: _Table) -> Iterator[str]:
    port, ports = _text(table, "port"), raw.get("ports")
    if port in PORTS and not (isinstance(ports, Mapping) and port in ports):
        yield f"{where}.port: {port!r}, expected a port of this file: add [ports.{port}]"


def _entitlements(
    where: str, table: _Table, venues: Collection[str], symbols: Collection[str], routes: Collection[str]
) -> Iterator[str]:
    """Find names that entitle to nothing, and defaults that the strategy may not use; routes need no entitlement."""
    for key, known in (("venues", venues), ("symbols", symbols)):
        expected = f"expected one of this file's {'venues' if key == 'venues' else 'instruments'}, or a pattern with *"
        yield from (f"{where}.{key}: {n!r}, {expected}" for n in _texts(table, key) if "*" not in n and n not in known)
    default = _text(table, "default_venue")
    if default and default not in venues and default not in routes:
        yield f"{where}.default_venue: {default!r}, expected {_one_of(venues)}{_or_routes(routes)}"
    for field, key, where_absent in (("default_account", "accounts", []), ("default_venue", "venues", ["*"])):
        default = _text(table, field)
        if field == "default_venue" and default in routes:
            continue
        entitled = _texts(table, key) if key in table else where_absent
        if default and not Patterns(tuple(entitled)).match(default):
            known_as = ", ".join(entitled) or "none"
            yield f"{where}.{field}: {default!r}, expected one of the strategy's {key} ({known_as})"


def _venues(where: str, table: _Table, venues: list[str], routes: Collection[str]) -> Iterator[str]:
    named = _texts(table, "venues")
    expected = f"expected one of the instrument's venues ({', '.join(named) or 'none'})"
    yield from (f"{where}.venues: {name!r}, expected {_one_of(venues)}" for name in named if name not in venues)
    for key in ("venue_symbols", "security_ids"):
        yield from (f"{where}.{key}: {name!r}, {expected}" for name in _texts(table, key) if name not in named)
    default = _text(table, "default_venue")
    if default and default not in named and default not in routes:
        yield f"{where}.default_venue: {default!r}, {expected}{_or_routes(routes)}"


def _one_of(venues: Collection[str]) -> str:
    return f"a venue of this file ({', '.join(sorted(filter(None, venues))) or 'it has none'})"


def _or_routes(routes: Collection[str]) -> str:
    return f" or a route ({', '.join(sorted(routes))})" if routes else ""
