"""``fairlead itch``: turn recorded ITCH into tables for analysis."""

import re
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Final

import click

from fairlead.adapters.itch.mapping import load_mapping
from fairlead.adapters.table_reader import ProfileError
from fairlead.codecs.binary import Protocol, TableError, load_protocol
from fairlead.codecs.captures.packets import is_capture
from fairlead.gateway.captures.input_file import InputFile
from fairlead.gateway.captures.progress import ReadingBar
from fairlead.gateway.history.book_series import BookSeries, CsvRows, ParquetRows
from fairlead.gateway.history.captured_feed import CapturedFeed
from fairlead.gateway.history.faults import Faults
from fairlead.gateway.history.framed_file import MessageSink, read_framed
from fairlead.gateway.history.parquet_tables import ParquetTables
from fairlead.gateway.parquet import ParquetMissing

_File: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_protocol_option: Final = click.option(
    "--protocol",
    "protocol_name",
    default="itch_5_0",
    show_default=True,
    help="A table's name, or a table file (.json).",
)
_port_option: Final = click.option("--port", "ports", type=int, multiple=True, help="Of a capture: only this port.")


@click.group()
def itch() -> None:
    """Turn recorded ITCH (daily files, plain or .gz; captures) into tables for analysis."""


@itch.command("to-parquet")
@click.argument("path", metavar="FILE", type=_File)
@click.option(
    "--out", "folder", type=click.Path(file_okay=False, path_type=Path), default=None, help="Default: FILE.tables"
)
@click.option("--overwrite", is_flag=True, help="Write over tables that are there already.")
@_protocol_option
@_port_option
def to_parquet(path: Path, folder: Path | None, overwrite: bool, protocol_name: str, ports: tuple[int, ...]) -> None:
    """Write one Parquet file a message type. Exits 1 where anything in FILE could not be read; the rest is written."""
    protocol = _protocol(protocol_name)
    folder = folder or path.with_name(path.name + ".tables")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.glob("*.parquet")) and not overwrite:
        raise click.ClickException(f"{folder} holds tables already: expected another --out, or --overwrite")
    try:
        tables = ParquetTables(folder, protocol, path.name)
    except ParquetMissing as error:
        raise click.ClickException(str(error)) from None
    try:
        faults = _read(path, tables, frozenset(ports), lambda: tables.decoder.message_number, Faults())
        rows = tables.close()
    except BaseException:
        tables.abandon()
        raise
    for name, count in sorted(rows.items(), key=lambda item: -item[1]):
        click.echo(f"{count:>14,} {name}")
    click.echo(f"{sum(rows.values()):>14,} messages in {len(rows)} tables in {folder}")
    _tell(faults)


@itch.command()
@click.argument("path", metavar="FILE", type=_File)
@click.option("--symbols", required=True, help="Which, with commas between them: MSFT,AAPL.")
@click.option("--out", "target", type=click.Path(dir_okay=False, path_type=Path), help="Default: FILE.books.parquet")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The venue's day; default: in FILE's name.")
@click.option("--mapping", default="itch_5_0", show_default=True, help="What messages mean: a name, or a .toml file.")
@_port_option
def books(
    path: Path, symbols: str, target: Path | None, day: datetime | None, mapping: str, ports: tuple[int, ...]
) -> None:
    """Write a row for each change of best bid and offer, to a .parquet or .csv file.

    Exits 1 where anything in FILE could not be read or contradicts the books, or a symbol is not in it.
    """
    target = target or path.with_name(path.name + ".books.parquet")
    faults = Faults()
    wanted = [symbol for symbol in symbols.split(",") if symbol]
    try:
        plan = load_mapping(mapping)
        writer = _ROWS[target.suffix](target)
    except ProfileError as error:
        raise click.BadParameter(str(error), param_hint="--mapping") from None
    except KeyError:
        expected = f"expected a name that ends in {' or '.join(_ROWS)}"
        raise click.BadParameter(f"{target}, {expected}", param_hint="--out") from None
    except (ParquetMissing, OSError) as error:
        raise click.ClickException(str(error)) from None
    series = BookSeries(plan, wanted, day.date() if day else _day_of(path), writer, faults)
    try:
        _read(path, series, frozenset(ports), lambda: series.message_number, faults)
    finally:
        series.close()
    for symbol in series.missing:
        faults.add("symbols that are not there", f"{symbol}: no such symbol in {path.name}")
    click.echo(f"{series.rows:,} changes of {len(wanted)} books out of {series.message_number:,} messages in {target}")
    _tell(faults)


_ROWS: Final[dict[str, type[ParquetRows] | type[CsvRows]]] = {".parquet": ParquetRows, ".csv": CsvRows}
_NASDAQ_NAME: Final = re.compile(r"(\d\d)(\d\d)(\d{4})\.NASDAQ_ITCH50|S(\d\d)(\d\d)(\d\d)-v5")


def _day_of(path: Path) -> date:
    """Return the day in the file's name: 01302020.NASDAQ_ITCH50, S013020-v50.txt."""
    found = _NASDAQ_NAME.match(path.name)
    try:
        if found is not None:
            month, day, year = (int(text) for text in found.groups() if text)
            return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        pass
    raise click.UsageError(f"{path.name} does not name its day as 01302020.NASDAQ_ITCH50 does, expected --date")


def _protocol(name: str) -> Protocol:
    try:
        return load_protocol(Path(name) if name.endswith(".json") else name)
    except (LookupError, TableError) as error:
        raise click.BadParameter(str(error), param_hint="--protocol") from None


def _read(path: Path, sink: MessageSink, ports: frozenset[int], count: Callable[[], int], faults: Faults) -> Faults:
    with InputFile(path) as file, ReadingBar(file, count) as bar:
        chunks = _chunks(file)
        first = next(chunks, b"")
        rest = _behind(first, chunks)
        if is_capture(first):
            CapturedFeed(sink, faults, ports).read(rest, bar.advance)
        else:
            read_framed(rest, sink, faults, bar.advance)
        if file.damage:
            faults.add("damage", file.damage)
    return faults


def _chunks(file: InputFile) -> Iterator[bytes]:
    while data := file.read():
        yield data


def _behind(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _tell(faults: Faults) -> None:
    for line in faults.lines():
        click.echo(line, err=True)
    if faults:
        sys.exit(1)
