"""Plant defects in the frames themselves, and in how a connection begins."""

import pytest
from capture_files import SYN, ipv4, pcap, tcp
from wire_script import UP, write_log

from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.passive.judging import judge_log
from fairlead.certification.passive.reading import read_log_bytes

BROKEN = {
    "no trailer": lambda frame: frame[: frame.rindex(b"10=")],
    "MsgType fourth": lambda frame: frame.replace(b"\x0135=0\x0134=2\x01", b"\x0134=2\x0135=0\x01"),
}


def verdict_of(case_id: str, subject: str, data: bytes) -> Verdict | None:
    run = judge_log([("log", read_log_bytes(data, "log"))], subject=subject)
    return next((result.verdict for result in run.results if result.case_id == case_id), None)


def log_with(defect: str, *answers: str) -> bytes:
    first, broken = write_log((*UP, "B> 0 2"), timed=False).rsplit(b"8=FIX", 1)
    return first + BROKEN[defect](b"8=FIX" + broken.rstrip(b"\n")) + b"\n" + write_log(answers, timed=False)


@pytest.mark.parametrize(
    ("right", "wrong", "defect"), [("FS-3d", "FS-3e", "no trailer"), ("FS-2s", "FS-2t", "MsgType fourth")]
)
def test_frame_out_of_shape(right, wrong, defect) -> None:
    ignored = log_with(defect, "B> 0 3", "A> 2 2 7=2 16=0")
    answered = log_with(defect, "B> 0 3", "A> 3 2 45=2")
    assert verdict_of(right, "PEER", ignored) is Verdict.FAIL
    assert verdict_of(right, "PEER", write_log((*UP, "B> 0 2"))) is Verdict.PASS
    assert verdict_of(wrong, "SUBJ", ignored) is Verdict.PASS
    assert verdict_of(wrong, "SUBJ", answered) is Verdict.FAIL


@pytest.mark.parametrize(("lines", "verdict"), [(("B> 5 1",), Verdict.PASS), (("B> 0 1",), Verdict.FAIL)])
def test_first_message_is_no_logon(lines, verdict) -> None:
    # the session is known by a connection before it
    before, frame, answer = (write_log(some, timed=False) for some in (UP, ("A> 0 3",), lines))
    ends = ("10.0.0.1", "10.0.0.2")
    packets = [
        ipv4(tcp(4000, 5001, 1, before.split(b"\n")[0]), *ends),
        ipv4(tcp(5001, 4000, 1, before.split(b"\n")[1]), *ends[::-1]),
        ipv4(tcp(4000, 5001, 1000, flags=SYN), *ends),
        ipv4(tcp(4000, 5001, 1001, frame), *ends),
        ipv4(tcp(5001, 4000, 900, answer), *ends[::-1]),
    ]
    assert verdict_of("FS-2S", "PEER", pcap(packets, 101)) is verdict
