"""Plant one defect a rule about orders: red on the log that has it, green on the log mended. A trades, B is the venue."""

# ruff: noqa: E501

import pytest
from test_session_defects import verdict_of
from wire_script import UP

from fairlead.certification.model.verdicts import Verdict

ORDER = "A> D 2 11=a 55=XYZ 54=1 38=100 40=2 44=10 59=0"
ACK = "B> 8 2 37=o 17=e1 11=a 55=XYZ 54=1 38=100 150=0 39=0 14=0 151=100 6=0"


def fill(number: int, exec_id: str, qty: int, px: str, cum: int, average: str, **more: str) -> str:
    """Return a fill of order a for 100, right unless told otherwise."""
    fields = {"37": "o", "17": exec_id, "11": "a", "55": "XYZ", "54": "1", "38": "100", "150": "F",
              "39": "2" if cum >= 100 else "1", "32": str(qty), "31": px, "14": str(cum), "151": str(max(0, 100 - cum)),
              "6": average} | {name[1:]: value for name, value in more.items()}  # fmt: skip
    return f"B> 8 {number} " + " ".join(f"{tag}={value}" for tag, value in fields.items())


def report(number: int, exec_id: str, exec_type: str, status: str, cum: int, leaves: int, more: str = "11=a") -> str:
    return f"B> 8 {number} 37=o 17={exec_id} 150={exec_type} 39={status} 14={cum} 151={leaves} 6=10 {more}"


OPEN = (*UP, ORDER, ACK)
HALF = (*OPEN, fill(3, "e2", 40, "10.00", 40, "10.00"))
CANCEL = "A> F 3 11=c 41=a 55=XYZ 54=1"
REPLACE = "A> G 3 11=r 41=a 55=XYZ 54=1 38=150 40=2 44=11"
REPLACED = "B> 8 3 37=o 17=e2 11=r 41=a 38=150 44=11 150=5 39=0 14=0 151=150 6=0"


def goes_on(number: int) -> tuple[str, ...]:
    return tuple(f"B> 0 {number + more}" for more in range(9))


# case, subject, what goes before both, the mended log's rest, the broken log's rest
CASES = [
    ("OE01", "PEER", (*UP, ORDER), (ACK,), goes_on(2)),
    ("OE01", "PEER", (*UP, ORDER), (ACK,), (ACK.replace("55=XYZ", "55=ABC"),)),
    ("OE01", "PEER", (*UP, ORDER), (ACK,), (ACK.replace("151=100", "151=90"),)),
    ("OE01", "PEER", (*UP, ORDER), (ACK,), (ACK.replace("37=o ", ""),)),
    ("OE02", "PEER", (*UP, ORDER.replace("40=2", "40=1")), (ACK,), goes_on(2)),
    ("OE03", "PEER", (*UP, ORDER), (report(2, "e1", "8", "8", 0, 0, "11=a 103=1"),), (report(2, "e1", "8", "8", 0, 100, "11=a 103=1"),)),
    ("OE05", "PEER", (*UP, ORDER), (report(2, "e1", "8", "8", 0, 0),), (report(2, "e1", "8", "0", 0, 100),)),
    ("OE05", "PEER", (*UP, ORDER, report(2, "e1", "8", "8", 0, 0)), (), (fill(3, "e2", 40, "10", 40, "10"),)),
    ("OE06", "SUBJ", OPEN, ("A> D 3 11=b 38=1",), ("A> D 3 11=a 38=1",)),
    ("OE06", "PEER", (*OPEN, "A> D 3 11=a 38=1"), (report(3, "e2", "8", "8", 0, 0),), (report(3, "e2", "0", "0", 0, 100),)),
    ("OE09", "SUBJ", OPEN, (CANCEL,), (CANCEL.replace("41=a", "41=z"),)),
    ("OE09", "PEER", (*OPEN, CANCEL), (report(3, "e2", "4", "4", 0, 0, "11=c 41=a"),), (report(3, "e2", "4", "4", 0, 100, "11=c 41=a"),)),
    ("OE09", "PEER", (*OPEN, CANCEL), (report(3, "e2", "4", "4", 0, 0, "11=c 41=a"),), goes_on(3)),
    ("OE09", "PEER", (*OPEN, CANCEL, report(3, "e2", "4", "4", 0, 0, "11=c 41=a")), (), (fill(4, "e3", 40, "10", 40, "10"),)),
    ("OE10", "PEER", (*OPEN, CANCEL), ("B> 9 3 37=o 39=2 11=c 41=a 434=1",), ("B> 9 3 37=o 39=2 11=c 41=a 434=2",)),
    ("OE11", "PEER", (*OPEN, CANCEL.replace("41=a", "41=z")), ("B> 9 3 37=NONE 39=8 11=c 41=z 434=1 102=1",), ("B> 9 3 11=c 41=z 434=1",)),
    ("OE12", "SUBJ", OPEN, (REPLACE,), (REPLACE.replace("41=a", "41=z"),)),
    ("OE12", "PEER", (*OPEN, REPLACE), (REPLACED,), (REPLACED.replace("44=11", "44=10"),)),
    ("OE12", "PEER", (*OPEN, REPLACE), (REPLACED,), (REPLACED.replace("41=a", "41=q"),)),
    ("OE12", "PEER", (*OPEN, REPLACE), (REPLACED,), (REPLACED.replace("151=150", "151=100"),)),
    ("OE14", "PEER", (*OPEN, REPLACE), ("B> 9 3 37=o 39=0 11=r 41=a 434=2",), ("B> 9 3 37=o 39=0 11=r 41=a 434=1",)),
    ("OE14", "PEER", (*OPEN, REPLACE, "B> 9 3 37=o 39=0 11=r 41=a 434=2"), (fill(4, "e2", 40, "10", 40, "10"),), (fill(4, "e2", 40, "10", 40, "10", _11="r"),)),
    ("OE16", "PEER", (*OPEN, REPLACE, REPLACED, "A> G 4 11=s 41=r 38=150 44=12"),
     ("B> 8 4 37=o 17=e3 11=s 41=r 38=150 44=12 150=5 39=0 14=0 151=150",), ("B> 8 4 37=o 17=e3 11=s 41=a 38=150 44=12 150=5 39=0 14=0 151=150",)),
    ("OE24", "PEER", (*HALF, "A> H 3 11=a"), (report(4, "0", "I", "1", 40, 60),), (report(4, "0", "I", "0", 0, 100),)),
    ("EX01", "PEER", OPEN, (fill(3, "e2", 40, "10", 40, "10"),), (fill(3, "e2", 40, "10", 40, "10", _151="50"),)),
    ("EX01", "PEER", HALF, (fill(4, "e3", 60, "11", 100, "10.60"),), (fill(4, "e3", 60, "11", 100, "10.50"),)),
    ("EX01", "PEER", HALF, (fill(4, "e3", 60, "11", 100, "10.60"),), (fill(4, "e3", 50, "11", 100, "10.60"),)),
    ("EX01", "PEER", HALF, (fill(4, "e3", 60, "11", 100, "10.60"),), (fill(4, "e3", 60, "11", 100, "10.60", _39="1", _151="0"),)),
    ("EX01", "PEER", (*HALF, fill(4, "e3", 60, "11", 100, "10.60")), (), (report(5, "e4", "0", "0", 100, 0),)),
    ("EX02", "PEER", HALF, (report(4, "e3", "3", "3", 40, 0),), (report(4, "e3", "3", "3", 40, 60),)),
    ("EX03", "PEER", (*UP, ORDER.replace("59=0", "59=3"), ACK), (report(3, "e2", "4", "4", 0, 0),), goes_on(3)),
    ("EX04", "PEER", (*UP, ORDER.replace("59=0", "59=4"), ACK), (report(3, "e2", "4", "4", 0, 0),), (fill(3, "e2", 40, "10", 40, "10"), report(4, "e3", "4", "4", 40, 0))),
    ("EX05", "PEER", OPEN, (report(3, "e2", "L", "0", 0, 100),), (report(3, "e2", "L", "0", 0, 0),)),
    ("EX06", "PEER", HALF, (report(4, "e3", "C", "C", 40, 0),), (report(4, "e3", "C", "4", 40, 0),)),
    ("EX06", "PEER", (*HALF, report(4, "e3", "C", "C", 40, 0)), (), (fill(5, "e4", 60, "10", 100, "10"),)),
    ("EX07", "PEER", HALF, (report(4, "e3", "4", "4", 40, 0),), (report(4, "e3", "4", "4", 30, 0),)),
    ("EX08", "PEER", HALF, (report(4, "e3", "D", "1", 40, 40, "11=a 38=80 378=5"),), (report(4, "e3", "D", "1", 40, 40, "11=a 38=80"),)),
    ("EX09", "SUBJ", (*UP, ORDER, fill(2, "e2", 40, "10", 40, "10"), report(3, "e1", "0", "1", 40, 60)), ("A> 0 3",), ("A> 3 3 45=2",)),
    ("EX10", "PEER", (*OPEN, CANCEL), (fill(3, "e2", 40, "10", 40, "10"),), (fill(3, "e2", 40, "10", 40, "10", _11="c"),)),
    ("EX11", "PEER", HALF, (report(4, "e3", "H", "0", 0, 100, "11=a 19=e2"),), (report(4, "e3", "H", "0", 40, 60, "11=a 19=e2"),)),
    ("EX11", "PEER", HALF, (report(4, "e3", "H", "0", 0, 100, "11=a 19=e2"),), (report(4, "e3", "H", "0", 0, 100, "11=a 19=e9"),)),
    ("EX11", "PEER", HALF, (report(4, "e3", "G", "1", 30, 70, "11=a 19=e2 32=30 31=10"),), (report(4, "e3", "G", "1", 40, 60, "11=a 19=e2 32=30 31=10"),)),
    ("EX12", "PEER", (*HALF, report(4, "e3", "4", "4", 40, 0)), (report(5, "e4", "H", "4", 0, 0, "11=a 19=e2"),), (report(5, "e4", "H", "1", 0, 100, "11=a 19=e2"),)),
    ("EX14", "PEER", HALF, (fill(4, "e3", 60, "11", 100, "10.60"),), (fill(4, "e2", 60, "11", 100, "10.60"),)),
    ("EX14", "SUBJ", (*HALF, fill(4, "e2", 40, "10", 40, "10")), ("A> 0 3",), ("A> 3 3 45=4",)),
    ("EX15", "SUBJ", (*UP, "B> 8 2 37=u 17=x 11=zz 150=F 39=2 32=1 31=1 14=1 151=0 6=1"), ("A> 0 2",), ("A> 3 2 45=2",)),
    ("EX16", "PEER", HALF, (fill(4, "e3", 60, "10", 100, "10"),), (fill(4, "e3", 90, "10", 130, "10"),)),
    ("EX16", "SUBJ", (*HALF, fill(4, "e3", 90, "10", 130, "10")), ("A> 0 3",), ("A> 3 3 45=4",)),
]  # fmt: skip


@pytest.mark.parametrize(("case_id", "subject", "before", "mended", "broken"), CASES)
def test_defect_is_red_and_its_mending_green(case_id, subject, before, mended, broken) -> None:
    verdict, complaint = verdict_of(case_id, subject, (*before, *broken))
    assert verdict is Verdict.FAIL, f"{verdict}: {complaint}"
    verdict, complaint = verdict_of(case_id, subject, (*before, *mended))
    assert verdict in (Verdict.PASS, None), complaint
    if mended and case_id != "EX16":
        assert verdict is Verdict.PASS


def test_fills_that_come_behind_a_gap_are_summed_in_their_order() -> None:
    late = (fill(4, "e3", 10, "10", 50, "10"), "A> 2 3 7=3 16=0")
    again = (fill(3, "e2", 40, "10", 40, "10", _43="Y", _122="@"), fill(4, "e3", 10, "10", 50, "10", _43="Y", _122="@"))
    assert verdict_of("EX01", "PEER", (*OPEN, *late, *again)) == (Verdict.PASS, "")
    # and the same with one that adds up wrongly
    assert (
        verdict_of("EX01", "PEER", (*OPEN, *late, fill(3, "e2", 30, "10", 40, "10", _43="Y", _122="@")))[0]
        is Verdict.FAIL
    )


def test_every_rule_has_a_planted_defect() -> None:
    import test_session_defects

    from fairlead.certification.passive.judging import RULES

    planted = {case[0] for case in (*CASES, *test_session_defects.CASES)}
    # what a line of the script can't say is planted in test_frame_defects
    assert {rule.case_id for rule in RULES} - planted == {"FS-2S", "FS-2s", "FS-2t", "FS-3d", "FS-3e"}
