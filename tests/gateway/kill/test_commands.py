"""Operators preview, engage, follow, resolve and release kills by name."""

from pathlib import Path

import pytest
from kill_bench import KillBench
from kill_desk import Desk
from pydantic import ValidationError

from fairlead.gateway.control.commands import ControlError


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    bench = KillBench(tmp_path)
    bench.open("1")
    bench.open("2")
    bench.open("3", "b", venue="Y")
    return Desk(bench)


def test_a_preview_counts_and_does_nothing(desk: Desk) -> None:
    found = desk.call("preview")
    assert (found["scope"], found["orders"], found["standing"]) == ("everything", 3, "")
    assert [(each["venue"], each["orders"], each["is_up"]) for each in found["venues"]] == [
        ("X", 2, True),
        ("Y", 1, True),
    ]
    assert found["strategies"] == [{"strategy": "a", "orders": 2}, {"strategy": "b", "orders": 1}]
    assert desk.bench.switch.kills == {}
    kill_id = desk.call("engage")["kill"]
    assert desk.call("preview")["standing"] == kill_id


def test_engage_and_follow_to_the_end(desk: Desk) -> None:
    engaged = desk.call("engage", strategy="a")
    kill_id = engaged["kill"]
    assert (engaged["state"], engaged["total"], engaged["live"]) == ("cancelling", 2, 2)
    assert (engaged["before"], engaged["after"]) == ({"blocks": []}, {"blocks": [kill_id], "orders": 2})
    desk.bench.pass_time(1)
    status = desk.call("status", kill=kill_id, lines=1)
    assert (status["state"], status["escalated"], len(status["escalations"])) == ("escalated", 2, 1)
    order = desk.bench.ledger.find("a", "1")
    assert order is not None
    line = status["escalations"][0]
    assert (line["venue_cl_ord_id"], line["order_id"]) == (order.venue_cl_ord_id, order.order_id)
    assert (line["symbol"], line["side"], line["leaves_qty"]) == ("MSFT", "BUY", "100")
    assert status["contacts"]["X"]["procedure"] == "ask for a purge"
    desk.bench.confirm_all(desk.bench.x)
    status = desk.call("status", kill=kill_id)
    assert (status["state"], status["is_blocking"], status["escalations"]) == ("done", True, [])
    assert status["venues"][0]["dead"] == {"canceled": 2}
    assert status["venues"][0]["stages"]["last_confirmed"] == desk.bench.times[1]


def test_orders_are_named_by_either_id(desk: Desk) -> None:
    order = desk.bench.ledger.find("a", "1")
    assert order is not None
    found = desk.call("engage", orders=(order.order_id, "b/3"))
    assert (found["total"], found["is_blocking"]) == (2, False)
    with pytest.raises(ControlError, match="order 'a/9' received, expected an OrderID, or STRATEGY/CLORDID"):
        desk.call("engage", orders=("a/9",))
    with pytest.raises(ControlError, match="single orders can't be blocked"):
        desk.call("engage", orders=("a/1",), cancel=False)
    with pytest.raises(ControlError, match="expected one of the two"):
        desk.call("preview", orders=("a/1",), strategy="a")


@pytest.mark.parametrize("label", ["strategy", "account", "venue", "symbol"])
def test_a_name_that_nobody_has_is_a_mistake(desk: Desk, label: str) -> None:
    with pytest.raises(ControlError, match=f"{label} 'nobody' received, expected one"):
        desk.call("engage", **{label: "nobody"})
    assert desk.bench.switch.kills == {}


def test_resolve_one_line_or_a_venues(desk: Desk) -> None:
    kill_id = desk.call("engage")["kill"]
    with pytest.raises(ControlError, match="no order at X on its escalation list"):
        desk.call("resolve", kill=kill_id, venue="X")
    desk.bench.pass_time(1)
    assert desk.call("resolve", kill=kill_id, venue="X")["resolved"] == 2
    order = desk.bench.ledger.find("b", "3")
    assert order is not None
    assert desk.call("status", kill=kill_id)["escalated"] == 1
    assert desk.call("resolve", kill=kill_id, orders=(order.order_id,))["resolved"] == 1
    status = desk.call("status", kill=kill_id)
    assert (status["state"], status["live"], status["resolved"]) == ("resolved", 3, 3)
    with pytest.raises(ControlError, match="one of the two"):
        desk.call("resolve", kill=kill_id)


def test_release_takes_two_people(desk: Desk) -> None:
    command = desk.commands.by_name["kill.release"]
    assert command.needs_approval
    kill_id = desk.call("engage", venue="X")["kill"]
    with pytest.raises(ControlError, match="2 orders of kill K1-1 live"):
        desk.call("release", kill=kill_id, approver="bob")
    released = desk.call("release", kill=kill_id, approver="bob", with_live=True)
    assert (released["state"], released["released_by"], released["approved_by"]) == ("released", "ann", "bob")
    assert released["live_by_venue"] == {"X": 2}
    assert [each["state"] for each in desk.call("list")["kills"]] == ["released"]
    with pytest.raises(ControlError, match="kill 'K9' received, expected one of: none is in force"):
        desk.call("status", kill="K9")


def test_unknown_arguments_are_refused(desk: Desk) -> None:
    with pytest.raises(ValidationError):
        desk.call("engage", strateqy="a")
