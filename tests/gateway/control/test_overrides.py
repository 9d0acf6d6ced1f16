"""One order, once, within its terms and its time: what an override covers, and what becomes of it."""

from typing import Any

import pytest
from control_bench import PEOPLE, Bench

from fairlead.codecs.vocabulary.constants import ABSENT, SCALE, OrdType, Side
from fairlead.codecs.vocabulary.messages_cy import NewOrder, ReplaceOrder
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.risk.limit_set_cy import LimitSet
from fairlead.gateway.risk.subject_cy import Subject

GRANT: dict[str, Any] = {
    "strategy": "alpha",
    "cl_ord_id": "BIG-1",
    "symbol": "MSFT",
    "side": "buy",
    "max_qty": "5000",
    "price": "431",
    "checks": ["max_quantity", "credit"],
    "valid_s": 600,
}
SECOND = 1_000_000_000


def grant(bench: Bench, **changes: Any) -> dict[str, Any]:
    """Have rita ask and rob approve."""
    arguments = {name: value for name, value in {**GRANT, **changes}.items() if value is not None}
    answer = bench.client("rita").call("override.grant", arguments, "block trade")
    if "pending" not in answer:
        return answer
    return bench.client("rob").call("control.approve", {"request": answer["pending"]["id"]}, "agreed")


def subject(
    bench: Bench, strategy: str = "alpha", replaces: str = "", cl_ord_id: str = "BIG-1", **terms: Any
) -> Subject:
    """Return the order that the override is for, but for ``terms``; as a replace where ``replaces`` says so."""
    request = NewOrder(
        **{
            "cl_ord_id": replaces or cl_ord_id,
            "symbol": "MSFT",
            "side": Side.BUY,
            "ord_type": OrdType.MARKET if terms.get("price") == ABSENT else OrdType.LIMIT,
            "order_qty": 5000 * SCALE,
            "price": 431 * SCALE,
            **terms,
        }
    )
    asked = ReplaceOrder(cl_ord_id=cl_ord_id, orig_cl_ord_id=replaces) if replaces else None
    utc_ns = bench.clock.utc_ns()
    return Subject(
        strategy, request, StrategyIdentity(strategy), None, "X", None, "ACC", LimitSet(1), 0, utc_ns, asked=asked
    )


def test_two_people_grant_it_and_it_covers_the_checks_named() -> None:
    bench = Bench()
    assert not bench.overrides.covers(subject(bench), "max_quantity")
    answer = grant(bench)
    assert answer["ok"], answer
    shown = answer["answer"]["after"]
    assert (shown["verified_by"], shown["authorised_by"], shown["state"]) == ("rita", "rob", "granted")
    assert bench.overrides.covers(subject(bench), "max_quantity")
    assert bench.overrides.covers(subject(bench), "credit")
    assert not bench.overrides.covers(subject(bench), "collar")


@pytest.mark.parametrize(
    "terms",
    [
        {"strategy": "beta"},
        {"cl_ord_id": "BIG-2"},
        {"symbol": "IBM"},
        {"side": Side.SELL},
        {"order_qty": 5000 * SCALE + 1},
        {"price": 431 * SCALE + 1},
        {"price": ABSENT},
    ],
)
def test_another_order_is_not_covered(terms: dict[str, Any]) -> None:
    bench = Bench()
    grant(bench)
    assert not bench.overrides.covers(subject(bench, **terms), "max_quantity")


@pytest.mark.parametrize("terms", [{"order_qty": 1}, {"price": 430 * SCALE}])
def test_an_order_of_better_terms_is(terms: dict[str, Any]) -> None:
    bench = Bench()
    grant(bench)
    assert bench.overrides.covers(subject(bench, **terms), "max_quantity")


def test_the_price_of_a_sell_is_the_lowest() -> None:
    bench = Bench()
    grant(bench, side="sell")
    assert bench.overrides.covers(subject(bench, side=Side.SELL, price=431 * SCALE), "credit")
    assert not bench.overrides.covers(subject(bench, side=Side.SELL, price=431 * SCALE - 1), "credit")


def test_without_a_price_it_is_for_an_order_without_one() -> None:
    bench = Bench()
    grant(bench, price=None)
    assert bench.overrides.covers(subject(bench, price=ABSENT), "credit")
    assert not bench.overrides.covers(subject(bench), "credit")


def test_a_replace_is_known_by_its_own_id() -> None:
    bench = Bench()
    grant(bench)
    assert bench.overrides.covers(subject(bench, replaces="OLD-1"), "credit")
    assert not bench.overrides.covers(subject(bench, replaces="BIG-1", cl_ord_id="NEXT"), "credit")


def test_it_serves_once_and_that_is_on_record() -> None:
    bench = Bench()
    grant(bench)
    bench.used_ids.add(("alpha", "BIG-1"))
    assert not bench.overrides.covers(subject(bench), "credit")
    bench.server.tick(bench.clock.now_ns(), bench.clock.utc_ns())
    assert bench.facts()[-1].items() >= {"event": "override_used", "strategy": "alpha", "cl_ord_id": "BIG-1"}.items()
    # the books forget the id one day; the override is used all the same
    bench.used_ids.clear()
    assert not bench.overrides.covers(subject(bench), "credit")
    assert not bench.restarted().overrides.covers(subject(bench), "credit")
    [shown] = bench.client("vera").call("override.list")["answer"]["overrides"]
    assert shown["state"] == "used"


def test_its_time_runs_from_the_approval() -> None:
    bench = Bench()
    pending = bench.client("rita").call("override.grant", GRANT, "block trade")["pending"]
    bench.clock.advance(300 * SECOND)
    bench.client("rob").call("control.approve", {"request": pending["id"]}, "agreed")
    bench.clock.advance(599 * SECOND)
    assert bench.overrides.covers(subject(bench), "credit")
    bench.clock.advance(SECOND)
    assert not bench.overrides.covers(subject(bench), "credit")
    [shown] = bench.client("vera").call("override.list")["answer"]["overrides"]
    assert shown["state"] == "expired"


def test_revoked() -> None:
    bench = Bench()
    grant(bench)
    token = {"strategy": "alpha", "cl_ord_id": "BIG-1"}
    assert bench.client("rob").call("override.revoke", token, "not needed")["ok"]
    assert not bench.overrides.covers(subject(bench), "credit")
    assert not bench.restarted().overrides.covers(subject(bench), "credit")
    assert "no override that could be revoked" in bench.client("rob").call("override.revoke", token, "again")["error"]


def test_it_survives_a_restart_and_the_end_of_old_segments() -> None:
    bench = Bench()
    grant(bench)
    assert bench.restarted().overrides.covers(subject(bench), "credit")
    bench.trail.chain.write_checkpoint(bench.clock.utc_ns())
    del bench.records[:-1]
    after = bench.restarted()
    assert after.overrides.covers(subject(bench), "credit")
    assert not after.overrides.covers(subject(bench, order_qty=5000 * SCALE + 1), "credit")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"strategy": "gamma"}, "strategy 'gamma' received, expected one of this gateway"),
        ({"symbol": "XYZ"}, "symbol 'XYZ' received"),
        ({"side": "bye"}, "side 'bye' received, expected one of buy, sell"),
        ({"checks": ["kill"]}, "check 'kill' received, expected one that may be overridden"),
        ({"checks": ["gate", "capabilities", "session"]}, "check 'capabilities'"),
        ({"checks": []}, "checks: "),
        ({"max_qty": "0"}, "max_qty: "),
        ({"max_qty": 5.5}, "max_qty: "),
        ({"valid_s": 0}, "valid_s: "),
    ],
)
def test_what_can_not_be_granted(changes: dict[str, Any], text: str) -> None:
    bench = Bench()
    answer = bench.client("rita").call("override.grant", {**GRANT, **changes}, "a try")
    assert not answer["ok"]
    assert text in answer["error"]


def test_an_id_that_is_taken_can_not_be_granted() -> None:
    bench = Bench()
    bench.used_ids.add(("alpha", "BIG-1"))
    assert "was used before" in bench.client("rita").call("override.grant", GRANT, "late")["error"]
    bench.used_ids.clear()
    grant(bench)
    assert "has an override already" in bench.client("rita").call("override.grant", GRANT, "again")["error"]


def test_support_can_not_grant() -> None:
    bench = Bench(people=PEOPLE)
    assert bench.client("sue").call("override.grant", GRANT, "a try")["code"] == "not_permitted"
