"""Print tables of results as plain text that can be pasted."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

_RATIO = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?) ?x")


@dataclass(frozen=True, slots=True)
class Table:
    """A title, column heads, and rows of text; the first column is left-aligned, numbers are right-aligned."""

    title: str
    columns: list[str]
    rows: list[list[str]]

    def text(self) -> str:
        """Return the table for a terminal."""
        lines = [self.columns, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.columns))]
        words = [not all(_is_number(row[column]) for row in self.rows) for column in range(len(self.columns))]
        shown = [
            "  ".join(
                cell.ljust(width) if word else cell.rjust(width)
                for cell, width, word in zip(line, widths, words, strict=True)
            ).rstrip()
            for line in lines
        ]
        return "\n".join([self.title, *(f"  {line}" for line in shown)])


@dataclass(frozen=True, slots=True)
class Text:
    """A title, and lines as they are."""

    title: str
    lines: str

    def text(self) -> str:
        """Return it for a terminal."""
        return "\n".join([self.title, *(f"  {line}".rstrip() for line in self.lines.splitlines())])


def ratios(tables: "Iterable[Table | Text]") -> Iterator[dict[str, Any]]:
    """Yield the figures that hold on any machine: name, value, and whether higher or lower is better.

    A ratio is a cell such as ``3.2 x``. How many times as fast something is should be high; how many times as long
    something takes (a column "ratio") should be low. The reference's own 1 is left out.
    """
    for table in tables:
        for row in table.rows if isinstance(table, Table) else ():
            words = [cell for cell in row[:2] if not _is_number(cell)]
            for column, cell in zip(table.columns, row, strict=True):
                found = _RATIO.fullmatch(cell)
                value = float(found[1].replace(",", "")) if found else 1.0
                if value != 1.0:
                    better = "lower" if column == "ratio" else "higher"
                    yield {"name": " / ".join([table.title, *words]), "value": value, "better": better}


def _is_number(cell: str) -> bool:
    return cell[:1].isdigit()
