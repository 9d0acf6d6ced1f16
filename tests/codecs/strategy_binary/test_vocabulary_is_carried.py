"""Every field of the vocabulary has a place in the protocol, and every field of the table one in the vocabulary."""

from typing import Any

import pytest
from strategy_everything import LEAST, REQUESTS, VALUES, names, values

from fairlead.codecs.binary import load_protocol
from fairlead.codecs.strategy_binary.market_data_decoder import MarketDataDecoder, decode_market_data_request
from fairlead.codecs.strategy_binary.market_data_encoder_cy import MarketDataEncoder, encode_market_data_request
from fairlead.codecs.strategy_binary.reports_cy import ReportDecoder, ReportEncoder
from fairlead.codecs.strategy_binary.request_decoder_cy import RequestDecoder
from fairlead.codecs.strategy_binary.request_encoder_cy import RequestEncoder
from fairlead.codecs.vocabulary import constants, market_data_codes, market_data_cy
from fairlead.codecs.vocabulary.messages_cy import Report

TABLE = load_protocol("fairlead_strategy_1_0")
NUMBERED = ("report_kind", "request_kind", "refusal", "trading_state", "restriction")
ENUMS: dict[str, Any] = {
    "side": constants.Side,
    "ord_type": constants.OrdType,
    "time_in_force": constants.TimeInForce,
    "mass_cancel_scope": constants.MassCancelScope,
    "report_kind": constants.ReportKind,
    "exec_type": constants.ExecType,
    "ord_status": constants.OrdStatus,
    "request_kind": constants.RequestKind,
    "refusal": constants.Refusal,
    "subscription_request_type": market_data_codes.SubscriptionRequestType,
    "md_update_type": market_data_codes.MDUpdateType,
    "md_entry_type": market_data_codes.MDEntryType,
    "md_update_action": market_data_codes.MDUpdateAction,
    "md_req_rej_reason": market_data_codes.MDReqRejReason,
    "trading_state": market_data_codes.TradingState,
    "restriction": market_data_codes.Restriction,
}


def carried(message: Any) -> Any:
    if isinstance(message, Report):
        return ReportDecoder().decode(ReportEncoder().encode(message))
    return RequestDecoder().decode(RequestEncoder().encode(message))


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in (*REQUESTS, Report) for name in names(kind)], ids=str
)
def test_every_field_is_carried(kind: type, name: str) -> None:
    message = kind(**(LEAST[kind] | {name: VALUES[name]}))
    assert getattr(carried(message), name) == VALUES[name]
    assert values(carried(message)) == values(message)


MARKET_DATA: tuple[Any, ...] = (
    market_data_cy.MarketDataReject(md_req_id="R1", md_req_rej_reason=ord("N"), text="no feed"),
    market_data_cy.MarketDataSnapshot(
        md_req_id="R1",
        symbol="IBM",
        venue="XNAS",
        bids=((10, 20, 3), (9, 30, 4)),
        asks=((11, 40, 5),),
        last_px=1,
        last_qty=2,
        last_time_ns=3,
        trade_count=4,
        total_volume=5,
        trading_state=1,
        is_stale=True,
        is_suspect=True,
        change_number=6,
        conflated=7,
        update_time_ns=8,
        transact_time_ns=9,
    ),
    market_data_cy.MarketDataIncrement(
        md_req_id="R1",
        symbol="IBM",
        venue="XNAS",
        changes=((50, 48, 10, -(2**63), 0, 0), (48, 49, 11, 12, 13, 1)),
        last_px=1,
        last_qty=2,
        last_time_ns=3,
        trade_count=4,
        total_volume=5,
        change_number=6,
        conflated=7,
        update_time_ns=8,
        transact_time_ns=9,
    ),
    market_data_cy.SecurityStatus(
        md_req_id="R1",
        symbol="IBM",
        venue="XNAS",
        trading_state=2,
        state_code="H",
        state_reason="T1",
        state_time_ns=1,
        is_stale=True,
        is_suspect=True,
        text="a gap is open",
        short_restriction=2,
        operational_halts=("Q", "B"),
        reference_prices=(("luld_lower", 1, 2, 3), ("luld_upper", 4, 0, 5)),
        transact_time_ns=6,
    ),
)


def fields(message: Any) -> dict[str, Any]:
    return {name: getattr(message, name) for name in dir(message) if not name.startswith("_")}


@pytest.mark.parametrize("message", MARKET_DATA, ids=lambda message: type(message).__name__)
def test_every_field_of_market_data_is_carried(message: Any) -> None:
    without = (
        type(message)(md_req_id="", **{} if "symbol" not in fields(message) else {"symbol": "", "venue": ""})
        if ("text" not in fields(message) or "symbol" in fields(message))
        else None
    )
    if without is not None:
        same = [name for name, value in fields(message).items() if value == getattr(without, name)]
        assert same == [], "a field whose value is its default shows nothing"
    (part,) = MarketDataEncoder().encode(message)
    assert fields(MarketDataDecoder().decode(part)) == fields(message)


def test_every_field_of_a_market_data_request_is_carried() -> None:
    request = market_data_cy.MarketDataRequest(
        md_req_id="R1",
        subscription_request_type=ord("1"),
        market_depth=5,
        md_update_type=ord("0"),
        symbols=("IBM", "MSFT  260619P00410000"),
        venue="XNAS",
        md_entry_types="02",
    )
    assert fields(decode_market_data_request(encode_market_data_request(request))) == fields(request)


@pytest.mark.parametrize("name", ENUMS)
def test_codes_of_the_table_are_those_of_the_vocabulary(name: str) -> None:
    in_table = {int(code) if name in NUMBERED else ord(code): meaning for code, meaning in TABLE.enums[name].items()}
    expected = {member.value: member.name.lower() for member in ENUMS[name]}
    if name == "refusal":
        del expected[0]
    assert in_table == expected


def test_table_has_no_message_that_nothing_makes() -> None:
    made = {type(message).__name__ for message in MARKET_DATA} | {kind.__name__ for kind in LEAST}
    assert len(TABLE.layouts) == len(made) + len(("MarketDataRequest", "refused"))


def test_fields_follow_each_other() -> None:
    for layout in TABLE.layouts:
        at = 0
        for field in layout.fields:
            assert field.offset == at, f"{layout.name} {field.name}"
            at += max(field.length, 0)
