"""Check memory: pages that the kernel moves or merges, swap, locking, limits of the process."""

from collections.abc import Iterator
from typing import Final

from fairlead.gateway.doctor.row import FAIL, OK, UNKNOWN, WARN, Row, judged, unknown
from fairlead.gateway.doctor.subject import Subject

UNLIMITED: Final = -1
LEAST_FILES: Final = 65_536
LEAST_RT_PRIORITY: Final = 50
_UNIT: Final = "`fairlead tune` prints a unit with it"


def moved_pages(subject: Subject) -> Row:
    """Check that the kernel neither gathers, merges nor moves pages behind our back."""
    host, name, wanted = subject.host, "THP, KSM, NUMA", "madvise or never; 0; 0"
    huge = host.read("sys/kernel/mm/transparent_hugepage/enabled")
    merging, moving = host.read("sys/kernel/mm/ksm/run"), host.read("proc/sys/kernel/numa_balancing")
    if huge is None and merging is None and moving is None:
        return unknown(name, "none of the three can be read", wanted)
    chosen = huge.partition("[")[2].partition("]")[0] if huge is not None else "?"
    wrong = (
        (chosen == "always", "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled"),
        (merging not in (None, "0"), "echo 0 > /sys/kernel/mm/ksm/run"),
        (moving not in (None, "0"), "sysctl -w kernel.numa_balancing=0"),
    )
    mends = [mend for is_wrong, mend in wrong if is_wrong]
    read = f"THP {chosen}, KSM {merging or '?'}, NUMA balancing {moving or '?'}"
    return judged(name, not mends, read, wanted, "; ".join(mends))


def huge_pages(subject: Subject) -> Row:
    """Check that reserved huge pages are not short; the gateway itself asks for none."""
    found = subject.host.fields("proc/meminfo")
    total, free = found.get("HugePages_Total"), found.get("HugePages_Free")
    if total is None or free is None:
        return unknown("Hugepages", "no HugePages in proc/meminfo", "as configured")
    return Row("Hugepages", OK, f"{free} of {total} free; the gateway uses none", "as configured")


def swap(subject: Subject) -> Row:
    """Check that nothing of the process is swapped out, and nothing can be."""
    name, wanted = "Swap", "no swap space, nothing of the process in it"
    spaces, swapped = subject.host.read("proc/swaps"), subject.status.get("VmSwap")
    if spaces is None or swapped is None:
        return unknown(name, "proc/swaps or VmSwap can't be read", wanted)
    count = max(0, len(spaces.splitlines()) - 1)
    read = f"{count} swap space{'s' if count != 1 else ''}; {swapped} of the process ({subject.whose})"
    if not swapped.startswith("0 "):
        return Row(name, FAIL, read, wanted, "swapoff -a, then restart the gateway")
    return judged(name, count == 0, read, wanted, "swapoff -a, and remove it from /etc/fstab")


def locked_memory(subject: Subject) -> Row:
    """Check that the process may keep its memory where it is."""
    name, wanted = "Lock memory", "unlimited, and mlockall() granted"
    limit, error = subject.readings.memlock_bytes, subject.readings.mlockall_error
    if limit is None:
        return unknown(name, "RLIMIT_MEMLOCK can't be read", wanted)
    size = "unlimited" if limit == UNLIMITED else f"{limit // 1024} KiB"
    granted = "not tried" if error is None else error or "granted"
    locked = subject.status.get("VmLck", "?")
    read = f"limit {size}, mlockall() {granted}, {locked} locked ({subject.whose})"
    is_well = limit == UNLIMITED and not error
    return judged(name, is_well, read, wanted, f"LimitMEMLOCK=infinity in the unit; {_UNIT}")


def limits(subject: Subject) -> Row:
    """Check how many files may be open, and which real-time priority may be had."""
    name, wanted = (
        "Limits",
        f"NOFILE {LEAST_FILES} at least; RTPRIO {LEAST_RT_PRIORITY} at least where sched_fifo is set",
    )
    files, priority = subject.readings.files, subject.readings.rt_priority
    if files is None or priority is None:
        return unknown(name, "RLIMIT_NOFILE or RLIMIT_RTPRIO can't be read", wanted)
    numbers = {UNLIMITED: "unlimited"}
    read = f"NOFILE {numbers.get(files, files)}, RTPRIO {numbers.get(priority, priority)} ({subject.whose})"
    has_files = files == UNLIMITED or files >= LEAST_FILES
    needs_priority = subject.wants.sched_fifo is not None
    has_priority = not needs_priority or priority == UNLIMITED or priority >= LEAST_RT_PRIORITY
    mend = f"LimitNOFILE={LEAST_FILES} and LimitRTPRIO=99 in the unit; {_UNIT}"
    return judged(name, has_files and has_priority, read, wanted, mend)


def python(subject: Subject) -> Row:
    """Check the interpreter: compiled modules, uvloop, no debug mode, and that the garbage collector is frozen."""
    name, found = "Python", subject.readings
    wanted = "compiled modules, uvloop, no debug mode, garbage frozen"
    environment = (subject.host.read(f"{subject.process}/environ") or "").split("\0")
    debug = [word for word in environment if word.partition("=")[0] in ("PYTHONDEVMODE", "PYTHONASYNCIODEBUG")]
    problems = [
        *(f"{word} is set" for word in debug),
        *(() if found.has_uvloop else ("no uvloop",)),
        *(() if found.has_compiled_modules else ("modules are not compiled",)),
    ]
    if problems:
        return Row(name, WARN, ", ".join(problems), wanted, "unset what is set; `make setup` builds what is missing")
    if not subject.pid or found.gc_frozen is None:
        return Row(name, UNKNOWN, "compiled, uvloop, no debug mode; no gateway runs to be asked", wanted)
    read = f"compiled, uvloop, no debug mode, {found.gc_frozen} objects frozen ({subject.whose})"
    return judged(name, found.gc_frozen > 0, read, wanted, "restart the gateway")


def rows(subject: Subject) -> Iterator[Row]:
    """Yield what the checks of this file find."""
    for check in (moved_pages, huge_pages, swap, locked_memory, limits, python):
        yield check(subject)
