"""Plant one defect a rule about binary protocols: red on the capture that has it, green on the capture mended."""

# ruff: noqa: E501

import pytest
from native_script import (
    BEAT_C,
    BEAT_S,
    CLOSE,
    OPEN,
    QUERY5,
    UP,
    accepted,
    ack,
    ack5,
    action,
    add,
    answer5,
    broken,
    broken_trade,
    cancel,
    canceled,
    canceled5,
    delete,
    directory,
    enter,
    enter5,
    executed,
    feed,
    filled,
    login,
    mass5,
    mass_answer5,
    mold,
    priority,
    rejected,
    replace,
    replaced,
    restated5,
    session,
    soup,
)

from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.passive.judging import NATIVE_RULES, judge_log
from fairlead.certification.passive.reading import read_log_bytes

CLIENT, SERVER = "FAIR01", "10.0.0.2:5002"
AGAIN = (("C", CLOSE), ("S", CLOSE), ("C", OPEN), ("S", OPEN))
GAP_S = (("S", OPEN),)
ORDER = (*UP, ("C", enter()))
LIVE = (*ORDER, ("S", ack()))
FIVE = (*UP, ("C", enter5(5)), ("S", ack5(5)))
SPOKE = [("S", ack(f"X{number}")) for number in range(9)]
"""What shows that the venue has gone on."""


def beats(count: int, every_ms: int = 900):
    return [line for _ in range(count) for line in (("S", BEAT_S, every_ms), ("C", BEAT_C, 10))]


# case, side, what goes before both, the mended capture's rest, the broken capture's rest
SESSIONS = [
    ("SP01.a", SERVER, UP[:3], [("S", accepted())], [("S", accepted("", 1))]),
    ("SP01.a", SERVER, UP[:3], [("S", accepted())], [("S", accepted("DAY1", 0))]),
    ("SP01.b", SERVER, (*LIVE, *AGAIN, ("C", login("DAY1", 2))), [("S", accepted("DAY1", 2))], [("S", accepted("DAY1", 4))]),
    ("SP01.c", CLIENT, UP[:2], [("C", login())], [("C", soup("L", b"FAIR01    secret" + b" " * 29 + b"1"))]),
    ("SP01.d", CLIENT, (*LIVE, *AGAIN), [("C", login("DAY1", 2))], [("C", login("DAY1", 3))]),
    ("SP01.d", CLIENT, (*LIVE, *AGAIN), [("C", login("DAY1", 2))], [("C", login("DAY2", 2))]),
    ("SP02.a", SERVER, UP[:3], [("S", soup("J", b"A")), ("S", CLOSE)], [("S", soup("J", b"A")), ("S", ack())]),
    ("SP02.b", SERVER, UP[:3], [("S", soup("J", b"S")), ("S", CLOSE)], [("S", soup("J", b"S")), ("S", accepted())]),
    ("SP02.e", CLIENT, (*UP[:3], ("S", soup("J", b"A")), *AGAIN), [("C", login(), 900)], [("C", login())]),
    ("SP02.f", CLIENT, (*LIVE, *AGAIN, ("C", login("DAY1", 2)), ("S", soup("J", b"S")), *AGAIN), [("C", login("", 1), 900)], [("C", login("DAY1", 2), 900)]),
    ("SP03.a", SERVER, (*LIVE, *AGAIN, ("C", login("DAY1", 1)), ("S", accepted())), [("S", ack())], [("S", ack(shares=90))]),
    ("SP05.a", SERVER, (*UP, ("C", b"\0\0\0")), [("S", CLOSE)], SPOKE[:5]),
    ("SP05.b", CLIENT, UP, [("C", BEAT_C)], [("C", BEAT_S)]),
    ("SP05.b", SERVER, UP, [("S", BEAT_S)], [("S", soup("Q"))]),
    ("SP05.c", SERVER, (("C", OPEN), ("S", OPEN), ("C", enter())), [("S", CLOSE)], [("S", accepted()), ("S", ack())]),
    ("SP05.g", CLIENT, (*UP, ("S", b"\0\0\0")), [("C", CLOSE)], [("C", enter(f"T{number}")) for number in range(5)]),
    ("SP06.a", SERVER, UP, beats(3), [*beats(1), ("C", BEAT_C, 900), ("C", BEAT_C, 900), ("C", BEAT_C, 900), ("S", BEAT_S, 100)]),
    ("SP06.f", CLIENT, UP, beats(3), [("S", BEAT_S, 900), ("S", BEAT_S, 900), ("S", BEAT_S, 900), ("C", BEAT_C)]),
    ("SP06.b", SERVER, UP, [*(("S", BEAT_S, 900) for _ in range(16)), ("S", CLOSE, 900)], [("S", BEAT_S, 900) for _ in range(22)]),
    ("SP06.g", CLIENT, UP, [*(("C", BEAT_C, 900) for _ in range(16)), ("C", CLOSE, 900)], [("C", BEAT_C, 900) for _ in range(22)]),
    ("SP06.d", SERVER, (*LIVE, ("C", soup("O"))), [("S", CLOSE)], SPOKE),
    ("SP07.a", SERVER, (*LIVE, ("S", soup("Z"))), [("S", CLOSE)], [("S", ack("T9"))]),
    ("SP07.a", SERVER, (*LIVE, ("S", soup("Z")), *AGAIN, ("C", login("DAY1", 2))), [("S", soup("J", b"S"))], [("S", accepted("DAY1", 2))]),
    ("SP07.b", CLIENT, (*LIVE, ("S", soup("Z")), *AGAIN), [("C", login("", 1))], [("C", login("DAY1", 2))]),
    ("OE01", SERVER, ORDER, [("S", ack())], [("S", ack(shares=90))]),
    ("OE01", SERVER, ORDER, [("S", ack())], [("S", ack(price=100_100))]),
    ("OE01", SERVER, ORDER, [("S", ack())], SPOKE),
    ("OE02", SERVER, (*UP, ("C", enter(tif=0))), [("S", ack(tif=0))], [("S", ack(tif=0, shares=1))]),
    ("OE05", SERVER, (*ORDER, ("S", rejected())), [], [("S", filled())]),
    ("OE05", SERVER, ORDER, [("S", rejected())], [("S", ack()), ("S", rejected())]),
    ("OE07", CLIENT, LIVE, [("C", enter("T2"))], [("C", enter("T1"))]),
    ("OE07", CLIENT, LIVE, [*AGAIN, ("C", login("DAY1", 2)), ("S", accepted("DAY1", 2)), ("C", enter("T1"))], [("C", enter("T1", price=1))]),
    ("OE07", SERVER, (*LIVE, ("C", enter("T1"))), [], [("S", ack("T1"))]),
    ("OE08", CLIENT, FIVE, [("C", enter5(6))], [("C", enter5(4))]),
    ("OE08", SERVER, (*FIVE, ("C", enter5(5))), [], [("S", ack5(5))]),
    ("OE09", SERVER, (*LIVE, ("C", cancel())), [("S", canceled())], [("S", canceled(shares=101))]),
    ("OE09", SERVER, (*LIVE, ("C", cancel())), [("S", canceled())], SPOKE),
    ("OE10", SERVER, (*LIVE, ("S", filled(shares=100)), ("C", cancel())), [], [("S", canceled())]),
    ("OE11", SERVER, (*LIVE, ("C", cancel("T9"))), [], [("S", canceled("T9"))]),
    ("OE12", SERVER, (*LIVE, ("C", replace("T1", "T2"))), [("S", replaced("T1", "T2"))], [("S", replaced("T1", "T2", price=1))]),
    ("OE12", SERVER, (*LIVE, ("C", replace("T1", "T2"))), [("S", replaced("T1", "T2"))], [("S", replaced("T7", "T2"))]),
    ("OE12", SERVER, (*LIVE, ("C", replace("T1", "T2"))), [("S", replaced("T1", "T2"))], SPOKE),
    ("OE20", SERVER, (*LIVE, ("S", canceled()), ("C", replace("T1", "T2"))), [("S", rejected("T2"))], [("S", replaced("T1", "T2"))]),
    ("OE21", SERVER, (*LIVE, ("C", cancel("T1", 30))), [("S", canceled(shares=70))], [("S", canceled(shares=100))]),
    ("OE22", SERVER, (*FIVE, ("C", QUERY5)), [("S", answer5(6))], [("S", answer5(5))]),
    ("OE23", SERVER, (*FIVE, ("C", mass5(6))), [("S", mass_answer5(6))], [("S", canceled5(5)), *(("S", ack5(number)) for number in range(7, 16))]),
    ("EX01", SERVER, LIVE, [("S", filled())], [("S", canceled()), ("S", filled())]),
    ("EX03", SERVER, (*UP, ("C", enter(tif=0)), ("S", ack(tif=0))), [("S", canceled(reason="I"))], SPOKE),
    ("EX07", SERVER, LIVE, [("S", canceled(reason="S"))], [("S", canceled(reason=" "))]),
    ("EX07", SERVER, LIVE, [("S", canceled(reason="S"))], [("S", canceled(shares=200, reason="S"))]),
    ("EX08", SERVER, FIVE, [("S", restated5(5))], [("S", restated5(9))]),
    ("EX13", SERVER, (*LIVE, ("S", filled(match=1))), [("S", broken(match=1))], [("S", broken(match=2))]),
    ("EX14", SERVER, (*LIVE, ("S", filled(match=1))), [("S", filled(match=2))], [("S", filled(match=1))]),
    ("EX15", SERVER, ORDER, [("S", ack())], [("S", ack()), ("S", filled("T9"))]),
    ("EX16", SERVER, (*LIVE, ("S", filled(match=1))), [("S", filled(shares=60, match=2))], [("S", filled(shares=61, match=2))]),
    ("EX19", SERVER, (*LIVE, ("C", cancel()), ("S", filled())), [("S", canceled(shares=60))], [("S", canceled(shares=100))]),
    ("EX20", SERVER, LIVE, [("S", priority())], [("S", priority("T9"))]),
]  # fmt: skip

BEGUN = [("A", mold(1, directory(), add(1)))]
FEEDS = [
    ("MD01", "DAY1", BEGUN, [("A", mold(3, add(2)))], [("A", mold(3, add(2, locate=7)))]),
    ("MD02", "DAY1", BEGUN, [("A", mold(3, executed(1, 60), executed(1, 40, 2)))], [("A", mold(3, executed(1, 60), executed(1, 41, 2)))]),
    ("MD02", "DAY1", BEGUN, [("A", mold(3, delete(1)))], [("A", mold(3, delete(2)))]),
    ("MD02", "DAY1", BEGUN, [("A", mold(3, add(2)))], [("A", mold(3, add(1)))]),
    ("MD03", "DAY1", BEGUN, [("A", mold(3, executed(1, 5, 9), broken_trade(9)))], [("A", mold(3, executed(1, 5, 9), broken_trade(8)))]),
    ("MD04", "DAY1", BEGUN, [("A", mold(3, action("H")))], [("A", mold(3, action("Z")))]),
    ("MD05", "receiver", [*BEGUN, ("A", mold(4, add(3)))], [("Q", mold(3, count=1)), ("R", mold(3, add(2)))], [("Q", mold(9, count=1))]),
    ("MD06", "DAY1", BEGUN, [("B", mold(1, directory(), add(1)))], [("B", mold(1, directory(), add(1, shares=99)))]),
    ("MD09", "DAY1", BEGUN, [("A", mold(3), 900), ("A", mold(3), 1000)], [("A", mold(3), 900), ("A", mold(3), 3100)]),
    ("MD10", "DAY1", BEGUN, [("A", mold(3, count=0xFFFF))], [("A", mold(3, count=0xFFFF)), ("A", mold(3, add(2)))]),
    ("MD16", "DAY1", BEGUN, [("A", mold(3, add(2)))], [("A", mold(3, b"?what"))]),
]  # fmt: skip


def verdict_of(data: bytes, case_id: str, subject: str):
    run = judge_log([("c", read_log_bytes(data, "c"))], subject=subject, only=(case_id,))
    found = [result for result in run.results if result.case_id == case_id]
    assert len(found) <= 1
    return (found[0].verdict, found[0].complaint) if found else (None, "")


@pytest.mark.parametrize(("case_id", "subject", "before", "mended", "broken_rest"), SESSIONS)
def test_defect_of_a_session_is_red_and_its_mending_green(case_id, subject, before, mended, broken_rest) -> None:
    verdict, complaint = verdict_of(session([*before, *broken_rest]), case_id, subject)
    assert verdict is Verdict.FAIL, f"{verdict}: {complaint}"
    assert verdict_of(session([*before, *mended]), case_id, subject)[0] is Verdict.PASS


@pytest.mark.parametrize(("case_id", "subject", "before", "mended", "broken_rest"), FEEDS)
def test_defect_of_a_feed_is_red_and_its_mending_green(case_id, subject, before, mended, broken_rest) -> None:
    verdict, complaint = verdict_of(feed([*before, *broken_rest]), case_id, subject)
    assert verdict is Verdict.FAIL, f"{verdict}: {complaint}"
    verdict, complaint = verdict_of(feed([*before, *mended]), case_id, subject)
    assert verdict is Verdict.PASS, complaint


def test_every_native_rule_has_a_planted_defect() -> None:
    assert {rule.case_id for rule in NATIVE_RULES} == {case[0] for case in (*SESSIONS, *FEEDS)}
