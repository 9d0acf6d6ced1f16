"""Hold what ITCH messages say where nobody says otherwise, and what a venue may announce on request, as data."""

from __future__ import annotations

from collections.abc import Callable

from fairlead.certification.venues.amounts import UNITS

Fields = dict[str, int | str]

DEFAULTS: dict[str, Fields] = {
    "R": {
        "market_category": "Q",
        "financial_status_indicator": "N",
        "round_lot_size": 100,
        "round_lots_only": "N",
        "issue_classification": "C",
        "issue_sub_type": "Z",
        "authenticity": "T",
        "short_sale_threshold_indicator": "N",
        "ipo_flag": "N",
        "luld_reference_price_tier": "1",
        "etp_flag": "N",
        "etp_leverage_factor": 0,
        "inverse_indicator": "N",
    },
    "H": {"trading_state": "T", "reserved": "", "reason": ""},
    "Y": {"reg_sho_action": "0"},
    "L": {"primary_market_maker": "Y", "market_maker_mode": "N", "market_participant_state": "A"},
    "C": {"printable": "Y"},
    "P": {"order_reference_number": 0, "side": "B"},
    "J": {"auction_collar_extension": 0},
    "h": {"market_code": "Q", "operational_halt_action": "H"},
    "K": {"ipo_quotation_release_time": 36_000, "ipo_quotation_release_qualifier": "A"},
    "Q": {"cross_type": "O"},
    "I": {
        "paired_shares": 0,
        "imbalance_shares": 0,
        "imbalance_direction": "N",
        "far_price": 0,
        "near_price": 0,
        "cross_type": "O",
        "price_variation_indicator": "L",
    },
    "N": {"interest_flag": "A"},
    "O": {"open_eligibility_status": "Y", "near_execution_time": 0},
}


def _around(price: int, hundredths: int) -> int:
    """Return a price that much above the given one, in whole cents."""
    cent = UNITS // 100
    return price * (100 + hundredths) // 100 // cent * cent


def _collar(price: int) -> list[tuple[str, Fields]]:
    bounds: Fields = {"upper_auction_collar_price": _around(price, 5), "lower_auction_collar_price": _around(price, -5)}
    return [("J", {"auction_collar_reference_price": price, **bounds})]


def _offering(price: int) -> list[tuple[str, Fields]]:
    return [("K", {"ipo_price": price})]


def _breaker(price: int) -> list[tuple[str, Fields]]:
    levels: Fields = {"level_1": 93 * price // 100, "level_2": 87 * price // 100, "level_3": 80 * price // 100}
    return [("V", levels), ("W", {"breached_level": "1"})]


def _listing(price: int) -> list[tuple[str, Fields]]:
    bounds: Fields = {"minimum_allowable_price": _around(price, -20), "maximum_allowable_price": _around(price, 80)}
    collars: Fields = {"lower_price_range_collar": _around(price, -10), "upper_price_range_collar": _around(price, 10)}
    return [("O", bounds | collars | {"near_execution_price": price}), ("N", {})]


ANNOUNCEMENTS: dict[str, Callable[[int], list[tuple[str, Fields]]]] = {
    "collar": _collar,
    "offering": _offering,
    "breaker": _breaker,
    "listing": _listing,
    "restriction": lambda price: [("Y", {"reg_sho_action": "1"})],
    "operational halt": lambda price: [("h", {"operational_halt_action": "H"})],
    "operational resumption": lambda price: [("h", {"operational_halt_action": "T"})],
}
"""What triggers may have announced, by the step that asks for it; each makes messages around a price."""
