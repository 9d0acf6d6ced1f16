"""What of the journal is an action, and how it reads."""

from typing import Any

import pytest

from fairlead.gateway.journal import kinds
from fairlead.gateway.operations.facts.part import Fact
from fairlead.gateway.operations.incidents.actions import LONGEST, is_action, who, words


def fact(kind: int, event: str, **values: Any) -> Fact:
    return Fact(1, 2, kind, event, values)


@pytest.mark.parametrize(
    ("told", "is_one"),
    [
        (fact(kinds.OPERATOR, "command", command="venues.logout", operator="sue"), True),
        (fact(kinds.OPERATOR, "checkpoint", head="ab"), False),
        (fact(kinds.KILL, "engaged", id="K1"), True),
        (fact(kinds.KILL, "standing", id="K1"), False),
        (fact(kinds.LIMITS, "set", version=2), True),
        (fact(kinds.LIMITS, "standing", version=1), False),
        (fact(kinds.DECISION, "risk_refused", check="collar"), False),
        (fact(kinds.DECISION, "clock", offset_ns=1), False),
        (fact(kinds.DECISION, "venue_stays_closed", venue="XEXC"), True),
    ],
)
def test_what_is_one(told: Fact, is_one: bool) -> None:
    assert is_action(told) is is_one


def test_a_command_before_and_after() -> None:
    values = {"command": "venues.logout", "operator": "sue", "arguments": {"venue": "XEXC", "firm": ""}}
    asked = fact(kinds.OPERATOR, "command", **values, reason="asked by them")
    assert (who(asked), words(asked)) == ("sue", "venues.logout venue=XEXC (asked) asked by them")
    refused = fact(kinds.OPERATOR, "command", **values, outcome="refused", text="no such venue")
    assert words(refused) == "venues.logout venue=XEXC (refused) no such venue"


def test_others_are_words_of_their_values() -> None:
    kill = fact(kinds.KILL, "orders", id="K1", by="sue", orders=[f"O{n}" for n in range(9)])
    assert (who(kill), words(kill)) == ("sue", "kill orders id=K1 orders=9 of them")
    gate = fact(kinds.DECISION, "venue_stays_closed", venue="XEXC", text="x" * 900)
    assert who(gate) == "gateway"
    assert len(words(gate)) == LONGEST
