"""Count how the process itself does: how late its regular work is, how long it collects garbage."""

import gc
import time
from typing import Any, Final

from fairlead.gateway.telemetry.counters_cy import CounterPage

LOOP_LAG: Final = "loop.lag"
GC_PAUSE: Final = "gc.pause"
HISTOGRAMS: Final = (LOOP_LAG, GC_PAUSE)


class ProcessGauges:
    """Count into the page. Times are monotonic ns."""

    def __init__(self, page: CounterPage) -> None:
        self._page = page
        self._lag = page.histogram(LOOP_LAG)
        self._pause = page.histogram(GC_PAUSE)
        self._collecting_ns = 0
        self._expected_ns = 0

    def watch_garbage(self) -> None:
        """Count each collection from now on."""
        gc.callbacks.append(self._collected)

    def close(self) -> None:
        """Count no more."""
        if self._collected in gc.callbacks:
            gc.callbacks.remove(self._collected)

    def expect(self, at_ns: int) -> None:
        """Say when the loop's regular work is due next."""
        self._expected_ns = at_ns

    def came(self, now_ns: int) -> None:
        """Count how late it is."""
        if self._expected_ns:
            self._page.observe(self._lag, max(0, now_ns - self._expected_ns))

    def _collected(self, phase: str, info: dict[str, Any]) -> None:
        # real time, whatever clock the gateway runs by: a collection is the machine's
        now_ns = time.perf_counter_ns()
        if phase == "start":
            self._collecting_ns = now_ns
        elif self._collecting_ns:
            self._page.observe(self._pause, now_ns - self._collecting_ns)
