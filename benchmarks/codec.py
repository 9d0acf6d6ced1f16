"""Measure the FIX codec against simplefix: one 18-field NewOrderSingle, parsed and built.

Ours runs twice, compiled and as plain Python, in the same process as simplefix; the three take turns, so that a busy
machine is busy for all of them. Shown are medians, in nanoseconds a message.
"""

import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import simplefix

from benchmarks.tables import Table
from fairlead.codecs.fix import framing_cy, writer_cy

SOURCES = Path(framing_cy.__file__).resolve().parents[1]
HOT = (
    "fixed_point_cy",
    "utc_cy",
    "fix.envelope_cy",
    "fix.fields_cy",
    "fix.message_cy",
    "fix.framing_cy",
    "fix.writer_cy",
)
ROUNDS = 31
NOW_NS = 1_594_662_688_127_000_000
FIELDS = [(1, "GE05FIXTXXXGOP00000005"), (11, "FIXTESTA05"), (38, "100"), (40, "2"), (44, "95.25"), (54, "1")] + [
    (55, "ADB03M"),
    (60, "20200713-17:51:28.127"),
    (528, "P"),
    (1300, "GelODebtM"),
]


def uncompiled() -> dict[str, ModuleType]:
    """Load the Python sources of the hot modules, whatever was compiled, and put everything back as it was."""
    names = [f"fairlead.codecs.{name}" for name in HOT]
    kept = {name: sys.modules.get(name) for name in names}
    loaded = {}
    try:
        for name, short in zip(names, HOT, strict=True):
            spec = importlib.util.spec_from_file_location(name, SOURCES / f"{short.replace('.', '/')}.py")
            assert spec is not None and spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = loaded[short.rpartition(".")[2]] = module
            spec.loader.exec_module(module)
    finally:
        for name, module_before in kept.items():
            if module_before is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module_before
    return loaded


def simplefix_build() -> bytes:
    """Build the order as a user of simplefix does."""
    message = simplefix.FixMessage()
    message.append_pair(8, "FIX.4.4")
    message.append_pair(35, "D")
    message.append_pair(34, 2)
    message.append_pair(49, "FIXTESTA")
    message.append_utc_timestamp(52, NOW_NS / 1e9)
    message.append_pair(56, "MONTRANTS")
    for tag, value in FIELDS:
        message.append_pair(tag, value)
    return bytes(message.encode())


def our_build(writer_module: ModuleType) -> Callable[[], bytes]:
    """Return a function that builds the order with the given writer; SendingTime moves each time."""
    writer = writer_module.MessageWriter("FIX.4.4", "FIXTESTA", "MONTRANTS")
    now_ns = NOW_NS

    def build() -> bytes:
        nonlocal now_ns
        now_ns += 1_000_000
        writer.start("D", 2, now_ns)
        writer.put_str(1, "GE05FIXTXXXGOP00000005")
        writer.put_str(11, "FIXTESTA05")
        writer.put_int(38, 100)
        writer.put_char(40, 50)
        writer.put_fixed(44, 9_525_000_000)
        writer.put_char(54, 49)
        writer.put_str(55, "ADB03M")
        writer.put_utc(60, now_ns)
        writer.put_str(528, "P")
        writer.put_str(1300, "GelODebtM")
        frame: bytes = writer.finish()
        return frame

    return build


def our_parse(framing_module: ModuleType, frame: bytes) -> Callable[[], object]:
    """Return a function that feeds, verifies and indexes the frame."""
    reader = framing_module.FrameReader()

    def parse() -> object:
        reader.feed(frame)
        return reader.next_frame()

    return parse


def simplefix_parse(frame: bytes) -> Callable[[], object]:
    """Return a function that feeds the frame to simplefix, which checks neither length nor sum."""
    parser = simplefix.FixParser()

    def parse() -> object:
        parser.append_buffer(frame)
        return parser.get_message()

    return parse


def medians_ns(subjects: dict[str, Callable[[], object]], loops: dict[str, int], rounds: int) -> dict[str, float]:
    """Return the median time of one call by subject, with the subjects taking turns."""
    samples: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, call in subjects.items():
            repeat = range(loops[name])
            begin = time.perf_counter_ns()
            for _ in repeat:
                call()
            samples[name].append((time.perf_counter_ns() - begin) / loops[name])
    return {name: statistics.median(values) for name, values in samples.items()}


def table(title: str, results: dict[str, float]) -> Table:
    """Return the results and what simplefix takes in proportion to them."""
    rows = [[name, f"{value:,.0f}", f"{results['simplefix'] / value:.1f} x"] for name, value in results.items()]
    return Table(title, ["codec", "ns a message", "as fast as simplefix"], rows)


def main(loops: int = 2000, rounds: int = ROUNDS) -> list[Table]:
    """Run the comparison and return its tables."""
    frame = simplefix_build()
    plain = uncompiled()
    installed = "Fairlead, compiled" if framing_cy.__file__.endswith(".so") else "Fairlead, as installed"
    counts = {installed: loops, "Fairlead, uncompiled": max(1, loops // 100), "simplefix": max(1, loops // 30)}
    parse = {
        installed: our_parse(framing_cy, frame),
        "Fairlead, uncompiled": our_parse(plain["framing_cy"], frame),
        "simplefix": simplefix_parse(frame),
    }
    build = {
        installed: our_build(writer_cy),
        "Fairlead, uncompiled": our_build(plain["writer_cy"]),
        "simplefix": simplefix_build,
    }
    what = f"NewOrderSingle of {len(frame)} bytes and 18 fields"
    return [
        table(f"parse a {what}: feed, verify, index", medians_ns(parse, counts, rounds)),
        table(f"build a {what}: fields, BodyLength, CheckSum", medians_ns(build, counts, rounds)),
    ]
