"""Read, check and mend a journal from a shell: ``fairlead journal``."""

import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console

from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.gateway.commands.journal_numbers import set_numbers
from fairlead.gateway.commands.journal_replay import replay
from fairlead.gateway.commands.times import Time
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.archive import compress_sealed
from fairlead.gateway.journal.binary_frames import is_binary
from fairlead.gateway.journal.decoding import DecodedRecord, decode_record, utc_text
from fairlead.gateway.journal.errors import JournalDamage, JournalError
from fairlead.gateway.journal.filters import RecordFilter
from fairlead.gateway.journal.fix_text import mask_secrets
from fairlead.gateway.journal.inspection import Inspection, inspect
from fairlead.gateway.journal.layout import segment_paths
from fairlead.gateway.journal.order_links import LINKING_KINDS, OrderLinks
from fairlead.gateway.journal.parquet import write_parquet
from fairlead.gateway.journal.pcapng import PEER_PORT, SOUP_PORT, CaptureWriter
from fairlead.gateway.journal.reader import JournalReader
from fairlead.gateway.journal.recovery import damage_text
from fairlead.gateway.journal.rendering import plain_line, raw_line, render
from fairlead.gateway.journal.repair import repair as repair_journal
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.parquet import ParquetMissing

FOLLOW_PAUSE_S: Final = 0.1

_Command = Callable[..., Any]
_JournalPath: Final = click.Path(exists=True, file_okay=False, path_type=Path)


class _Kind(click.ParamType[int]):
    name = "kind"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        names = kinds.kind_names()
        if isinstance(value, int) or str(value).isdigit():
            return int(value)
        if str(value).upper() not in names:
            self.fail(f"{value!r}, expected one of {', '.join(names)}", param, ctx)
        return names[str(value).upper()]


_FILTERS: Final = (
    click.option(
        "--stream", "--session", "streams", multiple=True, help="Only this stream; `XBRK` finds `venue:XBRK`."
    ),
    click.option("--kind", "kinds_", type=_Kind(), multiple=True, help="Only this kind of record, such as FRAME_OUT."),
    click.option("--direction", type=click.Choice(["in", "out"]), default=None, help="Only frames of this direction."),
    click.option("--msg-type", "msg_types", multiple=True, help="Only FIX frames of this MsgType(35)."),
    click.option(
        "--cl-ord-id",
        default="",
        help="The whole life of one order, by any of its ids: the strategy's, Fairlead's, the venue's, a replaced one.",
    ),
    click.option("--strategy", default="", help="Only this strategy: its stream, and what concerns its orders."),
    click.option("--venue", default="", help="Only this venue: its stream, and what concerns orders there."),
    click.option("--from", "from_utc_ns", type=Time(), default=None, help="From this time on (ISO; local unless Z)."),
    click.option("--to", "to_utc_ns", type=Time(), default=None, help="Before this time."),
)


@dataclass(frozen=True, slots=True)
class _Output:
    follow: bool
    as_json: bool
    raw: bool


def _reading_options(command: _Command) -> _Command:
    shown = (
        click.option("-f", "--follow", is_flag=True, help="Go on as the gateway writes, until Ctrl-C."),
        click.option("--json", "as_json", is_flag=True, help="One JSON object a record."),
        click.option("--raw", is_flag=True, help="Show FIX as tag=value, without names."),
        click.argument("path", type=_JournalPath),
    )
    for option in reversed((*_FILTERS, *shown)):
        command = option(command)
    return command


@click.group()
def journal() -> None:
    """Read, check and mend a journal, also while a gateway writes it."""


@journal.command()
@_reading_options
def cat(path: Path, follow: bool, as_json: bool, raw: bool, **filters: Any) -> None:
    """Show records in order."""
    _show(path, _filter(filters, None), _Output(follow, as_json, raw))


@journal.command()
@click.argument("pattern")
@_reading_options
def grep(pattern: str, path: Path, follow: bool, as_json: bool, raw: bool, **filters: Any) -> None:
    """Show records whose text (FIX as tag=value with | between) matches the regular expression PATTERN."""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise click.BadParameter(f"{pattern!r} is no regular expression: {error}", param_hint="PATTERN") from error
    if not _show(path, _filter(filters, compiled), _Output(follow, as_json, raw)):
        sys.exit(1)


def _filter(options: dict[str, Any], pattern: re.Pattern[str] | None) -> RecordFilter:
    bounds = {name: options[name] for name in ("from_utc_ns", "to_utc_ns") if options[name] is not None}
    return RecordFilter(
        streams=frozenset(options["streams"]),
        kinds=frozenset(options["kinds_"]),
        direction=options["direction"] or "",
        msg_types=frozenset(options["msg_types"]),
        cl_ord_id=options["cl_ord_id"],
        strategy=options["strategy"],
        venue=options["venue"],
        pattern=pattern,
        **bounds,
    )


def _show(path: Path, wanted: RecordFilter, output: _Output) -> int:
    console = Console(highlight=False, soft_wrap=True)
    write = _writer(output, console)
    count = 0
    try:
        for record in _decoded(path, wanted, output.follow):
            write(record)
            count += 1
    except KeyboardInterrupt:
        pass
    return count


def _writer(output: _Output, console: Console) -> Callable[[DecodedRecord], None]:
    explain = None if output.raw else _explain
    if output.as_json:
        return lambda record: click.echo(record.as_json(), nl=False)
    if console.is_terminal and not console.no_color:
        return lambda record: console.print(render(record, explain))
    return lambda record: click.echo(plain_line(record, explain))


def _explain(begin_string: str, tag: int, value: str) -> tuple[str, str]:
    try:
        dictionary = load_dictionary(begin_string)
    except KeyError:
        return "", ""
    definition = dictionary.fields.get(tag)
    return definition.name if definition is not None else "", dictionary.meaning(tag, value)


def _decoded(path: Path, wanted: RecordFilter, follow: bool) -> Iterator[DecodedRecord]:
    reader = JournalReader(path)
    try:
        links = _links(path) if wanted.needs_links else OrderLinks()
        while True:
            record = reader.next_record()
            if record is None:
                if not follow:
                    return
                time.sleep(FOLLOW_PAUSE_S)
                continue
            if follow and wanted.needs_links:
                links.learn(record)
            if wanted.may_take(record):
                decoded = decode_record(record, reader.streams)
                if wanted.takes(decoded, links, lambda decoded=decoded: raw_line(decoded)):  # type: ignore[misc]
                    yield decoded
    except JournalDamage as error:
        raise click.ClickException(str(error)) from error
    except JournalError as error:
        raise _Unreadable(str(error)) from error


def _links(path: Path) -> OrderLinks:
    # a pass of its own: a strategy's frame comes before the record that tells which order it became
    links = OrderLinks()
    reader = JournalReader(path, kinds=LINKING_KINDS)
    while (record := reader.next_record()) is not None:
        links.learn(record)
    return links


class _Unreadable(click.ClickException):
    exit_code = 2


@journal.command()
@click.argument("path", type=_JournalPath)
def verify(path: Path) -> None:
    """Check every record; exit 0 if all is whole, 1 if something is damaged or torn, 2 if it can't be read."""
    inspection = _inspected(path)
    for check in inspection.segments:
        form = "compressed" if check.is_compressed else "sealed" if check.header and check.header.sealed else "open"
        epoch = check.header.epoch if check.header else "?"
        click.echo(f"segment {check.number}: {check.records} good records, epoch {epoch}, {form}")
    click.echo(f"{inspection.records} good records in {len(inspection.segments)} segments")
    if inspection.uncommitted_bytes:
        click.echo(
            f"{inspection.uncommitted_records} records ({inspection.uncommitted_bytes} bytes) are not committed: a "
            "turn that a running gateway is in, or that a dead one never sent; the next start drops them"
        )
    if inspection.torn:
        click.echo(
            f"TORN: {inspection.torn}; {inspection.torn_bytes} committed bytes are lost, as after a power cut. "
            "The next start cuts them off and says so"
        )
    for problem in inspection.damage:
        click.echo(f"DAMAGED: {problem}; {problem.records_after} good records follow in that segment")
    if inspection.damage:
        click.echo(damage_text(inspection))
    if inspection.torn or inspection.damage:
        sys.exit(1)
    click.echo("whole")


def _inspected(path: Path) -> Inspection:
    try:
        return inspect(path)
    except OSError as error:
        raise _Unreadable(f"can't read journal {path}: {error}") from error


@journal.command()
@click.argument("path", type=_JournalPath)
def stats(path: Path) -> None:
    """Count records and bytes, by kind and by stream."""
    by_kind: Counter[str] = Counter()
    by_stream: Counter[str] = Counter()
    first = last = None
    total_bytes = 0
    reader = JournalReader(path)
    try:
        while (record := reader.next_record()) is not None:
            info = reader.streams.get(record.stream)
            by_kind[kinds.kind_name(record.kind)] += 1
            by_stream[info.name if info else "journal"] += 1
            total_bytes += len(record.payload)
            first, last = first or record, record
    except JournalDamage as error:
        raise click.ClickException(str(error)) from error
    files = list(segment_paths(path).values())
    click.echo(f"{len(files)} segments, {sum(file.stat().st_size for file in files)} bytes on disk")
    click.echo(f"{by_kind.total()} records, {total_bytes} bytes of payload")
    if first is not None and last is not None:
        click.echo(f"records {first.sequence} to {last.sequence}, epochs {first.epoch} to {last.epoch}")
        click.echo(f"{utc_text(first.utc_ns)} to {utc_text(last.utc_ns)}")
    for title, counts in (("kind", by_kind), ("stream", by_stream)):
        for name, count in counts.most_common():
            click.echo(f"{title} {name:<24} {count:>10}")


@journal.command()
@click.option("--accept-loss", is_flag=True, help="Agree that what follows the damage is given up.")
@click.argument("path", type=_JournalPath)
def repair(path: Path, accept_loss: bool) -> None:
    """Cut a damaged journal off where the damage begins; what is given up is set aside first."""
    inspection = _inspected(path)
    if not inspection.damage:
        click.echo("nothing to repair: no committed record is damaged")
        return
    if not accept_loss:
        raise click.ClickException(f"{damage_text(inspection)}. Nothing was changed: --accept-loss was not given")
    try:
        report = repair_journal(path, time.time_ns())
    except JournalError as error:
        raise _Unreadable(str(error)) from error
    if report is not None:
        click.echo(f"cut off at: {report.damage}")
        click.echo(f"{report.kept_records} records kept, {report.lost_records} good records given up")
        click.echo(f"the segments as they were: {report.set_aside}")


@journal.command()
@click.argument("path", type=_JournalPath)
def seal(path: Path) -> None:
    """Compress finished segments; safe beside a running gateway."""
    try:
        done = compress_sealed(path)
    except JournalError as error:
        raise click.ClickException(str(error)) from error
    for target, before, after in done:
        click.echo(f"{target.name}: {before} -> {after} bytes")
    click.echo(f"{len(done)} segments compressed")


@journal.command()
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="A file: .pcapng (frames, for Wireshark) or .parquet (all records, one row each).",
)
@click.option("--stream", "--session", "streams", multiple=True, help="Only this stream.")
@click.argument("path", type=_JournalPath)
def export(path: Path, target: Path, streams: tuple[str, ...]) -> None:
    """Write records for other programs; passwords are masked."""
    export_as = _EXPORTS.get(target.suffix)
    if export_as is None:
        expected = " or ".join(_EXPORTS)
        raise click.BadParameter(f"{target}, expected a file name that ends in {expected}", param_hint="--to")
    try:
        click.echo(export_as(path, target, frozenset(streams)))
    except (JournalError, ParquetMissing, OSError) as error:
        raise click.ClickException(str(error)) from error


def _export_capture(path: Path, target: Path, streams: frozenset[str]) -> str:
    count = 0
    with target.open("wb") as file:
        capture = CaptureWriter(file)
        for record, decoded in _chosen(path, RecordFilter(streams=streams, kinds=kinds.FRAME_KINDS)):
            comment = f"{decoded.stream} {kinds.kind_name(record.kind)} record {record.sequence}"
            outbound = decoded.direction == "out"
            port = SOUP_PORT if is_binary(decoded.protocol) else PEER_PORT
            frame = mask_secrets(record.payload[8:])
            capture.write_frame(record.stream, outbound, frame, record.utc_ns, comment, port)
            count += 1
    return f"{count} frames written to {target}"


def _export_parquet(path: Path, target: Path, streams: frozenset[str]) -> str:
    rows = ((decoded, record.now_ns) for record, decoded in _chosen(path, RecordFilter(streams=streams)))
    return f"{write_parquet(target, rows)} records written to {target}"


def _chosen(path: Path, wanted: RecordFilter) -> Iterator[tuple[Record, DecodedRecord]]:
    reader = JournalReader(path)
    links = OrderLinks()
    while (record := reader.next_record()) is not None:
        if wanted.may_take(record):
            decoded = decode_record(record, reader.streams)
            if wanted.takes(decoded, links, str):
                yield record, decoded


_EXPORTS: Final = {".pcapng": _export_capture, ".parquet": _export_parquet}

journal.add_command(set_numbers)
journal.add_command(replay)
