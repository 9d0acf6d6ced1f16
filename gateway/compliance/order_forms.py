"""Lay out order records: which events a form has, under which codes, and where each column comes from.

``events`` is everything, under Fairlead's own names. ``rts24`` has the facts of the annex to RTS 24 ((EU) 2017/580)
in its order and with its codes: the standard binds venues, which ask their members for them, and a firm that trades
by high-frequency algorithms keeps the same by RTS 6, Article 28. ``cat`` has the events and names of the Consolidated
Audit Trail's order events for a firm that routes its own orders. Where a regulator wants a file of another shape,
these columns are what it is made from; have the reading confirmed by counsel.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from fairlead.gateway.compliance.order_facts import Facts

TEXT: Final = "text"
AMOUNT: Final = "amount"
WHOLE: Final = "whole"
FLAG: Final = "flag"

Value = str | int | bool | Decimal | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its type (TEXT, AMOUNT, WHOLE, FLAG), and where its value comes from."""

    name: str
    type: str
    value: Callable[[Facts, str], Value]


@dataclass(frozen=True, slots=True)
class Form:
    """One form of order record: ``codes`` names, for each event, the records it makes; an event not named makes none.

    None in place of the table: each event makes one record under its own name.
    """

    name: str
    columns: tuple[Column, ...]
    codes: Callable[[Facts], tuple[str, ...]]

    def rows(self, facts: Facts) -> Iterator[dict[str, Value]]:
        """Yield the records that an event makes."""
        for code in self.codes(facts):
            yield {column.name: column.value(facts, code) for column in self.columns}


def stamp(utc_ns: int, decimals: int) -> str:
    """Return a UTC time with so many decimals of a second, cut off and never rounded up to a later one."""
    seconds, nanoseconds = divmod(utc_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}"[: 20 + decimals] + "Z"


def _fact(name: str, type_: str = TEXT, under: str = "") -> Column:
    return Column(under or name, type_, lambda facts, _: facts[name])


def _coded(under: str, name: str, codes: dict[str, str]) -> Column:
    """Return a column of codes; a value without one is shown as it is, never left out."""
    return Column(under, TEXT, lambda facts, _: codes.get(facts[name], facts[name]))


def _stamped(under: str, name: str = "utc_ns") -> Column:
    def value(facts: Facts, _: str) -> Value:
        return None if facts[name] is None else stamp(facts[name], facts["stamp_decimals"])

    return Column(under, TEXT, value)


def _code(under: str) -> Column:
    return Column(under, TEXT, lambda _, code: code)


_SHORT: Final = ("sell_short", "sell_short_exempt")


def _when(under: str, name: str, expected: tuple[Any, ...]) -> Column:
    return Column(under, FLAG, lambda facts, _: facts[name] in expected)


_WHO: Final = (
    _fact("client_id"),
    _fact("investment_decision"),
    _fact("execution_decision"),
    _fact("is_algorithm", FLAG),
    _fact("trading_capacity"),
    _fact("direct_electronic_access", FLAG),
    _fact("liquidity_provision", FLAG),
    _fact("has_attributes", FLAG),
)

EVENTS: Final = Form(
    "events",
    (
        _fact("sequence", WHOLE),
        _stamped("time"),
        _fact("utc_ns", WHOLE),
        _stamped("venue_time", "venue_utc_ns"),
        _fact("event"),
        *(_fact(name) for name in ("strategy", "account", "venue", "mic", "symbol", "isin", "currency")),
        *(_fact(name) for name in ("order_id", "cl_ord_id", "request_cl_ord_id", "venue_cl_ord_id", "venue_order_id")),
        *(_fact(name) for name in ("side", "ord_type", "time_in_force")),
        *(_fact(name, AMOUNT) for name in ("price", "stop_px", "order_qty", "leaves_qty", "cum_qty")),
        *(_fact(name, AMOUNT) for name in ("last_qty", "last_px", "min_qty", "display_qty")),
        _stamped("expire_time", "expire_utc_ns"),
        *(_fact(name) for name in ("exec_id", "exec_ref_id", "last_liquidity", "refusal", "reason")),
        _fact("entity_id"),
        *_WHO,
    ),
    lambda facts: (facts["event"],),
)

_RTS24_SIDES: Final = {"buy": "BUYI", "sell": "SELL", "sell_short": "SELL", "sell_short_exempt": "SELL"}
_RTS24_TYPES: Final = {"limit": "LMTO", "limit_on_close": "LMTO", "stop": "STOP", "stop_limit": "STOP"}
_RTS24_VALIDITY: Final = {
    "day": "GDAY",
    "good_till_cancel": "GTCV",
    "good_till_date": "GTDV",
    "immediate_or_cancel": "IOCV",
    "fill_or_kill": "FOKV",
    "at_the_opening": "GATV",
    "at_the_close": "GATV",
    "good_till_crossing": "GASV",
}
_RTS24_EVENTS: Final = {
    "new": "NEWO",
    "replaced": "REME",
    "restated": "REMA",
    "rejected": "REMO",
    "refused": "REMO",
    "unsent": "REMO",
    "expired": "EXPI",
    "done_for_day": "EXPI",
    "trade_busted": "CHMO",
    "trade_corrected": "CHMO",
}


def _rts24_codes(facts: Facts) -> tuple[str, ...]:
    what = facts["event"]
    if what == "filled":
        return ("FILL",) if not facts["leaves_qty"] else ("PARF",)
    if what == "canceled":
        # by the member, where a request of ours is what it answers; else by the market
        return ("CAME",) if facts["is_answer"] else ("CAMO",)
    return (_RTS24_EVENTS[what],) if what in _RTS24_EVENTS else ()


RTS24: Final = Form(
    "rts24",
    (
        _fact("entity_id", under="1_submitting_entity"),
        _fact("direct_electronic_access", FLAG, "2_direct_electronic_access"),
        _fact("client_id", under="3_client"),
        _fact("investment_decision", under="4_investment_decision"),
        _fact("execution_decision", under="5_execution_decision"),
        _fact("trading_capacity", under="7_trading_capacity"),
        _fact("liquidity_provision", FLAG, "8_liquidity_provision"),
        _stamped("9_date_and_time"),
        _coded("10_validity_period", "time_in_force", _RTS24_VALIDITY),
        _stamped("12_validity_time", "expire_utc_ns"),
        _fact("sequence", WHOLE, "15_sequence_number"),
        _fact("mic", under="16_segment_mic"),
        _fact("symbol", under="17_order_book_code"),
        _fact("isin", under="18_instrument"),
        _stamped("19_date_of_receipt", "opened_utc_ns"),
        _fact("order_id", under="20_order_identification"),
        _code("21_order_event"),
        _coded("22_order_type", "ord_type", _RTS24_TYPES),
        _fact("ord_type", under="23_order_type_classification"),
        _fact("price", AMOUNT, "24_limit_price"),
        _fact("stop_px", AMOUNT, "26_stop_price"),
        _fact("last_px", AMOUNT, "28_transaction_price"),
        _fact("currency", under="29_price_currency"),
        _coded("32_buy_sell", "side", _RTS24_SIDES),
        _fact("order_qty", AMOUNT, "36_initial_quantity"),
        _fact("leaves_qty", AMOUNT, "37_remaining_quantity"),
        _fact("display_qty", AMOUNT, "38_displayed_quantity"),
        _fact("last_qty", AMOUNT, "39_traded_quantity"),
        _fact("min_qty", AMOUNT, "40_minimum_acceptable_quantity"),
        _coded("44_passive_or_aggressive", "last_liquidity", {"1": "PASV", "2": "AGRE"}),
        _fact("exec_id", under="48_venue_transaction"),
        _when("short_sale", "side", _SHORT),
        _fact("strategy"),
        _fact("account"),
        _fact("cl_ord_id"),
        _fact("venue_order_id"),
        _fact("reason"),
        _fact("has_attributes", FLAG),
    ),
    _rts24_codes,
)

_CAT_SIDES: Final = {"buy": "B", "sell": "SL", "sell_short": "SS", "sell_short_exempt": "SX"}
_CAT_TYPES: Final = {"limit": "LMT", "market": "MKT"}
_CAT_EVENTS: Final = {
    "new": ("MENO", "MEOR"),
    "refused": ("MENO",),
    "unsent": ("MEOR",),
    "rejected": ("MEOR",),
    "replaced": ("MEOM", "MEMR"),
    "canceled": ("MEOC", "MECR"),
    "expired": ("MEOC", "MECR"),
    "done_for_day": ("MEOC", "MECR"),
}


def _or_account(facts: Facts, _: str) -> Value:
    return str(facts["firm_designated_id"] or facts["account"])


def _order_key_date(facts: Facts, _: str) -> Value:
    return stamp(facts["opened_utc_ns"] or facts["utc_ns"], facts["stamp_decimals"])


CAT: Final = Form(
    "cat",
    (
        _code("type"),
        _fact("imid", under="CATReporterIMID"),
        Column("orderKeyDate", TEXT, _order_key_date),
        _fact("order_id", under="orderID"),
        _fact("symbol"),
        _stamped("eventTimestamp"),
        Column("manualFlag", FLAG, lambda facts, _: not facts["is_algorithm"]),
        _fact("department", under="deptType"),
        _coded("side", "side", _CAT_SIDES),
        _fact("price", AMOUNT),
        _fact("order_qty", AMOUNT, "quantity"),
        _fact("leaves_qty", AMOUNT, "leavesQty"),
        _fact("min_qty", AMOUNT, "minQty"),
        _fact("display_qty", AMOUNT, "displayQty"),
        _coded("orderType", "ord_type", _CAT_TYPES),
        _coded(
            "timeInForce",
            "time_in_force",
            {"day": "DAY", "good_till_cancel": "GTC", "good_till_date": "GTT", "immediate_or_cancel": "IOC"},
        ),
        _fact("handl_inst", under="handlingInstructions"),
        Column("firmDesignatedID", TEXT, _or_account),
        _fact("account_holder_type", under="accountHolderType"),
        _fact("imid", under="senderIMID"),
        _fact("mic", under="destination"),
        Column("destinationType", TEXT, lambda _, code: "E" if code in ("MEOR", "MEMR", "MECR") else None),
        _fact("venue_cl_ord_id", under="routedOrderID"),
        _when("routeRejectedFlag", "event", ("rejected", "unsent")),
        _fact("strategy"),
        _fact("cl_ord_id"),
        _fact("reason"),
        _fact("has_attributes", FLAG),
    ),
    lambda facts: _CAT_EVENTS.get(facts["event"], ()),
)

FORMS: Final = {form.name: form for form in (EVENTS, RTS24, CAT)}
