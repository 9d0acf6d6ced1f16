"""``fairlead instruments``: list what a reference file, or a configuration with its files, knows of instruments."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click
import orjson
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import ABSENT, SCALE, Side
from fairlead.gateway.config import ConfigError, load_config
from fairlead.gateway.instruments.configured import build_instruments
from fairlead.gateway.instruments.directory import InstrumentDirectory
from fairlead.gateway.instruments.instrument import NO_LOWER_BOUND, NO_UPPER_BOUND, Instrument, TickTable
from fairlead.gateway.instruments.reference_file import ReferenceError, load_reference

_FILE_WIDTH: Final = 160
"""Columns where the output goes to a file or another program."""


def _load(path: Path) -> list[Instrument]:
    if path.suffix != ".toml":
        try:
            return list(load_reference([(path, path.name)]).instruments.values())
        except ReferenceError as error:
            # told as a configuration's mistakes are
            raise click.ClickException(str(ConfigError(path, error.mistakes))) from None
    try:
        config = load_config(path)
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    return [*build_instruments(config.instruments).values(), *config.reference.instruments.values()]


def _on(instruments: Iterable[Instrument], day: date) -> list[Instrument]:
    directory = InstrumentDirectory(instruments)
    for venue in sorted({venue for instrument in directory.by_symbol.values() for venue in instrument.venues}):
        directory.start_day(venue, day)
    return list(directory.by_symbol.values())


@click.command()
@click.argument("path", metavar="FILE|CONFIG", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("symbols", metavar="[SYMBOL]...", nargs=-1)
@click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="As venues name them then; default: today."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object an instrument.")
def instruments(path: Path, symbols: tuple[str, ...], day: datetime | None, as_json: bool) -> None:
    """List the instruments of FILE (.csv, .parquet) or of CONFIG (.toml) with its files; those of SYMBOL in full.

    Exits 1 where the file has mistakes, each of them told, or a SYMBOL is not in it.
    """
    known = _on(_load(path), (day or datetime.now()).date())
    missing = [symbol for symbol in symbols if all(symbol != instrument.symbol for instrument in known)]
    if missing:
        raise click.ClickException(f"{', '.join(missing)}: no such instrument in {path}, which has {len(known)}")
    chosen = [instrument for instrument in known if not symbols or instrument.symbol in symbols]
    if as_json:
        for instrument in chosen:
            click.echo(orjson.dumps(_facts(instrument)))
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _FILE_WIDTH
    for table in map(_sheet, chosen) if symbols else [_overview(chosen)]:
        console.print(table)


def _facts(instrument: Instrument) -> dict[str, Any]:
    """Return what is known, numbers as text; what is not known is left out."""
    facts: dict[str, Any] = {
        "symbol": instrument.symbol,
        "security_type": instrument.security_type,
        "currency": instrument.currency,
        "tick": _amount(instrument.tick),
        "tick_table": _bands(instrument.tick_table),
        "lot": _amount(instrument.lot),
        "min_qty": _amount(instrument.min_qty),
        "round_lot": _amount(instrument.round_lot),
        "multiplier": "" if instrument.multiplier == SCALE else _amount(instrument.multiplier),
        "expiry": str(instrument.expiry or ""),
        "maturity": instrument.maturity_month_year,
        "put_or_call": {0: "put", 1: "call"}.get(instrument.put_or_call, ""),
        "strike_price": "" if instrument.strike_price == ABSENT else fixed_to_str(instrument.strike_price),
        "underlying": instrument.underlying,
        "security_exchange": instrument.security_exchange,
        "venues": sorted(instrument.venues),
        "default_venue": instrument.default_venue,
        "venue_symbols": instrument.venue_symbols,
        "security_ids": instrument.security_ids,
        **instrument.identifiers,
        "legs": [
            {"symbol": leg.symbol, "ratio": leg.ratio, "side": Side(leg.side).name.lower()} for leg in instrument.legs
        ],
        "listings": [
            {
                name: text
                for name, text in (
                    ("venue", listing.venue),
                    ("symbol", listing.symbol),
                    ("security_id", listing.security_id),
                    ("valid_from", "" if listing.valid_from == date.min else str(listing.valid_from)),
                    ("valid_to", "" if listing.valid_to == date.max else str(listing.valid_to)),
                )
                if text
            }
            for listing in instrument.listings
        ],
    }
    return {name: value for name, value in facts.items() if value}


def _amount(value: int) -> str:
    return fixed_to_str(value) if value else ""


def _bands(table: TickTable | None) -> list[dict[str, str]]:
    if table is None:
        return []
    ends = (*table.starts[1:], table.end)
    return [
        {
            "from": "" if start == NO_LOWER_BOUND else fixed_to_str(start),
            "to": "" if end == NO_UPPER_BOUND else fixed_to_str(end),
            "tick": fixed_to_str(tick),
        }
        for start, end, tick in zip(table.starts, ends, table.ticks, strict=True)
    ]


def _overview(chosen: list[Instrument]) -> Table:
    table = Table(title=f"{len(chosen)} instruments", title_justify="left", box=SIMPLE_HEAD, padding=0)
    for name in ("symbol", "type", "money", "tick", "lot", "times", "expiry", "trades at", "legs"):
        table.add_column(name, no_wrap=name in ("symbol", "tick", "expiry"), overflow="fold")
    for instrument in chosen:
        venues = ", ".join(_venue(instrument, name) for name in sorted(instrument.venues))
        table.add_row(
            instrument.symbol,
            instrument.security_type,
            instrument.currency,
            instrument.tick_table.name if instrument.tick_table is not None else _amount(instrument.tick),
            _amount(instrument.lot),
            "" if instrument.multiplier == SCALE else _amount(instrument.multiplier),
            str(instrument.expiry or ""),
            venues or "nowhere on this date",
            " ".join(f"{'+-'[leg.side != Side.BUY]}{leg.ratio} {leg.symbol}" for leg in instrument.legs),
        )
    return table


def _venue(instrument: Instrument, venue: str) -> str:
    theirs = instrument.venue_symbols.get(venue, "")
    return f"{venue} ({theirs})" if theirs else venue


def _sheet(instrument: Instrument) -> Table:
    table = Table(title=instrument.symbol, title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column()
    for name, value in _facts(instrument).items():
        if isinstance(value, dict):
            value = ", ".join(f"{key} {text}" for key, text in value.items())
        elif isinstance(value, list):
            value = "\n".join(
                entry if isinstance(entry, str) else ", ".join(f"{key} {text}" for key, text in entry.items() if text)
                for entry in value
            )
        table.add_row(name, str(value))
    return table
