"""Show a run in a terminal: how it goes, a summary by group and verdict, and each deviation."""

from __future__ import annotations

from collections import Counter
from types import TracebackType

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from fairlead.certification.model.results import CaseResult, RunResult
from fairlead.certification.model.verdicts import Level, Verdict
from fairlead.certification.reports.printable import printable
from fairlead.certification.reports.words import seconds
from fairlead.certification.runner import Plan

STYLES = {
    Verdict.PASS: "green",
    Verdict.NON_STRICT: "yellow",
    Verdict.UNSUPPORTED: "dim",
    Verdict.BLOCKED: "magenta",
    Verdict.FAIL: "bold red",
}


class Progress:
    """Tell how a run goes: a line a case, or in a terminal a bar and a line for each case that did not pass."""

    def __init__(self, console: Console, total: int, is_plain: bool = False) -> None:
        self._console = console
        self._is_plain = is_plain
        self._total = total
        self._bar: Bar | None = None
        self._task = TaskID(0)

    def __enter__(self) -> Progress:
        if self._console.is_terminal and not self._is_plain:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Bar(*columns, console=self._console, transient=True)
            self._task = self._bar.add_task("playing", total=self._total)
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def told(self, result: CaseResult) -> None:
        """Show a case that has been played."""
        if self._bar is not None:
            self._bar.advance(self._task)
            if result.verdict in (Verdict.PASS, Verdict.UNSUPPORTED):
                return
        self._console.print(_verdict(result), Text(printable(f"{result.key}  {result.title}")), soft_wrap=True)


def show_list(console: Console, plan: Plan) -> None:
    """Show the cases of a plan, each once: id, level, title."""
    counts = Counter((playing.case.id, playing.protocol, playing.role) for playing in plan.playings)
    levels = {playing.case.id: (playing.case.level, playing.case.title) for playing in plan.playings}
    width = max(len(name) for name in levels)
    for name, (level, title) in levels.items():
        times = sum(count for key, count in counts.items() if key[0] == name)
        console.print(
            Text(f"{name:<{width}}  {level:<8}  {printable(title)}{f'  ({times} times)' if times > 1 else ''}"),
            soft_wrap=True,
        )
    console.print(Text(f"{len(levels)} cases, played {len(plan.playings)} times"))


def show_run(console: Console, run: RunResult, amiss: list[str]) -> None:
    """Show the summary, each deviation, and what is amiss with waivers."""
    console.print()
    console.print(Text(printable(subject_line(run)), style="bold"))
    console.print(_matrix(run))
    deviations = [result for result in run.results if result.verdict not in (Verdict.PASS, Verdict.UNSUPPORTED)]
    reruns = {result.rerun.replace(f" --only {result.case_id}", " --only ID") for result in deviations} - {""}
    is_one = len(deviations) > 1 and len(reruns) == 1
    for result in deviations:
        _show_deviation(console, result, "" if is_one else result.rerun)
    if is_one:
        console.print(Text(f"a case again: {printable(reruns.pop())}"), soft_wrap=True)
    for text in amiss:
        console.print(Text(printable(text), style="yellow"), soft_wrap=True)
    console.print(Text(conclusion(run), style="bold red" if run.failures() else "green"), soft_wrap=True)


def subject_line(run: RunResult) -> str:
    """Return what was tested, in one line."""
    said = run.subject_version
    told = run.subject if not said or said in run.subject else f"{run.subject} ({said})"
    return f"{told}, {run.mode} against {run.target}" if run.mode else told


def conclusion(run: RunResult) -> str:
    """Return what a run comes to, in one line."""
    counts, failures = run.counts(), run.failures()
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    waived = sum(result.waiver is not None for result in run.results)
    optional = sum(r.verdict is Verdict.FAIL and r.level is Level.OPTIONAL and r.waiver is None for r in run.results)
    notes = [told or "nothing played"]
    notes += [f"{waived} waived"] if waived else []
    notes += [f"{optional} of the failed optional"] if optional and not run.is_strict else []
    head = f"failed: {len(failures)} of {len(run.results)}" if failures else "passed"
    how = ", strict" if run.is_strict else ""
    return f"{head}{how} ({'; '.join(notes)}) in {seconds(run.duration_ns)}"


def _matrix(run: RunResult) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column("group")
    for verdict in Verdict:
        table.add_column(verdict.value, justify="right")
    counts = Counter((result.group, result.verdict) for result in run.results)
    for group in dict.fromkeys(result.group for result in run.results):
        table.add_row(
            Text(printable(group)),
            *(Text(str(counts[group, verdict] or "."), style=STYLES[verdict]) for verdict in Verdict),
        )
    return table


def _verdict(result: CaseResult) -> Text:
    return Text(f"{result.verdict:<11}", style=STYLES[result.verdict])


def _show_deviation(console: Console, result: CaseResult, rerun: str) -> None:
    console.print(_verdict(result), Text(printable(f"{result.key}  {result.title}"), style="bold"), soft_wrap=True)
    step = next((step for step in result.steps if step.verdict is result.verdict and step.complaint), None)
    lines = [("", result.complaint)] if result.complaint else []
    lines += [("tolerated: ", text) for text in result.tolerated if text not in result.complaint]
    lines += [("step: ", f"{step.number} {step.text}")] if step is not None else []
    lines += [("asks: ", result.asks)]
    if result.waiver is not None:
        owner, reason, expires = (result.waiver.get(name, "") for name in ("owner", "reason", "expires"))
        lines.append(("waived: ", f"{reason} ({owner}, until {expires})"))
    lines += [("again: ", rerun)] if rerun else []
    for head, text in lines:
        console.print(Text(f"            {head}{printable(text)}"), soft_wrap=True)
