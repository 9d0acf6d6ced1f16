"""Read which field of which message carries what: a profile's requests and reports, against the protocol's table."""

from collections.abc import Mapping
from typing import Any, Final

from fairlead.adapters.ouch import mapping
from fairlead.adapters.ouch.mapping import ReportPlan, RequestField, RequestPlan
from fairlead.adapters.table_reader import TableReader, codes_by_name
from fairlead.codecs.binary.layout_cy import TEXT, Field, Layout
from fairlead.codecs.binary.protocol import Direction, Protocol
from fairlead.codecs.errors import ProtocolError
from fairlead.codecs.vocabulary.constants import OrdType, Side, TimeInForce

_NAMED_CODES: Final = {
    mapping.SIDE: codes_by_name(Side),
    mapping.TIME_IN_FORCE: codes_by_name(TimeInForce),
}
_CROSSES: Final = frozenset(("", *codes_by_name(TimeInForce), *codes_by_name(OrdType)))
_TAG: Final = "tag:"
_OPTION: Final = "option:"


def read_request(section: TableReader, protocol: Protocol) -> RequestPlan | None:
    """Return a request's plan, None where its message is not to be had."""
    name = section.text("message")
    constants = section.values_by_key("constants")
    try:
        layout = protocol.layout(name, Direction.TO_VENUE)
    except LookupError as error:
        section.mistake("message", name, str(error))
        return None
    fields = []
    for key, is_option in (("fields", False), ("options", True)):
        for wire_name, spec in section.table(key).items():
            field = _find(section, layout, key, wire_name, is_option)
            if field is not None:
                fields += _read_field(section, f"{key}.{wire_name}", field, spec)
    try:
        layout.writer(dict(constants))
    except (LookupError, ProtocolError) as error:
        section.mistake("constants", constants, f"values that {name} takes: {error}")
    missing = {f.name for f in layout.fields if f.const is None and not f.is_computed and f is not layout.tail}
    missing -= {f.wire.name for f in fields} | set(constants)
    if missing:
        section.mistake("fields", ", ".join(sorted(missing)), "a source or a constant for each field")
    section.finish()
    return RequestPlan(layout, tuple(fields), dict(constants))


def _find(section: TableReader, layout: Layout, key: str, name: str, is_option: bool) -> Field | None:
    try:
        return layout.option(name) if is_option else layout.field(name)
    except LookupError as error:
        section.mistake(key, name, str(error))
        return None


def _read_field(section: TableReader, path: str, field: Field, spec: Any) -> list[RequestField]:
    details: Mapping[str, Any] = spec if isinstance(spec, Mapping) else {"from": spec}
    source_name = details.get("from")
    unknown = set(details) - {"from", "codes", "default"}
    if unknown or not isinstance(source_name, str):
        section.mistake(path, spec, "a source, or from with codes and default")
        return []
    tag = source_name.removeprefix(_TAG) if source_name.startswith(_TAG) else ""
    source = mapping.EXTRA if tag.isdigit() else mapping.SOURCES.get(source_name, 0)
    if source == 0:
        section.mistake(path, source_name, f"one of {', '.join(mapping.SOURCES)}, {_TAG}N")
        return []
    codes = details.get("codes", {})
    default = details.get("default")
    if not isinstance(codes, Mapping) or (source in mapping.CODED) != bool(codes):
        section.mistake(path, codes, "codes where the source is coded, and only there")
        return []
    read = {}
    for ours, theirs in codes.items():
        key = _our_code(source, ours)
        if key is None or not _fits(field, theirs, source):
            section.mistake(
                f"{path}.codes", f"{ours} = {theirs!r}", f"a code of {source_name} and a value of {field.name}"
            )
        else:
            read[key] = _wire_value(field, theirs)
    if default is not None and not _fits(field, default, source):
        section.mistake(f"{path}.default", default, f"a value of {field.name}")
        return []
    wire_default = None if default is None else _wire_value(field, default)
    return [RequestField(field, source, read, wire_default, tag if source == mapping.EXTRA else "")]


def _our_code(source: int, text: str) -> int | str | None:
    """Return a code of the vocabulary as the encoder looks it up; None for what is none."""
    if source in _NAMED_CODES:
        return _NAMED_CODES[source].get(text)
    if source == mapping.CROSS:
        return text if text in _CROSSES else None
    if source == mapping.EXEC_INST:
        return " ".join(sorted(text.split()))
    return ord(text) if len(text) == 1 else None


def _fits(field: Field, value: Any, source: int) -> bool:
    if field.kind == TEXT:
        return isinstance(value, str) and len(value) <= field.length and value.isascii()
    if source == mapping.TIME_IN_FORCE and value == mapping.SECONDS:
        return True
    return type(value) is int and 0 <= value < 1 << (8 * field.length)


def _wire_value(field: Field, value: int | str) -> int | str:
    """Return what is put: the code of a field of one character, or the value as it is."""
    if field.kind == TEXT and field.length == 1 and isinstance(value, str):
        return ord(value or " ")
    return value


def read_reports(top: TableReader, protocol: Protocol) -> tuple[ReportPlan, ...]:
    """Return what each message of the venue means; none may be left out."""
    reports = top.section("reports")
    plans = []
    for layout in protocol.layouts_of(Direction.TO_CLIENT):
        if not reports.table(layout.name):
            reports.mistake(layout.name, "nothing", "what it means")
            continue
        plan = _read_report(reports.section(layout.name), layout)
        if plan is not None:
            plans.append(plan)
    reports.finish()
    return tuple(plans)


def _read_report(section: TableReader, layout: Layout) -> ReportPlan | None:
    means = {name: name for name in mapping.MEANINGS}
    name = section.choice("means", means)
    meaning, needed, possible = mapping.MEANINGS[name]
    roles = {}
    for role in (*needed, *possible):
        wire_name = section.text(role, "")
        if not wire_name:
            if role in needed:
                section.mistake(role, "nothing", f"a field of {layout.name}")
            continue
        try:
            is_option = wire_name.startswith(_OPTION)
            roles[role] = layout.option(wire_name[len(_OPTION) :]) if is_option else layout.field(wire_name)
        except LookupError as error:
            section.mistake(role, wire_name, str(error))
    section.finish()
    return ReportPlan(layout, meaning, roles)
