"""JUnit XML says of each result what a build server shows of it."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from runs import hostile_run, make_result, make_run

from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.reports.junit import write_junit


def test_every_result_is_a_testcase_under_its_group_protocol_and_role() -> None:
    suites = ElementTree.fromstring(write_junit(make_run()))
    counts = ("tests", "failures", "skipped", "errors")
    assert [suites.get(name) for name in counts] == ["7", "2", "3", "0"]
    assert {suite.get("name"): [suite.get(name) for name in counts] for suite in suites} == {
        "FS.fix42.acceptor": ["1", "1", "0", "0"],
        "FS.fix44.acceptor": ["4", "1", "1", "0"],
        "SX.fix44.acceptor": ["2", "0", "2", "0"],
    }


def test_failure_says_what_happened_with_steps_and_wire() -> None:
    suites = ElementTree.fromstring(write_junit(make_run([make_result("FS-2c", Verdict.FAIL)])))
    failure = suites.find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("message") == "Heartbeat(0) received, expected Logon(A) in FS-2c"
    for text in (
        "step 2 expect.Logon: Heartbeat(0) received",
        "in  session Logon 8=FIX.4.4|9=5|35=A|",
        "again: fairlead",
    ):
        assert text in (failure.text or "")


def test_properties_hold_seed_and_versions() -> None:
    suites = ElementTree.fromstring(write_junit(make_run([make_result()])))
    found = {entry.get("name"): entry.get("value") for entry in suites.findall("testsuite/properties/property")}
    assert found["seed"] == "7"
    assert found["fairlead_version"] == "0.1.0"
    assert found["catalogue_version"] == "1.0"
    assert found["subject_version"] == "1.15"
    of_case = {p.get("name"): p.get("value") for p in suites.findall("testsuite/testcase/properties/property")}
    assert (of_case["seed"], of_case["verdict"], of_case["level"]) == ("99", "pass", "must")


def test_waived_failure_is_skipped_with_its_owner() -> None:
    waiver = {"owner": "Jane", "reason": "ticket 1", "expires": "2026-12-31"}
    suites = ElementTree.fromstring(write_junit(make_run([make_result("FS-2c", Verdict.FAIL, waiver=waiver)])))
    skipped = suites.find("testsuite/testcase/skipped")
    assert suites.get("failures") == "0"
    assert skipped is not None
    assert "waived by Jane until 2026-12-31: ticket 1" in (skipped.get("message") or "")


def test_hostile_texts_stay_texts() -> None:
    suites = ElementTree.fromstring(write_junit(hostile_run()))
    assert suites.find(".//script") is None


@given(st.text())
def test_any_text_makes_xml_that_can_be_read(text: str) -> None:
    result = make_result("FS-2c", Verdict.FAIL, complaint=text, title=text, variant={"a": text})
    assert ElementTree.fromstring(write_junit(make_run([result], subject=text))).get("failures") == "1"
