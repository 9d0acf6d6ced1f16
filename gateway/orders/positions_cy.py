"""Add up what each strategy holds, exactly."""

from fairlead.codecs.vocabulary.messages_cy import NewOrder


class Position:
    """Hold what one strategy's account has bought and sold of one instrument at one venue.

    Quantities are in units of 10^-8, notionals the exact sums of LastQty x LastPx in units of 10^-16. Busts and
    corrections are taken back out. ``instrument`` is an order's terms, for the fields that tell a derivative.
    """

    def __init__(self, strategy: str, account: str, venue: str, instrument: NewOrder) -> None:
        self.strategy = strategy
        self.account = account
        self.venue = venue
        self.symbol: str = instrument.symbol
        self.instrument = instrument
        self.bought_qty = 0
        self.bought_notional = 0
        self.sold_qty = 0
        self.sold_notional = 0

    @property
    def net_qty(self) -> int:
        """Return bought less sold, in units of 10^-8."""
        return self.bought_qty - self.sold_qty
