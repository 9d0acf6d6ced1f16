"""Hold what the checks look at: the machine's files, what its system calls answered, and what the gateway wants."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fairlead.gateway.compliance.clock_evidence import ClockReading
from fairlead.gateway.doctor.host import Host

DELTA_FILES: Final = ("proc/interrupts", "proc/net/softnet_stat", "proc/net/snmp", "proc/stat")
DEFAULT_BUDGET_NS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Wants:
    """What the gateway needs of its machine; ``cpu`` None: it has no processor of its own."""

    state_dir: Path = Path()
    cpu: int | None = None
    sched_fifo: int | None = None
    busy_poll: bool = False
    max_clock_error_ns: int = 50_000
    jitter_budget_ns: int = DEFAULT_BUDGET_NS
    fdatasync_ns: int = 5_000_000


@dataclass(frozen=True, slots=True)
class SocketReading:
    """Options of one TCP connection of the gateway."""

    peer: str
    no_delay: bool
    user_timeout_ms: int
    busy_poll_us: int
    retransmits: int


@dataclass(frozen=True, slots=True)
class CardReading:
    """How a network card gathers interrupts, and how long its ring is; from ethtool's ioctl."""

    name: str
    adaptive: bool
    rx_usecs: int
    rx_ring: int
    rx_ring_max: int


@dataclass(frozen=True, slots=True)
class Jitter:
    """What a loop that does nothing but read the clock lost, in ns."""

    seconds: float
    p50_ns: int
    p99_ns: int
    p999_ns: int
    max_ns: int


@dataclass(frozen=True, slots=True)
class Readings:
    """What system calls answered; None where they did not, or were not asked."""

    clock: ClockReading | None = None
    memlock_bytes: int | None = None
    """-1: unlimited."""
    mlockall_error: str | None = None
    """"" where it was granted."""
    files: int | None = None
    rt_priority: int | None = None
    fdatasync_ns: tuple[int, ...] = ()
    free_bytes: int | None = None
    file_system: str = ""
    jitter: Jitter | None = None
    sockets: tuple[SocketReading, ...] | None = None
    cards: tuple[CardReading, ...] = ()
    gc_frozen: int | None = None
    has_uvloop: bool = True
    has_compiled_modules: bool = True


@dataclass(frozen=True, slots=True)
class Subject:
    """All of it. ``pid`` is the running gateway's, 0 where none runs."""

    host: Host
    wants: Wants = Wants()
    readings: Readings = field(default_factory=Readings)
    pid: int = 0

    @property
    def process(self) -> str:
        """Return the folder of the process that is looked at: the gateway's, or this one's."""
        return f"proc/{self.pid or 'self'}"

    @property
    def whose(self) -> str:
        """Return whose process that is, for people."""
        return f"gateway {self.pid}" if self.pid else "this process, no gateway runs"

    @property
    def status(self) -> dict[str, str]:
        """Return that process's ``status`` by name."""
        return self.host.fields(f"{self.process}/status")
