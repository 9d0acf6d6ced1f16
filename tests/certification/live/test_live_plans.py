"""What a case will take at a venue that nobody scripts: known before its first order."""

import asyncio
from pathlib import Path

import pytest
from stranger import EXAMPLES, live_file

from fairlead.certification.cases import load_catalogue
from fairlead.certification.gateway.capabilities import load_capabilities
from fairlead.certification.gateway.choosing import profile_cases
from fairlead.certification.live.configuration import LiveError, read_live
from fairlead.certification.live.plan import CasePlan, make_plan
from fairlead.certification.live.rehearsal import rehearse
from fairlead.certification.live.triggers import OUTCOMES, RESTING, Phase, Trigger, choose, in_words, is_outcome

ENVIRON = {"UAT_PASSWORD": "x"}


def _plans(profile: str, path: Path) -> dict[str, CasePlan]:
    table, config = load_capabilities(profile), read_live(path, ENVIRON)
    cases = profile_cases(load_catalogue(), table.protocol)
    return {
        f"{case.id} {','.join(str(value) for value in variant.values())}".strip(): make_plan(
            asyncio.run(rehearse(case, variant, table)), config, table.heartbeat_s, case.id
        )
        for case in cases
        for variant in case.variants()
    }


def test_the_steps_of_a_case_are_automatic_asked_or_impossible() -> None:
    plans = _plans("exchange44", EXAMPLES / "exchange44.toml")
    assert plans["OE01"].says() == "automatic"
    assert plans["OE10"].terms["A"].says() == "quantity 900024"
    assert plans["EX06"].asked == {3: "let it expire"}
    assert plans["FR06"].asked == {5: "while the link is down: execute a part of it and leave the rest open"}
    assert plans["FR04"].says() == "automatic, waits 25 s"
    assert plans["FR19 Side"].says().startswith("not possible: venue.mangle: no venue's desk sends")
    assert "keeps orders when it loses us" in plans["FR08"].impossible
    # what no desk can do is possible where a quantity brings it
    assert plans["EX14"].terms["A"].says() == "quantity 900018"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_example_gives_each_case_a_plan(path: Path) -> None:
    if path.stem == "answers":
        return
    plans = _plans(path.stem, path)
    assert sum(not plan.impossible and not plan.questions for plan in plans.values()) >= 35


def test_without_a_trigger_the_operator_arranges_it_before_the_request(tmp_path: Path) -> None:
    path = tmp_path / "live.toml"
    path.write_text('[venue]\nhost = "h:1"\n[orders]\nsymbols = ["A"]\n[safety]\nmax_orders = 1\nmax_quantity = 1000\n')
    plans = _plans("exchange44", path)
    assert plans["OE05"].arranged == {"A": "before the next order comes, have the venue ready to: refuse it"}
    assert plans["OE10"].arranged == {
        "B": "before the next cancel of order A comes, have the venue ready to: execute all that is left of it,"
        " then refuse the request"
    }
    assert "no venue's desk reports an execution a second time" in plans["EX14"].impossible
    assert plans["OE09 0"].says() == "automatic"


def test_a_trigger_that_brings_more_than_the_case_has_is_in_its_way() -> None:
    rests, fills = Trigger("1", ("ack",)), Trigger("2", ("ack", "fill rest"))
    phases = [Phase("place", "A", [("ack", 1)])]
    assert choose([fills, rests], phases, "limit", "day") is rests
    assert choose([fills], phases, "limit", "day") is RESTING
    assert choose([fills], [Phase("place", "A", [("reject", 1)])], "limit", "day") is None
    longer = [Phase("place", "A", [("ack", 1), ("fill rest", 2)])]
    assert choose([rests, fills], longer, "limit", "day") is fills
    assert choose([Trigger("3", ("ack", "fill rest"), tifs=("day",))], longer, "limit", "gtc") is RESTING
    # a request that has no answer in the case may never reach the venue
    assert choose([rests], [*phases, Phase("cancel", "B")], "limit", "day") is rests


def test_every_outcome_has_words_for_the_desk() -> None:
    assert all(
        in_words(f"{when}{word}").endswith(text) for word, text in OUTCOMES.items() for when in ("", "late ", "away ")
    )
    assert not is_outcome("vanish")


def test_a_live_file_tells_all_its_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "live.toml"
    path.write_text("colour = {}\n[venue]\nhost = 7\nport = 1\n[orders]\nsymbols = []\n[safety]\nmax_quantity = 5\n")
    with pytest.raises(LiveError) as caught:
        read_live(path)
    for part in (
        "colour: no such table",
        "venue.port: no such key",
        "venue.host: 7 received, expected str",
        "orders.symbols: an empty list received",
        "safety.max_orders: it is missing, expected int",
    ):
        assert part in str(caught.value)
    more = '{ brings = ["vanish"], quantity = 1 },\n{ brings = ["ack"], quantity = 2000000 },\n'
    with pytest.raises(LiveError) as caught:
        read_live(live_file(tmp_path, "exchange44", "nowhere", more, password='password = "hunter2"'), {})
    for part in (
        "venue.host: 'nowhere' received, expected HOST:PORT",
        "venue.password: expected env:NAME or file:PATH",
        "triggers[1].brings: 'vanish' received, expected some of ack, reject",
        "triggers[2].quantity: 2000000 is above safety.max_quantity 1000000",
    ):
        assert part in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_production_host_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LiveError, match="marked `production = true`"):
        read_live(live_file(tmp_path, "broker42", "h:1", venue="production = true"))
    (tmp_path / "gateway.toml").write_text('[[venues]]\nname = "X"\nproduction = true\nhosts = ["h:1"]\n')
    path = live_file(tmp_path, "broker42", "h:1", max_orders='max_orders = 9\nconfigurations = ["gateway.toml"]')
    with pytest.raises(LiveError, match="h:1 is production venue X of .*gateway.toml"):
        read_live(path)
    assert read_live(live_file(tmp_path, "broker42", "h:2")).target == "h:2"
