"""Show a comparison: on the console and as a page."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from fairlead.certification.reports.comparison import Change, Comparison, Kind
from fairlead.certification.reports.page import render
from fairlead.certification.reports.printable import printable
from fairlead.certification.reports.run_page import anchor

STYLES = {
    Kind.NEWLY_FAILING: "bold red",
    Kind.UNEXCUSED: "bold red",
    Kind.WORSE: "red",
    Kind.VANISHED: "magenta",
    Kind.FIXED: "green",
    Kind.BETTER: "green",
    Kind.EXCUSED: "yellow",
    Kind.NEW: "cyan",
    Kind.TEXTS: "dim",
}
CHIPS = {
    Kind.NEWLY_FAILING: "fail",
    Kind.UNEXCUSED: "fail",
    Kind.WORSE: "fail",
    Kind.VANISHED: "blocked",
    Kind.FIXED: "pass",
    Kind.BETTER: "pass",
    Kind.EXCUSED: "non-strict",
    Kind.NEW: "unsupported",
    Kind.TEXTS: "unsupported",
}
"""The colours of kinds on the page, by the class of a verdict."""


def show_comparison(console: Console, found: Comparison, is_part: bool) -> None:
    """Show what differs, what matters most first."""
    for name, before, after in found.heads:
        console.print(Text(printable(f"{name}: {before or 'none'} -> {after or 'none'}")), soft_wrap=True)
    for kind in Kind:
        for change in found.of(kind):
            console.print(
                Text(f"{kind:<18}", style=STYLES[kind]),
                Text(printable(f"{change.key}  {change.case.title}{_verdicts(change)}")),
                soft_wrap=True,
            )
            for head, text in differences(change):
                console.print(Text(f"{'':<18} {head}: {printable(text)}"), soft_wrap=True)
    console.print(Text(verdict(found, is_part), style="bold red" if found.worse(is_part) else "green"), soft_wrap=True)


def verdict(found: Comparison, is_part: bool) -> str:
    """Return what a comparison comes to, in one line."""
    told = [f"{len(found.of(kind))} {kind}" for kind in Kind if found.of(kind)]
    worse = len(found.worse(is_part))
    head = f"worse in {worse} of {len(found.changes) + found.same}" if worse else "nothing got worse"
    return f"{head} ({', '.join([*told, f'{found.same} the same'])})"


def _verdicts(change: Change) -> str:
    before, after = change.before, change.after
    if before is not None and after is not None:
        return f": {before.verdict} -> {after.verdict}" if before.verdict is not after.verdict else f": {after.verdict}"
    return f": {change.case.verdict}"


def differences(change: Change) -> Iterator[tuple[str, str]]:
    """Yield which text differs and how; of a result that is in one run alone, its complaint."""
    if change.before is None or change.after is None:
        if change.case.complaint:
            yield "complaint", change.case.complaint
        return
    for name in change.texts:
        yield f"{name} was", _words(getattr(change.before, name)) or "none"
        yield f"{name} is", _words(getattr(change.after, name)) or "none"


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {inner}" for name, inner in value.items())
    return "; ".join(str(inner) for inner in value) if isinstance(value, list) else str(value or "")


def comparison_page(found: Comparison, is_part: bool, before_page: str = "", after_page: str = "") -> str:
    """Return the page; the addresses of the runs' own pages, where there are some, are what cases link to."""
    return render(
        "compare.html.j2",
        title=f"{found.before.subject} compared",
        found=found,
        kinds=[kind for kind in Kind if found.of(kind)],
        chips=CHIPS,
        verdict=verdict(found, is_part),
        is_worse=bool(found.worse(is_part)),
        differences=differences,
        before_page=before_page,
        after_page=after_page,
        anchor=anchor,
    )
