"""Plant one defect a rule: red on the log that has it, green on the log mended."""

import pytest
from wire_script import UP, write_log

from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.passive.judging import judge_log
from fairlead.certification.passive.reading import read_log_bytes


def going_on(side: str, first: int) -> tuple[str, ...]:
    """Return so many messages that no answer is to be awaited any more."""
    return tuple(f"{side}> 0 {number}" for number in range(first, first + 9))


# ruff: noqa: E501
# case, subject, what goes before both, the mended log's rest, the broken log's rest
CASES = [
    ("FS-1B.b", "SUBJ", (), UP, ("A> 0 1", "A> A 2 108=30", "B> A 1 108=30")),
    ("FS-1B.c", "SUBJ", UP, ("A> 0 2",), ("A> 3 2 45=1 58=no",)),
    ("FS-1B.c", "SUBJ", (*UP, "A> 5 2", "B> 5 2", "A> A 3 108=30", "B> A 9 108=30"), ("A> 2 4 7=3 16=0",), going_on("A", 4)),
    ("FS-1S.a", "PEER", UP, ("A> 5 2", "B> 5 2", "A> A 7 108=30", "B> A 3 108=30", "B> 2 4 7=3 16=0"),
     ("A> 5 2", "B> 5 2", "A> A 7 108=30", "B> A 3 108=30", *going_on("B", 4))),
    ("FS-2a", "SUBJ", UP, ("A> 0 2", "A> 0 3"), ("A> 0 2", "A> 0 4")),
    ("FS-2a", "SUBJ", UP, ("A> 0 2", "A> 0 3"), ("A> 0 2", "A> 0 2")),
    ("FS-2b", "SUBJ", (*UP, "B> 0 5"), ("A> 2 2 7=2 16=0",), going_on("A", 2)),
    ("SX01", "SUBJ", (*UP, "B> 8 5 17=a", "A> 2 2 7=2 16=0", "B> 8 6 17=b"), ("A> 0 3",), ("A> 2 3 7=2 16=0",)),
    ("FS-2c", "SUBJ", (*UP, "B> 0 2", "B> 0 1"), ("A> 5 2 58=MsgSeqNum_too_low",), going_on("A", 2)),
    ("FS-2d", "SUBJ", (*UP, "B> 8 2 17=a !10=000", "B> 0 3"), ("A> 2 2 7=2 16=0",), ("A> 3 2 45=2 58=bad",)),
    ("FS-2m", "SUBJ", (*UP, "B> 8 2 17=a !9=5", "B> 0 3"), ("A> 2 2 7=2 16=0",), ("A> 3 2 45=2 58=bad",)),
    ("FS-3b", "SUBJ", (*UP, "B> 8 2 17=a !10=000", "B> 0 3"), ("A> 2 2 7=2 16=0",), going_on("A", 2)),
    ("FS-2l", "SUBJ", UP, ("A> 0 2",), ("A> 0 2 !9=4",)),
    ("FS-3a", "SUBJ", UP, ("A> 0 2",), ("A> 0 2 !10=1",)),
    ("FS-2e", "SUBJ", (*UP, "B> 8 2 17=a", "B> 8 2 17=a 43=Y 122=@"), ("A> 0 2",), ("A> j 2 45=2 372=8 380=0",)),
    ("FS-2f", "SUBJ", (*UP, "B> 8 2 17=a", "B> 8 2 17=a 43=Y 122=@+"), ("A> 3 2 45=2 373=10",), going_on("A", 2)),
    ("FS-2g", "SUBJ", (*UP, "B> 8 2 17=a", "B> 8 2 17=a 43=Y"), ("A> 3 2 45=2 373=1",), going_on("A", 2)),
    ("FS-2h", "SUBJ", UP, ("A> 0 2",), ("A> 0 2 !8=FIX.4.2",)),
    ("FS-2i", "SUBJ", (*UP, "B> 0 2 !8=FIX.4.2"), ("A> 5 2",), going_on("A", 2)),
    ("FS-2j", "SUBJ", UP, ("A> 0 2",), ("A> 0 2 49=ELSE",)),
    ("FS-2k", "SUBJ", (*UP, "B> 0 2 49=ELSE"), ("A> 3 2 45=2 373=9", "A> 5 3"), going_on("A", 2)),
    ("FS-2n", "SUBJ", UP, ("A> 0 2",), ("A> 0 2 52=20260105-09:00:00.000",)),
    ("FS-2o", "SUBJ", (*UP, "B> 0 2 52=20260105-09:00:00.000"), ("A> 3 2 45=2 373=10",), going_on("A", 2)),
    ("FS-2p", "SUBJ", UP, ("A> 0 2",), ("A> ZZ 2",)),
    ("FS-2q", "SUBJ", (*UP, "B> ZZ 2"), ("A> 3 2 45=2 373=11",), going_on("A", 2)),
    ("FS-2r", "SUBJ", (*UP, "B> h 2"), ("A> j 2 45=2 372=h 380=3",), ("A> j 2 45=2 372=8 380=3",)),
    ("FS-4a", "SUBJ", UP, ("+30 A> 0 2",), ("+50 A> 0 2",)),
    ("FS-4b", "SUBJ", (*UP, "B> 1 2 112=T1"), ("A> 0 2 112=T1",), going_on("A", 2)),
    ("FS-5", "SUBJ", (*UP, "B> 0 2"), ("A> 0 2",), ("A> 3 2 45=2",)),
    ("FS-6", "SUBJ", UP, ("+30 A> 0 2", "+7 A> 1 3 112=X"), ("+30 A> 0 2", "+30 A> 0 3", "+30 A> 0 4")),
    ("FS-7", "SUBJ", (*UP, "A> D 2 11=x", "B> 3 2 45=2"), ("A> 0 3",), ("A> 3 3 45=2",)),
    ("FS-8", "PEER", (*UP, "B> 8 2 17=a", "B> 0 3", "B> 8 4 17=b", "A> 2 2 7=2 16=0"),
     ("B> 8 2 17=a 43=Y 122=@", "B> 4 3 43=Y 122=@ 123=Y 36=4", "B> 8 4 17=b 43=Y 122=@"),
     ("B> 8 2 17=a 43=Y 122=@", "B> 0 3 43=Y 122=@", "B> 8 4 17=b 43=Y 122=@")),
    ("FS-8", "PEER", (*UP, "B> 8 2 17=a", "A> 2 2 7=2 16=2"), ("B> 8 2 17=a 43=Y 122=@",), ("B> 8 2 17=a 43=Y",)),
    ("FS-8", "PEER", (*UP, "B> 8 2 17=a", "A> 2 2 7=2 16=2"), ("B> 8 2 17=a 43=Y 122=@",), ("B> 8 2 17=a 43=Y 122=@+",)),
    ("FS-8", "PEER", (*UP, "B> 8 2 17=a", "B> 8 3 17=b", "A> 2 2 7=2 16=0"), ("B> 4 2 43=Y 123=Y 36=4",),
     ("B> 4 2 43=Y 123=Y 36=3", *going_on("B", 4))),
    ("FS-10a", "SUBJ", (*UP, "B> 4 5 123=Y 36=9"), ("A> 2 2 7=2 16=0",), going_on("A", 2)),
    ("FS-10b", "SUBJ", (*UP, "B> 4 2 123=Y 36=9"), ("A> 0 2",), ("A> 2 2 7=2 16=0",)),
    ("FS-10c", "SUBJ", (*UP, "B> 0 2", "B> 4 2 43=Y 122=@ 123=Y 36=3"), ("A> 0 2",), ("A> 5 2 58=MsgSeqNum_too_low",)),
    ("FS-10d", "SUBJ", (*UP, "B> 0 2", "B> 4 2 123=Y 36=3"), ("A> 5 2 58=too_low",), going_on("A", 2)),
    ("FS-10e", "SUBJ", (*UP, "B> 4 2 123=Y 36=2"), ("A> 3 2 45=2",), going_on("A", 2)),
    ("FS-11a", "SUBJ", (*UP, "B> 4 2 36=9"), ("A> 0 2",), ("A> 3 2 45=2",)),
    ("FS-11b", "SUBJ", (*UP, "B> 4 2 36=2"), ("A> 0 2",), ("A> 3 2 45=2",)),
    ("FS-11c", "SUBJ", (*UP, "B> 0 2", "B> 4 3 36=2"), ("A> 3 2 45=3 373=5",), going_on("A", 2)),
    ("FS-12", "SUBJ", (*UP, "A> 5 2"), ("B> 5 2",), ("A> D 3 11=x", "B> 5 2")),
    ("FS-13a", "SUBJ", (*UP, "A> 5 2", "B> 5 2"), (), ("A> 5 3",)),
    ("FS-13b", "SUBJ", (*UP, "B> 5 2"), ("A> 5 2",), ("A> 0 2",)),
    ("FS-14a", "SUBJ", (*UP, "B> 8 2 9999=x"), ("A> 3 2 45=2 371=9999 373=0",), ("A> 3 2 45=2 371=9998 373=0",)),
    ("FS-14b", "SUBJ", (*UP, "B> 8 2 17=x"), ("A> 3 2 45=2 371=37 373=1",), ("A> 3 2 45=2 371=17 373=1",)),
    ("FS-14c", "SUBJ", (*UP, "B> 8 2 99=x"), ("A> 3 2 45=2 371=99 373=2",), ("A> 3 2 45=2 371=98 373=2",)),
    ("FS-14d", "SUBJ", (*UP, "B> 8 2 17="), ("A> 3 2 45=2 371=17 373=4",), going_on("A", 2)),
    ("FS-14e", "SUBJ", (*UP, "B> 8 2 54=z"), ("A> 3 2 45=2 371=54 373=5",), ("A> 3 2 45=2 371=55 373=5",)),
    ("FS-14f", "SUBJ", (*UP, "B> 8 2 38=z"), ("A> 3 2 45=2 371=38 373=6",), ("A> 3 2 45=2 371=38 373=6 372=D",)),
    ("FS-14g", "SUBJ", (*UP, "B> 8 2 38=1 50=x"), ("A> 3 2 45=2 371=50 373=14",), ("A> 3 2 45=2 371=57 373=14",)),
    ("FS-14h", "SUBJ", (*UP, "B> 8 2 43=N 43=N"), ("A> 3 2 45=2 371=43 373=13",), going_on("A", 2)),
    ("FS-14i", "SUBJ", (*UP, "B> 8 2 382=2"), ("A> 3 2 45=2 371=382 373=16",), ("A> 3 2 45=2 371=383 373=16",)),
    ("FS-14j", "SUBJ", (*UP, "B> 8 2 382=1 337=x"), ("A> 3 2 45=2 371=382 373=15",), ("A> 3 2 45=2 371=383 373=15",)),
    ("SX04", "PEER", (*UP, "B> 8 2 17=a", "A> 0 7", "B> 2 3 7=2 16=0", "A> 2 8 7=2 16=2"), ("B> 8 2 17=a 43=Y 122=@",), going_on("B", 4)),
    ("SX05", "SUBJ", (*UP, "A> D 2 11=x", "+90 B> 2 2 7=2 16=0"), ("A> 4 2 43=Y 122=@ 123=Y 36=3",), ("A> D 2 11=x 43=Y 122=@",)),
    ("FS-20", "PEER", (*UP, "B> 8 2 17=a", "A> 0 7", "B> 2 3 7=2 16=0", "A> 2 8 7=2 16=2", "A> 4 2 43=Y 123=Y 36=9", "A> 0 9"), ("B> 8 2 17=a 43=Y 122=@",), going_on("B", 4)),
    ("SX02", "SUBJ", (*UP, "B> 8 5 17=a", "A> 2 2 7=2 16=0", "B> 8 6 17=b", "B> 4 2 43=Y 122=@ 123=Y 36=5", "B> 0 7"), ("A> 0 3",), ("A> 2 3 7=2 16=0",)),
    ("FS-19a", "PEER", (*UP, "A> D 2 11=x", "B> 8 2 11=x 17=a 150=0 39=0", "A> D 3 11=x 97=Y"), ("B> 0 3",), ("B> 8 3 11=x 17=b 150=0 39=0",)),
    ("FS-19b", "PEER", (*UP, "A> D 2 11=x 97=Y"), ("B> 8 2 11=x 17=a 150=0 39=0",), going_on("B", 2)),
    ("FS-1B.e", "SUBJ", ("A> A 1 108=30", "B> 0 1"), ("A> 5 2",), ("A> D 2 11=x",)),
    ("FR20", "PEER", (*UP, "B> 8 2 17=a"), ("B> 8 2 17=a 43=Y 122=@",), ("B> 8 2 17=b 43=Y 122=@",)),
]  # fmt: skip


def verdict_of(case_id: str, subject: str, lines: tuple[str, ...]) -> tuple[Verdict | None, str]:
    run = judge_log([("log", read_log_bytes(write_log(lines), "log"))], subject=subject)
    found = [result for result in run.results if result.case_id == case_id]
    assert len(found) <= 1
    return (found[0].verdict, found[0].complaint) if found else (None, "")


@pytest.mark.parametrize(("case_id", "subject", "before", "mended", "broken"), CASES)
def test_defect_is_red_and_its_mending_green(case_id, subject, before, mended, broken) -> None:
    verdict, complaint = verdict_of(case_id, subject, (*before, *broken))
    assert verdict in (Verdict.FAIL, Verdict.NON_STRICT), f"{verdict}: {complaint}"
    assert complaint.startswith("log:")
    verdict, complaint = verdict_of(case_id, subject, (*before, *mended))
    assert verdict is Verdict.PASS, complaint
