"""The pack says what happened in the period, and is not in order where evidence is stale."""

import json
from pathlib import Path
from typing import Any

import certificate_files
import pytest
from click.testing import CliRunner, Result

from fairlead.gateway.commands.check import check
from fairlead.gateway.commands.compliance import compliance
from fairlead.gateway.compliance.controls import ControlsError, load_controls, load_register
from fairlead.gateway.compliance.evidence import Exercise
from fairlead.gateway.compliance.kept_evidence import KeptEvidence, TestRun
from fairlead.gateway.compliance.page import render_page
from fairlead.gateway.compliance.report import Period, build_report, digest
from fairlead.gateway.compliance.verdicts import Verdict, judge
from fairlead.gateway.journal import kinds
from fairlead.gateway.risk.check_table_cy import CHECK_NAMES

from .conftest import NOON_NS, Records

DAY_NS = 86_400 * 1_000_000_000
ROOT = Path(__file__).resolve().parents[3]


def period(from_day: int = -1, to_day: int = 1, made_day: int = 1) -> Period:
    return Period(NOON_NS + from_day * DAY_NS, NOON_NS + to_day * DAY_NS, NOON_NS + made_day * DAY_NS)


def firm_file(records: Records, text: str) -> Path:
    path = records.folder / "controls.toml"
    path.write_text(text, encoding="utf-8")
    return path


def note_kill(records: Records, at_s: float) -> None:
    """Let two orders be killed, one of which is escalated before it is confirmed dead."""
    engaged = {"scope": {"strategy": "alpha"}, "order_ids": [], "by": "ann", "reason": "runaway", "cancel": True}
    records.note(at_s, {"event": "engaged", "id": "K1", **engaged, "since": records.at(at_s)}, kinds.KILL)
    records.note(at_s, {"event": "orders", "id": "K1", "orders": ["O1", "O2"]}, kinds.KILL)
    records.note(at_s + 0.02, {"event": "stage", "id": "K1", "venue": "XEXC", "stage": "all_sent"}, kinds.KILL)
    records.note(at_s + 1, {"event": "escalated", "id": "K1", "orders": ["O2"]}, kinds.KILL)
    records.note(at_s + 1.5, {"event": "done", "id": "K1"}, kinds.KILL)
    released = {"by": "ann", "approver": "bob", "reason": "fixed", "live": 0}
    records.note(at_s + 9, {"event": "released", "id": "K1", **released}, kinds.KILL)


def everything_in_order(records: Records) -> tuple[Path, KeptEvidence]:
    """Give every control an owner, a review, good tests and an exercise on the report's day."""
    entries = [
        f'[[controls]]\nid = "{control.id}"\nowner = "Head of Risk"\nreviewed = 2026-01-02\n'
        for control in load_register()
    ]
    kept = KeptEvidence(records.folder / "evidence.json")
    for control in load_register():
        kept.tested[control.id] = TestRun(NOON_NS, "junit.xml", "1.0", passed=3)
    for number, control in enumerate(load_register()):
        if control.checks:
            records.note(number, {"event": "risk_refused", "check": control.checks[0], "strategy": "alpha"})
        elif control.events:
            values: dict[str, Any] = {"event": control.events[0].lstrip("*")}
            if control.id == "kill":
                continue
            if control.events == ("clock",):
                values |= {"offset_ns": 40_000, "max_error_ns": 900_000, "is_synchronised": True}
            kind = kinds.OPERATOR if control.events == ("*operator",) else kinds.DECISION
            records.note(number, values, kind)
    kept.exercised["conformance"] = Exercise(NOON_NS, "certificates of exchange44", 0)
    note_kill(records, 60)
    records.note(61, {"event": "start"}, kinds.START)
    return firm_file(records, "\n".join(entries)), kept


def test_pack_of_a_firm_that_does_all_is_in_order(records: Records) -> None:
    path, kept = everything_in_order(records)
    records.close()
    told = build_report(records.config, load_controls(path), kept, period())
    assert told["complaints"] == []
    assert told["is_in_order"]
    assert {control["verdict"] for control in told["controls"]} == {"in order"}
    assert told["sha256"] == digest(told)
    (kill,) = told["kills"]
    assert (kill["by"], kill["orders"], kill["escalated"], kill["done_ms"]) == ("ann", 2, 1, 1500)
    assert kill["stages_ms"] == {"XEXC": {"all_sent": 20}}
    assert kill["released"] == {"utc_ns": records.at(69), "by": "ann", "approver": "bob"}
    assert digest(told | {"entity_id": "other"}) != told["sha256"]


def test_report_counts_what_the_period_has_and_nothing_else(records: Records) -> None:
    for day, name in ((-2, "collar"), (0, "collar"), (0, "rate"), (2, "collar")):
        values = {"check": name, "strategy": "alpha", "limit": "50", "value": "51", "cl_ord_id": f"A{day}"}
        records.note(day * 86_400, {"event": "risk_refused", **values})
    records.note(5, {"event": "set", "operator": "ann", "reason": "r", "before": {"max": "1"}}, kinds.LIMITS)
    records.note(6, {"event": "clock", "offset_ns": -250_000, "max_error_ns": 90, "is_synchronised": True})
    records.note(7, {"event": "clock", "offset_ns": 5, "max_error_ns": 90, "is_synchronised": False})
    records.close()
    records.write_config("max_clock_offset_us = 200")
    kept = KeptEvidence(records.folder / "evidence.json")
    told = build_report(records.config, load_controls(None), kept, period())
    assert told["refusals"]["by_check"] == {"collar": 1, "rate": 1}
    assert [row["cl_ord_id"] for row in told["refusals"]["rows"]] == ["A0", "A0"]
    assert [(row["operator"], row["before"]) for row in told["limit_changes"]] == [("ann", {"max": "1"})]
    day = told["clock"][0]
    assert (day["samples"], day["unsynchronised"], day["beyond_bound"], day["max_offset_ns"]) == (2, 1, 2, 250_000)
    # what is older than the period is evidence of exercise all the same, what is younger is not known yet
    assert kept.exercised["collar"].utc_ns == NOON_NS


def test_damaged_records_are_never_in_order(records: Records) -> None:
    path, kept = everything_in_order(records)
    records.close()
    segment = next(iter(sorted(records.journal.iterdir())))
    data = bytearray(segment.read_bytes())
    at = data.index(b"runaway")
    data[at] ^= 1
    segment.write_bytes(data)
    result = run(records, "report", "--out", str(records.folder / "out"))
    assert result.exit_code == 1
    assert "offset" in result.output
    assert path.exists() and kept.tested


@pytest.mark.parametrize(
    ("sort", "days", "expected"), [("tested", 31, ""), ("tested", 32, "tested 32 days ago, expected within 31")]
)
def test_evidence_is_fresh_up_to_its_age(records: Records, sort: str, days: int, expected: str) -> None:
    path = firm_file(records, '[[controls]]\nid = "override"\nowner = "Ann"\nreviewed = 2026-01-02\n')
    control = next(c for c in load_controls(path) if c.control_id == "override")
    kept = KeptEvidence(records.folder / "evidence.json")
    kept.tested["override"] = TestRun(NOON_NS, "junit.xml", "1.0", passed=1)
    judgement = judge(control, kept, NOON_NS + days * DAY_NS)
    assert judgement.complaints == ((expected,) if expected else ())
    assert judgement.verdict is (Verdict.STALE if expected else Verdict.IN_ORDER)


@pytest.mark.parametrize(("until", "verdict"), [("2026-01-02", Verdict.WAIVED), ("2026-01-01", Verdict.STALE)])
def test_waiver_holds_to_its_last_day(records: Records, until: str, verdict: Verdict) -> None:
    waiver = f'waiver = {{ reason = "new desk", by = "Ann", until = {until} }}'
    path = firm_file(records, f'[[controls]]\nid = "kill"\nowner = "Ann"\n{waiver}\n')
    control = next(c for c in load_controls(path) if c.control_id == "kill")
    assert judge(control, KeptEvidence(records.folder / "none.json"), NOON_NS).verdict is verdict


def test_mistakes_in_the_firm_file_are_told_at_once(records: Records) -> None:
    path = firm_file(
        records,
        '[[controls]]\nid = "kil"\nowner = "A"\n[[controls]]\nid = "kill"\n[[controls]]\nid = "kill"\n',
    )
    with pytest.raises(ControlsError) as error:
        load_controls(path)
    assert [line.split(",")[0] for line in error.value.mistakes] == [
        "control 'kil'",
        "control 'kill' stands here twice",
    ]
    path = firm_file(records, '[[controls]]\nid = "kill"\nowners = "A"\n')
    with pytest.raises(ControlsError, match="controls.0.owners"):
        load_controls(path)


def run(records: Records, *arguments: str) -> Result:
    return CliRunner().invoke(compliance, [arguments[0], "--config", str(records.config_path), *arguments[1:]])


JUNIT = """<testsuites><testsuite name="pytest">
<testcase classname="tests.gateway.kill.test_switch" name="test_a"/>
<testcase classname="tests.gateway.kill.test_switch" name="test_b">{outcome}</testcase>
<testcase classname="tests.gateway.killer" name="test_of_another_folder"><failure/></testcase>
</testsuite></testsuites>"""


@pytest.mark.parametrize(
    ("outcome", "exit_code", "line"),
    [
        ("", 0, "kill: 2 passed, 0 skipped"),
        ("<skipped/>", 0, "kill: 1 passed, 1 skipped"),
        ("<failure/>", 1, "kill: 1 passed, 0 skipped, 1 FAILED: tests.gateway.kill.test_switch::test_b"),
    ],
)
def test_test_results_count_for_their_controls(records: Records, outcome: str, exit_code: int, line: str) -> None:
    records.close()
    results = records.folder / "junit.xml"
    results.write_text(JUNIT.format(outcome=outcome), encoding="utf-8")
    result = run(records, "tests", str(results))
    assert result.exit_code == exit_code
    assert result.output.splitlines()[0] == line
    kept = KeptEvidence(records.folder / "state" / "compliance" / "evidence.json")
    assert kept.tested["kill"].is_good is (exit_code == 0)


def test_results_without_a_control_are_refused(records: Records) -> None:
    results = records.folder / "junit.xml"
    results.write_text('<testsuite><testcase classname="elsewhere" name="a"/></testsuite>', encoding="utf-8")
    result = run(records, "tests", str(results))
    assert result.exit_code == 1
    assert "hold 1 tests, none of a control's" in result.output


def test_report_writes_both_files_and_exits_1_where_evidence_is_stale(records: Records) -> None:
    records.note(1, {"event": "risk_refused", "check": "collar", "strategy": "<b>alpha", "limit": "50", "value": "51"})
    records.close()
    options = ("--from", "2026-01-02", "--to", "2026-01-03", "--out", str(records.folder / "out"))
    result = run(records, "report", *options)
    assert result.exit_code == 1
    assert "NOT IN ORDER: control kill is stale" in result.output
    page, told = (Path(line) for line in result.output.splitlines()[:2])
    assert json.loads(told.read_text())["refusals"]["total"] == 1
    html = page.read_text(encoding="utf-8")
    # what strategies wrote is text, never markup
    assert "&lt;b&gt;alpha" in html
    assert "<b>alpha" not in html
    assert json.loads(told.read_text())["sha256"] in html


def test_controls_are_listed_with_what_is_amiss(records: Records) -> None:
    records.close()
    result = run(records, "controls", "--json")
    assert result.exit_code == 1
    lines = [json.loads(line) for line in result.output.splitlines()]
    assert [line["control"] for line in lines] == [control.id for control in load_register()]
    assert all("no owner" in line["amiss"] for line in lines)


def test_register_names_tests_that_exist() -> None:
    missing = {test for control in load_register() for test in control.tests if not (ROOT / test).exists()}
    assert missing == set()


def test_register_has_a_control_for_every_row_of_the_trade() -> None:
    assert len({control.id for control in load_register()}) == len(load_register()) == 22


def test_check_reads_the_controls_file(records: Records) -> None:
    firm_file(records, '[[controls]]\nid = "kil"\n')
    records.write_config('controls = "controls.toml"')
    result = CliRunner().invoke(check, [str(records.config_path)])
    assert result.exit_code == 1
    assert "compliance.controls: control 'kil', expected one of" in result.output


FACTS = {"stopping", "symbol", "venue", "capabilities", "session"}
"""Checks that hold no control of the trade: what is, not what may be."""


def test_every_check_exercises_one_control() -> None:
    named = [check for control in load_register() for check in control.checks]
    assert len(named) == len(set(named))
    assert set(named) == set(CHECK_NAMES) - FACTS


def production(records: Records, **changed: Any) -> None:
    """Make the venue a production venue, with a certificate that its gateway takes."""
    keys = f'[certification]\nkeys = ["{certificate_files.public()}"]'
    text = records.config_path.read_text().replace(
        'profile = "exchange44"', 'profile = "exchange44"\nproduction = true'
    )
    records.config_path.write_text(f"{text}\n{keys}\n")
    made = certificate_files.signed(certificate_files.document(**changed))
    certificate_files.write(records.folder / "certificates", made)


def test_certificates_of_all_production_venues_are_the_exercise_of_conformance(records: Records) -> None:
    _, kept = everything_in_order(records)
    kept.exercised.clear()
    records.close()
    production(records)
    told = build_report(records.config, load_controls(None), kept, period())
    exercise = kept.exercised["conformance"]
    assert (exercise.utc_ns, exercise.what) == (NOON_NS, "certificates of exchange44")
    assert [(row["venues"], row["state"]) for row in told["certificates"]] == [("XEXC", "in force")]
    assert "exchange44.cert.json" in render_page(told)


def test_production_venue_without_a_certificate_is_a_complaint(records: Records) -> None:
    path, kept = everything_in_order(records)
    records.close()
    production(records, valid_until="2026-01-01T00:00:00Z")
    controls = load_controls(path)
    told = build_report(records.config, controls, KeptEvidence(records.folder / "none.json"), period())
    assert "venue XEXC: exchange44.cert.json expired at 2026-01-01T00:00:00Z" in told["complaints"]
    states = [(row["certificate"], row["state"]) for row in told["certificates"]]
    assert states[0] == ("exchange44.cert.json", "expired")
    assert next(each for each in told["controls"] if each["id"] == "conformance")["exercised_utc_ns"] == 0
    assert kept.exercised["conformance"].utc_ns == NOON_NS
