# cython: annotation_typing=False
"""Hold the layouts of a protocol's messages: what ``table_reader`` makes of a table, and what the codec works by.

A layout is a fixed part and, in some, one tail: bytes to the end, a list of options (length, tag, value) or a repeating
group. The attributes of both classes are C numbers for compiled users.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fairlead.codecs.binary.writer_cy import Writer

# Field.kind
UINT = 1
INT = 2
TEXT = 3
DIGITS = 4
BYTES = 5
OPTIONS = 6
GROUP = 7

# Field.scale of a price whose decimals the instrument says
OF_THE_INSTRUMENT = -1

_INT64_MAX = 9223372036854775807


class Field:
    """Describe one field.

    ``offset`` counts from the start of the message, in an option's value from the start of the value, in a group
    from the start of an entry. ``length`` is -1 where the field reaches to the end of the message. ``scale`` is the
    number of implied decimals (``OF_THE_INSTRUMENT`` where reference data says it), ``factor`` what a raw value is
    multiplied with to be in units of 10^-8 and ``divisor`` what it is divided by (one of them is 1; both are 0 where
    there is no such value). ``tag`` is the option's tag, -1 for other fields. ``specials`` names raw values that
    are not numbers, ``meanings`` says what codes mean. ``counts`` is ``message``, ``options`` or ``entries`` where the
    number follows from the rest of the message, which a writer then sees to (``is_computed``).
    ``is_repeated``: an option that may come more than once; one whose length is -1 takes what its element has.
    """

    def __init__(
        self,
        name: str,
        kind: int,
        offset: int,
        length: int,
        little: bool = False,
        scale: int = 0,
        pad: int = -1,
        pad_left: bool = False,
        maximum: int | None = None,
        tag: int = -1,
    ) -> None:
        self.name = name
        self.kind = kind
        self.offset = offset
        self.length = length
        self.little = little
        self.scale = scale
        self.pad = pad
        self.pad_left = pad_left
        self.tag = tag
        self.factor = 0
        self.divisor = 0
        if scale >= 0 and kind in (UINT, INT, DIGITS):
            self.factor = 10 ** (8 - scale) if scale <= 8 else 1
            self.divisor = 10 ** (scale - 8) if scale > 8 else 1
        self.max_raw_in_fixed = _INT64_MAX // self.factor if self.factor else 0
        self.lowest, self.highest = _bounds(kind, length, maximum)
        self.highest_uint = self.highest if kind == UINT and length <= 8 else 0
        self.lowest_int = self.lowest if kind == INT else 0
        self.highest_int = self.highest if kind == INT else 0
        self.const: int | str | None = None
        self.enum = ""
        self.unit = ""
        self.meanings: dict[Any, str] | None = None
        self.specials: dict[int, str] | None = None
        self.raw_of_special: dict[str, int] = {}
        self.layout: Layout | None = None
        self.is_computed = False
        self.counts = ""
        self.counts_from = 0
        self.is_optional = False
        self.is_repeated = False
        self.fields: tuple[Field, ...] = ()
        self.entry: Layout | None = None
        self.entry_length = 0
        self.count = -1
        self.count_field: Field | None = None

    def __repr__(self) -> str:
        return f"<Field {self.name} at {self.offset}, {self.length} bytes>"

    def describe(self, **facts: Any) -> Field:
        """Set what a table says beyond the position; the loader's."""
        for name, value in facts.items():
            setattr(self, name, value)
        self.is_computed = self.counts != ""
        if self.specials:
            for raw, special in reversed(list(self.specials.items())):
                self.raw_of_special[special] = raw
        return self


def _bounds(kind: int, length: int, maximum: int | None) -> tuple[int, int]:
    if kind == INT:
        return -(1 << (8 * length - 1)), (1 << (8 * length - 1)) - 1 if maximum is None else maximum
    highest = 10**length - 1 if kind == DIGITS else (1 << (8 * length)) - 1 if kind == UINT else 0
    return 0, highest if maximum is None else maximum


class Layout:
    """Describe one message in one direction.

    ``type_code`` is what stands in the type field, -1 for the message of all other types; a character's code where the
    type is text. ``length`` is -1 where it varies, ``min_length`` always the least there can be.
    """

    def __init__(self, name: str, type_code: int, directions: tuple[int, ...], fields: tuple[Field, ...]) -> None:
        self.name = name
        self.type_code = type_code
        self.directions = directions
        self.fields = fields
        self.tail: Field | None = None
        self.length_field: Field | None = None
        self.options_length: Field | None = None
        self.entries_count: Field | None = None
        self.options: tuple[Field, ...] = ()
        self.option_by_tag: dict[int, Field] = {}
        self._by_name: dict[str, Field] = {}
        for field in fields:
            field.layout = self
            self._by_name[field.name] = field
            if field.kind in (OPTIONS, GROUP) or field.length < 0:
                self.tail = field
            if field.counts == "message":
                self.length_field = field
            elif field.counts == "options":
                self.options_length = field
            elif field.counts == "entries":
                self.entries_count = field
        self._measure()
        self.type_at = -1
        self.option_length_bytes = 1
        self.template = b""

    def _measure(self) -> None:
        tail = self.tail
        self.fixed_length = max(field.offset + field.length for field in self.fields if field is not tail)
        self.length = self.min_length = self.fixed_length
        self.is_optional = False
        if tail is not None and tail.kind == GROUP and tail.count >= 0:
            self.length = self.min_length = tail.offset + tail.count * tail.entry_length
        elif tail is not None:
            self.length = -1
        if self.options_length is not None and self.options_length.is_optional:
            self.is_optional = True
            self.fixed_length = self.min_length = self.options_length.offset

    def take_options(self, options: tuple[Field, ...], length_bytes: int) -> None:
        """Set the options that this message takes, and in how many bytes each tells its length; the loader's."""
        self.options = options
        self.option_length_bytes = length_bytes
        for option in options:
            option.layout = self
            self.option_by_tag[option.tag] = option

    def __repr__(self) -> str:
        return f"<Layout {self.name}>"

    def field(self, name: str) -> Field:
        """Return a field by name; LookupError names those there are. For start-up, not for each message."""
        found = self._by_name.get(name)
        if found is None:
            raise LookupError(f"{self.name} has no field {name!r}, expected one of {', '.join(self._by_name)}")
        return found

    def option(self, name: str) -> Field:
        """Return an option that this message takes, by name; LookupError names those there are."""
        for option in self.options:
            if option.name == name:
                return option
        names = ", ".join(option.name for option in self.options) or "none"
        raise LookupError(f"{self.name} takes no option {name!r}, expected one of {names}")

    def writer(self, preset: dict[str, Any] | None = None) -> Writer:
        """Return a reusable writer; ``preset`` gives values that each of its messages has unless they are put anew."""
        from fairlead.codecs.binary.writer_cy import Writer

        return Writer(self, preset or {})
