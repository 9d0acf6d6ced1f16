"""Say what the table of lines is made of: a layout for each type, a field for each name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fairlead.codecs.json_lines.fields import FieldKind, Time


@dataclass(frozen=True, slots=True)
class Field:
    """Name one field of a line; its message's attribute has the same name, but times end in ``_ns`` there."""

    name: str
    kind: FieldKind
    required: bool = False

    @property
    def attribute(self) -> str:
        """Return the name of the message's attribute."""
        return f"{self.name}_ns" if isinstance(self.kind, Time) else self.name


@dataclass(frozen=True, slots=True)
class Layout:
    """Describe one type of line. ``preset`` are the message's values that the type itself says."""

    type: str
    message_class: Callable[..., Any]
    fields: tuple[Field, ...]
    preset: tuple[tuple[str, int], ...] = ()

    @property
    def by_name(self) -> dict[str, Field]:
        """Return the fields by name."""
        return {field.name: field for field in self.fields}


def fields_of(kind: FieldKind, *names: str, required: bool = False) -> tuple[Field, ...]:
    """Return fields of one kind."""
    return tuple(Field(name, kind, required) for name in names)
