"""Check whose the gateway's processor is: isolation, affinity, frequency, sleep states, interrupts, workqueues."""

from collections.abc import Iterator
from typing import Final

from fairlead.gateway.doctor.host import cpu_list, cpu_mask, shown
from fairlead.gateway.doctor.row import FAIL, OK, WARN, Row, judged, unknown
from fairlead.gateway.doctor.subject import Subject

_CPU: Final = "sys/devices/system/cpu"
_NO_CPU: Final = "set `loop.cpu` in the configuration, then run this again"
NEAR_ZERO_PERCENT: Final = 1.0
_LATENCY_DEVICE: Final = "/dev/cpu_dma_latency"
"""Whoever holds it open keeps processors from sleeping deeply."""
SHALLOW_US: Final = 10
"""A sleep state that takes longer to leave than this is deep."""


def _cpu_of(subject: Subject) -> str:
    return "N" if subject.wants.cpu is None else str(subject.wants.cpu)


def isolation(subject: Subject) -> Row:
    """Check that the kernel gives the gateway's processor to nobody else, and has its own work elsewhere."""
    cpu, name = _cpu_of(subject), "Isolation"
    words = dict(word.partition("=")[::2] for word in (subject.host.read("proc/cmdline") or "").split())
    isolated = subject.host.read(f"{_CPU}/isolated")
    no_tick = subject.host.read(f"{_CPU}/nohz_full")
    callbacks = words.get("rcu_nocbs", "")
    read = f"isolated {isolated or 'none'}, nohz_full {no_tick or 'none'}, rcu_nocbs {callbacks or 'none'}"
    wanted = f"processor {cpu} in isolated, nohz_full and rcu_nocbs"
    mend = (
        f"add `isolcpus={cpu} nohz_full={cpu} rcu_nocbs={cpu}` to GRUB_CMDLINE_LINUX in /etc/default/grub, "
        "then update-grub && reboot"
    )
    if isolated is None:
        return unknown(name, f"{_CPU}/isolated can't be read", wanted, mend)
    if subject.wants.cpu is None:
        return Row(name, WARN, f"{read}; the gateway has no processor of its own", wanted, _NO_CPU)
    lists = [cpu_list(text or "") or frozenset() for text in (isolated, no_tick, callbacks)]
    return judged(name, all(subject.wants.cpu in cpus for cpus in lists), read, wanted, mend)


def affinity(subject: Subject) -> Row:
    """Check that the order path's thread may run on one processor alone, and that one is isolated."""
    name, wanted = "Affinity", "one isolated processor"
    text = subject.status.get("Cpus_allowed_list", "")
    allowed = cpu_list(text)
    if not allowed:
        return unknown(name, f"no Cpus_allowed_list in {subject.process}/status", wanted, _NO_CPU)
    if subject.wants.cpu is not None and not subject.pid:
        return unknown(name, "no gateway runs that could have bound itself", wanted)
    isolated = cpu_list(subject.host.read(f"{_CPU}/isolated") or "") or frozenset()
    read = f"{shown(allowed)} ({subject.whose})"
    mend = _NO_CPU if len(allowed) > 1 else "isolate it: see the row Isolation"
    return judged(name, len(allowed) == 1 and allowed <= isolated, read, wanted, mend)


def governor(subject: Subject) -> Row:
    """Check that processors run at full speed."""
    found = {text for _, text in subject.host.find(f"{_CPU}/cpu[0-9]*/cpufreq/scaling_governor")}
    wanted, mend = "performance", "cpupower frequency-set -g performance"
    if not found:
        return unknown("Governor", "no cpufreq", wanted)
    return judged("Governor", found == {"performance"}, ", ".join(sorted(found)), wanted, mend)


def sleep_states(subject: Subject) -> Row:
    """Check that no processor sleeps so deeply that waking it takes long."""
    name, wanted = "C-states", f"none that takes more than {SHALLOW_US} us to leave"
    mend = f"cpupower idle-set -D {SHALLOW_US}"
    latencies = dict(subject.host.find(f"{_CPU}/cpu[0-9]*/cpuidle/state*/latency"))
    if not latencies:
        return unknown(name, "no cpuidle", wanted)
    deep = {
        subject.host.read(path.replace("/latency", "/name")) or path
        for path, text in latencies.items()
        if text.isdigit() and int(text) > SHALLOW_US and subject.host.read(path.replace("/latency", "/disable")) != "1"
    }
    holders = subject.host.holders(_LATENCY_DEVICE) if deep else []
    held = f"; {_LATENCY_DEVICE} is held by {', '.join(map(str, holders))}" if holders else ""
    read = f"deep and enabled: {', '.join(sorted(deep)) or 'none'}{held}"
    return judged(name, not deep or bool(holders), read, wanted, mend)


def siblings(subject: Subject) -> Row:
    """Check that no second thread shares a core with the gateway."""
    active, wanted = subject.host.read(f"{_CPU}/smt/active"), "0"
    if active is None:
        return unknown("SMT", "no smt/active", wanted)
    return judged("SMT", active == "0", active, wanted, f"echo off > /{_CPU}/smt/control, or the firmware's setting")


def interrupts(subject: Subject) -> Row:
    """Check that no interrupt goes to the gateway's processor, and that none came while the doctor looked."""
    name, cpu = "IRQs", subject.wants.cpu
    wanted = f"none on processor {_cpu_of(subject)}"
    homes = dict(subject.host.find("proc/irq/[0-9]*/effective_affinity_list"))
    if cpu is None:
        return unknown(name, "the gateway has no processor of its own", wanted, _NO_CPU)
    if not homes:
        return unknown(name, "no effective_affinity_list in proc/irq", wanted)
    here = [path.split("/")[2] for path, text in homes.items() if cpu in (cpu_list(text) or ())]
    rose = _interrupts_on(subject.host.read("proc/interrupts"), cpu) - _interrupts_on(
        subject.host.before.get("proc/interrupts"), cpu
    )
    read = f"{len(here)} of {len(homes)} may come there; {rose} came during the probe"
    mend = "systemctl stop irqbalance; `fairlead tune` prints a script that moves them"
    return judged(name, not here, read, wanted, mend)


def _interrupts_on(text: str | None, cpu: int) -> int:
    """Return how many device interrupts a processor has had (proc/interrupts; timers and the like have no number)."""
    lines = (text or "").splitlines()
    heads = lines[0].split() if lines else []
    if f"CPU{cpu}" not in heads:
        return 0
    column = heads.index(f"CPU{cpu}") + 1
    rows = (line.split() for line in lines[1:])
    return sum(int(row[column]) for row in rows if row[0].rstrip(":").isdigit() and len(row) > column)


def workqueues(subject: Subject) -> Row:
    """Check that the kernel's deferred work runs elsewhere."""
    name, path = "Workqueues", "sys/devices/virtual/workqueue/cpumask"
    text, cpu = subject.host.read(path), subject.wants.cpu
    wanted = f"all processors but {_cpu_of(subject)}"
    cpus = cpu_mask(text) if text is not None else None
    if cpus is None or cpu is None:
        read = "no cpumask" if cpus is None else f"{shown(cpus)}; the gateway has no processor of its own"
        return unknown(name, read, wanted, "" if cpus is None else _NO_CPU)
    return judged(name, cpu not in cpus, shown(cpus), wanted, f"echo {_mask_without(cpus, cpu)} > /{path}")


def _mask_without(cpus: frozenset[int], cpu: int) -> str:
    return f"{sum(1 << other for other in cpus if other != cpu):x}"


def real_time(subject: Subject) -> Row:
    """Check that a real-time thread that never sleeps is not stopped for a twentieth of each second."""
    name, path = "RT throttle", "proc/sys/kernel/sched_rt_runtime_us"
    runtime, wanted = subject.host.read(path), "-1 where sched_fifo is set"
    if runtime is None:
        return unknown(name, f"{path} can't be read", wanted)
    if subject.wants.sched_fifo is None:
        return Row(name, OK, f"{runtime}; sched_fifo is not set", wanted)
    return judged(name, runtime == "-1", runtime, wanted, "sysctl -w kernel.sched_rt_runtime_us=-1", otherwise=FAIL)


def contention(subject: Subject) -> Row:
    """Check that nobody takes the processor away: pressure, a hypervisor's steal, switches that nobody asked for."""
    pressure = subject.host.read("proc/pressure/cpu") or ""
    waits = [float(word[6:]) for word in pressure.split() if word.startswith("avg10=")][:1]
    steal = steal_percent(subject.host.before.get("proc/stat"), subject.host.read("proc/stat"))
    name, wanted = "Contention", f"pressure and steal below {NEAR_ZERO_PERCENT:g} %"
    if not waits and steal is None:
        return unknown(name, "no pressure/cpu, no change of proc/stat", wanted)
    switches = subject.status.get("nonvoluntary_ctxt_switches", "?")
    read = (
        f"pressure {f'{waits[0]:g} %' if waits else 'unknown'}, "
        f"steal {'unknown' if steal is None else f'{steal:.1f} %'}, {switches} forced switches ({subject.whose})"
    )
    is_well = max([*waits, steal or 0.0]) < NEAR_ZERO_PERCENT
    return judged(name, is_well, read, wanted, "move what else runs here: `systemd-cgtop`, or another host")


def steal_percent(before: str | None, after: str | None) -> float | None:
    """Return the share of time between two readings of proc/stat that a hypervisor took; None where none passed."""
    rows = [[int(word) for word in (text or "cpu").splitlines()[0].split()[1:9]] for text in (before, after)]
    if any(len(row) < 8 for row in rows):
        return None
    changes = [new - old for old, new in zip(*rows, strict=True)]
    return 100 * changes[7] / sum(changes) if sum(changes) > 0 else None


def rows(subject: Subject) -> Iterator[Row]:
    """Yield what the checks of this file find."""
    checks = (isolation, affinity, governor, sleep_states, siblings, interrupts, workqueues, real_time, contention)
    for check in checks:
        yield check(subject)
