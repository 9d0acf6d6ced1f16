"""Say what something is worth: the forms of a finding that rules of all kinds have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.passive.conversations import REJECT, Message
from fairlead.certification.passive.rules import Finding, Shown, View

MAX_TOLD = 5
"""Offenders that one finding names."""

M = TypeVar("M", bound=Shown)


def graded(
    stimulus: Sequence[Shown], expected: str, text: str, came: Sequence[Shown] = (), worse: Verdict = Verdict.FAIL
) -> Finding:
    """Return what something is worth: ``worse`` where a text says what is wrong, else pass."""
    return Finding(stimulus, expected, came, worse if text else Verdict.PASS, text)


def undisturbed(
    view: View, stimulus: Message, expected: str, wrong: Message | None, text: str, *, shows: bool = False
) -> Iterator[Finding]:
    """Judge a stimulus that the subject is to take without ado: fail by what came that is wrong, pass once it went on.

    ``shows``: the first thing that came behind it is shown.
    """
    if wrong is not None:
        yield Finding([stimulus], expected, [wrong], Verdict.FAIL, text)
    elif (came := next(view.after(stimulus), None)) is not None:
        yield Finding([stimulus], expected, [came] if shows else [])


def refuses(stimulus: Message, message: Message) -> bool:
    """Tell whether a message refuses another by its number: a Reject or BusinessMessageReject."""
    return message.msg_type in (REJECT, "j") and message.int_of(45) == stimulus.number


def refusing(stimulus: Message) -> Callable[[Message], bool]:
    """Return what tells whether a message refuses this one."""
    return lambda message: refuses(stimulus, message)


def refused_text(refusal: Message | None) -> str:
    """Return a refusal's words as a complaint, "" for none."""
    return f"refused: {refusal.get(58)}" if refusal is not None else ""


def told(texts: Mapping[int, str]) -> Callable[[Shown], str]:
    """Return what says of a message the text that stands under its place."""
    return lambda message: texts.get(message.at, "")


def all_right(
    messages: list[M], expected: str, wrong: Callable[[M], str], offered: str = "messages"
) -> Iterator[Finding]:
    """Find one thing about many messages: pass if it is right in all, else each wrong one up to a bound."""
    if not messages:
        return
    bad = [(message, text) for message in messages if (text := wrong(message))]
    if not bad:
        yield Finding([messages[0]], f"{expected}, in {len(messages)} {offered}", messages[-1:])
    for message, text in bad[:MAX_TOLD]:
        yield Finding([message], expected, [], Verdict.FAIL, text)
    if len(bad) > MAX_TOLD:
        rest = f"and {len(bad) - MAX_TOLD} more"
        yield Finding([bad[MAX_TOLD][0]], expected, [], Verdict.FAIL, rest)
