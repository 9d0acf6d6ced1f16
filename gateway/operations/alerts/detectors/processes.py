"""Find what is wrong with the processes, the journal, the clock and the configuration file."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fairlead.gateway.operations.alerts.finding import Finding, Moment
from fairlead.gateway.operations.facts.part import FactsPart
from fairlead.gateway.operations.health import HealthPart
from fairlead.gateway.operations.parts import Desk
from fairlead.gateway.telemetry.counters_cy import bucket_upper_ns
from fairlead.gateway.telemetry.process_gauges import LOOP_LAG

STALL_NS: Final = 10_000_000
STALL_STANDS_NS: Final = 10_000_000_000
"""How long a stall is shown for: it is over when it is seen."""
LEAST_FREE_RATIO: Final = 0.10
CLOCK_BOUND_NS: Final = 50_000


class GatewayLife:
    """Tell that the gateway's process is gone, unless it was stopped in order."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def look(self, moment: Moment) -> Iterator[Finding]:
        """Yield at most one finding."""
        life, counters = self._desk.part(HealthPart).life, self._desk.counters
        if counters.pid and not counters.is_alive and not life.stopped_utc_ns:
            yield Finding("GatewayDown", (), f"process {counters.pid} is gone", moment.utc_ns)


class LoopStall:
    """Tell that the gateway's loop came late to its regular work, by its own count of how late."""

    def __init__(self, desk: Desk, stall_ns: int = STALL_NS) -> None:
        self._desk = desk
        self._stall_ns = stall_ns
        self._seen_ns = 0
        self._event_utc_ns = 0
        self._text = ""

    def look(self, moment: Moment) -> Iterator[Finding]:
        """Yield at most one finding."""
        worst_ns = self._worst_ns()
        if worst_ns:
            self._seen_ns, self._event_utc_ns = moment.now_ns, moment.utc_ns
            self._text = f"the loop was up to {worst_ns / 1e6:.0f} ms late"
        if self._seen_ns and moment.now_ns - self._seen_ns < STALL_STANDS_NS:
            yield Finding("LoopStall", (), self._text, self._event_utc_ns)

    def _worst_ns(self) -> int:
        now, before = self._desk.counters.now.histograms, self._desk.counters.before.histograms
        if LOOP_LAG not in now or LOOP_LAG not in before:
            return 0
        pairs = zip(now[LOOP_LAG].counts, before[LOOP_LAG].counts, strict=True)
        rose = [at for at, (count, was) in enumerate(pairs) if count > was]
        worst_ns = bucket_upper_ns(rose[-1]) if rose else 0
        return worst_ns if worst_ns > self._stall_ns else 0


class JournalRoom:
    """Tell that the journal's disk is filling up, or that the journal can't be read on."""

    def __init__(self, desk: Desk, least_ratio: float = LEAST_FREE_RATIO) -> None:
        self._desk = desk
        self._least_ratio = least_ratio

    def look(self, moment: Moment) -> Iterator[Finding]:
        """Yield what is found."""
        folder, follower = self._desk.config.journal.path, self._desk.follower
        if follower is not None and follower.problem:
            yield Finding("JournalDamaged", (), follower.problem, moment.utc_ns)
        if not folder.is_dir():
            return
        usage = shutil.disk_usage(folder)
        if usage.free < usage.total * self._least_ratio:
            text = f"{usage.free >> 20} MiB of {usage.total >> 20} MiB are free at {folder}"
            yield Finding("JournalFull", (), text, moment.utc_ns)


class ClockState:
    """Tell that nothing keeps the clock, or that it is beyond the configured bound."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        bound_us = getattr(desk.config.compliance, "max_clock_offset_us", None)
        self._bound_ns = bound_us * 1000 if bound_us else None

    def look(self, moment: Moment) -> Iterator[Finding]:
        """Yield at most one finding; without a bound, an unkept clock is no finding (a laptop, a virtual machine)."""
        reading = self._desk.part(FactsPart).follower.clock
        if not reading or self._bound_ns is None:
            return
        off_ns = max(abs(reading["offset_ns"]), reading["max_error_ns"])
        if not reading["is_synchronised"]:
            yield Finding("ClockUnsynced", (), "no time source keeps the clock", moment.utc_ns)
        elif off_ns > self._bound_ns:
            text = f"the clock may be {off_ns} ns off, expected at most {self._bound_ns}"
            yield Finding("ClockUnsynced", (), text, moment.utc_ns)


class ConfigDrift:
    """Tell that the configuration's file is not the one that both processes were started with."""

    def __init__(self, desk: Desk, path: Path | None) -> None:
        self._path = path
        self._started_with = _digest(path)

    def look(self, moment: Moment) -> Iterator[Finding]:
        """Yield at most one finding."""
        if self._path is not None and _digest(self._path) != self._started_with:
            yield Finding("ConfigDrift", (), f"{self._path} was changed since the start", moment.utc_ns)


def _digest(path: Path | None) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if path is not None else ""
    except OSError:
        return "unreadable"
