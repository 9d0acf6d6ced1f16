"""Make messages of any layout for hypothesis: names and values as ``to_dict`` returns them."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from fairlead.codecs.binary import Direction, Field, Layout, load_protocol, table_names
from fairlead.codecs.binary.layout_cy import BYTES, DIGITS, GROUP, OPTIONS, TEXT

LATIN = st.characters(max_codepoint=255)


def messages() -> list[tuple[str, Direction, str]]:
    """Return (protocol, direction, message) of every message of every table."""
    return [
        (name, direction, layout.name)
        for name in table_names()
        for direction in Direction
        for layout in load_protocol(name).layouts_of(direction)
    ]


def values_of(layout: Layout) -> st.SearchStrategy[dict[str, Any]]:
    """Return the strategy of a message's values: all that its user gives, in the form in which they come back."""
    given = {}
    optional = {}
    for field in layout.fields:
        if (
            field.is_computed
            or field.is_optional
            and field.kind != OPTIONS
            or (field.offset == layout.type_at and field.const is not None)
        ):
            continue
        if field.kind == OPTIONS:
            optional[field.name] = _options(layout)
        else:
            given[field.name] = _value(field)
    return st.fixed_dictionaries(given, optional=optional)


def _value(field: Field) -> st.SearchStrategy[Any]:
    if field.kind == GROUP:
        assert field.entry is not None
        limits = (field.count, field.count) if field.count >= 0 else (0, 5)
        return st.lists(values_of(field.entry), min_size=limits[0], max_size=limits[1])
    if field.kind == BYTES:
        size = (0, 64) if field.length < 0 else (field.length, field.length)
        return st.binary(min_size=size[0], max_size=size[1])
    if field.kind == TEXT:
        return _text(field)
    if field.kind == DIGITS:
        return st.integers(0, 10**field.length - 1)
    numbers = st.integers(field.lowest, field.highest)
    if field.scale == 0:
        return numbers
    specials = field.specials or {}
    names = st.sampled_from(list(field.raw_of_special) or [0])
    plain = numbers.filter(lambda raw: raw not in specials)
    scaled = plain if field.scale < 0 else plain.map(lambda raw: Decimal(raw).scaleb(-field.scale))
    return scaled | names if specials else scaled


def _text(field: Field) -> st.SearchStrategy[str]:
    if field.length < 0:
        return st.text(LATIN, max_size=64)
    least = 0 if field.pad >= 0 else field.length
    text = st.text(LATIN, min_size=least, max_size=field.length)
    if field.pad < 0:
        return text
    pad = chr(field.pad)
    return text.map(lambda value: value.lstrip(pad) if field.pad_left else value.rstrip(pad))


def _options(layout: Layout) -> st.SearchStrategy[dict[str, Any]]:
    unknown = [tag for tag in (0, 8, 31, 200, 255) if tag not in layout.option_by_tag]
    known: dict[str, st.SearchStrategy[Any]] = {
        option.name: st.lists(_value(option), min_size=1, max_size=3) if option.is_repeated else _value(option)
        for option in layout.options
    }
    return st.fixed_dictionaries({}, optional=known | {f"tag_{tag}": st.binary(max_size=254) for tag in unknown})
