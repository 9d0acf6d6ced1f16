"""Join the checks of one order to the order path, the feeds, the books and the limits in force."""

from typing import TYPE_CHECKING

from fairlead.gateway.risk.order_checks import OrderChecks
from fairlead.gateway.risk.venue_dates import VenueDates
from fairlead.gateway.trading_days import trading_day_schedule

if TYPE_CHECKING:
    from fairlead.gateway.assembly import Gateway


def build_order_checks(gateway: "Gateway") -> None:
    """Fill the places of these checks; the limits are in force and the feeds are built."""
    config, book = gateway.config, gateway.limits.book
    dates = VenueDates({venue.name: trading_day_schedule(venue) for venue in config.venues})
    checks = OrderChecks(gateway.market_data, dates, lambda venue: gateway.hours[f"venue:{venue}"].is_open, config.risk)
    checks.fill(gateway.path.checks)
    checks.follow(gateway.ledger)
    checks.use(book.rules)
    book.on_change(lambda now_ns, utc_ns: checks.use(book.rules))
