"""Put together the checks of one order by its limits, references and lists, and hold them to the limits in force."""

from collections.abc import Callable
from typing import Final

from fairlead.adapters.market_data import MarketData
from fairlead.gateway.config.risk_keys import Risk
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.risk.check_table_cy import CheckTable
from fairlead.gateway.risk.limits_rules import LimitRules
from fairlead.gateway.risk.list_checks_cy import Covered, Restricted
from fairlead.gateway.risk.locates import Locates
from fairlead.gateway.risk.market_checks_cy import MarketState, Phase
from fairlead.gateway.risk.price_checks_cy import Collar, Drift
from fairlead.gateway.risk.references_cy import References
from fairlead.gateway.risk.short_sale_cy import ShortSale
from fairlead.gateway.risk.size_checks_cy import MaxNotional, MaxQuantity
from fairlead.gateway.risk.venue_dates import VenueDates


class OrderChecks:
    """Hold what these checks share; ``is_open(venue)`` tells whether a venue's schedule has it open."""

    def __init__(
        self,
        market_data: MarketData | None,
        dates: VenueDates,
        is_open: Callable[[str], bool],
        keys: Risk | None = None,
    ) -> None:
        said = keys if keys is not None else Risk()
        self.references: Final = References(market_data, dates, said.previous_close_days, said.market_order_margin_bps)
        self.locates: Final = Locates(dates)
        self._restricted: Final = Restricted(dates)
        self._max_notional: Final = MaxNotional()
        self._is_open: Final = is_open

    def fill(self, checks: CheckTable) -> None:
        """Put each check in its place."""
        references = self.references
        checks.value = references.value
        for name, check in (
            ("limits", Covered()),
            ("restricted", self._restricted),
            ("market_state", MarketState(references)),
            ("phase", Phase(references, self._is_open)),
            ("short_sale", ShortSale(references, self.locates)),
            ("max_quantity", MaxQuantity()),
            ("max_notional", self._max_notional),
            ("collar", Collar(references)),
            ("drift", Drift(references)),
        ):
            checks.fill(name, check)

    def use(self, rules: LimitRules) -> None:
        """Take these rules from now on: currencies, restricted list and locates."""
        self._max_notional.use(rules.currencies)
        self._restricted.use(rules.restricted_by_symbol)
        self.locates.use(rules.locates)

    def follow(self, ledger: Ledger) -> None:
        """Count what short sales in the books use of the locates, and follow them from now on."""
        for order in ledger.orders():
            self.locates.note_order(order)
        ledger.watch(self.locates.note_order)
