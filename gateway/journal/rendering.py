"""Write decoded records as lines for a person."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

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
    kinds.DECISION: "yellow",
    kinds.OPERATOR: "bold red",
    kinds.REQUEST: "blue",
    kinds.REPORT: "blue",
}
_ARROWS: Final = {"in": "<-", "out": "->", "": "  "}
_LABELS: Final = {kinds.FRAME_IN: "received", kinds.FRAME_OUT: "sent", kinds.FRAME_RESENT: "sent again"}
_ENVELOPE: Final = frozenset((8, 9, 10, 34, 49, 52, 56))
"""Fields of every FIX message, which tell nothing that the line's head does not."""
_SPOKEN: Final = frozenset(("operation", "event", "part", "text"))
"""Names of values that say what they are by themselves."""


def raw_line(record: DecodedRecord) -> str:
    """Return what the record says, a FIX frame as ``tag=value`` with ``|`` for SOH."""
    if record.fields:
        return "".join(f"{tag}={printable(value)}|" if tag else f"{printable(value)}|" for tag, value in record.fields)
    return " ".join(_words(record.values))


def _words(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _words(value)
        elif name == "packet":
            # where there is a message, its kind is known by it
            if "message" not in values:
                yield str(value)
        elif name == "message":
            # what a venue said or a strategy asked, after what Fairlead made of it
            yield f"| {value}"
        elif name in _SPOKEN:
            if value:
                yield str(value)
        else:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            yield f'{name}="{text}"' if not text or " " in text else f"{name}={text}"


def kind_label(kind: int) -> str:
    """Return what a person calls a kind of record."""
    return _LABELS.get(kind) or kinds.kind_name(kind).lower().replace("_", " ")


def head(record: DecodedRecord) -> str:
    """Return when, where and what, in columns."""
    number = f"#{record.msg_seq_num}" if record.msg_seq_num else ""
    # what has no number can't be a message sent again: logins and heartbeats of binary sessions
    is_unnumbered = record.kind == kinds.FRAME_RESENT and not record.msg_seq_num
    label = kind_label(kinds.FRAME_OUT if is_unnumbered else record.kind)
    return (
        f"{utc_text(record.utc_ns)} {record.sequence:>8} {record.stream:<16} {_ARROWS[record.direction]} "
        f"{label:<13} {number:>7} "
    )


def plain_line(record: DecodedRecord, explain: Explain | None) -> str:
    """Return the record's line."""
    return render(record, explain).plain


def render(record: DecodedRecord, explain: Explain | None) -> Text:
    """Return the record's line in colour; with ``explain``, FIX fields are named and their values explained."""
    line = Text()
    line.append(head(record), style=_STYLES.get(record.kind, "dim"))
    if not record.fields or explain is None:
        line.append(raw_line(record))
        return line
    for tag, value in record.fields:
        text = printable(value)
        name, meaning = explain(record.begin_string, tag, value.decode("latin-1")) if tag else ("", "")
        line.append(f"{name}({tag})" if name else str(tag) if tag else "?", style="dim")
        line.append(f"={text}", style="dim" if tag in _ENVELOPE else "bold")
        line.append(f" {meaning}| " if meaning else "| ", style="dim")
    line.rstrip()
    return line
