"""Who may do what, with which reason, and what is on record about it."""

from datetime import date

import pytest
from control_bench import PEER, UID, Bench, operator

from fairlead.gateway.links.unix_listener import PeerCredentials


def test_a_change_is_on_record_before_and_after() -> None:
    bench = Bench()
    answer = bench.client("sue").call("level.set", {"level": 5}, "too low")
    assert answer == {"id": 2, "ok": True, "answer": {"before": {"level": 1}, "after": {"level": 5}}}
    begins, ends = bench.facts()
    assert (
        begins.items()
        >= {
            "event": "command",
            "phase": "begins",
            "command": "level.set",
            "operator": "sue",
            "approver": "",
            "reason": "too low",
            "arguments": {"level": 5, "note": ""},
            "pid": PEER.pid,
            "uid": UID,
        }.items()
    )
    assert ends.items() >= {"phase": "ends", "outcome": "done", "begins": begins["number"], "operator": "sue"}.items()
    assert (ends["before"], ends["after"]) == ({"level": 1}, {"level": 5})


@pytest.mark.parametrize(("level", "outcome", "code"), [(13, "refused", "refused"), (99, "failed", "fault")])
def test_what_is_refused_or_fails_has_an_outcome_too(level: int, outcome: str, code: str) -> None:
    bench = Bench()
    answer = bench.client("sue").call("level.set", {"level": level}, "a try")
    assert (answer["ok"], answer["code"]) == (False, code)
    assert [(fact["phase"], fact.get("outcome")) for fact in bench.facts()] == [("begins", None), ("ends", outcome)]
    assert bench.level.value == 1


@pytest.mark.parametrize(
    ("who", "command", "arguments", "reason", "code"),
    [
        ("vera", "level.set", {"level": 2}, "why not", "not_permitted"),
        ("sue", "level.force", {"level": 2}, "why not", "not_permitted"),
        ("sue", "level.set", {"level": 2}, "", "reason_needed"),
        ("sue", "level.set", {"level": 2}, "  ", "reason_needed"),
        ("sue", "level.set", {"level": "2"}, "a text", "wrong_arguments"),
        ("sue", "level.set", {"level": 2, "leevl": 3}, "a slip", "wrong_arguments"),
        ("sue", "level.set", {}, "nothing", "wrong_arguments"),
        ("sue", "level.get", {}, "a slip", "unknown_command"),
    ],
)
def test_refused_attempts_change_nothing_and_are_recorded(
    who: str, command: str, arguments: dict[str, object], reason: str, code: str
) -> None:
    bench = Bench()
    answer = bench.client(who).call(command, arguments, reason)
    assert (answer["ok"], answer["code"]) == (False, code)
    assert bench.level.requests == []
    [fact] = bench.facts()
    assert fact.items() >= {"event": "attempt_refused", "operator": who, "command": command, "code": code}.items()


def test_everyone_may_look_and_an_admin_may_all() -> None:
    bench = Bench()
    for who in ("vera", "sue", "rita", "ada"):
        assert bench.client(who).call("level.show")["answer"] == {"level": bench.level.value}
    assert bench.client("ada").call("level.set", {"level": 3}, "admin")["ok"]


def test_every_mistake_in_the_arguments_is_named_at_once() -> None:
    text = Bench().client("sue").call("level.set", {"level": "x", "note": 1, "more": 2}, "a slip")["error"]
    assert "level: " in text
    assert "note: " in text
    assert "more: no such argument, expected level, note" in text


def test_without_operators_the_gateways_own_user_is_the_one() -> None:
    bench = Bench(people=())
    client = bench.client()
    assert client.call("control.ping")["answer"]["operator"] == f"os:user{UID}"
    assert client.call("level.set", {"level": 2}, "alone")["ok"]
    answer = client.call("level.force", {"level": 3}, "alone")
    assert answer["code"] == "nobody_approves"
    stranger = bench.client(peer=PeerCredentials(1, UID + 1, 5))
    [answer] = stranger.read()
    assert answer["code"] == "login_refused"
    assert stranger.connection.wants_close


def test_the_last_day_counts_in_full() -> None:
    # the bench's clock stands at 2026-01-01
    people = (operator("old", "support", expires=date(2025, 12, 31)), operator("new", "view", expires=date(2026, 1, 1)))
    bench = Bench(people=people)
    bench.client("new")
    refused = bench.client().call("login", {"operator": "old", "secret": "secret-of-old"})
    assert refused["error"] == "operator old expired after 2025-12-31"
    assert bench.facts()[-1].items() >= {"command": "login", "operator": "old", "code": "login_refused"}.items()


def test_refused_attempts_do_not_fill_the_journal() -> None:
    bench = Bench()
    client = bench.client("vera")
    for _ in range(100):
        client.call("level.set", {"level": 2}, "again")
    assert len(bench.facts()) == 60
    bench.clock.advance(61_000 * 1_000_000)
    client.call("level.set", {"level": 2}, "again")
    assert bench.facts()[-1]["left_out_before"] == 40
