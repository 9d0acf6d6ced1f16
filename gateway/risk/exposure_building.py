"""Count exposure and find own orders from the restored books on, and let the checks judge by them."""

from typing import TYPE_CHECKING

from fairlead.gateway.risk.exposure_checks_cy import CapitalCheck, CreditCheck, OpenOrdersCheck, PositionCheck
from fairlead.gateway.risk.exposure_cy import Exposure
from fairlead.gateway.risk.self_match_cy import BLOCKING, SelfMatchCheck
from fairlead.gateway.risk.valuation_cy import Valuations

if TYPE_CHECKING:
    from fairlead.gateway.assembly import Gateway


def build_exposure(gateway: "Gateway") -> Exposure:
    """Fill the places of open orders, position, credit and capital; the limits count already."""
    book = gateway.limits.book

    def rate_of(currency: str) -> int | None:
        return book.rules.currencies.rate_of(currency)

    exposure = Exposure(gateway.ledger, book.limits_for, Valuations(gateway.path.instruments, rate_of))
    exposure.rebuild()
    book.on_change(lambda now_ns, utc_ns: exposure.rebuild())
    checks = gateway.path.checks
    checks.fill("open_orders", OpenOrdersCheck(exposure))
    checks.fill("position", PositionCheck(exposure))
    checks.fill("credit", CreditCheck(exposure))
    checks.fill("capital", CapitalCheck(exposure))
    return exposure


def build_self_match(gateway: "Gateway") -> SelfMatchCheck:
    """Fill the place of self-match prevention; own orders are looked up only while a row of the limits blocks."""
    book = gateway.limits.book

    def is_needed() -> bool:
        rows = (book.rules.firm, *book.rules.rows)
        return any(row.values.get("self_match") in BLOCKING for row in rows)

    check = SelfMatchCheck(gateway.ledger, is_needed)
    book.on_change(lambda now_ns, utc_ns: check.rebuild())
    gateway.path.checks.fill("self_match", check)
    return check
