"""Build what gathers evidence while the gateway runs."""

from collections.abc import Callable
from typing import Any

from fairlead.gateway.compliance.clock_evidence import ClockWatch
from fairlead.gateway.compliance.order_attributes import attributes_decision
from fairlead.gateway.config.models import Config
from fairlead.gateway.retention import Retention


class Evidence:
    """Record what later reports need: whose orders are whose, and how well the clock is kept."""

    def __init__(self, clock: ClockWatch) -> None:
        self._clock = clock

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Record what is due."""
        self._clock.tick(now_ns, utc_ns)


def build_evidence(
    config: Config,
    retention: Retention,
    record: Callable[[dict[str, Any], int], object],
    alert: Callable[..., object],
) -> Evidence:
    """Return the gateway's evidence; strategies' attributes go down at each checkpoint."""
    attributes = attributes_decision(config)
    retention.add_part(lambda utc_ns: record(attributes, utc_ns))
    return Evidence(ClockWatch(config.compliance.max_clock_offset_ns, record, alert))
