"""Runs of sessions and of market data go with those of a profile; what they lack is said."""

import pytest
from certificate_runs import case, catalogue_of, good_results, named, request, result, run

from fairlead.certification.certificates.issuing import Refusal, make_certificate
from fairlead.certification.model.case import Catalogue
from fairlead.certification.model.results import RunResult
from fairlead.certification.model.verdicts import Level, Verdict

ENGINE = {"kind": "engine", "profile": "", "profile_sha256": "", "subject_version": "0.1.0"}
MARKET = {**ENGINE, "kind": "gateway"}


def catalogue() -> Catalogue:
    engine = {"subjects": frozenset(("engine",))}
    return catalogue_of(
        case("EX01"),
        case("OE09", vary={"cut": ("rst", "fin")}),
        case("SX01", **engine),
        case("SX02", **engine, vary={"lost": (1, 2)}),
        case("SX08", Level.SHOULD, **engine),
        case("SX10", **engine, roles=frozenset(("acceptor",))),
        case("SP03.d", protocols=("soup",), **engine),
        case("MD01", protocols=("itch",)),
    )


def sessions(*more: object, **changed: str) -> RunResult:
    results = [result("SX01", group="SX"), *(result("SX02", group="SX", variant={"lost": n}) for n in (1, 2))]
    return run([*results, *more], **{**ENGINE, **changed})  # type: ignore[list-item]


def market() -> RunResult:
    return run([result("MD01", group="MD", protocol="itch", role="")], **MARKET)


def issue(*runs: RunResult, covers: tuple[str, ...] = ()) -> dict[str, object]:
    return make_certificate(named(run(good_results()), *runs), request(covers=covers), catalogue(), "1.0")


def refused(*runs: RunResult, covers: tuple[str, ...] = ()) -> tuple[str, ...]:
    with pytest.raises(Refusal) as caught:
        issue(*runs, covers=covers)
    return caught.value.reasons


def test_groups_of_other_runs_are_covered_whole() -> None:
    document = issue(sessions(), market(), covers=("SX",))
    assert document["covers"] == ["EX", "FR", "MD", "OE", "SX"]
    assert document["mandatory"] == ["EX01", "MD01", "OE09", "SX01", "SX02"]
    assert document["verdicts"]["SX02"] == {"verdict": "pass"}  # type: ignore[index]
    assert len(document["runs"]) == 3  # type: ignore[arg-type]
    assert issue()["covers"] == ["EX", "FR", "OE"]


def test_what_a_covered_group_lacks_is_named() -> None:
    assert refused(covers=("SX",)) == (
        "SX01 is missing: no run has it (Title of SX01)",
        "SX02 is missing: no run has it (Title of SX02)",
    )
    part = run([result("SX01", group="SX"), result("SX02", group="SX", variant={"lost": 1})], **ENGINE)
    assert refused(part) == ("SX02 with lost=2 is missing: no run has it",)
    failed = sessions(result("SX01", Verdict.FAIL, group="SX"))
    assert refused(failed) == ("SX01 fix44 initiator failed: so",)
    # as acceptor towards strategies is another matter
    acceptor = run([result(name, group="SX", role="acceptor") for name in ("SX01", "SX02")], **ENGINE)
    assert refused(acceptor)[0] == "SX01 is missing: no run has it (Title of SX01)"


def test_runs_of_another_engine_or_protocol_are_refused() -> None:
    assert refused(sessions(subject_version="")) == (
        "run2.json: it is of version none, expected 0.1.0: `certify engine` is told by --engine-version",
    )
    assert refused(sessions(fairlead_version="0.0.9")) == ("run2.json: fairlead_version 0.0.9, expected 0.1.0",)
    soup = run([result("SP03.d", group="SP", protocol="soup")], **ENGINE)
    assert refused(soup)[-1] == "SP can't be covered with a profile of fix44, expected some of FS, SX, MD"
    assert "run2.json: results of SP, expected those of FS, SX, MD beside a profile of fix44" in refused(soup)
    other = sessions(result("SX01", group="SX", protocol="fix42"))
    assert refused(other) == ("run2.json: results of fix42, expected those of fix44",)


def test_sessions_alone_are_no_profile() -> None:
    with pytest.raises(Refusal, match="no run of profile exchange44"):
        make_certificate(named(sessions()), request(), catalogue(), "1.0")
