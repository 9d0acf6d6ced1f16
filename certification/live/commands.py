"""``fairlead certify gateway --live FILE``: the options, what is asked before the first order, and the run."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any

import click

from fairlead.certification.gateway.capabilities import Capabilities
from fairlead.certification.live.configuration import LiveConfig, LiveError, read_live, refuse_production
from fairlead.certification.live.installation import LiveAttachment
from fairlead.certification.live.operator import (
    Keyboard,
    NoOperator,
    Operator,
    Question,
    TypingOperator,
    WrittenOperator,
)
from fairlead.certification.live.plan import CasePlan, make_plan
from fairlead.certification.live.rehearsal import rehearse
from fairlead.certification.live.stage import question_key
from fairlead.certification.live.subject import CASE_S, LiveSubject, plan_key
from fairlead.certification.runner import Plan, Playing

_FILE = click.Path(dir_okay=False, path_type=Path)
_OPTIONS = (
    click.option("--live", "live", type=_FILE, help="Play at a venue's own test environment: a TOML file."),
    click.option("--answers", type=_FILE, help="With --live: the operator's answers, from a TOML file."),
    click.option("--unattended", is_flag=True, help="With --live: what nobody would answer is unsupported."),
    click.option("--yes", is_flag=True, help="With --live: do not ask to confirm where orders are sent."),
    click.option(
        "--max-wait",
        default=60.0,
        show_default=True,
        type=click.FloatRange(0),
        help="With --live: cases that wait longer than so many seconds are unsupported.",
    ),
)


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """What was asked for; ``live`` None: nothing of this."""

    live: Path | None = None
    answers: Path | None = None
    unattended: bool = False
    yes: bool = False
    max_wait: float = 60.0

    def rerun(self) -> str:
        """Return the options as they are typed."""
        words = f" --live {self.live}" + (f" --answers {self.answers}" if self.answers else "")
        return words + (" --unattended" if self.unattended else "") + f" --max-wait {self.max_wait:g}"


def live_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a click command, which gets them as ``live``."""

    @wraps(command)
    def with_options(**given: Any) -> Any:
        live = LiveOptions(**{name: given.pop(name) for name in LiveOptions.__slots__})
        if live.live is None and (live.answers or live.unattended or live.yes):
            raise click.UsageError("--answers, --unattended and --yes go with --live FILE")
        return command(**given, live=live)

    for option in reversed(_OPTIONS):
        with_options = option(with_options)
    return with_options


@dataclass(slots=True)
class LiveRun:
    """What is to be played, and by whom questions are answered."""

    config: LiveConfig
    plan: Plan
    plans: dict[str, CasePlan]
    operator: Operator

    def shown(self) -> list[str]:
        """Return how each case is played, a line each."""
        names = {plan_key(each): each for each in self.plan.playings}
        lines = []
        for key, each in names.items():
            varied = ",".join(f"{name}={value}" for name, value in each.variant.items())
            lines.append(f"{f'{each.case.id} {varied}'.strip():<20}  {self.plans[key].says()}")
        return lines


def prepare(options: LiveOptions, plan: Plan, table: Capabilities, attached: Path | None, *, is_list: bool) -> LiveRun:
    """Read what there is to read, and go through every case. Raises LiveError where the run may not begin."""
    assert options.live is not None
    config = read_live(options.live)
    if attached is not None:
        refuse_production(config.target, False, [attached])
    operator = _operator(options)
    plans = {plan_key(each): _plan(each, config, table, options) for each in plan.playings}
    if options.unattended:
        _leave_out(plans, plan.playings, operator)
    playings = tuple(_with_time(each, plans[plan_key(each)], config) for each in plan.playings)
    if not is_list:
        _refuse_silence(list(_questions(plans, playings, table)), operator)
        if not options.yes and not asyncio.run(operator.confirm(config.target)):
            raise LiveError(f"orders would be sent to {config.target}: expected that address to be typed, or --yes")
    return LiveRun(config, Plan(playings), plans, operator)


def _plan(playing: Playing, config: LiveConfig, table: Capabilities, options: LiveOptions) -> CasePlan:
    steps = asyncio.run(rehearse(playing.case, playing.variant, table))
    plan = make_plan(steps, config, table.heartbeat_s, playing.case.id)
    if not plan.impossible and plan.wait_s > options.max_wait:
        plan.impossible = f"it waits {plan.wait_s:g} s, --max-wait is {options.max_wait:g}"
    return plan


def _leave_out(plans: dict[str, CasePlan], playings: tuple[Playing, ...], operator: Operator) -> None:
    """Leave out what nobody would answer."""
    for each in playings:
        plan = plans[plan_key(each)]
        questions = [Question(question_key(each), step, text) for step, text in plan.asking()]
        missing = operator.lacks(questions) if isinstance(operator, WrittenOperator) else questions
        if missing and not plan.impossible:
            plan.impossible = f"it needs an operator ({missing[0].text}), and the run is unattended"


def _with_time(playing: Playing, plan: CasePlan, config: LiveConfig) -> Playing:
    """Give a case the time that it takes here."""
    most_s = CASE_S + plan.wait_s + plan.questions * config.operator_s + len(plan.steps) * config.answer_s
    return replace(playing, case=replace(playing.case, timeout_s=most_s))


def _operator(options: LiveOptions) -> Operator:
    if options.answers is not None:
        return WrittenOperator(options.answers, _tell)
    return TypingOperator(Keyboard(), _tell) if sys.stdin.isatty() else NoOperator()


def _tell(text: str) -> None:
    click.echo(text, err=True, nl=not text.endswith("> "))


def _questions(plans: dict[str, CasePlan], playings: tuple[Playing, ...], table: Capabilities) -> Iterator[Question]:
    """Yield what will be asked."""
    for each in playings:
        plan = plans[plan_key(each)]
        if not plan.impossible and not each.case.needs - table.capabilities:
            yield from (Question(question_key(each), step, text) for step, text in plan.asking())


def _refuse_silence(questions: list[Question], operator: Operator) -> None:
    """Refuse questions that nobody could answer, before the first order."""
    if questions and isinstance(operator, NoOperator):
        names = ", ".join(dict.fromkeys(question.key.split()[0] for question in questions))
        raise LiveError(
            f"{len(questions)} questions to an operator ({names}), and this is no terminal: expected --answers FILE, or"
            " --unattended to leave these cases out"
        )
    if isinstance(operator, WrittenOperator):
        missing = [f"{each.key}, {each.step}: {each.text}" for each in operator.lacks(questions)]
        if missing:
            raise LiveError("no answer is written for\n" + "\n".join(f"  {line}" for line in missing))


def make_subject(
    run: LiveRun,
    table: Capabilities,
    profile: str,
    attached: Path | None,
    names: tuple[str, str, str],
    environ: dict[str, str],
) -> LiveSubject:
    """Return the subject. Raises LiveError, AttachError."""
    attachment = LiveAttachment(attached, table, names, environ, run.config) if attached is not None else None
    return LiveSubject(table, profile, run.config, run.plans, run.operator, attachment)
