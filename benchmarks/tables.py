"""Print tables of results as plain text that can be pasted."""

from dataclasses import dataclass


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


def _is_number(cell: str) -> bool:
    return cell[:1].isdigit()
