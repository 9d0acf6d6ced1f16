"""Describe the operators of the control socket, and find what is wrong between their tables."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from fairlead.gateway.config.values import Name, Section
from fairlead.gateway.ports.secret_hash import SecretHash

MAX_LOG2_ROUNDS: Final = 12
"""A login is checked between orders; 2^12 rounds hold them up for about 8 ms."""

Role = Literal["view", "support", "risk", "admin"]


def _check_secret_hash(value: str) -> str:
    try:
        found = SecretHash.parse(value)
    except ValueError:
        raise ValueError("expected a hash as printed by `fairlead secret`") from None
    if found.log2_rounds > MAX_LOG2_ROUNDS:
        raise ValueError(
            f"a hash with ln={found.log2_rounds}, expected at most {MAX_LOG2_ROUNDS}: orders wait while it is checked"
        )
    return value


class Operator(Section):
    """One person who may use the control socket."""

    name: Name
    secret_hash: Annotated[str, AfterValidator(_check_secret_hash), Field(repr=False)]
    """As printed by ``fairlead secret``; the secret itself is never in the file."""
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    expires: date | None = None
    """The last day, in UTC, on which this person may log in."""


class Control(Section):
    """The control socket."""

    approval_s: Annotated[int, Field(ge=10, le=86_400)] = 600
    """How long a request waits for a second person."""
    idle_s: Annotated[int, Field(ge=10, le=86_400)] = 900
    """A client that asks for nothing so long is dropped."""


def find_operator_mistakes(raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield one line for each mistake that the models can't see: two persons with one secret would be one person."""
    tables = raw.get("operators")
    first: dict[str, int] = {}
    for at, table in enumerate(tables if isinstance(tables, list) else ()):
        stored = table.get("secret_hash") if isinstance(table, Mapping) else None
        if not isinstance(stored, str) or not stored:
            continue
        if stored in first:
            yield (
                f"operators[{at}].secret_hash: it is that of operators[{first[stored]}], expected a secret of one's own"
            )
        first.setdefault(stored, at)
