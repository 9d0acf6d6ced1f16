"""Judge the message logs that QuickFIX itself writes of a session with us: both sides are without fault."""

from pathlib import Path

from orders import order

from fairlead.adapters.session_events import EventKind
from fairlead.certification.model.results import RunResult
from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.passive.judging import judge_log
from fairlead.certification.passive.reading import read_log


def judged(folder: Path) -> RunResult:
    (path,) = folder.glob("log/FIX*.messages.current.log")
    return judge_log([(path.name, read_log(path))])


async def test_log_of_a_recovered_session(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    pair.engine.send("1", (112, "ARE YOU THERE"))
    await pair.engine.saw("admin-in", {35: "0", 112: "ARE YOU THERE"})
    await pair.cut()
    for number in range(3):
        pair.ours.send("D", *order(f"A{number}"))
        pair.engine.send("D", *order(f"Q{number}"))
        await pair.engine.saw("out", {11: f"Q{number}"})
    await pair.connect()
    await pair.engine.saw("in", {11: "A2", 43: "Y"})
    await pair.ours.message("D", 11, "Q2")
    pair.ours.logout("done")
    await pair.ours.event(EventKind.LOGGED_OUT)
    await pair.ours.event(EventKind.DISCONNECTED)
    await pair.engine.stop()
    run = judged(pair.engine.folder)
    assert [result for result in run.results if result.verdict is not Verdict.PASS] == []
    found = {(result.case_id, result.variant["subject"]) for result in run.results}
    for case_id in ("FS-8", "FS-2a", "FS-3a", "FS-1B.c" if role == "acceptor" else "FS-1S.a"):
        assert (case_id, "FAIRLEAD") in found
    assert {("FS-4b", "FAIRLEAD"), ("FS-8", "QUICK"), ("FS-13b", "QUICK")} <= found
    assert {result.protocol for result in run.results} == {"fix42" if version == "FIX.4.2" else "fix44"}


async def test_log_shows_whose_defect_it_is(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    pair.engine.say("next-out 10")
    pair.engine.send("D", *order("Q1"))
    await pair.ours.event(EventKind.GAP_FILLED)
    await pair.engine.stop()
    failed = {
        (r.case_id, r.variant["subject"]) for r in judged(pair.engine.folder).results if r.verdict is Verdict.FAIL
    }
    assert failed == {("FS-2a", "QUICK")}
