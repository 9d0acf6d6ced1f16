"""Our own SoupBinTCP engine passes the suite: the strategy port as acceptor, OUCH venues as initiator."""

from our_gateway import SILENCE_S, OurGateway
from soup_suite import bad, options_for, play

from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.soup_engine.subject import SoupSubject


async def test_strategy_port_passes_every_case(gateway: OurGateway) -> None:
    port = await gateway.start()
    async with SoupSubject(options_for("acceptor", port, silence_s=SILENCE_S), "our strategy port") as subject:
        await subject.probe(wait_s=20)
        run = await play(subject)
    assert bad(run) == {}
    assert [result.case_id for result in run.results if result.verdict is not Verdict.PASS] == ["SP07.a"]


async def test_ouch_venue_session_passes_every_case(gateway: OurGateway) -> None:
    async with SoupSubject(options_for("initiator", 0), "our OUCH venue session") as subject:
        await gateway.start(venue_port=subject.port)
        await subject.probe()
        run = await play(subject)
    assert bad(run) == {}
    assert {result.verdict for result in run.results} == {Verdict.PASS}
