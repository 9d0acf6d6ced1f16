"""Join the parts of risk to the order path, each to its places in the table of checks."""

from typing import TYPE_CHECKING

from fairlead.gateway.risk.conduct_building import build_conduct
from fairlead.gateway.risk.decisions import RiskDecisions
from fairlead.gateway.risk.exposure_building import build_exposure, build_self_match
from fairlead.gateway.risk.limits_building import open_limits
from fairlead.gateway.risk.order_checks_building import build_order_checks

if TYPE_CHECKING:
    from fairlead.gateway.assembly import Gateway


def build_risk(gateway: "Gateway") -> None:
    """Fill the table of checks of the order path; the books are restored and the feeds are built."""
    gateway.path.checks.overrides = gateway.overrides
    gateway.path.checks.decisions = RiskDecisions(gateway.recorder.decision, gateway.watch.alert, gateway.counters.page)
    open_limits(gateway)
    build_order_checks(gateway)
    build_exposure(gateway)
    build_self_match(gateway)
    build_conduct(gateway)
