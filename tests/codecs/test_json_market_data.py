"""Lines about market data, written by hand from docs/json_port.md."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.json_lines.decoding import LineError, decode_reply, decode_request
from fairlead.codecs.json_lines.encoding import encode_message
from fairlead.codecs.vocabulary.constants import ABSENT
from fairlead.codecs.vocabulary.market_data_cy import (
    MarketDataIncrement,
    MarketDataReject,
    MarketDataRequest,
    MarketDataSnapshot,
    SecurityStatus,
)

REQUEST = (
    b'{"type":"market_data_request","md_req_id":"M1","subscription_request_type":"subscribe","symbols":["MSFT","IBM"],'
    b'"venue":"XNAS","market_depth":5,"md_update_type":"full_refresh","md_entry_types":["bid","trade"]}\n'
)
SNAPSHOT = (
    b'{"type":"market_data_snapshot","md_req_id":"M1","symbol":"MSFT","venue":"XNAS","bids":[["10.05","300",2],'
    b'["10.04","100",1]],"asks":[],"last_px":"10.05","last_qty":"50","last_time":"2026-01-02T14:30:00.500000000Z",'
    b'"trade_count":12,"total_volume":"4100","trading_state":"halted","is_stale":true,"is_suspect":true,'
    b'"change_number":907,"conflated":3,"update_time":"2026-01-02T14:30:00.900000000Z",'
    b'"transact_time":"2026-01-02T14:30:01.000000000Z"}\n'
)
UPDATE = (
    b'{"type":"market_data_update","md_req_id":"M1","symbol":"MSFT","venue":"XNAS","changes":[["delete","bid","10.04"],'
    b'["change","bid","10.05","250",2,1],["new","offer","10.07","400",3,2]],"trade_count":13,"change_number":911}\n'
)
STATUS = (
    b'{"type":"security_status","md_req_id":"M1","symbol":"MSFT","venue":"XNAS","trading_state":"paused",'
    b'"state_code":"P","state_reason":"LUDP","state_time":"1970-01-01T00:00:01.000000000Z","is_stale":true,'
    b'"text":"gap open","short_restriction":"in_effect","operational_halts":["Q"],"reference_prices":'
    b'[{"name":"luld_lower","price":"9.5","received_time":"1970-01-01T00:00:01.000000000Z"},'
    b'{"name":"luld_upper","price":"10.5","venue_time":"1970-01-01T00:00:02.000000000Z"}],'
    b'"transact_time":"1970-01-01T00:00:03.000000000Z"}\n'
)
REJECT = b'{"type":"market_data_reject","md_req_id":"M3","md_req_rej_reason":"no_feed","text":"no market data feed"}\n'
C = 10**6
"""One hundredth at the vocabulary's scale."""

MESSAGES: list[tuple[bytes, Any, dict[str, Any]]] = [
    (
        REQUEST,
        MarketDataRequest,
        {
            "md_req_id": "M1",
            "subscription_request_type": 49,
            "symbols": ("MSFT", "IBM"),
            "venue": "XNAS",
            "market_depth": 5,
            "md_update_type": 48,
            "md_entry_types": "02",
        },
    ),
    (
        SNAPSHOT,
        MarketDataSnapshot,
        {
            "md_req_id": "M1",
            "symbol": "MSFT",
            "venue": "XNAS",
            "bids": ((1005 * C, 30_000 * C, 2), (1004 * C, 10_000 * C, 1)),
            "asks": (),
            "last_px": 1005 * C,
            "last_qty": 5000 * C,
            "last_time_ns": 1_767_364_200_500_000_000,
            "trade_count": 12,
            "total_volume": 410_000 * C,
            "trading_state": 2,
            "is_stale": True,
            "is_suspect": True,
            "change_number": 907,
            "conflated": 3,
            "update_time_ns": 1_767_364_200_900_000_000,
            "transact_time_ns": 1_767_364_201_000_000_000,
        },
    ),
    (
        UPDATE,
        MarketDataIncrement,
        {
            "changes": (
                (50, 48, 1004 * C, 0, 0, 0),
                (49, 48, 1005 * C, 25_000 * C, 2, 1),
                (48, 49, 1007 * C, 40_000 * C, 3, 2),
            ),
            "md_req_id": "M1",
            "symbol": "MSFT",
            "venue": "XNAS",
            "last_px": ABSENT,
            "trade_count": 13,
            "total_volume": ABSENT,
            "change_number": 911,
            "conflated": 0,
        },
    ),
    (
        STATUS,
        SecurityStatus,
        {
            "md_req_id": "M1",
            "symbol": "MSFT",
            "venue": "XNAS",
            "trading_state": 3,
            "state_code": "P",
            "state_reason": "LUDP",
            "state_time_ns": 10**9,
            "is_stale": True,
            "is_suspect": False,
            "text": "gap open",
            "short_restriction": 2,
            "operational_halts": ("Q",),
            "reference_prices": (
                ("luld_lower", 950 * C, ABSENT, 10**9),
                ("luld_upper", 1050 * C, 2 * 10**9, ABSENT),
            ),
            "transact_time_ns": 3 * 10**9,
        },
    ),
    (REJECT, MarketDataReject, {"md_req_id": "M3", "md_req_rej_reason": 78, "text": "no market data feed"}),
]


@pytest.mark.parametrize(("line", "message_class", "values"), MESSAGES)
def test_each_message_is_read_and_written(line: bytes, message_class: Any, values: dict[str, Any]) -> None:
    decode = decode_request if message_class is MarketDataRequest else decode_reply
    message = decode(line)
    assert type(message) is message_class
    assert {name: getattr(message, name) for name in values} == values
    assert encode_message(message_class(**values)) == line


def test_what_a_request_leaves_out_is_the_default() -> None:
    request = decode_request(
        b'{"type":"market_data_request","md_req_id":"M","subscription_request_type":"snapshot","symbols":["A"]}'
    )
    assert isinstance(request, MarketDataRequest)
    assert (request.market_depth, request.md_update_type, request.md_entry_types) == (0, 49, "012")


@pytest.mark.parametrize(
    ("fields", "mistake"),
    [
        ('"subscription_request_type":"all"', "'all' received, expected one of snapshot, subscribe, unsubscribe"),
        ('"subscription_request_type":"snapshot","symbols":"A"', "'A' received, expected a list of texts"),
        ('"subscription_request_type":"snapshot","symbols":[1]', "1 received, expected text"),
        (
            '"subscription_request_type":"snapshot","market_depth":-1',
            "-1 received, expected a whole number 0 to 214748",
        ),
        (
            '"subscription_request_type":"snapshot","md_entry_types":["open"]',
            "'open' received, expected one of bid, of",
        ),
    ],
)
def test_mistakes_are_named(fields: str, mistake: str) -> None:
    with pytest.raises(LineError) as refused:
        decode_request(b'{"type":"market_data_request","md_req_id":"M",%s}' % fields.encode())
    assert refused.value.mistakes[0].text.startswith(mistake)


@pytest.mark.parametrize(
    ("fields", "mistake"),
    [
        ('"changes":[["delete","bid"]]', "a list received in the list, expected [delete, entry type, price]"),
        (
            '"changes":[["new","bid","1"]]',
            "a list received in the list, expected [action, entry type, price, quantity, orders, position]",
        ),
        ('"changes":[["new","bid","1","1",1.5,1]]', "1.5 received, expected a whole number 0 to 9223372036854775807"),
        ('"changes":{}', "an object received, expected a list of changes"),
    ],
)
def test_mistakes_of_an_update_are_named(fields: str, mistake: str) -> None:
    with pytest.raises(LineError) as refused:
        decode_reply(
            b'{"type":"market_data_update","md_req_id":"M","symbol":"A","change_number":1,%s}' % fields.encode()
        )
    assert [m.text for m in refused.value.mistakes] == [mistake]


FIXED = st.integers(-(2**63) + 1, 2**63 - 1)
COUNT = st.integers(0, 2**63 - 1)
LEVELS = st.lists(st.tuples(FIXED, FIXED, COUNT), max_size=4).map(tuple)
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from((48, 49)), st.sampled_from((48, 49)), FIXED, FIXED, COUNT, COUNT),
        st.tuples(st.just(50), st.sampled_from((48, 49)), FIXED, st.just(0), st.just(0), st.just(0)),
    ),
    max_size=4,
).map(tuple)


@given(LEVELS, LEVELS, CHANGES, COUNT, FIXED)
def test_books_survive_the_wire(bids: Any, asks: Any, changes: Any, count: int, price: int) -> None:
    snapshot = MarketDataSnapshot(md_req_id="M", symbol="A", venue="", bids=bids, asks=asks, trade_count=count)
    read = decode_reply(encode_message(snapshot))
    assert isinstance(read, MarketDataSnapshot)
    assert (read.bids, read.asks, read.trade_count, read.venue) == (bids, asks, count, "")
    increment = MarketDataIncrement(md_req_id="M", symbol="A", venue="X", changes=changes, last_px=price)
    told = decode_reply(encode_message(increment))
    assert isinstance(told, MarketDataIncrement)
    assert (told.changes, told.last_px) == (changes, price)
