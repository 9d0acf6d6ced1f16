"""Ask the system what no file says: clock, limits, locking, the disk's pace, the processor's. Nothing stays changed."""

import ctypes
import importlib.util
import os
import resource
import time
from pathlib import Path
from typing import Final

from fairlead.gateway.compliance.clock_evidence import ClockReading, read_clock
from fairlead.gateway.doctor.host import Host
from fairlead.gateway.doctor.network_probes import read_cards, read_sockets
from fairlead.gateway.doctor.subject import Jitter, Readings, Wants
from fairlead.gateway.telemetry import counters_cy
from fairlead.gateway.telemetry.counters_cy import BUCKETS, bucket_of
from fairlead.gateway.telemetry.reader import Histogram, read_counters

WRITES: Final = 100
BLOCK_BYTES: Final = 4096
LONGEST_WRITES_S: Final = 5.0
WINDOW_NS: Final = 1_000_000
_MCL_CURRENT: Final = 1


def probe(host: Host, wants: Wants, pid: int, jitter_s: float) -> Readings:
    """Return what there is to know. ``pid`` 0: no gateway runs, this process is looked at."""
    memlock, files, priority = (
        _limit(which, pid) for which in (resource.RLIMIT_MEMLOCK, resource.RLIMIT_NOFILE, resource.RLIMIT_RTPRIO)
    )
    writes, free_bytes = write_times(wants.state_dir)
    return Readings(
        clock=_clock(),
        memlock_bytes=memlock,
        mlockall_error=try_mlockall() if not pid else None,
        files=files,
        rt_priority=priority,
        fdatasync_ns=writes,
        free_bytes=free_bytes,
        file_system=file_system_of(host, wants.state_dir),
        jitter=spin(jitter_s, wants.cpu) if jitter_s > 0 else None,
        sockets=read_sockets(pid) if pid else None,
        cards=read_cards(host),
        gc_frozen=_frozen(wants.state_dir) if pid else None,
        has_uvloop=importlib.util.find_spec("uvloop") is not None,
        has_compiled_modules=not counters_cy.__file__.endswith(".py"),
    )


def _clock() -> ClockReading | None:
    try:
        return read_clock()
    except OSError:
        return None


def _limit(which: int, pid: int) -> int | None:
    try:
        return resource.prlimit(pid, which)[0]
    except OSError:
        return None


def _frozen(state_dir: Path) -> int | None:
    try:
        return read_counters(state_dir / "counters").counters.get("gc.frozen")
    except (OSError, ValueError):
        return None


def try_mlockall() -> str:
    """Lock this process's memory for a moment; return why that was refused, "" where it was not."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.mlockall(_MCL_CURRENT) != 0:
        return os.strerror(ctypes.get_errno())
    library.munlockall()
    return ""


def write_times(folder: Path) -> tuple[tuple[int, ...], int | None]:
    """Return how long blocks took to reach a folder's disk, in ns, and its free bytes; nothing where it refuses."""
    path = folder / f".doctor-{os.getpid()}"
    block, end_s = bytes(BLOCK_BYTES), time.monotonic() + LONGEST_WRITES_S
    found: list[int] = []
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        return (), None
    try:
        while len(found) < WRITES and time.monotonic() < end_s:
            os.write(file, block)
            before_ns = time.perf_counter_ns()
            os.fdatasync(file)
            found.append(time.perf_counter_ns() - before_ns)
        room = os.statvfs(folder)
    except OSError:
        return (), None
    finally:
        os.close(file)
        path.unlink()
    return tuple(found), room.f_bavail * room.f_frsize


def file_system_of(host: Host, folder: Path) -> str:
    """Return the kind of file system that holds a folder, by the longest mount point above it (proc/self/mounts)."""
    lines = (line.split() for line in (host.read("proc/self/mounts") or "").splitlines())
    mounts = {words[1]: words[2] for words in lines if len(words) > 2}
    above = [str(path) for path in (folder.resolve(), *folder.resolve().parents)]
    return next((mounts[path] for path in above if path in mounts), "")


def spin(seconds: float, cpu: int | None = None) -> Jitter:
    """Read the clock again and again for so long, on one processor where it may be had; count what is lost between.

    What counts is the longest pause in each millisecond, and a pause of several milliseconds counts once for each:
    among the millions of readings of a second, a hiccup would hardly show.
    """
    allowed = os.sched_getaffinity(0)
    if cpu in allowed:
        os.sched_setaffinity(0, {cpu})
    try:
        counts, most_ns = _pauses(round(seconds * 1e9))
    finally:
        os.sched_setaffinity(0, allowed)
    pauses = Histogram(tuple(counts))
    p50, p99, p999 = (min(most_ns, pauses.quantile_ns(fraction) or 0) for fraction in (0.5, 0.99, 0.999))
    return Jitter(seconds, p50, p99, p999, most_ns)


def _pauses(duration_ns: int) -> tuple[list[int], int]:
    counts, most_ns, read = [0] * BUCKETS, 0, time.perf_counter_ns
    last_ns = read()
    end_ns = last_ns + duration_ns
    while last_ns < end_ns:
        began_ns, worst_ns = last_ns, 0
        while last_ns - began_ns < WINDOW_NS:
            now_ns = read()
            if now_ns - last_ns > worst_ns:
                worst_ns = now_ns - last_ns
            last_ns = now_ns
        counts[bucket_of(worst_ns)] += (last_ns - began_ns) // WINDOW_NS
        most_ns = max(most_ns, worst_ns)
    return counts, most_ns
