"""Be what all stages have in common: notes of steps and messages, and verbs found by name.

A stage for a subject derives from ``NotingStage`` and offers verbs as methods: ``venue.ack`` is ``venue_ack``,
``expect.Logout`` is found by ``expect_message`` with the name. What crosses the wire goes through ``note_wire``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fairlead.certification.model.results import StepRecord, WireRecord
from fairlead.certification.model.verdicts import Outcome, Unsupported, Verdict


class NotingStage:
    """Note steps and wire; ``now_ns`` counts from the beginning of the case (virtual where the stage's clock is)."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self.steps: list[StepRecord] = []
        self.wire: list[WireRecord] = []
        self.tolerated: list[str] = []
        self._now_ns = now_ns

    def note_wire(self, record: WireRecord) -> WireRecord:
        """Keep what crossed the wire, with its time."""
        record.at_ns = self._now_ns()
        self.wire.append(record)
        return record

    def tolerate(self, text: str) -> None:
        """Note that what happened is tolerated, not asked for."""
        self.tolerated.append(text)
        if self.steps and self.steps[-1].verdict is Verdict.PASS:
            self.steps[-1].verdict, self.steps[-1].complaint = Verdict.NON_STRICT, text

    async def do(self, verb: str, arguments: Any) -> Any:
        """Play one step and note what came of it."""
        step = StepRecord(len(self.steps) + 1, describe(verb, arguments), self._now_ns(), wire_from=len(self.wire))
        self.steps.append(step)
        try:
            return await self._find(verb)(arguments)
        except Outcome as outcome:
            step.verdict, step.complaint = outcome.verdict, outcome.text
            raise
        finally:
            step.wire_to = len(self.wire)

    def _find(self, verb: str) -> Callable[[Any], Any]:
        method = getattr(self, verb.replace(".", "_"), None)
        if method is not None and not verb.startswith("_"):
            found: Callable[[Any], Any] = method
            return found
        kind, _, name = verb.partition(".")
        if kind == "expect" and name:
            return lambda arguments: self.expect_message(name, arguments)
        raise Unsupported(f"step {verb!r}, which {type(self).__name__} does not have")

    async def expect_message(self, name: str, arguments: Any) -> Any:
        """Expect a message by its name. Raises Deviation."""
        raise Unsupported(f"step 'expect.{name}', which {type(self).__name__} does not have")

    async def settle(self) -> None:
        """Check what must hold after every case."""


def describe(verb: str, arguments: Any) -> str:
    """Return a step in words, as a report shows it."""
    if arguments in (None, {}, []):
        return verb
    if isinstance(arguments, dict):
        return f"{verb} " + ", ".join(f"{name} {value}" for name, value in arguments.items())
    return f"{verb} {arguments}"
