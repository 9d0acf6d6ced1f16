"""Read how well the system's clock is kept, record it each minute, and alert when it is off (RTS 25).

The kernel's own view (adjtimex(2)): the offset that the time daemon last measured, the bound of the error that it
keeps up, and whether it considers the clock synchronised. It is what the daemon says; an independent measurement of
the daemon's source belongs into the firm's yearly review.
"""

import ctypes
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

NS_PER_US: Final = 1000
INTERVAL_NS: Final = 60 * 1_000_000_000
_STA_UNSYNC: Final = 0x0040
_STA_NANO: Final = 0x2000
_TIME_ERROR: Final = 5


class _Timex(ctypes.Structure):
    """``struct timex`` of Linux (<sys/timex.h>), followed by the room that it reserves."""

    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("constant", ctypes.c_long),
        ("precision", ctypes.c_long),
        ("tolerance", ctypes.c_long),
        ("time_s", ctypes.c_long),
        ("time_us", ctypes.c_long),
        ("tick", ctypes.c_long),
        ("ppsfreq", ctypes.c_long),
        ("jitter", ctypes.c_long),
        ("shift", ctypes.c_int),
        ("stabil", ctypes.c_long),
        ("jitcnt", ctypes.c_long),
        ("calcnt", ctypes.c_long),
        ("errcnt", ctypes.c_long),
        ("stbcnt", ctypes.c_long),
        ("tai", ctypes.c_int),
        ("reserved", ctypes.c_int * 11),
    ]


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What the kernel says: the last measured offset, and the bound of the error, both in nanoseconds."""

    offset_ns: int
    max_error_ns: int
    is_synchronised: bool

    def decision(self) -> dict[str, Any]:
        """Return the DECISION that records it."""
        return {
            "event": "clock",
            "offset_ns": self.offset_ns,
            "max_error_ns": self.max_error_ns,
            "is_synchronised": self.is_synchronised,
            "source": "adjtimex",
        }


def read_clock() -> ClockReading:
    """Ask the kernel. Raises OSError where it does not answer."""
    timex = _Timex()
    library = ctypes.CDLL(None, use_errno=True)
    state = library.adjtimex(ctypes.byref(timex))
    if state < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    unit_ns = 1 if timex.status & _STA_NANO else NS_PER_US
    is_synchronised = state != _TIME_ERROR and not timex.status & _STA_UNSYNC
    return ClockReading(timex.offset * unit_ns, timex.maxerror * NS_PER_US, is_synchronised)


class ClockWatch:
    """Record a reading each minute; alert once when the clock leaves its bound, and tell when it is back.

    ``max_offset_ns`` None: there is no bound, and the reading is recorded alone.
    ``record(decision, utc_ns)`` writes to the journal, ``alert(event, utc_ns, **fields)`` tells a person.
    """

    def __init__(
        self,
        max_offset_ns: int | None,
        record: Callable[[dict[str, Any], int], object],
        alert: Callable[..., object],
        read: Callable[[], ClockReading] = read_clock,
    ) -> None:
        self._max_offset_ns = max_offset_ns
        self._record = record
        self._alert = alert
        self._read = read
        self._next_ns = 0
        self._is_off = False

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Read the clock when a minute has passed."""
        if now_ns < self._next_ns:
            return
        self._next_ns = now_ns + INTERVAL_NS
        try:
            reading = self._read()
        except OSError as error:
            self._tell(True, utc_ns, f"the clock's state can't be read: {error.strerror}")
            return
        self._record(reading.decision(), utc_ns)
        if self._max_offset_ns is None:
            return
        off_ns = max(abs(reading.offset_ns), reading.max_error_ns)
        if not reading.is_synchronised:
            self._tell(True, utc_ns, "the kernel says that no time source keeps the clock: check chrony or ptp4l")
        elif off_ns > self._max_offset_ns:
            text = f"the clock may be {off_ns} ns off, expected at most {self._max_offset_ns}"
            self._tell(True, utc_ns, text)
        else:
            self._tell(False, utc_ns, f"the clock is within {off_ns} ns")

    def _tell(self, is_off: bool, utc_ns: int, text: str) -> None:
        if is_off != self._is_off:
            self._is_off = is_off
            self._alert("clock_unsynchronised" if is_off else "clock_synchronised", utc_ns, text=text)
