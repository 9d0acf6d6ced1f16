"""Join the parts of risk to the order path, each to its places in the table of checks."""

from typing import TYPE_CHECKING

from fairlead.gateway.risk.conduct_building import build_conduct
from fairlead.gateway.risk.decisions import RiskDecisions
from fairlead.gateway.risk.limits_building import open_limits

if TYPE_CHECKING:
    from fairlead.gateway.assembly import Gateway


def build_risk(gateway: "Gateway") -> None:
    """Fill the table of checks of the order path; the books are restored and the feeds are built."""
    open_limits(gateway)
    gateway.path.checks.decisions = RiskDecisions(gateway.recorder.decision, gateway.watch.alert, gateway.counters.page)
    build_conduct(gateway)
