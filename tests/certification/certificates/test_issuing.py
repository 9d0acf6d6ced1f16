"""A certificate is made where nothing stands against it; else all that does is named."""

from datetime import timedelta

import pytest
from certificate_runs import NOW, SHA256, catalogue_of, good_results, issued, named, request, result, run

from fairlead.certification.certificates.issuing import Refusal, make_certificate
from fairlead.certification.model.verdicts import Verdict

WAIVER = {"owner": "Jane", "reason": "ticket 4711", "expires": "2026-11-28"}


def refused(*runs: object, **more: object) -> tuple[str, ...]:
    with pytest.raises(Refusal) as caught:
        issued(*runs, **more)  # type: ignore[arg-type]
    return caught.value.reasons


def test_certificate_binds_what_was_tested() -> None:
    document = issued()
    assert document["mandatory"] == ["EX01", "OE09"]
    assert (document["protocol"], document["profile"], document["profile_sha256"]) == ("fix44", "exchange44", SHA256)
    assert (document["issued"], document["valid_until"]) == ("2026-11-28T12:00:00Z", "2027-02-26T12:00:00Z")
    assert document["verdicts"] == {"EX01": {"verdict": "pass"}, "OE09": {"verdict": "pass"}}


@pytest.mark.parametrize("verdict", [Verdict.NON_STRICT, Verdict.UNSUPPORTED])
def test_tolerated_and_unsupported_cases_stand_against_nothing(verdict: Verdict) -> None:
    document = issued(run([result("EX01", verdict), *good_results()[1:]]))
    assert document["verdicts"]["EX01"] == {"verdict": verdict.value}


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Verdict.FAIL, "EX01 fix44 initiator failed: so"),
        (Verdict.BLOCKED, "EX01 fix44 initiator is blocked: so"),
    ],
)
def test_mandatory_case_that_did_not_go_well_is_named(verdict: Verdict, said: str) -> None:
    results = [result("EX01", verdict), *good_results()[1:]]
    assert refused(run(results)) == (said,)
    results[0].waiver = WAIVER
    assert issued(run(results))["verdicts"]["EX01"] == {"verdict": verdict.value, "waiver": WAIVER}
    # to the end of its last day, and no longer
    assert refused(run(results), issued=NOW + timedelta(days=1)) == (
        said.replace(": so", " (its waiver expired on 2026-11-28): so"),
    )


def test_missing_cases_and_variants_are_named() -> None:
    assert refused(run(good_results()[2:])) == (
        "EX01 is missing: no run has it (Title of EX01)",
        "OE09 with cut=rst is missing: no run has it",
    )


def test_several_runs_make_one_certificate_and_the_worst_counts() -> None:
    first, second = run(good_results()[:1]), run(good_results()[1:])
    assert [each["sha256"][-1] for each in issued(first, second)["runs"]] == ["1", "2"]
    flaky = run([result("EX01", Verdict.FAIL)])
    assert refused(flaky, first, second) == ("EX01 fix44 initiator failed: so",)


def test_optional_failure_is_told_and_refuses_nothing() -> None:
    document = issued(run([*good_results(), result("OE13", Verdict.FAIL)]))
    assert document["verdicts"]["OE13"] == {"verdict": "fail"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": "engine"}, "run2.json: kind engine, expected gateway"),
        ({"profile": "broker42"}, "run2.json: profile broker42, expected exchange44"),
        ({"profile_sha256": "cd" * 32}, f"run2.json: profile_sha256 {'cd' * 32}, expected {SHA256}"),
        ({"fairlead_version": "0.0.9"}, "run2.json: fairlead_version 0.0.9, expected 0.1.0"),
        ({"catalogue_version": "0.9"}, "run2.json: catalogue_version 0.9, expected 1.0"),
        ({"mode": "live"}, "run2.json: mode live, expected scripted"),
    ],
)
def test_run_of_something_else_is_refused(changed: dict[str, str], said: str) -> None:
    assert refused(run(), run(**changed)) == (said,)


def test_profile_at_hand_must_be_the_one_that_was_tested() -> None:
    assert refused(run(), profile_sha256="cd" * 32) == (f"run1.json: profile_sha256 {SHA256}, expected {'cd' * 32}",)


def test_one_certificate_is_of_one_protocol() -> None:
    assert refused(run([*good_results(), result("EX01", protocol="fix42")])) == (
        "results of fix42 and fix44, expected those of one protocol",
    )
    assert refused(run([])) == ("results of no protocol, expected those of one protocol",)


def test_nothing_mandatory_is_nothing_certified() -> None:
    with pytest.raises(Refusal, match="nothing would be certified"):
        make_certificate(named(run()), request(), catalogue_of(), "1.0")
