"""Write decoded records as lines for a person."""

from collections.abc import Callable
from typing import Final

from rich.text import Text

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.decoding import DecodedRecord, utc_text
from fairlead.gateway.journal.fix_text import printable

Explain = Callable[[str, int, str], tuple[str, str]]
"""(BeginString, tag, value) -> (field name, what the value means), "" for what is not known."""

_STYLES: Final = {
    kinds.FRAME_IN: "cyan",
    kinds.FRAME_OUT: "green",
    kinds.FRAME_RESENT: "yellow",
    kinds.RESET: "red",
    kinds.SESSION_EVENT: "magenta",
    kinds.OPERATOR: "bold red",
}
_ARROWS: Final = {"in": "<-", "out": "->", "": "  "}


def raw_line(record: DecodedRecord) -> str:
    """Return what the record says, a FIX frame as ``tag=value`` with ``|`` for SOH."""
    if record.fields:
        return "".join(f"{tag}={printable(value)}|" if tag else f"{printable(value)}|" for tag, value in record.fields)
    return " ".join(f"{name}={value}" for name, value in record.values.items())


def head(record: DecodedRecord) -> str:
    """Return when, where and what, in columns."""
    number = f"{record.msg_seq_num}" if record.direction else ""
    return (
        f"{utc_text(record.utc_ns)} {record.sequence:>8} {record.stream:<16} {_ARROWS[record.direction]} "
        f"{kinds.kind_name(record.kind):<13} {number:>6} "
    )


def plain_line(record: DecodedRecord, explain: Explain | None) -> str:
    """Return the record's line."""
    return render(record, explain).plain


def render(record: DecodedRecord, explain: Explain | None) -> Text:
    """Return the record's line in colour; with ``explain``, FIX fields are named and their values explained."""
    line = Text(head(record), style=_STYLES.get(record.kind, ""))
    if not record.fields or explain is None:
        line.append(raw_line(record), style="" if record.fields else "default")
        return line
    for tag, value in record.fields:
        text = printable(value)
        name, meaning = explain(record.begin_string, tag, value.decode("latin-1")) if tag else ("", "")
        line.append(f"{name}({tag})" if name else str(tag) if tag else "?", style="dim")
        line.append(f"={text}", style="bold")
        line.append(f" {meaning}| " if meaning else "| ", style="dim")
    return line
