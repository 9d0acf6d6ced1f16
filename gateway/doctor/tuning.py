"""Write what suits a host: a systemd unit for the gateway, and a script that sets kernel and interrupts."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fairlead.gateway.doctor.memory_checks import LEAST_FILES
from fairlead.gateway.doctor.network_checks import BUSY_POLL_US, LEAST_BACKLOG, LEAST_BUFFER_BYTES

WATCHDOG_S: Final = 10
START_S: Final = 600
"""A start reads the journal: minutes after a long day."""
STOP_MARGIN_S: Final = 15
"""What the venues' Logouts, the journal's end and the operations process may take beyond ``stop_timeout_s``."""

_BEFORE: Final = (
    "Wants=network-online.target time-sync.target",
    "After=network-online.target time-sync.target",
    "StartLimitIntervalSec=600",
    "StartLimitBurst=5",
    "",
    "[Service]",
    "Type=notify",
    "NotifyAccess=main",
)
_ENDS: Final = (
    "Restart=on-failure",
    "RestartSec=1",
    # a start that is refused, a wrong command line, a journal that failed: a person is needed
    "RestartPreventExitStatus=1 2 74",
    "KillSignal=SIGTERM",
    "KillMode=mixed",
)
# not ProtectClock: it forbids adjtimex(), by which the clock's state is read
_HARDENING: Final = (
    "NoNewPrivileges=yes",
    "PrivateTmp=yes",
    "ProtectSystem=strict",
    "ProtectHome=read-only",
    "ProtectKernelModules=yes",
    "ProtectKernelLogs=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
    "RestrictNamespaces=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "SystemCallArchitectures=native",
    "UMask=0077",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the gateway is installed, and what its configuration says."""

    program: Path
    config: Path
    state_dir: Path
    name: str = "fairlead"
    user: str = "fairlead"
    cpu: int | None = None
    sched_fifo: int | None = None
    waiting: str = "block"
    stop_timeout_s: int = 5
    also_written: Sequence[Path] = ()
    """Folders outside ``state_dir`` that the gateway writes: a journal elsewhere."""


def unit(place: Place, processors: int) -> str:
    """Return the systemd unit of ``fairlead run``, for a host of so many processors."""
    priority = ["LimitRTPRIO=99"] if place.sched_fifo is not None else []
    written = " ".join(_quoted(path) for path in (place.state_dir, *place.also_written))
    lines = (
        "[Unit]",
        f"Description=Fairlead exchange gateway ({place.name})",
        *_BEFORE,
        f"ExecStart={_quoted(place.program)} run {_quoted(place.config)}",
        "ExecReload=/bin/kill -HUP $MAINPID",
        f"User={place.user}",
        f"TimeoutStartSec={START_S}",
        f"WatchdogSec={WATCHDOG_S}",
        *_ENDS,
        f"TimeoutStopSec={place.stop_timeout_s + STOP_MARGIN_S}",
        *_affinity(place.cpu, processors),
        f"LimitNOFILE={LEAST_FILES}",
        "LimitMEMLOCK=infinity",
        *priority,
        f"ReadWritePaths={written}",
        *_HARDENING,
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    )
    return "\n".join(lines) + "\n"


def _affinity(cpu: int | None, processors: int) -> list[str]:
    """Return where the unit's processes run: beside the order path's thread, which moves itself to ``loop.cpu``."""
    others = [str(other) for other in range(processors) if other != cpu]
    return [f"CPUAffinity={' '.join(others)}"] if cpu is not None and others else []


def _quoted(path: Path) -> str:
    """Quote a path for a unit: ``%`` and ``$`` mean something there."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{text}"' if any(sign in text for sign in " \"'\\") else text


def script(place: Place, processors: int) -> str:
    """Return a shell script, to be run as root after each boot, for a host of so many processors."""
    lines = [
        "#!/bin/sh",
        "# What suits the gateway, for this boot. Run as root; `fairlead doctor` says what it mended.",
        "set -eu",
        'set_if_there() { if [ -w "$2" ]; then echo "$1" > "$2" || echo "refused: $2" >&2; fi; }',
        f"sysctl -w net.core.rmem_max={LEAST_BUFFER_BYTES} net.core.netdev_max_backlog={LEAST_BACKLOG}",
        "sysctl -w net.ipv4.tcp_slow_start_after_idle=0 vm.swappiness=0",
        "swapoff -a",
        "set_if_there 0 /proc/sys/kernel/numa_balancing",
        "set_if_there madvise /sys/kernel/mm/transparent_hugepage/enabled",
        "set_if_there 0 /sys/kernel/mm/ksm/run",
        "set_if_there off /sys/devices/system/cpu/smt/control",
        "for governor in /sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor; do",
        '    set_if_there performance "$governor"',
        "done",
    ]
    if place.waiting != "block":
        lines.append(f"sysctl -w net.core.busy_poll={BUSY_POLL_US} net.core.busy_read={BUSY_POLL_US}")
    if place.sched_fifo is not None:
        lines.append("sysctl -w kernel.sched_rt_runtime_us=-1")
    lines += _others_only(place.cpu, processors) if place.cpu is not None else _NO_CPU
    return "\n".join(lines) + "\n"


_NO_CPU: Final = [
    "# The gateway has no processor of its own: set `loop.cpu`, or give --cpu, for the lines on interrupts."
]


def _others_only(cpu: int, processors: int) -> list[str]:
    others = [other for other in range(processors) if other != cpu]
    if not others:
        return [f"# Processor {cpu} is the only one: interrupts stay where they are."]
    told = ",".join(map(str, others))
    mask = sum(1 << other for other in others)
    words = [f"{mask >> 32 * place & 0xFFFFFFFF:08x}" for place in range(mask.bit_length() + 31 >> 5)]
    return [
        f"# Interrupts and the kernel's deferred work go to processors {told}.",
        "if command -v systemctl > /dev/null; then systemctl stop irqbalance 2> /dev/null || true; fi",
        "for irq in /proc/irq/[0-9]*/smp_affinity_list; do",
        f'    echo {told} 2> /dev/null > "$irq" || true # some may not be moved',
        "done",
        f"set_if_there {','.join(reversed(words))} /sys/devices/virtual/workqueue/cpumask",
        f"for disable in /sys/devices/system/cpu/cpu{cpu}/cpuidle/state[1-9]*/disable; do",
        '    set_if_there 1 "$disable"',
        "done",
        "# At the next boot, on the kernel's command line:",
        f"#   isolcpus={cpu} nohz_full={cpu} rcu_nocbs={cpu} irqaffinity={told}",
    ]


def install_text(place: Place) -> str:
    """Return how what was printed is put to use."""
    config = shlex.quote(str(place.config))
    return (
        f"# fairlead tune --part unit {config} > /etc/systemd/system/fairlead.service && systemctl daemon-reload\n"
        f"# fairlead tune --part script {config} > /usr/local/sbin/fairlead-tune && sh /usr/local/sbin/fairlead-tune\n"
    )
