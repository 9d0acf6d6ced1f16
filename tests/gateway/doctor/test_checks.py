"""Every check is OK on a well tuned machine, and says what is wrong with another, and what mends it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fairlead.gateway.compliance.clock_evidence import ClockReading
from fairlead.gateway.doctor.examination import examine
from fairlead.gateway.doctor.host import Host, cpu_list, cpu_mask
from fairlead.gateway.doctor.row import FAIL, OK, UNKNOWN, WARN, Row
from fairlead.gateway.doctor.subject import CardReading, Jitter, Readings, SocketReading, Subject, Wants

from .conftest import CPU, INTERRUPTS, SNMP, Machine

CATALOGUE = (
    "Isolation, Affinity, Governor, C-states, SMT, IRQs, Workqueues, RT throttle, Contention, THP, KSM, NUMA, "
    "Hugepages, Swap, Lock memory, Limits, Python, Busy poll, Sockets, TCP idle, Buffers, TCP loss, Coalescing, "
    "Clocksource, Sync, Disk, Jitter"
)
WANTS = Wants(cpu=3, sched_fifo=80, busy_poll=True)
READINGS = Readings(
    clock=ClockReading(4_000, 20_000, True),
    memlock_bytes=-1,
    files=65_536,
    rt_priority=99,
    fdatasync_ns=(1_000_000,) * 100,
    free_bytes=100 << 30,
    file_system="ext4",
    jitter=Jitter(5.0, 320, 900, 4_000, 90_000),
    sockets=(SocketReading("10.0.0.1:9001", True, 0, 0, 0),),
    cards=(CardReading("eth0", False, 0, 512, 4096),),
    gc_frozen=90_000,
)


def rows(machine: Machine, **readings: Any) -> dict[str, Row]:
    subject = Subject(machine.host, WANTS, replace(READINGS, **readings), 77)
    return {row.check: row for row in examine(subject)}


def test_a_well_tuned_machine_has_nothing_to_mend(machine: Machine) -> None:
    found = rows(machine)
    assert {check: row.state for check, row in found.items() if row.state != OK} == {}
    assert all(not row.mend for row in found.values())
    assert ", ".join(found) == CATALOGUE


def test_a_machine_that_tells_nothing_is_unknown_and_never_well(tmp_path: Path) -> None:
    found = {row.check: row for row in examine(Subject(Host(tmp_path), WANTS, Readings(), 0))}
    assert {check for check, row in found.items() if row.state != UNKNOWN} == set()
    assert ", ".join(found) == CATALOGUE


@pytest.mark.parametrize(
    ("path", "text", "check", "state", "read", "mend"),
    [
        (f"{CPU}/isolated", "", "Isolation", WARN, "isolated none", "isolcpus=3 nohz_full=3 rcu_nocbs=3"),
        ("proc/cmdline", "quiet", "Isolation", WARN, "rcu_nocbs none", "rcu_nocbs=3"),
        ("proc/77/status", "Cpus_allowed_list:\t0-3", "Affinity", WARN, "0,1,2,3 (gateway 77)", "loop.cpu"),
        ("proc/77/status", "Cpus_allowed_list:\t1", "Affinity", WARN, "1 (gateway 77)", "isolate it"),
        (f"{CPU}/cpu3/cpufreq/scaling_governor", "powersave", "Governor", WARN, "powersave", "-g performance"),
        (f"{CPU}/cpu3/cpuidle/state3/disable", "0", "C-states", WARN, "C6", "cpupower idle-set"),
        (f"{CPU}/smt/active", "1", "SMT", WARN, "1", "smt/control"),
        ("proc/irq/24/effective_affinity_list", "3", "IRQs", WARN, "1 of 1 may come", "irqbalance"),
        ("sys/devices/virtual/workqueue/cpumask", "f", "Workqueues", WARN, "0,1,2,3", "echo 7 >"),
        ("proc/sys/kernel/sched_rt_runtime_us", "950000", "RT throttle", FAIL, "950000", "sched_rt_runtime_us=-1"),
        ("proc/pressure/cpu", "some avg10=31.40 avg60=0", "Contention", WARN, "31.4 %", "another host"),
        ("proc/stat", "cpu 190 0 100 2000 0 0 0 110", "Contention", WARN, "steal 8.8 %", "another host"),
        (
            "sys/kernel/mm/transparent_hugepage/enabled",
            "[always] never",
            "THP, KSM, NUMA",
            WARN,
            "THP always",
            "madvise",
        ),
        ("sys/kernel/mm/ksm/run", "1", "THP, KSM, NUMA", WARN, "KSM 1", "ksm/run"),
        ("proc/sys/kernel/numa_balancing", "1", "THP, KSM, NUMA", WARN, "balancing 1", "numa_balancing=0"),
        ("proc/swaps", "Filename\n/dev/sda2", "Swap", WARN, "1 swap space;", "swapoff"),
        ("proc/77/status", "VmSwap:\t 12 kB", "Swap", FAIL, "12 kB of the process", "swapoff"),
        ("proc/77/environ", "PYTHONASYNCIODEBUG=1\0HOME=/", "Python", WARN, "PYTHONASYNCIODEBUG=1", "unset"),
        ("proc/sys/net/core/busy_read", "0", "Busy poll", WARN, "busy_read 0", "busy_read=50"),
        ("proc/sys/net/ipv4/tcp_slow_start_after_idle", "1", "TCP idle", WARN, "1", "after_idle=0"),
        ("proc/sys/net/core/rmem_max", "212992", "Buffers", WARN, "212992", "rmem_max=16777216"),
        ("proc/net/softnet_stat", "00ffffff 0000000b", "Buffers", WARN, "8 during the probe", "backlog"),
        ("proc/net/snmp", SNMP.format(9), "TCP loss", WARN, "2 during the probe, 9 since", "ss -ti"),
        (
            "sys/devices/system/clocksource/clocksource0/current_clocksource",
            "hpet",
            "Clocksource",
            WARN,
            "hpet (there are: tsc hpet)",
            "echo tsc >",
        ),
    ],
)
def test_what_is_wrong_is_told_with_what_mends_it(
    machine: Machine, path: str, text: str, check: str, state: str, read: str, mend: str
) -> None:
    machine.write(path, text)
    row = rows(machine)[check]
    assert (row.state, read in row.read, mend in row.mend) == (state, True, True), row


@pytest.mark.parametrize(
    ("readings", "check", "state", "read"),
    [
        ({"clock": ClockReading(0, 0, False)}, "Sync", FAIL, "not synchronised"),
        ({"clock": ClockReading(-60_000, 1_000, True)}, "Sync", WARN, "within 60 us; PTP clocks: ptp0"),
        ({"clock": ClockReading(0, 50_001, True)}, "Sync", WARN, "within 50.001 us"),
        ({"memlock_bytes": 8 << 20}, "Lock memory", WARN, "8192 KiB"),
        ({"mlockall_error": "Cannot allocate memory"}, "Lock memory", WARN, "Cannot allocate memory"),
        ({"files": 1024}, "Limits", WARN, "NOFILE 1024"),
        ({"rt_priority": 0}, "Limits", WARN, "RTPRIO 0"),
        ({"fdatasync_ns": (1_000_000,) * 98 + (9_000_000,) * 2}, "Disk", WARN, "p99 9.00 ms of 100"),
        ({"free_bytes": 1 << 30}, "Disk", WARN, "1.0 GiB free"),
        ({"file_system": "tmpfs"}, "Disk", FAIL, "lost at a power failure"),
        ({"jitter": Jitter(5.0, 1, 2, 1_000_001, 9_000_000)}, "Jitter", WARN, "p99.9 1000"),
        ({"sockets": (SocketReading("10.0.0.1:1", False, 0, 0, 0),)}, "Sockets", WARN, "1 without TCP_NODELAY"),
        ({"sockets": ()}, "Sockets", UNKNOWN, "no connection"),
        ({"sockets": None}, "Sockets", UNKNOWN, "may not be looked at"),
        ({"cards": (CardReading("eth0", True, 0, 1, 2),)}, "Coalescing", WARN, "adaptive on"),
        ({"cards": (CardReading("eth0", False, 50, 1, 2),)}, "Coalescing", WARN, "rx-usecs 50"),
        ({"gc_frozen": 0}, "Python", WARN, "0 objects frozen"),
        ({"has_compiled_modules": False}, "Python", WARN, "not compiled"),
        ({"has_uvloop": False}, "Python", WARN, "no uvloop"),
    ],
)
def test_what_system_calls_say_counts(
    machine: Machine, readings: dict[str, Any], check: str, state: str, read: str
) -> None:
    row = rows(machine, **readings)[check]
    assert (row.state, read in row.read) == (state, True), row


def test_interrupts_that_come_meanwhile_are_told(machine: Machine) -> None:
    machine.write("proc/interrupts", INTERRUPTS.format(11))
    assert "6 came during the probe" in rows(machine)["IRQs"].read


def test_a_process_that_holds_the_latency_device_keeps_processors_awake(machine: Machine) -> None:
    machine.write(f"{CPU}/cpu3/cpuidle/state3/disable", "0")
    folder = machine.root / "proc/812/fd"
    folder.mkdir(parents=True)
    (folder / "5").symlink_to("/dev/cpu_dma_latency")
    row = rows(machine)["C-states"]
    assert (row.state, row.read) == (OK, "deep and enabled: C6; /dev/cpu_dma_latency is held by 812")


def test_without_a_gateway_this_process_is_looked_at(machine: Machine) -> None:
    machine.write("proc/self/status", "Cpus_allowed_list:\t0-1")
    found = {row.check: row for row in examine(Subject(machine.host, WANTS, READINGS, 0))}
    assert found["Affinity"].state == UNKNOWN
    found = {row.check: row for row in examine(Subject(machine.host, Wants(), READINGS, 0))}
    assert found["Affinity"].state == WARN
    assert found["Affinity"].read == "0,1 (this process, no gateway runs)"


@pytest.mark.parametrize(
    ("text", "cpus"), [("0-2,7", {0, 1, 2, 7}), ("", set()), ("5", {5}), ("0-", None), ("x", None), ("1,,2", {1, 2})]
)
def test_lists_of_processors(text: str, cpus: set[int] | None) -> None:
    assert cpu_list(text) == cpus


@pytest.mark.parametrize(("text", "cpus"), [("5", {0, 2}), ("1,00000001", {0, 32}), ("0", set()), ("no", None)])
def test_masks_of_processors(text: str, cpus: set[int] | None) -> None:
    assert cpu_mask(text) == cpus
