"""Describe what a strategy may use: the entitlement keys of ``[[strategies]]``."""

from typing import Literal

from fairlead.gateway.config.values import Section

SideName = Literal["buy", "sell", "sell_short", "sell_short_exempt"]
OrdTypeName = Literal["market", "limit", "stop", "stop_limit", "market_on_close", "limit_on_close", "pegged"]
TimeInForceName = Literal[
    "day",
    "good_till_cancel",
    "at_the_opening",
    "immediate_or_cancel",
    "fill_or_kill",
    "good_till_crossing",
    "good_till_date",
    "at_the_close",
]


class EntitlementOptions(Section):
    """What a strategy may use; what is not allowed is refused."""

    accounts: tuple[str, ...] = ()
    venues: tuple[str, ...] = ("*",)
    symbols: tuple[str, ...] = ("*",)
    security_types: tuple[str, ...] = ("*",)
    """SecurityType(167) of what it may trade."""
    sides: tuple[SideName, ...] = ("buy", "sell")
    """Short sales only where they are named."""
    ord_types: tuple[OrdTypeName, ...] | None = None
    times_in_force: tuple[TimeInForceName, ...] | None = None
    """Left out: every one."""
