"""Encode messages to lines of JSON, line end included."""

from typing import Any, Final

import orjson

from fairlead.codecs.errors import EncodeError
from fairlead.codecs.json_lines.fields import WrongValueError
from fairlead.codecs.json_lines.layouts import REPLY_LAYOUTS, REPORT_LAYOUTS, REQUEST_LAYOUTS
from fairlead.codecs.json_lines.table import Layout
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.codecs.vocabulary.session_messages import Reply, Request

_REPORTS: Final = {layout.preset[0][1]: layout for layout in REPORT_LAYOUTS}
_BY_CLASS: Final[dict[Any, Layout]] = {
    layout.message_class: layout for layout in REQUEST_LAYOUTS + REPLY_LAYOUTS if layout.message_class is not Report
}


def encode_message(message: Request | Reply) -> bytes:
    """Encode a message that has no number; raise ``EncodeError`` for a value that the protocol can't carry."""
    layout = _BY_CLASS.get(type(message))
    if layout is None:
        raise EncodeError(f"{type(message).__name__} received, expected a message of the JSON port without a number")
    line = {"type": layout.type}
    _put_fields(line, layout, message)
    return _dump(line)


def encode_report(report: Report, seq: int) -> bytes:
    """Encode a report under its number; raise ``EncodeError``."""
    layout = _REPORTS.get(report.kind)
    if layout is None:
        raise EncodeError(f"report kind {report.kind} received, expected one of ReportKind")
    line: dict[str, Any] = {"type": layout.type, "seq": seq}
    _put_fields(line, layout, report)
    return _dump(line)


def _put_fields(line: dict[str, Any], layout: Layout, message: object) -> None:
    for field in layout.fields:
        value = getattr(message, field.attribute)
        if value != field.kind.absent or field.required:
            try:
                line[field.name] = field.kind.encode(value)
            except (KeyError, ValueError, OverflowError, WrongValueError) as error:
                raise EncodeError(f"{layout.type} {field.name}: no JSON for {value!r} ({error})") from None


def _dump(line: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError as error:
        raise EncodeError(f"{line['type']}: {error}") from None
