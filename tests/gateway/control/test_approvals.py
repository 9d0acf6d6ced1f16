"""Two persons: nobody approves his own, by whatever name; what waits ends by approval, refusal or time."""

import pytest
from control_bench import Bench, operator

from fairlead.gateway.control.operators import Operator


def test_two_persons_and_both_are_on_record() -> None:
    bench = Bench()
    pending = bench.client("rita").call("level.force", {"level": 7}, "agreed by phone")["pending"]
    assert pending["approvers"] == ["rob", "ada"]
    assert pending["preview"] == {"would": "1 -> 7"}
    assert bench.level.value == 1
    assert bench.client("vera").call("control.pending")["answer"]["pending"][0]["id"] == pending["id"]
    answer = bench.client("rob").call("control.approve", {"request": pending["id"]}, "checked")
    assert answer["answer"]["after"] == {"level": 7}
    [request] = bench.level.requests
    assert (request.operator, request.approver, request.reason) == ("rita", "rob", "agreed by phone")
    asked, approve, begins, ends, approved = bench.facts()
    assert (asked["event"], asked["phase"], f"R{asked['number']}") == ("approval", "requested", pending["id"])
    assert (approve["command"], approve["operator"], approve["reason"]) == ("control.approve", "rob", "checked")
    assert (begins["operator"], begins["approver"], begins["request"]) == ("rita", "rob", pending["id"])
    assert (ends["outcome"], ends["begins"]) == ("done", begins["number"])
    assert (approved["outcome"], approved["begins"]) == ("done", approve["number"])
    assert bench.client("vera").call("control.pending")["answer"]["pending"] == []


def test_nobody_approves_his_own() -> None:
    bench = Bench()
    pending = bench.client("rita").call("level.force", {"level": 7}, "mine")["pending"]
    answer = bench.client("rita").call("control.approve", {"request": pending["id"]}, "mine too")
    assert answer["code"] == "refused"
    assert "expected another person" in answer["error"]
    assert bench.level.value == 1


@pytest.mark.parametrize("same_hash", [True, False])
def test_two_names_with_one_secret_are_one_person(same_hash: bool) -> None:
    first = operator("rita", "risk", secret="secret-of-rita")
    second = operator("rosa", "risk", secret="secret-of-rita")
    if same_hash:
        second = Operator("rosa", first.roles, first.secret_hash)
    people = (first, second, operator("rob", "risk"))
    bench = Bench(people=people)
    pending = bench.client("rita").call("level.force", {"level": 7}, "mine")["pending"]
    rosa = bench.client()
    assert rosa.call("login", {"operator": "rosa", "secret": "secret-of-rita"})["ok"]
    answer = rosa.call("control.approve", {"request": pending["id"]}, "as rosa")
    assert "expected another person" in answer["error"]
    assert bench.level.value == 1
    # nor does she count as the second person from now on
    assert bench.client("rita").call("level.force", {"level": 8}, "mine")["pending"]["approvers"] == ["rob"]


def test_who_may_not_do_it_may_not_approve_it() -> None:
    bench = Bench()
    pending = bench.client("rita").call("level.force", {"level": 7}, "agreed")["pending"]
    answer = bench.client("sue").call("control.approve", {"request": pending["id"]}, "ok")
    assert "expected one of risk" in answer["error"]
    assert bench.client("vera").call("control.approve", {"request": pending["id"]}, "ok")["code"] == "not_permitted"
    assert bench.level.value == 1


def test_declining_and_withdrawing() -> None:
    bench = Bench()
    for who in ("rob", "rita"):
        pending = bench.client("rita").call("level.force", {"level": 7}, "agreed")["pending"]
        assert bench.client(who).call("control.decline", {"request": pending["id"]}, "no")["ok"]
        assert bench.client("rob").call("control.approve", {"request": pending["id"]}, "late")["code"] == "refused"
    declined = [fact for fact in bench.facts() if fact.get("phase") == "declined"]
    assert [(fact["operator"], fact["text"]) for fact in declined] == [("rob", "no"), ("rita", "no")]
    assert bench.level.value == 1


def test_time_runs_out() -> None:
    bench = Bench()
    pending = bench.client("rita").call("level.force", {"level": 7}, "agreed")["pending"]
    bench.clock.advance(601 * 1_000_000_000)
    answer = bench.client("rob").call("control.approve", {"request": pending["id"]}, "late")
    assert "expected a request that waits: none" in answer["error"]
    assert [fact["phase"] for fact in bench.facts() if fact["event"] == "approval"] == ["requested", "expired"]


def test_what_would_be_refused_is_refused_before_anybody_waits() -> None:
    bench = Bench()
    assert bench.client("rita").call("level.force", {"level": 13}, "agreed")["code"] == "refused"
    assert bench.client("rita").call("control.pending")["answer"]["pending"] == []


def test_what_waits_is_bounded() -> None:
    bench = Bench()
    client = bench.client("rita")
    answers = [client.call("level.force", {"level": 7}, "again") for _ in range(101)]
    assert [answer["ok"] for answer in answers] == [True] * 100 + [False]
