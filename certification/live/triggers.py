"""Say as data how a venue's test environment is brought to something: which terms of an order bring which outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

OUTCOMES = {
    "ack": "accept it",
    "reject": "refuse it",
    "refuse session": "refuse its message with Reject(3)",
    "refuse business": "refuse its message with BusinessMessageReject(j)",
    "fill part": "execute a part of it and leave the rest open",
    "fill rest": "execute all that is left of it",
    "fill over": "execute more than was ordered",
    "canceled": "cancel it",
    "expired": "let it expire",
    "done for day": "end it for the day",
    "restated": "restate it (change its terms unasked)",
    "busted": "bust its last execution",
    "corrected": "correct its last execution",
    "repeated": "report its last execution once more under the same id",
    "stray fill": "report an execution of an order that was never sent",
    "triggered": "trigger it: its stop price is reached",
    "replaced": "carry the replace out",
    "cancel rejected": "refuse the request",
    "priority": "give it another place in the book",
    "modified": "change its quantity unasked",
}
"""What a venue may do, and the same in words for the venue's desk."""
WHENS = {
    "late ": "only after the gateway's deadline for an answer: ",
    "away ": "while the link is down: ",
}
"""Before an outcome: when it must happen."""

DEFAULTS: Mapping[str, tuple[str, ...]] = {"place": ("ack",), "cancel": ("canceled",), "replace": ("replaced",)}
"""What every venue does by itself with an order that rests, its cancel and its replace."""


def is_outcome(word: str) -> bool:
    """Tell whether a word is an outcome, with or without a time before it."""
    return any(word.removeprefix(when) in OUTCOMES for when in ("", *WHENS))


def in_words(word: str) -> str:
    """Return an outcome in words for the venue's desk."""
    for when, told in WHENS.items():
        if word.startswith(when):
            return told + OUTCOMES[word.removeprefix(when)]
    return OUTCOMES[word]


@dataclass(frozen=True, slots=True)
class Trigger:
    """Terms of an order, and what they bring: when it arrives, and when its cancel or a replace does.

    ``tifs`` and ``types`` say for which orders it is; empty: for all.
    """

    name: str
    brings: tuple[str, ...]
    on_cancel: tuple[str, ...] = DEFAULTS["cancel"]
    on_replace: tuple[str, ...] = DEFAULTS["replace"]
    quantity: Decimal | None = None
    symbol: str = ""
    price: Decimal | None = None
    tifs: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

    def says(self) -> str:
        """Return the terms in words."""
        terms = (("quantity", self.quantity), ("symbol", self.symbol), ("price", self.price))
        return ", ".join(f"{name} {value}" for name, value in terms if value) or "any order"

    def answers(self, kind: str) -> tuple[str, ...]:
        """Return what the venue does with a request of this kind."""
        return {"place": self.brings, "cancel": self.on_cancel, "replace": self.on_replace}.get(kind, ())

    def takes(self, ord_type: str, tif: str) -> bool:
        """Tell whether it is for such an order."""
        return (not self.tifs or tif in self.tifs) and (not self.types or ord_type in self.types)


RESTING = Trigger("resting", DEFAULTS["place"])
"""An order that triggers nothing: it rests, and what is asked of it is done."""


@dataclass(slots=True)
class Phase:
    """A request of a case, and what its venue does until the next one about that order: outcome and step."""

    kind: str
    name: str
    outcomes: list[tuple[str, int]] = field(default_factory=list)

    @property
    def words(self) -> tuple[str, ...]:
        """Return the outcomes alone."""
        return tuple(word for word, _ in self.outcomes)


def fit(trigger: Trigger, phases: Sequence[Phase]) -> int | None:
    """Return how many outcomes a trigger brings by itself; None where it brings something that the case has not.

    Of a phase with fewer outcomes than the trigger brings, what is beyond would be in the case's way. A phase without
    any is the gateway's own affair: the request may never reach the venue.
    """
    brought = 0
    for number, phase in enumerate(phases):
        expected = trigger.answers(phase.kind)
        if number and not phase.outcomes:
            continue
        if phase.words[: len(expected)] != expected:
            return None
        brought += len(expected)
    return brought


def choose(triggers: Sequence[Trigger], phases: Sequence[Phase], ord_type: str, tif: str) -> Trigger | None:
    """Return the trigger that brings most of what a case asks of one order; None where none does without more.

    Of several that bring as much, it is the first of the table; an order that merely rests comes last.
    """
    best: tuple[int, Trigger] | None = None
    for trigger in (*triggers, RESTING):
        brought = fit(trigger, phases) if trigger.takes(ord_type, tif) else None
        if brought is not None and (best is None or brought > best[0]):
            best = (brought, trigger)
    return best[1] if best else None
