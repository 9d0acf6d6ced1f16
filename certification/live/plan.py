"""Make of each venue-side step of a case what can be done about it at a venue that nobody scripts.

A step is automatic (the order's terms bring it, or every venue does it), a question to the operator, or not possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fairlead.certification.live.configuration import LiveConfig
from fairlead.certification.live.rehearsal import UNFORESEEN, Planned
from fairlead.certification.live.triggers import RESTING, Phase, Trigger, choose, in_words
from fairlead.certification.model.stage import describe

# A step's word: the outcome that it is. Fills and refused messages have several: `_outcome`.
_WORDS = {
    "ack": "ack", "reject": "reject", "canceled": "canceled", "expire": "expired", "done_for_day": "done for day",
    "replaced": "replaced", "cancel_reject": "cancel rejected", "bust": "busted", "break": "busted",
    "correct": "corrected", "restate": "restated", "triggered": "triggered", "repeat": "repeated",
    "stray_fill": "stray fill", "priority": "priority", "modified": "modified", "ends_if_open": "canceled",
}  # fmt: skip
_OF_EXEC = ("bust", "correct", "repeat", "break")
_ENDS_ALL = ("mass_canceled", "ends_all")
IMPOSSIBLE = {
    "venue.mangle": "no venue's desk sends a field with a value that is none",
    "venue.raw": "no venue's desk sends messages of our making",
    "venue.loses": "the tap reads what passes and takes nothing out of it",
    "venue.expects": "what an account query is answered with is the venue's own",
    "venue.resend": "no venue's desk repeats everything unasked",
}
"""Steps that no test environment can be brought to, and why."""
_NOT_LIVE = ("copy.", "feed.", "market.", "gateway.own")
"""What is scripted around the venue, and not at a live one."""
_KNOWN = frozenset(
    (
        *_WORDS, *_ENDS_ALL, "fill", "refuse_message", "book", "got", "logon", "sync", "answers", "status",
        "own_cancel",
        "cut", "again", "gone", "slice", "pending", "falls_silent", "resend_request", "brain",
    )
)  # fmt: skip
UNASKABLE = {"repeated": "no venue's desk reports an execution a second time under the same id"}
QUESTIONS = {
    "venue.resend_request": "have the venue ask for all messages again: ResendRequest(2) from {from} to {to}",
    "venue.again": "have the venue begin its numbers anew: both at 1, at the next Logon",
}
"""Steps that concern the session: what to ask for."""


@dataclass(slots=True)
class CasePlan:
    """What a case will take. Numbers of steps are those of the rehearsal."""

    steps: list[Planned]
    terms: dict[str, Trigger] = field(default_factory=dict)
    """By an order's name, what its terms trigger."""
    arranged: dict[str, str] = field(default_factory=dict)
    """By a request's name, what the operator must arrange before it goes out."""
    asked: dict[int, str] = field(default_factory=dict)
    """By a step, what the operator must ask for when it is due."""
    automatic: dict[int, str] = field(default_factory=dict)
    """By a step, what brings it."""
    wait_s: float = 0.0
    impossible: str = ""
    withheld: frozenset[str] = frozenset()
    """Orders whose answer must not reach the gateway before the link is cut."""
    holds_answers: bool = False
    """What the gateway asks after a loss must not be answered before the case says so."""

    @property
    def questions(self) -> int:
        """Return how often the operator is asked."""
        return len(self.arranged) + len(self.asked)

    def asking(self) -> Iterator[tuple[str, str]]:
        """Yield each question in the order in which they come: the step in words, and what is asked."""
        for number, step in enumerate(self.steps):
            name = request_name(step)
            if name in self.arranged:
                yield describe(step.verb, step.arguments), self.arranged[name]
            if number in self.asked:
                yield describe(step.verb, step.arguments), self.asked[number]

    def says(self) -> str:
        """Return how it is played, in words."""
        if self.impossible:
            return f"not possible: {self.impossible}"
        count = self.questions
        told = f"{count} question{'s' * (count > 1)} to the operator" if count else "automatic"
        return f"{told}, waits {self.wait_s:g} s" if self.wait_s else told


def request_name(step: Planned) -> str:
    """Return the name that a strategy's request has in its case; empty for what is none."""
    kind, table = step.verb.removeprefix("gw."), step.table
    if kind not in ("place", "cancel", "replace"):
        return ""
    return str(table.get("as") or f"{kind}-{table.get('of', '')}")


@dataclass(slots=True)
class _Order:
    """An order as the case's own numbers have it, while its steps are gone through."""

    name: str
    qty: Decimal
    ord_type: str
    tif: str
    phases: list[Phase]
    cum: Decimal = Decimal(0)
    is_late: bool = False

    @property
    def is_open(self) -> bool:
        words = [word for phase in self.phases for word in phase.words]
        return not {"canceled", "expired", "reject"} & set(words) and self.cum < self.qty


class Planner:
    """Go through the steps of one case."""

    def __init__(self, steps: list[Planned], config: LiveConfig, heartbeat_s: int) -> None:
        self.plan = CasePlan(steps)
        self._config = config
        self._heartbeat_s = heartbeat_s
        self._orders: dict[str, _Order] = {}
        self._roots: dict[str, str] = {}
        self._executions: dict[str, str] = {}
        self._is_cut = False
        self._is_unanswered = False
        self._words = {
            "gw.place": self._place,
            "gw.cancel": self._request,
            "gw.replace": self._request,
            "clock.advance": self._wait,
            "clock.heartbeats": self._wait,
            "venue.got": self._got,
            "venue.cut": self._cut,
            "gateway.kill": self._cut,
            "venue.again": self._again,
            "gateway.start": self._again,
            "venue.own_cancel": self._own_cancel,
            "venue.answers": self._answers,
            "venue.falls_silent": self._falls_silent,
            "venue.resend_request": self._question,
        }

    def make(self) -> CasePlan:
        """Return the plan."""
        for number, step in enumerate(self.plan.steps):
            if step.verb == "venue.brain" and step.table.get("is", step.table.get("of")) != "script":
                self._forbid("the venue has a book of its own, and others trade in it", step)
            elif step.verb.startswith(_NOT_LIVE):
                self._forbid("it is scripted around the venue, and a live one has its own surroundings", step)
            elif step.verb == UNFORESEEN:
                self._forbid("what it asks of the venue is not known before it is played", step)
            elif step.verb in IMPOSSIBLE or (step.verb == "venue.fill" and "lose" in step.table):
                self._forbid(IMPOSSIBLE.get(step.verb, "no venue's desk numbers a message and does not send it"), step)
            elif not step.is_branch:
                self._walk(number, step)
        for order in self._orders.values():
            self._decide(order)
        return self.plan

    def _forbid(self, why: str, step: Planned) -> None:
        if not self.plan.impossible:
            self.plan.impossible = f"{step.verb}: {why}"

    def _walk(self, number: int, step: Planned) -> None:
        kind, _, word = step.verb.partition(".")
        if kind == "venue" and word not in _KNOWN and step.verb not in IMPOSSIBLE:
            self._forbid("no way is known to bring a live venue to it", step)
            return
        handle = self._words.get(step.verb)
        if handle is not None:
            handle(number, step)
        elif step.verb.startswith("venue."):
            self._venue(number, step)

    # the strategy's requests

    def _place(self, number: int, step: Planned) -> None:
        table, name = step.table, request_name(step)
        ord_type = str(table.get("type", "limit" if "px" in table else "market"))
        phases = [Phase("place", name)]
        tif = str(table.get("tif", "day"))
        self._orders[name] = _Order(name, Decimal(str(table.get("qty", 0))), ord_type, tif, phases)
        self._roots[name] = name
        self.plan.holds_answers |= self._is_unanswered

    def _request(self, number: int, step: Planned) -> None:
        table, kind = step.table, step.verb.removeprefix("gw.")
        of = str(table.get("of", ""))
        name = request_name(step)
        order = self._orders.get(self._roots.get(of, ""))
        if order is not None:
            self._roots[name] = order.name
            order.phases.append(Phase(kind, name))
            if kind == "replace":
                order.qty = Decimal(str(table.get("qty", order.qty)))

    # what happens around orders

    def _wait(self, number: int, step: Planned) -> None:
        given = step.arguments
        seconds = float(given["ms"]) / 1000 if isinstance(given, dict) else float(given)
        self.plan.wait_s += seconds * (self._heartbeat_s if step.verb == "clock.heartbeats" else 1)
        for order in self._orders.values():
            order.is_late = not order.phases[0].outcomes

    def _got(self, number: int, step: Planned) -> None:
        """Note nothing: the gateway's message alone is waited for."""

    def _cut(self, number: int, step: Planned) -> None:
        self._is_cut = True
        silent = (name for name, order in self._orders.items() if not order.phases[0].outcomes)
        self.plan.withheld |= frozenset(silent)

    def _again(self, number: int, step: Planned) -> None:
        self._is_cut, self._is_unanswered = False, True
        if step.table.get("reset"):
            self._question(number, step)

    def _answers(self, number: int, step: Planned) -> None:
        self._is_unanswered = False

    def _falls_silent(self, number: int, step: Planned) -> None:
        # SoupBinTCP, whose heartbeat is a second, gives fifteen seconds
        silence_s = 16 if self._heartbeat_s == 1 else 2.5 * self._heartbeat_s
        self.plan.wait_s += silence_s if step.arguments == "blackhole" else 0

    def _question(self, number: int, step: Planned) -> None:
        table = {"from": 1, "to": 0, **step.table}
        self.plan.asked[number] = QUESTIONS[step.verb].format(**table)

    def _own_cancel(self, number: int, step: Planned) -> None:
        self._orders[self._roots[step.table["of"]]].phases.append(Phase("cancel", "", [("canceled", number)]))

    # what the venue does

    def _venue(self, number: int, step: Planned) -> None:
        word = step.verb.removeprefix("venue.")
        if word in _ENDS_ALL:
            for each in self._orders.values():
                if each.is_open:
                    each.phases.append(Phase("cancel", "", [("canceled", number)]))
            return
        order = self._order_of(word, step)
        outcome = self._outcome(word, step.table, order) if order is not None else ""
        if order is None or not outcome:
            return
        if self._is_cut and outcome == "canceled":
            self._canceled_while_away(number, step)
            return
        phase = self._phase(order, word, step.table)
        phase.outcomes.append((self._when(order) + outcome, number))
        order.is_late = False

    def _phase(self, order: _Order, word: str, table: Mapping[str, Any]) -> Phase:
        """Return the phase of the request that is answered, else the last one."""
        answered = table.get("by") or (table.get("of") if word == "cancel_reject" else "")
        named = [phase for phase in order.phases if answered and phase.name == answered]
        return named[0] if named else order.phases[-1]

    def _when(self, order: _Order) -> str:
        if self._is_cut and order.name not in self.plan.withheld:
            return "away "
        return "late " if order.is_late else ""

    def _canceled_while_away(self, number: int, step: Planned) -> None:
        if self._config.cancels_on_disconnect:
            self.plan.automatic[number] = "the venue cancels on disconnect"
        else:
            self._forbid("the venue keeps orders when it loses us (venue.cancels_on_disconnect = false)", step)

    def _order_of(self, word: str, step: Planned) -> _Order | None:
        if word == "stray_fill":
            return next(reversed(self._orders.values()), None)
        if word in _OF_EXEC:
            name = str(step.table.get("exec", step.table.get("of")))
            return self._orders.get(self._executions.get(name, ""))
        return self._orders.get(self._roots.get(str(step.table.get("of", "")), ""))

    def _outcome(self, word: str, table: Mapping[str, Any], order: _Order) -> str:
        if word == "refuse_message":
            return f"refuse {table.get('level', 'session')}"
        if word == "restate":
            order.qty = Decimal(str(table.get("qty", order.qty)))
        if word != "fill":
            if word == "ends_if_open" and order.cum >= order.qty:
                return ""
            return _WORDS.get(word, "")
        qty = Decimal(str(table.get("qty", order.qty - order.cum)))
        if not qty:
            return ""
        order.cum += qty
        self._executions[str(table.get("as") or f"fill{len(self._executions)}")] = order.name
        return "fill part" if order.cum < order.qty else "fill rest" if order.cum == order.qty else "fill over"

    # what is to be done about it

    def _decide(self, order: _Order) -> None:
        chosen = choose(self._config.triggers, order.phases, order.ord_type, order.tif)
        trigger = self.plan.terms[order.name] = chosen or RESTING
        for phase in order.phases:
            brought = trigger.answers(phase.kind)
            if phase.outcomes and phase.words[: len(brought)] != brought:
                self._arrange(order, phase)
                continue
            for place, (word, number) in enumerate(phase.outcomes):
                if place < len(brought):
                    self.plan.automatic[number] = self._why(trigger, phase, word)
                else:
                    self._ask(number, word)

    def _why(self, trigger: Trigger, phase: Phase, word: str) -> str:
        is_special = trigger is not RESTING and (phase.kind == "place" or trigger.answers(phase.kind) != (word,))
        return f"{trigger.says()} brings it" if is_special else "as every venue does"

    def _arrange(self, order: _Order, phase: Phase) -> None:
        """Have the operator arrange what the venue would not do by itself, before the request goes out."""
        for word, number in phase.outcomes:
            if word in UNASKABLE:
                self._forbid(UNASKABLE[word], self.plan.steps[number])
            self.plan.automatic[number] = "as the operator has arranged"
        what = ", then ".join(in_words(word) for word in phase.words)
        subject = "the next order" if phase.kind == "place" else f"the next {phase.kind} of order {order.name}"
        self.plan.arranged[phase.name] = f"before {subject} comes, have the venue ready to: {what}"

    def _ask(self, number: int, word: str) -> None:
        if word in UNASKABLE:
            self._forbid(UNASKABLE[word], self.plan.steps[number])
        self.plan.asked[number] = in_words(word)


def make_plan(steps: list[Planned], config: LiveConfig, heartbeat_s: int, case_id: str = "") -> CasePlan:
    """Return how a case is played at a live venue."""
    plan = Planner(steps, config, heartbeat_s).make()
    why = next(_skipped(case_id, config.skip), "")
    if why:
        plan.impossible = why
    return plan


def _skipped(case_id: str, skip: Mapping[str, str]) -> Iterator[str]:
    for name, why in skip.items():
        if case_id == name:
            yield why
