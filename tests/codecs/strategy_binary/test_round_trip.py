"""What is encoded is decoded, for every message and any values; any bytes raise MessageError and nothing else."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategy_everything import LEAST, REQUESTS, VALUES, full, names, values

from fairlead.codecs.binary import Direction, load_protocol
from fairlead.codecs.strategy_binary.errors import MessageError
from fairlead.codecs.strategy_binary.market_data_decoder import MarketDataDecoder, decode_market_data_request
from fairlead.codecs.strategy_binary.reports_cy import ReportDecoder, ReportEncoder
from fairlead.codecs.strategy_binary.request_decoder_cy import RequestDecoder
from fairlead.codecs.strategy_binary.request_encoder_cy import RequestEncoder
from fairlead.codecs.vocabulary.constants import ABSENT, MassCancelScope, OrdType, Side, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report
from fairlead.codecs.vocabulary.session_messages import LineRefused

PRINTABLE = st.characters(min_codepoint=32, max_codepoint=255, blacklist_categories=("Cc",))
TEXT = st.text(PRINTABLE, max_size=60)
INT64 = st.integers(-(2**63), 2**63 - 1) | st.sampled_from([ABSENT, ABSENT + 1, -1, 0, 2**31, 2**63 - 1])
CHARACTER = st.just(0) | st.integers(33, 126)
CODED: dict[str, st.SearchStrategy[int]] = {
    "side": st.sampled_from([0, *Side]),
    "ord_type": st.sampled_from([0, *OrdType]),
    "time_in_force": st.sampled_from([0, *TimeInForce]),
    "scope": st.sampled_from(list(MassCancelScope)),
    "locate_reqd": st.sampled_from([0, ord("Y"), ord("N")]),
    "dk_reason": st.sampled_from([ord(code) for code in "ABCDEZ"]),
    "put_or_call": st.sampled_from([-1, 0, 1]),
    "maturity_day": st.integers(0, 31),
    **dict.fromkeys(("handl_inst", "order_capacity", "position_effect"), CHARACTER),
}
PAIRS = st.lists(st.tuples(st.integers(1, 10**12).map(str), st.text(PRINTABLE, min_size=1, max_size=20)), max_size=4)
REPORTED = frozenset(
    ("kind", "exec_type", "ord_status", "side", "ord_type", "time_in_force", "request_kind", "refusal")
    + ("last_liquidity",)
)


def field(kind: type, name: str) -> st.SearchStrategy[Any]:
    value = VALUES[name]
    if name == "extras":
        return PAIRS.map(tuple)
    if isinstance(value, bool):
        return st.booleans()
    if isinstance(value, str):
        return TEXT.filter(len) if name in LEAST[kind] else TEXT
    if kind is Report and name in REPORTED:
        return st.integers(0, 255)
    if name in CODED:
        needed = name in LEAST[kind] or (kind is NewOrder and name == "time_in_force")
        return CODED[name].filter(bool) if needed else CODED[name]
    if kind is NewOrder and name == "order_qty":
        return INT64.filter(lambda quantity: quantity != ABSENT)
    return INT64


def messages(kind: type) -> st.SearchStrategy[Any]:
    """Draw a message in which any field is absent or has any value."""
    needed = {name: field(kind, name) for name in LEAST[kind]}
    optional = {name: field(kind, name) for name in names(kind) if name not in needed}
    return st.fixed_dictionaries(needed, optional=optional).map(lambda given: kind(**given))


@pytest.mark.parametrize("kind", REQUESTS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_request_comes_back(kind: type, data: st.DataObject) -> None:
    request = data.draw(messages(kind))
    assert values(RequestDecoder().decode(RequestEncoder().encode(request))) == values(request)


@given(messages(Report))
def test_report_comes_back(report: Report) -> None:
    read = ReportDecoder().decode(ReportEncoder().encode(report))
    assert isinstance(read, Report)
    assert values(read) == values(report)


@given(st.lists(st.sampled_from(REQUESTS).flatmap(messages), max_size=6))
def test_one_encoder_and_decoder_serve_many_messages(requests: list[Any]) -> None:
    encoder, decoder = RequestEncoder(), RequestDecoder()
    assert [values(decoder.decode(encoder.encode(each))) for each in requests] == [values(each) for each in requests]


@given(st.sampled_from(REQUESTS).flatmap(messages))
def test_the_table_reads_requests_as_well(request: Any) -> None:
    decoder = load_protocol("fairlead_strategy_1_0").decoder(Direction.TO_VENUE)
    message = decoder.decode(RequestEncoder().encode(request))
    assert message.layout is not None
    told = message.to_dict()
    kept = {**told, **told["appendage"]}
    for name in ("cl_ord_id", "order_id", "exec_id"):
        if name in told:
            given_text = getattr(request, name, "")
            assert kept[name] == given_text


@pytest.mark.parametrize("decoder", [RequestDecoder, ReportDecoder, MarketDataDecoder])
@given(message=st.binary(max_size=300))
@example(message=b"")
def test_any_bytes_raise_nothing_else(decoder: Any, message: bytes) -> None:
    try:
        decoder().decode(message)
    except MessageError as error:
        assert error.mistakes


@given(message=st.binary(max_size=200))
def test_any_bytes_of_a_market_data_request_raise_nothing_else(message: bytes) -> None:
    try:
        decode_market_data_request(b"V" + message)
    except MessageError as error:
        assert error.mistakes


@given(st.sampled_from((*REQUESTS, Report)), st.data())
def test_any_change_of_a_message_raises_nothing_else(kind: type, data: st.DataObject) -> None:
    is_report = kind is Report
    message = bytearray(ReportEncoder().encode(full(kind)) if is_report else RequestEncoder().encode(full(kind)))
    decoder: Any = ReportDecoder() if is_report else RequestDecoder()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(message) - 1))
        if data.draw(st.booleans()):
            message[at] = data.draw(st.integers(0, 255))
        else:
            del message[at : at + data.draw(st.integers(1, 9))]
        if not message:
            break
    try:
        read = decoder.decode(bytes(message))
    except MessageError as error:
        assert error.mistakes
        return
    # what is read can be said again, and is the same then
    if not isinstance(read, LineRefused) and not is_report:
        assert values(decoder.decode(RequestEncoder().encode(read))) == values(read)
