"""Engines that break one rule each: the cases about it go red. Engines that keep all are passed."""

import asyncio
from collections.abc import Iterable

import pytest
from soup_suite import bad, options_for, play, verdicts
from stub_acceptor import USERS, StubAcceptor
from stub_initiator import StubInitiator

from fairlead.certification.cases import load_catalogue
from fairlead.certification.model.results import RunResult
from fairlead.certification.model.verdicts import Level
from fairlead.certification.soup_engine.subject import SoupSubject

QUICK = {"heartbeat_s": 0.25, "silence_s": 1.0, "patience_s": 0.8, "pause_s": 0.1}

ACCEPTORS = {
    "no session's name": ["SP01.a"],
    "tells one more": ["SP01.b"],
    "anybody may": ["SP02.a", "SP02.d"],
    "refuses in silence": ["SP02.a", "SP02.b"],
    "stays open after a refusal": ["SP02.a"],
    "the wrong reason": ["SP02.a", "SP02.b"],
    "any session will do": ["SP02.b"],
    "believes the number": ["SP02.c"],
    "a wrong login costs a number": ["SP02.d"],
    "never replays": ["SP03.a", "SP03.b"],
    "replays one more": ["SP01.b", "SP03.b"],
    "replays one less": ["SP03.b"],
    "replays in other words": ["SP03.b"],
    "0 is the beginning": ["SP03.c"],
    "segments are packets": ["SP04.a", "SP04.b"],
    "one packet a segment": ["SP04.c"],
    "length 0 goes on": ["SP05.a"],
    "any type is a message": ["SP05.b"],
    "no login needed": ["SP05.c"],
    "half logins are taken": ["SP05.d"],
    "counts half a packet": ["SP05.e"],
    "logs in twice": ["SP05.f"],
    "no heartbeats": ["SP06.a"],
    "never gives up": ["SP06.b"],
    "impatient": ["SP06.b"],
    "heartbeats do not count": ["SP06.c"],
    "ignores logout": ["SP06.d"],
    "answers debug": ["SP06.e"],
    "debug ends it": ["SP06.e"],
    "no end packet": ["SP07.a"],
    "sessions never end": ["SP07.a"],
    "two at a time": ["SP08"],
}
INITIATORS = {
    "another password": ["SP01.c"],
    "pads on the wrong side": ["SP01.d"],
    "forgets the session": ["SP01.d"],
    "forgets the number": ["SP01.d"],
    "hammers": ["SP02.e", "SP02.f"],
    "asks by name for ever": ["SP02.f"],
    "takes twice": ["SP02.g", "SP03.e", "SP03.g"],
    "asks one ahead": ["SP03.d"],
    "counts from its own number": ["SP03.e", "SP03.f"],
    "segments are packets": ["SP04.d", "SP04.e"],
    "one packet a segment": ["SP04.f"],
    "length 0 goes on": ["SP05.g"],
    "any type counts": ["SP05.h"],
    "counts half a packet": ["SP05.i"],
    "believes any answer": ["SP05.j"],
    "counts before the answer": ["SP05.k"],
    "believes a second answer": ["SP05.l"],
    "no heartbeats": ["SP06.f"],
    "never gives up": ["SP06.g"],
    "impatient": ["SP06.g"],
    "heartbeats do not count": ["SP06.h"],
    "debug counts": ["SP06.i"],
    "never lets go": ["SP07.b"],
    "keeps counting": ["SP07.c"],
    "sticks to its session": ["SP07.c"],
}


async def _play_acceptor(broken: str, *ids: str) -> RunResult:
    stub = StubAcceptor(broken)
    port = await stub.start()
    options = options_for("acceptor", port, USERS, message="51<a6>", triggers={"end": stub.end_session}, **QUICK)
    try:
        async with SoupSubject(options, "a stub") as subject:
            return await play(subject, *ids)
    finally:
        await stub.stop()


async def _play_initiator(broken: str, *ids: str) -> RunResult:
    async with SoupSubject(options_for("initiator", 0, USERS, back_s=2.0, **QUICK), "a stub") as subject:
        stubs = [StubInitiator(user, subject.port, broken) for user in USERS]
        try:
            return await play(subject, *ids)
        finally:
            await asyncio.gather(*(stub.stop() for stub in stubs))


def _red(run: RunResult) -> set[str]:
    return {key.split()[0] for key, verdict in verdicts(run).items() if verdict == "fail"}


async def test_an_acceptor_that_keeps_every_rule_passes() -> None:
    # the end of the session comes last: no other case can be played behind it
    run = await _play_acceptor("", "SP01", "SP02", "SP03", "SP04", "SP05", "SP06", "SP08")
    assert bad(run) == {}
    ended = await _play_acceptor("", "SP07")
    assert verdicts(ended) == {"SP07.a": "pass"}


async def test_an_initiator_that_keeps_every_rule_passes() -> None:
    run = await _play_initiator("")
    assert bad(run) == {}


@pytest.mark.parametrize("broken", ACCEPTORS)
async def test_a_broken_acceptor_is_noticed(broken: str) -> None:
    run = await _play_acceptor(broken, *ACCEPTORS[broken])
    assert _red(run) == set(ACCEPTORS[broken]), verdicts(run)


@pytest.mark.parametrize("broken", INITIATORS)
async def test_a_broken_initiator_is_noticed(broken: str) -> None:
    run = await _play_initiator(broken, *INITIATORS[broken])
    assert _red(run) == set(INITIATORS[broken]), verdicts(run)


async def test_an_honest_lower_number_is_tolerated() -> None:
    assert verdicts(await _play_acceptor("lowers it", "SP02.c")) == {"SP02.c": "non-strict"}


@pytest.mark.parametrize(("role", "broken"), [("acceptor", ACCEPTORS), ("initiator", INITIATORS)])
def test_every_case_is_gone_red_once(role: str, broken: dict[str, Iterable[str]]) -> None:
    cases = load_catalogue().choose("engine", "soup", role)
    red = {case_id for ids in broken.values() for case_id in ids}
    assert {case.id for case in cases} == red
    assert {case.level for case in cases} == {Level.MUST, Level.SHOULD} | ({Level.OPTIONAL} & {c.level for c in cases})
