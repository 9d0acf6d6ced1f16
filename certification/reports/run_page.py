"""Lay out the page of a run: a matrix of all cases, the deviations, and each case with its steps beside the wire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from fairlead.certification.model.results import CaseResult, RunResult, StepRecord, WireRecord
from fairlead.certification.model.verdicts import RANK, Verdict
from fairlead.certification.reports.console import conclusion
from fairlead.certification.reports.page import render
from fairlead.certification.reports.words import in_reading_order

Column = tuple[str, str]
"""Protocol and role."""


@dataclass(slots=True)
class Chip:
    """Results of one cell that share a verdict; the link goes to the first."""

    verdict: Verdict
    results: list[CaseResult]

    @property
    def is_waived(self) -> bool:
        """Tell whether all are waived."""
        return all(result.waiver is not None for result in self.results)


@dataclass(slots=True)
class Row:
    """One case in the matrix."""

    first: CaseResult
    cells: dict[Column, list[Chip]] = field(default_factory=dict)


SHOWN_FIRST, SHOWN_LAST = 150, 50
"""How many messages of a step the page shows, from its beginning and to its end; the JSON file has all."""


@dataclass(slots=True)
class Block:
    """One step and the wire that belongs to it; no step for what crossed the wire between steps."""

    step: StepRecord | None
    wire: list[WireRecord]

    @property
    def left_out(self) -> int:
        """Return how many messages the page leaves out, between ``first`` and ``last``."""
        return max(0, len(self.wire) - SHOWN_FIRST - SHOWN_LAST)

    @property
    def first(self) -> list[WireRecord]:
        """Return the messages that are shown first: all, where they are not too many."""
        return self.wire[:SHOWN_FIRST] if self.left_out else self.wire

    @property
    def last(self) -> list[WireRecord]:
        """Return those that are shown after a gap."""
        return self.wire[-SHOWN_LAST:] if self.left_out else []


def run_page(run: RunResult) -> str:
    """Return the page of a run."""
    groups = matrix(run.results)
    failures = {id(result) for result in run.failures()}
    return render(
        "run.html.j2",
        run=run,
        title=f"{run.subject}: certification",
        conclusion=conclusion(run),
        counts=run.counts(),
        verdicts=list(Verdict),
        columns_of=lambda rows: columns(in_order(rows)),
        spans=spans,
        matrix=groups,
        deviations=[r for r in by_case(run.results) if r.verdict not in (Verdict.PASS, Verdict.UNSUPPORTED)],
        unsupported=[r for r in by_case(run.results) if r.verdict is Verdict.UNSUPPORTED],
        cases={group: in_order(rows) for group, rows in groups.items()},
        failures=len(failures),
        anchor=anchor,
        lay_out=lay_out,
        is_failure=lambda result: id(result) in failures,
    )


def anchor(key: str) -> str:
    """Return the anchor of a result on its page: made of its key, so that other pages can link to it."""
    return quote(key, safe="=,", errors="surrogatepass").replace("%20", "/")


def by_case(results: Iterable[CaseResult]) -> list[CaseResult]:
    """Return results in the order in which people look for cases."""
    return sorted(results, key=lambda result: in_reading_order(result.case_id))


def columns(results: Iterable[CaseResult]) -> list[Column]:
    """Return protocols and roles, one protocol's together, in the order of their first appearance."""
    found = dict.fromkeys((result.protocol, result.role) for result in results)
    protocols = list(dict.fromkeys(protocol for protocol, _ in found))
    return sorted(found, key=lambda column: protocols.index(column[0]))


def spans(of: list[Column]) -> dict[str, int]:
    """Return how many columns each protocol has."""
    return {protocol: sum(column[0] == protocol for column in of) for protocol, _ in of}


def matrix(results: Iterable[CaseResult]) -> dict[str, dict[str, Row]]:
    """Return the rows by group and case, sorted; in each cell one chip for each verdict, the worst first."""
    groups: dict[str, dict[str, Row]] = {}
    for result in by_case(results):
        row = groups.setdefault(result.group, {}).setdefault(result.case_id, Row(result))
        chips = row.cells.setdefault((result.protocol, result.role), [])
        chip = next((chip for chip in chips if chip.verdict is result.verdict), None)
        if chip is None:
            chips.append(Chip(result.verdict, [result]))
            chips.sort(key=lambda each: -RANK[each.verdict])
        else:
            chip.results.append(result)
    return groups


def in_order(rows: dict[str, Row]) -> list[CaseResult]:
    """Return the results of a group, all of a case together."""
    return [
        result for row in rows.values() for chips in row.cells.values() for chip in chips for result in chip.results
    ]


def lay_out(result: CaseResult) -> list[Block]:
    """Put the wire beside the steps: each message beside the last step during which it crossed, or between two."""
    owners = [_owner(result.steps, index) for index in range(len(result.wire))]
    blocks: list[Block] = []
    placed = 0
    for step in result.steps:
        before = [index for index in range(placed, min(step.wire_from, len(owners))) if owners[index] is None]
        if before:
            blocks.append(Block(None, [result.wire[index] for index in before]))
        placed = max(placed, step.wire_from)
        blocks.append(Block(step, [result.wire[index] for index, owner in enumerate(owners) if owner is step]))
    after = [index for index in range(placed, len(owners)) if owners[index] is None]
    return [*blocks, Block(None, [result.wire[index] for index in after])] if after else blocks


def _owner(steps: list[StepRecord], index: int) -> StepRecord | None:
    inside = [step for step in steps if step.wire_from <= index < step.wire_to]
    return inside[-1] if inside else None
