"""Kills, counts and the clock, from the records that the gateway writes."""

from typing import Any

import orjson

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.streams import StreamInfo
from fairlead.gateway.operations.facts.part import Fact, FactsFollower

ORDERS = StreamInfo(1, "orders", "")
SCOPE = {"order": "", "strategy": "alpha", "account": "", "symbol": "", "venue": ""}
ENGAGED = {"event": "engaged", "id": "K1", "scope": SCOPE, "by": "sue", "reason": "runaway", "since": 5, "cancel": True}


def put(follower: FactsFollower, kind: int, values: Any, utc_ns: int = 10) -> None:
    payload = values if isinstance(values, bytes) else orjson.dumps(values)
    follower.on_record(Record(1, utc_ns, 0, 1, 1, kind, 1, 0, payload), ORDERS)


def test_a_kill_from_its_beginning_to_its_release() -> None:
    follower = FactsFollower()
    put(follower, kinds.KILL, ENGAGED | {"order_ids": []})
    put(follower, kinds.KILL, {"event": "orders", "id": "K1", "orders": ["O1", "O2"]})
    (kill,) = follower.kills.active
    assert (kill.scope_kind, kill.by, kill.listed, kill.done_utc_ns) == ("strategy", "sue", 2, 0)
    put(follower, kinds.KILL, {"event": "escalated", "id": "K1", "orders": ["O2"]})
    put(follower, kinds.KILL, {"event": "done", "id": "K1"}, utc_ns=900)
    assert (kill.escalated, kill.done_utc_ns) == (1, 900)
    second = FactsFollower()
    second.restore(orjson.loads(orjson.dumps(follower.keep())))
    assert second.kills.active == [kill]
    put(second, kinds.KILL, {"event": "released", "id": "K1", "by": "rita"}, utc_ns=1000)
    assert second.kills.active == []


def test_a_kill_whose_beginning_is_gone_is_passed_over() -> None:
    follower = FactsFollower()
    put(follower, kinds.KILL, {"event": "done", "id": "K9"})
    assert follower.kills.by_id == {}


def test_decisions_are_counted_by_check_and_told_to_subscribers() -> None:
    follower, heard = FactsFollower(), list[Fact]()
    follower.subscribe(heard.append)
    put(follower, kinds.DECISION, {"event": "risk_refused", "check": "collar"})
    put(follower, kinds.DECISION, {"event": "risk_refused", "check": "collar"})
    put(follower, kinds.DECISION, {"event": "clock", "offset_ns": 5, "max_error_ns": 7, "is_synchronised": True})
    assert follower.counts["decision risk_refused"] == 2
    assert follower.counts["decision risk_refused collar"] == 2
    assert follower.clock["max_error_ns"] == 7
    assert [fact.event for fact in heard] == ["risk_refused", "risk_refused", "clock"]
    # readings of the clock do not push out what people want to see
    assert [fact.event for fact in follower.last] == ["risk_refused", "risk_refused"]


def test_what_is_no_object_is_counted_and_harms_nothing() -> None:
    follower = FactsFollower()
    put(follower, kinds.DECISION, b"\xff{")
    put(follower, kinds.BREAK, b"[1]")
    assert follower.counts == {"unreadable decision": 1, "unreadable break": 1}
