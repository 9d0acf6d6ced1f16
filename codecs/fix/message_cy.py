"""Index a FIX frame in place and give typed access to its fields."""

from collections.abc import Iterable, Iterator, Mapping

ABSENT = -(2**63)

HEADER = 0
BODY = 1
TRAILER = 2


class GroupLayout:
    """Say which tags make up a repeating group; usually built from a dictionary.

    ``members``: all tags of an entry, ``first_tag`` among them, without those of nested groups; ``nested``: their
    layouts by count tag (the count tags are members too).
    """

    def __init__(
        self, count_tag: int, first_tag: int, members: Iterable[int], nested: Mapping[int, "GroupLayout"] | None = None
    ) -> None:
        self.count_tag = count_tag
        self.first_tag = first_tag
        self.members = frozenset(members)
        self.nested = dict(nested or {})


class FieldRange:
    """Read the fields of a stretch of a message: the whole, or one entry of a group.

    The first field with a tag answers ``get_*``; ``count`` tells how many there are. A value that does not parse
    raises DecodeError. Fields are numbered from 0, in wire order; positions are offsets into ``raw()``.
    """

    def has(self, tag: int) -> bool:
        """Tell whether there is a field with ``tag``, be it empty."""
        raise NotImplementedError

    def count(self, tag: int) -> int:
        """Return how many fields with ``tag`` there are."""
        raise NotImplementedError

    def get_str(self, tag: int, default: str = "") -> str:
        """Return the value as latin-1 text."""
        raise NotImplementedError

    def get_bytes(self, tag: int, default: bytes = b"") -> bytes:
        """Return the value's bytes."""
        raise NotImplementedError

    def get_int(self, tag: int, default: int = ABSENT) -> int:
        """Return the value as int64."""
        raise NotImplementedError

    def get_fixed(self, tag: int, default: int = ABSENT) -> int:
        """Return the decimal value in units of 10^-8, exactly."""
        raise NotImplementedError

    def get_utc_ns(self, tag: int, default: int = ABSENT) -> int:
        """Return the UTCTimestamp in ns since the epoch."""
        raise NotImplementedError

    def get_bool(self, tag: int, default: bool = False) -> bool:
        """Return whether the value is ``Y``; anything but ``Y`` and ``N`` raises DecodeError."""
        raise NotImplementedError

    def get_char(self, tag: int, default: int = 0) -> int:
        """Return the code of the value's one byte."""
        raise NotImplementedError

    def group(self, count_tag: int, layout: GroupLayout | None = None) -> "list[FieldRange]":
        """Return the entries of a repeating group, valid as long as the message's content is.

        Without a layout, entries begin where the first tag repeats, and the last one extends to the end of this
        range (of the body, for a message). A count that differs from the entries found raises DecodeError; no count
        field or a count of 0 is an empty list.
        """
        raise NotImplementedError

    def fields(self) -> Iterator[tuple[int, bytes]]:
        """Yield (tag, value) in wire order."""
        raise NotImplementedError


class FixMessage(FieldRange):
    """Index one verified frame. A FrameReader reuses its message: what it says is valid until the next frame.

    ``msg_type: str``, ``begin_string: str``, ``msg_seq_num: int`` (0 where absent or unreadable), ``poss_dup: bool``.
    """

    msg_type: str
    begin_string: str
    msg_seq_num: int
    poss_dup: bool
    field_count: int

    @staticmethod
    def from_bytes(frame: bytes) -> "FixMessage":
        """Return a message of its own over one whole frame; DecodeError if it is garbled."""
        raise NotImplementedError

    def raw(self) -> bytes:
        """Return the frame."""
        raise NotImplementedError

    def tag_at(self, field: int) -> int:
        """Return the tag of a field by its number; 0 for a number that no tag can be (leading zeros, too long)."""
        raise NotImplementedError

    def start_at(self, field: int) -> int:
        """Return the offset of a field's value."""
        raise NotImplementedError

    def end_at(self, field: int) -> int:
        """Return the offset behind a field's value; equal to ``start_at`` where the value is empty."""
        raise NotImplementedError

    def section_at(self, field: int) -> int:
        """Return HEADER, BODY or TRAILER by position.

        The header ends at the first tag that is not the standard header's; the trailer is the final run of 93, 89, 10.
        """
        raise NotImplementedError
