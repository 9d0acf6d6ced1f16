"""``fairlead decode``: show what a recording holds, message by message."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from fairlead.codecs.binary import TableError
from fairlead.codecs.captures.packets import is_capture
from fairlead.gateway.captures.input_file import InputFile
from fairlead.gateway.captures.progress import ReadingBar
from fairlead.gateway.decoding.items import MESSAGE, NOTE, UNKNOWN, Item, unknown
from fairlead.gateway.decoding.rendering import as_json, as_line, as_text
from fairlead.gateway.decoding.traffic import CaptureDecoder, Choices, Stack, decode_stream


class _Port(click.ParamType[tuple[int, Stack | None]]):
    name = "port"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, Stack | None]:
        if isinstance(value, tuple):
            return value
        number, _, stack = str(value).partition("=")
        if not number.isdigit() or not 0 < int(number) < 65_536:
            self.fail(f"{value!r}, expected a port, or PORT=PROTOCOL such as 8001=soup/ouch_4_2", param, ctx)
        try:
            return int(number), Stack.parse(stack) if stack else None
        except (ValueError, TableError) as error:
            self.fail(str(error), param, ctx)


class _Stack(click.ParamType[Stack]):
    name = "protocol"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Stack:
        if isinstance(value, Stack):
            return value
        try:
            return Stack.parse(str(value))
        except (ValueError, TableError) as error:
            self.fail(str(error), param, ctx)


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--protocol", type=_Stack(), help="soup, mold, framed (with /TABLE), fix, own/TABLE. Default: found out.")
@click.option(
    "--port", "ports", type=_Port(), multiple=True, help="Only this port; 8001=soup/ouch_4_2: what it speaks."
)
@click.option("--type", "types", multiple=True, help="Only messages of this name or type (MsgType of FIX).")
@click.option("--limit", type=click.IntRange(min=1), default=None, help="Stop after so many.")
@click.option("--notes/--no-notes", default=True, help="Also tell retransmissions, gaps, packets that are not decoded.")
@click.option("--json", "json_lines", is_flag=True, help="One JSON object a message.")
def decode(
    path: Path,
    protocol: Stack | None,
    ports: tuple[tuple[int, Stack | None], ...],
    types: tuple[str, ...],
    limit: int | None,
    notes: bool,
    json_lines: bool,
) -> None:
    """Show the messages of FILE: SoupBinTCP, MoldUDP64, OUCH, ITCH and FIX, from raw bytes, pcap or pcapng (also .gz).

    Bytes that are no message are shown as such, never skipped. Secrets are masked. Exits 1 where there were any such
    bytes, 2 where no protocol was recognised.
    """
    choices = Choices(
        protocol or Stack(),
        {port: stack for port, stack in ports if stack is not None},
        frozenset(port for port, _ in ports),
    )
    counts: Counter[str] = Counter()
    wanted = {name.lower() if len(name) > 2 else name for name in types}
    write = _writer(json_lines)
    with InputFile(path) as file, ReadingBar(file, lambda: counts.total(), beside_results=True) as bar:
        try:
            for item in _items(file, choices, bar):
                counts[item.kind] += 1
                if _is_wanted(item, wanted, notes):
                    write(item)
                    counts["shown"] += 1
                    if counts["shown"] == limit:
                        break
        except ValueError as error:
            raise click.UsageError(str(error)) from None
    click.echo(f"{counts[MESSAGE]} messages, {counts[UNKNOWN]} unknown, {counts[NOTE]} notes", err=True)
    if counts[UNKNOWN]:
        sys.exit(1)


def _items(file: InputFile, choices: Choices, bar: ReadingBar) -> Iterator[Item]:
    chunks = _chunks(file, bar)
    first = next(chunks, b"")
    if is_capture(first):
        yield from CaptureDecoder(choices).decode(_behind(first, chunks))
    else:
        yield from decode_stream(_behind(first, chunks), choices.everywhere)
    if file.damage:
        yield unknown("file", b"", file.damage, file.position)


def _chunks(file: InputFile, bar: ReadingBar) -> Iterator[bytes]:
    while data := file.read():
        yield data
        bar.advance()


def _behind(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _is_wanted(item: Item, types: set[str], notes: bool) -> bool:
    if item.kind == NOTE:
        return notes and not types
    return not types or item.name.lower() in types or item.type in types


def _writer(json_lines: bool) -> Any:
    if json_lines:
        return lambda item: click.echo(as_json(item), nl=False)
    console = Console(highlight=False, soft_wrap=True)
    if console.is_terminal and not console.no_color:
        return lambda item: console.print(as_text(item))
    return lambda item: click.echo(as_line(item))
