"""Lay runs side by side: cases by subject, protocol and role, as a page and as a table for a document."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from fairlead.certification.model.results import CaseResult, RunResult
from fairlead.certification.model.verdicts import RANK, Verdict
from fairlead.certification.reports.page import render
from fairlead.certification.reports.printable import printable
from fairlead.certification.reports.run_page import Chip, Column, Row, anchor, columns, matrix
from fairlead.certification.reports.words import in_reading_order, place


@dataclass(frozen=True, slots=True)
class Shown:
    """One run, and the address of its own page as seen from this one; empty where it has none."""

    run: RunResult
    page: str = ""


@dataclass(slots=True)
class SubjectColumn:
    """One subject in one protocol and role."""

    shown: Shown
    where: Column
    rows: dict[str, Row]

    def chips(self, case_id: str) -> list[Chip]:
        """Return what became of a case, the worst first."""
        row = self.rows.get(case_id)
        return row.cells.get(self.where, []) if row is not None else []

    def link(self, chip: Chip) -> str:
        """Return where the detail of a cell is; empty where it is nowhere."""
        return f"{self.shown.page}#{anchor(chip.results[0].key)}" if self.shown.page else ""

    def counts(self) -> Counter[Verdict]:
        """Return how many cases came to each verdict, each case by its worst."""
        return Counter(chips[0].verdict for case_id in self.rows if (chips := self.chips(case_id)))


def side_by_side(shown: list[Shown]) -> tuple[list[SubjectColumn], dict[str, dict[str, CaseResult]]]:
    """Return the columns, one subject's together, and the cases of all runs by group."""
    made = []
    cases: dict[str, dict[str, CaseResult]] = {}
    for each in shown:
        rows: dict[str, Row] = {}
        for group, of_group in matrix(each.run.results).items():
            rows |= of_group
            for case_id, row in of_group.items():
                cases.setdefault(group, {}).setdefault(case_id, row.first)
        made += [SubjectColumn(each, where, rows) for where in columns(each.run.results)]
    cases = {
        group: {case_id: cases[group][case_id] for case_id in sorted(cases[group], key=in_reading_order)}
        for group in sorted(cases, key=in_reading_order)
    }
    subjects = list(dict.fromkeys(each.run.subject for each in shown))
    return sorted(made, key=lambda column: subjects.index(column.shown.run.subject)), cases


def matrix_page(shown: list[Shown]) -> str:
    """Return the page."""
    made, cases = side_by_side(shown)
    spans = Counter(column.shown.run.subject for column in made)
    return render(
        "matrix.html.j2",
        title="Certification: cases by subject",
        shown=shown,
        columns=made,
        spans=spans,
        cases=cases,
        verdicts=sorted(Verdict, key=RANK.__getitem__),
    )


def matrix_markdown(shown: list[Shown]) -> str:
    """Return a Markdown table of the worst verdict of each case, and one of the deviations."""
    made, cases = side_by_side(shown)
    heads = [f"{column.shown.run.subject}, {place(*column.where)}" for column in made]
    lines = [_row(["case", "title", *heads]), _row(["---"] * (len(heads) + 2))]
    for of_group in cases.values():
        for case_id, first in of_group.items():
            cells = [", ".join(dict.fromkeys(chip.verdict.value for chip in column.chips(case_id))) for column in made]
            lines.append(_row([case_id, first.title, *cells]))
    deviations = [
        _row([result.key, each.run.subject, result.verdict.value, result.complaint])
        for each in shown
        for result in each.run.results
        if result.verdict not in (Verdict.PASS, Verdict.UNSUPPORTED)
    ]
    if deviations:
        lines += ["", _row(["result", "subject", "verdict", "what happened"]), _row(["---"] * 4), *deviations]
    return "\n".join(lines) + "\n"


_MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\|<>&*_`[]"})


def _row(cells: list[str]) -> str:
    if cells[0] == "---":
        return f"|{'|'.join(cells)}|"
    return f"| {' | '.join(printable(cell).translate(_MARKDOWN) for cell in cells)} |"
