"""Read the system's clocks; ``clock.Clock`` is what others see. The ``.pxd`` does the same in C."""

from time import monotonic_ns
from time import time_ns as utc_ns

__all__ = ["monotonic_ns", "utc_ns"]
