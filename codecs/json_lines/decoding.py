"""Decode one line of JSON to a message, or list everything that is wrong with it."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, cast

import orjson

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.json_lines.fields import WrongValueError, show
from fairlead.codecs.json_lines.layouts import REPLIES_BY_TYPE, REQUESTS_BY_TYPE, SEQ
from fairlead.codecs.json_lines.table import Field, Layout
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.codecs.vocabulary.session_messages import Mistake, NumberedReport, Reply, Request

_FIELDS: Final = {
    id(layout): layout.by_name for table in (REQUESTS_BY_TYPE, REPLIES_BY_TYPE) for layout in table.values()
}


class LineError(DecodeError):
    """Report a line that is not a message: ``mistakes`` lists all that is wrong with it.

    ``type``, ``cl_ord_id`` and ``md_req_id`` are the line's own where they could be read, so that the peer finds its
    request.
    """

    def __init__(self, mistakes: tuple[Mistake, ...], type: str = "", cl_ord_id: str = "", md_req_id: str = "") -> None:
        super().__init__("; ".join(f"{m.field}: {m.text}" if m.field else m.text for m in mistakes))
        self.mistakes = mistakes
        self.type = type
        self.cl_ord_id = cl_ord_id
        self.md_req_id = md_req_id


def decode_request(line: bytes) -> Request:
    """Decode a line that a client sent; raise ``LineError``."""
    return cast(Request, _decode(line, REQUESTS_BY_TYPE))


def decode_reply(line: bytes) -> Reply:
    """Decode a line that the gateway sent; raise ``LineError``."""
    return cast(Reply, _decode(line, REPLIES_BY_TYPE))


def _decode(line: bytes, layouts: Mapping[str, Layout]) -> object:
    values = _parse_object(line)
    layout = _find_layout(values, layouts)
    numbered = layout.message_class is Report
    mistakes = _find_repeated_names(line, values)
    arguments: dict[str, Any] = dict(layout.preset)
    fields = _FIELDS[id(layout)]
    for name, value in values.items():
        field = SEQ if numbered and name == "seq" else fields.get(name)
        if field is not None:
            _decode_field(field, value, arguments, mistakes)
        elif name != "type":
            mistakes.append(Mistake(show(name)[1:-1], f"unknown field of {layout.type}"))
    required = (SEQ, *layout.fields) if numbered else layout.fields
    mistakes += [
        Mistake(field.name, f"missing, and {layout.type} needs it")
        for field in required
        if field.required and field.name not in values
    ]
    if mistakes:
        raise LineError(tuple(mistakes), layout.type, _own(values, "cl_ord_id"), _own(values, "md_req_id"))
    if numbered:
        seq = arguments.pop("seq")
        return NumberedReport(seq, layout.message_class(**arguments))
    return layout.message_class(**arguments)


def _decode_field(field: Field, value: object, arguments: dict[str, Any], mistakes: list[Mistake]) -> None:
    try:
        arguments[field.attribute] = field.kind.decode(value)
    except WrongValueError as error:
        # A value that should have been a secret is not quoted back.
        text = "a value that is not text received" if field.name == "secret" else str(error)
        mistakes.append(Mistake(field.name, text))


def _parse_object(line: bytes) -> dict[str, Any]:
    if not line.strip():
        raise LineError((Mistake("", "an empty line received, expected a JSON object"),))
    try:
        values = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise LineError((Mistake("", f"no JSON received, expected a JSON object: {error}"),)) from None
    if not isinstance(values, dict):
        raise LineError((Mistake("", f"{show(values)} received, expected a JSON object"),))
    return values


def _find_layout(values: dict[str, Any], layouts: Mapping[str, Layout]) -> Layout:
    name = values.get("type")
    layout = layouts.get(name) if isinstance(name, str) else None
    if layout is None:
        received = f"{show(name)} received" if "type" in values else "missing"
        text = f"{received}, expected one of {', '.join(layouts)}"
        raise LineError((Mistake("type", text),), "", _own(values, "cl_ord_id"), _own(values, "md_req_id"))
    return layout


def _own(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _find_repeated_names(line: bytes, values: dict[str, Any]) -> list[Mistake]:
    # Each name brings one colon, so as many colons as names means that no name is there twice; the slow look is for
    # the lines whose texts hold colons too.
    if line.count(b":") == len(values):
        return []
    pairs: list[tuple[str, Any]] = []

    # The outermost object is the last to be finished.
    def note(found: list[tuple[str, Any]]) -> dict[str, Any]:
        pairs[:] = found
        return {}

    try:
        json.loads(line.decode(), object_pairs_hook=note, parse_int=str, parse_float=str)
    except RecursionError:
        return [Mistake("", "a list or object nested too deep received")]
    counts = Counter(name for name, _ in pairs)
    return [
        Mistake(show(name)[1:-1], f"given {count} times, expected once") for name, count in counts.items() if count > 1
    ]
