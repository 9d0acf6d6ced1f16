"""Time what is done to each FIX message that comes in: CheckSum and BodyLength verified, fields indexed, all validated.

One limit order of 18 fields. QuickFIX C++ does it with the dictionary that ours is made of, in a process of its own, in
turns with ours; simplefix only splits the message. ``calls alone`` are the same loops with two methods that do
nothing: what Python's calls cost, which the gateway's compiled callers do not pay.
"""

import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import simplefix

from benchmarks.codec import ROUNDS
from benchmarks.tables import Table
from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.fix.framing_cy import FrameReader
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.validator_cy import Validator
from tests.peers.quickfix.quickfix_dictionary import write_dictionary

ROOT: Final = Path(__file__).parent.parent
BUILD: Final = ROOT / "benchmarks/native/build_quickfix_decode.sh"
PROGRAM: Final = ROOT / ".cache/quickfix_decode"
BEGIN_STRING: Final = "FIX.4.4"
FIELDS: Final = (
    *((35, "D"), (49, "FIXTESTA"), (56, "MONTRANTS"), (34, "2"), (52, "20200713-17:51:28.127"), (11, "FIXTESTA05")),
    *((1, "GE05FIXTXXXGOP00000005"), (21, "1"), (55, "ADB03M"), (54, "1"), (38, "100"), (40, "2"), (44, "95.25")),
    *((59, "0"), (60, "20200713-17:51:28.127")),
)
HEADER: Final = Path("/usr/include/quickfix/Message.h")
"""Where it is missing, QuickFIX is left out."""
QUICKFIX: Final = ("QuickFIX C++: setString", "QuickFIX C++: setString, validate")
OURS: Final = "verify, index, validate"


def order() -> bytes:
    """Return the order."""
    message = simplefix.FixMessage()
    message.append_pair(8, BEGIN_STRING)
    for tag, value in FIELDS:
        message.append_pair(tag, value)
    return bytes(message.encode())


class QuickFix:
    """Drive the QuickFIX program: one line in, ns a message of setString and of setString and validate out."""

    def __init__(self, frame: bytes, folder: Path) -> None:
        subprocess.run([BUILD], check=True)
        dictionary = folder / "dictionary.xml"
        write_dictionary(load_dictionary(BEGIN_STRING), dictionary)
        self._process = subprocess.Popen(
            [PROGRAM, dictionary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="latin-1"
        )
        self._ask(frame.decode("latin-1").replace("\x01", "|"))

    def _ask(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def times_ns(self, loops: int) -> tuple[float, float]:
        """Return ns a message of both."""
        self._ask(str(loops))
        assert self._process.stdout is not None
        set_ns, validated_ns = self._process.stdout.readline().split()
        return float(set_ns), float(validated_ns)

    def close(self) -> None:
        """End the program."""
        self._process.communicate()


def _timed(
    loops: int, first: Callable[[bytes], object], frame: bytes, second: Callable[..., object], *given: object
) -> float:
    begin = time.perf_counter_ns()
    for _ in range(loops):
        first(frame)
        second(*given)
    return (time.perf_counter_ns() - begin) / loops


def _framed(loops: int, reader: FrameReader, frame: bytes, check: Callable[[FixMessage], object]) -> float:
    feed, following = reader.feed, reader.next_frame
    begin = time.perf_counter_ns()
    for _ in range(loops):
        feed(frame)
        check(following())  # type: ignore[arg-type]
    return (time.perf_counter_ns() - begin) / loops


def _simplefix(loops: int, frame: bytes) -> float:
    begin = time.perf_counter_ns()
    for _ in range(loops):
        parser = simplefix.FixParser()
        parser.append_buffer(frame)
        parser.get_message()
    return (time.perf_counter_ns() - begin) / loops


def main(loops: int = 2000, rounds: int = ROUNDS) -> list[Table]:
    """Return the table; the ratios are medians of the rounds' own."""
    frame = order()
    message = FixMessage.from_bytes(frame)
    validator = Validator(load_dictionary(BEGIN_STRING))
    assert validator.check(message) is None and message.field_count == 18
    times: dict[str, list[float]] = {}
    with ExitStack() as stack:
        quickfix = None
        if HEADER.exists():
            quickfix = QuickFix(frame, Path(stack.enter_context(tempfile.TemporaryDirectory())))
            stack.callback(quickfix.close)
        for _ in range(rounds):
            found = {
                OURS: _timed(loops, message.load, frame, validator.check, message),
                "the same from a stream": _framed(loops, FrameReader(), frame, validator.check),
                "calls alone": _timed(loops, [].append, frame, message.raw),
                "simplefix: split": _simplefix(max(1, loops // 40), frame),
            }
            if quickfix is not None:
                found |= dict(zip(QUICKFIX, quickfix.times_ns(max(1, loops // 8)), strict=True))
            for name, taken in found.items():
                times.setdefault(name, []).append(taken)
    return [_table(len(frame), times)]


def _table(size: int, times: dict[str, list[float]]) -> Table:
    def against(name: str, other: str) -> str:
        pairs = zip(times[other], times[name], strict=True)
        return f"{statistics.median(theirs / ours for theirs, ours in pairs):,.1f} x"

    others = ("simplefix: split", QUICKFIX[1])
    rows = [
        [
            name,
            f"{statistics.median(taken):,.0f}",
            *(against(name, other) if other in times else "-" for other in others),
        ]
        for name, taken in times.items()
    ]
    columns = ["what", "ns a message", "as fast as simplefix", "as fast as QuickFIX"]
    return Table(f"decode and validate a NewOrderSingle of {size} bytes and 18 fields", columns, rows)
