"""Make up a machine: files below a folder, as a well tuned host has them."""

from pathlib import Path

import pytest

from fairlead.gateway.doctor.host import Host

CPU = "sys/devices/system/cpu"
SNMP = "Tcp: RtoAlgorithm ActiveOpens RetransSegs\nTcp: 1 20 {}"
INTERRUPTS = "           CPU0 CPU1 CPU2 CPU3\n 24: 10 0 0 {} IR-PCI eth0\nLOC: 9 9 9 9 Local timer"
WELL = {
    f"{CPU}/isolated": "2-3",
    f"{CPU}/nohz_full": "2-3",
    f"{CPU}/smt/active": "0",
    f"{CPU}/cpu0/cpufreq/scaling_governor": "performance",
    f"{CPU}/cpu3/cpufreq/scaling_governor": "performance",
    f"{CPU}/cpu3/cpuidle/state0/latency": "0",
    f"{CPU}/cpu3/cpuidle/state3/latency": "133",
    f"{CPU}/cpu3/cpuidle/state3/name": "C6",
    f"{CPU}/cpu3/cpuidle/state3/disable": "1",
    "proc/cmdline": "BOOT_IMAGE=/vmlinuz isolcpus=2-3 nohz_full=2-3 rcu_nocbs=2-3",
    "proc/77/status": "Name:\tfairlead\nCpus_allowed_list:\t3\nVmSwap:\t       0 kB\nVmLck:\t  900 kB\n"
    "nonvoluntary_ctxt_switches:\t2",
    "proc/77/environ": "HOME=/\0LANG=C",
    "proc/irq/24/effective_affinity_list": "0",
    "proc/interrupts": INTERRUPTS.format(5),
    "sys/devices/virtual/workqueue/cpumask": "3",
    "proc/sys/kernel/sched_rt_runtime_us": "-1",
    "proc/pressure/cpu": "some avg10=0.10 avg60=1.00 avg300=2.00 total=1\nfull avg10=0.00 avg60=0 avg300=0 total=0",
    "proc/stat": "cpu 100 0 50 1000 0 0 0 0 0 0\n",
    "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never",
    "sys/kernel/mm/ksm/run": "0",
    "proc/sys/kernel/numa_balancing": "0",
    "proc/meminfo": "MemTotal: 100 kB\nHugePages_Total:       4\nHugePages_Free:        3",
    "proc/swaps": "Filename Type Size Used Priority",
    "proc/sys/net/core/busy_poll": "50",
    "proc/sys/net/core/busy_read": "50",
    "proc/sys/net/core/rmem_max": "67108864",
    "proc/sys/net/core/netdev_max_backlog": "250000",
    "proc/sys/net/ipv4/tcp_slow_start_after_idle": "0",
    "proc/net/softnet_stat": "0000ffff 00000002 00000000\n0000ffff 00000001 00000000",
    "proc/net/snmp": SNMP.format(7),
    "sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc",
    "sys/devices/system/clocksource/clocksource0/available_clocksource": "tsc hpet",
    "sys/class/ptp/ptp0/clock_name": "ice",
}


class Machine:
    """Files that may be written and removed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.host = Host(root)

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")

    def remove(self, path: str) -> None:
        (self.root / path).unlink()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Give a machine with which everything is well."""
    found = Machine(tmp_path / "root")
    for path, text in WELL.items():
        found.write(path, text)
    found.host.remember(("proc/interrupts", "proc/net/softnet_stat", "proc/net/snmp", "proc/stat"))
    found.write("proc/stat", "cpu 200 0 100 2000 0 0 0 0 0 0")
    return found
