"""``fairlead itch``: turn recorded ITCH into tables for analysis."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import click

from fairlead.codecs.binary import Protocol, TableError, load_protocol
from fairlead.codecs.captures.packets import is_capture
from fairlead.gateway.captures.input_file import InputFile
from fairlead.gateway.captures.progress import ReadingBar
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
        faults = _read(path, tables, frozenset(ports), lambda: tables.decoder.message_number)
        rows = tables.close()
    except BaseException:
        tables.abandon()
        raise
    for name, count in sorted(rows.items(), key=lambda item: -item[1]):
        click.echo(f"{count:>14,} {name}")
    click.echo(f"{sum(rows.values()):>14,} messages in {len(rows)} tables in {folder}")
    _tell(faults)


def _protocol(name: str) -> Protocol:
    try:
        return load_protocol(Path(name) if name.endswith(".json") else name)
    except (LookupError, TableError) as error:
        raise click.BadParameter(str(error), param_hint="--protocol") from None


def _read(path: Path, sink: MessageSink, ports: frozenset[int], count: Callable[[], int]) -> Faults:
    faults = Faults()
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
