"""Make runs up: every verdict, waivers, and peers that send what breaks pages."""

from typing import Any

from fairlead.certification.model.results import CaseResult, FieldRecord, RunResult, StepRecord, WireRecord
from fairlead.certification.model.verdicts import Level, Verdict

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\"&\x00\x1b[31m\x01\x80\xff"
LOGON = "8=FIX.4.4\x019=5\x0135=A\x0110=000\x01"


def make_result(case_id: str = "FS-2a", verdict: Verdict = Verdict.PASS, **changes: Any) -> CaseResult:
    is_bad = verdict is not Verdict.PASS
    given: dict[str, Any] = {
        "case_id": case_id,
        "title": f"title of {case_id}",
        "group": case_id[:2],
        "level": Level.MUST,
        "asks": "Answers the Logon.",
        "why": "Without an answer nobody trades.",
        "reference": ["FIX session layer 2a"],
        "protocol": "fix44",
        "role": "acceptor",
        "variant": {},
        "verdict": verdict,
        "complaint": f"Heartbeat(0) received, expected Logon(A) in {case_id}" if is_bad else "",
        "steps": [
            StepRecord(1, "peer.send Logon", 0, Verdict.PASS, "", 0, 1),
            StepRecord(2, "expect.Logon", 1_000_000, verdict, "Heartbeat(0) received" if is_bad else "", 1, 2),
        ],
        "wire": [
            WireRecord(0, "out", "session", "Logon", LOGON, [FieldRecord("35", "MsgType", "A", "Logon")]),
            WireRecord(
                1_234_567,
                "in",
                "session",
                "Logon",
                LOGON,
                [FieldRecord("98", "EncryptMethod", "1", mark="expected 0" if is_bad else "")],
            ),
        ],
        "duration_ns": 2_500_000,
        "virtual_ns": 30_000_000_000,
        "seed": 99,
        "rerun": f"fairlead certify engine 127.0.0.1:9 --only {case_id} --seed 1",
    }
    return CaseResult(**(given | changes))


def make_run(results: list[CaseResult] | None = None, **changes: Any) -> RunResult:
    given: dict[str, Any] = {
        "subject": "a stand-in as acceptor",
        "kind": "engine",
        "started": "2026-11-28T19:00:00Z",
        "fairlead_version": "0.1.0",
        "catalogue_version": "1.0",
        "subject_version": "1.15",
        "seed": 7,
        "machine": "Linux x86_64, Python 3.11",
        "duration_ns": 12_300_000_000,
        "results": every_verdict() if results is None else results,
    }
    return RunResult(**(given | changes))


def every_verdict() -> list[CaseResult]:
    return [
        make_result("FS-1S.a"),
        make_result("FS-2c", Verdict.FAIL),
        make_result("FS-2c", Verdict.FAIL, protocol="fix42"),
        make_result("FS-2f", Verdict.NON_STRICT, tolerated=["a Logout came after the Reject"]),
        make_result("FS-14n", Verdict.FAIL, level=Level.OPTIONAL),
        make_result("SX09", Verdict.UNSUPPORTED, complaint="the subject has no passwords"),
        make_result("SX10", Verdict.BLOCKED, variant={"cut": "rst", "n": 2}),
    ]


def hostile_run() -> RunResult:
    """Return a run all of whose texts are hostile."""
    fields = [FieldRecord(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)]
    result = make_result(
        "FS-3c",
        Verdict.FAIL,
        **dict.fromkeys(("title", "asks", "why", "protocol", "role", "complaint", "rerun"), HOSTILE),
        reference=[HOSTILE],
        variant={HOSTILE: HOSTILE},
        tolerated=[HOSTILE],
        waiver={"owner": HOSTILE, "reason": HOSTILE, "expires": HOSTILE},
        steps=[StepRecord(1, HOSTILE, 0, Verdict.FAIL, HOSTILE, 0, 1)],
        wire=[WireRecord(0, HOSTILE, HOSTILE, HOSTILE, HOSTILE, fields, HOSTILE)],
    )
    names = ("subject", "subject_version", "fairlead_version", "catalogue_version", "profile", "machine")
    return make_run([result], **dict.fromkeys(names, HOSTILE))
