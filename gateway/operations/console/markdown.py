"""Turn a runbook's Markdown into HTML: headings, paragraphs, lists, tables, code, links. All else is text."""

import re
from collections.abc import Callable, Iterator
from html import escape
from itertools import pairwise
from typing import Final

_HEADING: Final = re.compile(r"(#{1,6})\s+(.*)")
_ITEM: Final = re.compile(r"\s*(?:([-*])|(\d+)[.)])\s+(.*)")
_RULER: Final = re.compile(r"[\s|:-]+")
_INLINE: Final = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*|\[([^\]]+)\]\(([^()\s]+)\)")
_SAFE_LINK: Final = re.compile(r"(?:https?://|[\w./#-]+$)")
_FENCE: Final = "```"


def as_html(text: str) -> str:
    """Return the HTML; nothing of the text is taken as HTML."""
    return "\n".join(_write(kind, lines) for kind, lines in _blocks(text.splitlines()))


def _kind(line: str) -> str:
    if not line.strip():
        return ""
    if _HEADING.fullmatch(line):
        return "heading"
    if line.lstrip().startswith("|"):
        return "table"
    found = _ITEM.fullmatch(line)
    if found:
        return "ul" if found[1] else "ol"
    return "text"


def _blocks(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield lines that belong together with their kind: a line of plain text goes on with the item before it."""
    held_kind, held = "", list[str]()
    is_code = False
    for line in lines:
        is_fence = line.lstrip().startswith(_FENCE)
        kind = "code" if is_code or is_fence else _kind(line)
        goes_on = kind == held_kind != "heading" or (kind == "text" and held_kind in ("ul", "ol"))
        if not goes_on or (is_fence and not is_code):
            if held_kind:
                yield held_kind, held
            held_kind, held = kind, []
        is_code ^= is_fence
        if not is_fence:
            held.append(line)
    if held_kind:
        yield held_kind, held


def _write(kind: str, lines: list[str]) -> str:
    return _WRITERS[kind](lines)


def _heading(lines: list[str]) -> str:
    found = _HEADING.fullmatch(lines[0])
    assert found is not None
    level = len(found[1])
    return f"<h{level}>{_inline(found[2])}</h{level}>"


def _text(lines: list[str]) -> str:
    return f"<p>{_inline(' '.join(line.strip() for line in lines))}</p>"


def _code(lines: list[str]) -> str:
    return f"<pre><code>{escape(chr(10).join(lines))}</code></pre>"


def _list(tag: str) -> Callable[[list[str]], str]:
    def write(lines: list[str]) -> str:
        starts = [number for number, line in enumerate(lines) if _ITEM.fullmatch(line)]
        items = []
        for start, end in pairwise([*starts, len(lines)]):
            found = _ITEM.fullmatch(lines[start])
            assert found is not None
            items.append(" ".join([found[3], *(line.strip() for line in lines[start + 1 : end])]))
        return f"<{tag}>{''.join(f'<li>{_inline(item)}</li>' for item in items)}</{tag}>"

    return write


def _table(lines: list[str]) -> str:
    rows = [_cells(line) for line in lines if not _RULER.fullmatch(line)]
    has_head = len(lines) > 1 and _RULER.fullmatch(lines[1]) is not None
    written = []
    for number, row in enumerate(rows):
        tag = "th" if has_head and number == 0 else "td"
        written.append(f"<tr>{''.join(f'<{tag}>{_inline(cell)}</{tag}>' for cell in row)}</tr>")
    return f"<table>{''.join(written)}</table>"


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _inline(text: str) -> str:
    written, at = [], 0
    for found in _INLINE.finditer(text):
        written += [escape(text[at : found.start()]), _span(found)]
        at = found.end()
    return "".join([*written, escape(text[at:])])


def _span(found: re.Match[str]) -> str:
    code, strong, label, link = found.groups()
    if code is not None:
        return f"<code>{escape(code)}</code>"
    if strong is not None:
        return f"<strong>{_inline(strong)}</strong>"
    if not _SAFE_LINK.match(link):
        # a link that would run a script is shown as what it is
        return escape(found[0])
    return f'<a href="{escape(link)}">{_inline(label)}</a>'


_WRITERS: Final[dict[str, Callable[[list[str]], str]]] = {
    "heading": _heading,
    "text": _text,
    "code": _code,
    "ul": _list("ul"),
    "ol": _list("ol"),
    "table": _table,
}
