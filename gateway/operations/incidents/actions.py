"""Say which facts of the journal are actions of an incident's timeline, and put them into words."""

from typing import Any, Final

from fairlead.gateway.compliance.evidence import NO_ALERTS
from fairlead.gateway.journal import kinds
from fairlead.gateway.operations.facts.part import Fact

LONGEST: Final = 500
_BY_NAME: Final = ("operator", "by", "owner")
_CHECKPOINT: Final = "standing"
"""The event of a LIMITS or KILL record that repeats what is in force, for a journal that begins there."""
_ALWAYS: Final = frozenset((kinds.KILL, kinds.LIMITS, kinds.BREAK))


def is_action(fact: Fact) -> bool:
    """Tell whether a fact is of interest beside any incident: not each order's refusal, nor each reading of a clock."""
    if fact.kind == kinds.OPERATOR:
        return bool(fact.values.get("command")) and bool(fact.values.get("operator"))
    if fact.kind == kinds.DECISION:
        return fact.event not in NO_ALERTS
    return fact.kind in _ALWAYS and fact.event != _CHECKPOINT


def who(fact: Fact) -> str:
    """Return who did it, ``gateway`` where it names nobody."""
    return next((str(fact.values[name]) for name in _BY_NAME if fact.values.get(name)), "gateway")


def words(fact: Fact) -> str:
    """Return what it says on one line."""
    kind = kinds.kind_name(fact.kind).lower()
    if fact.kind == kinds.OPERATOR:
        # a command is recorded before it takes effect, and again with its outcome
        outcome = str(fact.values.get("outcome") or fact.event.replace("command", "asked"))
        told = [str(fact.values["command"]), _short(fact.values.get("arguments")), f"({outcome})"]
        told.append(str(fact.values.get("reason") or fact.values.get("text") or ""))
        return " ".join(word for word in told if word)[:LONGEST]
    hidden = {"event", *_BY_NAME}
    rest = " ".join(
        f"{name}={_short(value)}" for name, value in fact.values.items() if name not in hidden and _short(value)
    )
    return f"{kind} {fact.event} {rest}".strip()[:LONGEST]


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{name}={_short(each)}" for name, each in value.items() if each not in ("", None, [], {}))
    if isinstance(value, list):
        return f"{len(value)} of them" if len(value) > 3 else ",".join(map(str, value))
    return "" if value is None else str(value)
