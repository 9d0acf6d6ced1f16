"""Lines of the JSON port, written by hand from docs/json_port.md."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.errors import EncodeError, ProtocolError
from fairlead.codecs.json_lines.decoding import LineError, decode_reply, decode_request
from fairlead.codecs.json_lines.encoding import encode_message, encode_report
from fairlead.codecs.json_lines.framing import LineReader
from fairlead.codecs.json_lines.layouts import REPLIES_BY_TYPE, REQUESTS_BY_TYPE
from fairlead.codecs.vocabulary.constants import (
    ABSENT,
    ExecType,
    MassCancelScope,
    OrdStatus,
    OrdType,
    Refusal,
    ReportKind,
    RequestKind,
    Side,
    TimeInForce,
)
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)
from fairlead.codecs.vocabulary.session_messages import (
    Heartbeat,
    LineRefused,
    Login,
    LoginAccepted,
    LoginRefusal,
    LoginRejected,
    Logout,
    LogoutReason,
    Mistake,
    NumberedReport,
    Ping,
    Pong,
)

FULL_ORDER = (
    b'{"type":"new_order","cl_ord_id":"A-1","symbol":"MSFT","side":"buy","order_qty":"100","ord_type":"limit",'
    b'"price":"10.05","stop_px":"9.5","time_in_force":"good_till_date","min_qty":"10","max_floor":"50",'
    b'"expire_time":"2026-01-02T14:30:00.123456789Z","account":"ACC1","venue":"XSIM","exec_inst":"6",'
    b'"handl_inst":"1","order_capacity":"A","currency":"USD","security_type":"OPT","maturity_month_year":"202606",'
    b'"maturity_day":19,"put_or_call":"put","strike_price":"410","security_id":"594918104",'
    b'"security_id_source":"1","security_exchange":"XNAS","position_effect":"O","locate_reqd":true,"text":"hi",'
    b'"transact_time":"1970-01-01T00:00:01.000000000Z","extras":[["6210","x"],["6211","y"]],"poss_resend":true}\n'
)
FULL_ORDER_VALUES: dict[str, Any] = {
    "cl_ord_id": "A-1",
    "symbol": "MSFT",
    "side": 49,
    "order_qty": 10_000_000_000,
    "ord_type": 50,
    "price": 1_005_000_000,
    "stop_px": 950_000_000,
    "time_in_force": 54,
    "min_qty": 1_000_000_000,
    "max_floor": 5_000_000_000,
    "expire_time_ns": 1_767_364_200_123_456_789,
    "account": "ACC1",
    "venue": "XSIM",
    "exec_inst": "6",
    "handl_inst": 49,
    "order_capacity": 65,
    "currency": "USD",
    "security_type": "OPT",
    "maturity_month_year": "202606",
    "maturity_day": 19,
    "put_or_call": 0,
    "strike_price": 41_000_000_000,
    "security_id": "594918104",
    "security_id_source": "1",
    "security_exchange": "XNAS",
    "position_effect": 79,
    "locate_reqd": 89,
    "text": "hi",
    "transact_time_ns": 1_000_000_000,
    "extras": (("6210", "x"), ("6211", "y")),
    "poss_resend": True,
}
FILLED = (
    b'{"type":"filled","seq":12,"exec_type":"trade","ord_status":"partially_filled","cl_ord_id":"A-1",'
    b'"order_id":"F1","exec_id":"E1","symbol":"MSFT","venue":"XSIM","side":"buy","order_qty":"100","last_qty":"40",'
    b'"last_px":"10.04999999","leaves_qty":"60","cum_qty":"40","avg_px":"10.04999999","last_mkt":"XNAS",'
    b'"last_liquidity":"1","transact_time":"2026-01-02T14:30:00.000000001Z"}\n'
)


def values_of(message: object, names: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(message, name) for name in names}


def test_every_field_of_a_new_order_is_read() -> None:
    message = decode_request(FULL_ORDER)
    assert isinstance(message, NewOrder)
    assert values_of(message, FULL_ORDER_VALUES) == FULL_ORDER_VALUES


def test_every_field_of_a_new_order_is_written() -> None:
    assert encode_message(NewOrder(**FULL_ORDER_VALUES)) == FULL_ORDER


def test_what_is_left_out_is_absent() -> None:
    message = decode_request(
        b'{"type":"new_order","cl_ord_id":"A","symbol":"S","side":"sell","order_qty":1,"ord_type":"market"}'
    )
    assert isinstance(message, NewOrder)
    assert (message.price, message.stop_px, message.expire_time_ns, message.strike_price) == (ABSENT,) * 4
    assert (message.time_in_force, message.account, message.put_or_call, message.extras) == (48, "", -1, ())
    assert (message.order_qty, message.locate_reqd, message.poss_resend) == (100_000_000, 0, False)


def test_other_requests_are_read() -> None:
    cancel = decode_request(b'{"type":"cancel_order","cl_ord_id":"A-2","orig_cl_ord_id":"A-1","text":"enough"}')
    assert isinstance(cancel, CancelOrder)
    assert (cancel.cl_ord_id, cancel.orig_cl_ord_id, cancel.text) == ("A-2", "A-1", "enough")
    replace = decode_request(
        b'{"type":"replace_order","cl_ord_id":"A-3","orig_cl_ord_id":"A-1","price":"10.1","time_in_force":"day"}'
    )
    assert isinstance(replace, ReplaceOrder)
    assert (replace.price, replace.order_qty, replace.time_in_force) == (1_010_000_000, ABSENT, TimeInForce.DAY)
    mass = decode_request(b'{"type":"mass_cancel","cl_ord_id":"A-4","scope":"symbol","symbol":"MSFT","side":"buy"}')
    assert isinstance(mass, MassCancel)
    assert (mass.scope, mass.symbol, mass.side) == (MassCancelScope.SYMBOL, "MSFT", Side.BUY)
    status = decode_request(b'{"type":"status_request","cl_ord_id":"A-1","request_id":"R1"}')
    assert isinstance(status, StatusRequest)
    assert (status.cl_ord_id, status.request_id) == ("A-1", "R1")


def test_filled_is_read_and_written() -> None:
    numbered = decode_reply(FILLED)
    assert isinstance(numbered, NumberedReport)
    report = numbered.report
    assert (numbered.seq, report.kind, report.exec_type) == (12, ReportKind.FILLED, ExecType.TRADE)
    assert (report.last_px, report.last_qty, report.transact_time_ns) == (
        1_004_999_999,
        4_000_000_000,
        1_767_364_200_000_000_001,
    )
    assert encode_report(report, 12) == FILLED


def test_refused_order_is_written() -> None:
    report = Report(
        kind=ReportKind.REJECTED,
        exec_type=ExecType.REJECTED,
        ord_status=OrdStatus.REJECTED,
        cl_ord_id="A-1",
        order_qty=0,
        request_kind=RequestKind.NEW_ORDER,
        refusal=Refusal.INVALID_QUANTITY,
        ord_rej_reason=13,
        text="order_qty 0 received, expected more than 0",
        limit="0",
        value="0",
    )
    assert encode_report(report, 1) == (
        b'{"type":"rejected","seq":1,"exec_type":"rejected","ord_status":"rejected","cl_ord_id":"A-1",'
        b'"order_qty":"0","request_kind":"new_order","refusal":"invalid_quantity","ord_rej_reason":13,'
        b'"text":"order_qty 0 received, expected more than 0","limit":"0","value":"0"}\n'
    )


@pytest.mark.parametrize("kind", ReportKind)
def test_every_kind_of_report_has_its_type(kind: ReportKind) -> None:
    line = encode_report(Report(kind=kind, exec_type=ExecType.NEW, ord_status=OrdStatus.NEW), 2**63 - 1)
    name = kind.name.lower()
    assert line == f'{{"type":"{name}","seq":{2**63 - 1},"exec_type":"new","ord_status":"new"}}\n'.encode()
    numbered = decode_reply(line)
    assert isinstance(numbered, NumberedReport)
    assert numbered.report.kind == kind


def test_code_of_a_venue_without_a_name_is_the_character_itself() -> None:
    report = Report(kind=ReportKind.ACCEPTED, exec_type=ord("0"), ord_status=ord("0"), side=ord("9"))
    line = encode_report(report, 1)
    assert b'"side":"9"' in line
    numbered = decode_reply(line)
    assert isinstance(numbered, NumberedReport)
    assert numbered.report.side == ord("9")


def test_text_of_a_venue_may_hold_anything() -> None:
    report = Report(kind=ReportKind.REJECTED, exec_type=56, ord_status=56, text='bad\n\x01"\xe9')
    line = encode_report(report, 1)
    assert line.count(b"\n") == 1
    numbered = decode_reply(line)
    assert isinstance(numbered, NumberedReport)
    assert numbered.report.text == 'bad\n\x01"\xe9'


SESSION_LINES: list[tuple[Any, bytes]] = [
    (
        Login("alpha", "s3", 17, "0", 5, True),
        b'{"type":"login","strategy":"alpha","secret":"s3","next_seq":17,"session_id":"0","heartbeat_interval_s":5,'
        b'"take_over":true}\n',
    ),
    (Login("alpha", "s3"), b'{"type":"login","strategy":"alpha","secret":"s3"}\n'),
    (Ping("7"), b'{"type":"ping","id":"7"}\n'),
    (Ping(), b'{"type":"ping"}\n'),
    (Logout(), b'{"type":"logout"}\n'),
]
REPLY_LINES: list[tuple[Any, bytes]] = [
    (
        LoginAccepted("alpha", "0", 1, 3, 15),
        b'{"type":"login_accepted","strategy":"alpha","session_id":"0","next_seq":1,"live_seq":3,'
        b'"heartbeat_interval_s":15}\n',
    ),
    (
        LoginRejected(LoginRefusal.WRONG_SECRET, "no"),
        b'{"type":"login_rejected","reason":"wrong_secret","text":"no"}\n',
    ),
    (Pong("7"), b'{"type":"pong","id":"7"}\n'),
    (Heartbeat(4), b'{"type":"heartbeat","next_seq":4}\n'),
    (
        Logout("elsewhere", LogoutReason.TAKEN_OVER),
        b'{"type":"logout","reason":"taken_over","text":"elsewhere"}\n',
    ),
    (
        LineRefused(3, (Mistake("price", "no"), Mistake("", "bad")), "A-1"),
        b'{"type":"error","line":3,"mistakes":[{"field":"price","text":"no"},{"field":"","text":"bad"}],'
        b'"cl_ord_id":"A-1"}\n',
    ),
]


@pytest.mark.parametrize(("message", "line"), SESSION_LINES)
def test_session_lines_of_a_client(message: Any, line: bytes) -> None:
    assert encode_message(message) == line
    assert decode_request(line) == message


@pytest.mark.parametrize(("message", "line"), REPLY_LINES)
def test_session_lines_of_the_gateway(message: Any, line: bytes) -> None:
    assert encode_message(message) == line
    assert decode_reply(line) == message


ORDER = {"type": "new_order", "cl_ord_id": "A", "symbol": "S", "side": "buy", "order_qty": "1", "ord_type": "market"}


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ({"price": "1.123456789"}, "price: '1.123456789' received, expected at most 8 decimals"),
        ({"price": "abc"}, "price: 'abc' received, expected a decimal number"),
        ({"price": ""}, "price: '' received, expected a decimal number"),
        ({"price": "1e5"}, "price: '1e5' received, expected a decimal number"),
        ({"price": None}, 'price: null received, expected a decimal string such as "10.05"'),
        ({"price": True}, 'price: true received, expected a decimal string such as "10.05"'),
        ({"price": ["1"]}, 'price: a list received, expected a decimal string such as "10.05"'),
        ({"order_qty": 92233720369}, "order_qty: 92233720369 received, expected -92233720368 to 92233720368"),
        ({"side": "BUY"}, "side: 'BUY' received, expected one of buy, sell, sell_short, sell_short_exempt"),
        ({"side": "1"}, "side: '1' received, expected one of buy, sell, sell_short, sell_short_exempt"),
        ({"side": {}}, "side: an object received, expected one of buy, sell, sell_short, sell_short_exempt"),
        ({"symbol": ""}, "symbol: empty text received, expected at least one character (or leave the field out)"),
        ({"symbol": "A\x01B"}, "symbol: character U+0001 received at position 1, expected printable Latin-1"),
        ({"symbol": "\u20ac"}, "symbol: character U+20AC received at position 0, expected printable Latin-1"),
        ({"symbol": 5}, "symbol: 5 received, expected text"),
        ({"prise": "1"}, "prise: unknown field of new_order"),
        ({"maturity_day": 32}, "maturity_day: 32 received, expected a whole number 1 to 31"),
        ({"maturity_day": "3"}, "maturity_day: '3' received, expected a whole number 1 to 31"),
        ({"maturity_day": True}, "maturity_day: true received, expected a whole number 1 to 31"),
        ({"locate_reqd": "Y"}, "locate_reqd: 'Y' received, expected true or false"),
        ({"handl_inst": "12"}, "handl_inst: '12' received, expected one character, FIX's code"),
        (
            {"expire_time": "2026-02-30T00:00:00Z"},
            "expire_time: '2026-02-30T00:00:00Z' received, expected a time that exists: day is out of range for month",
        ),
        (
            {"expire_time": "2026-01-02 14:30:00"},
            "expire_time: '2026-01-02 14:30:00' received, expected a UTC time such as 2026-01-02T14:30:00.123456789Z",
        ),
        (
            {"expire_time": "9999-01-01T00:00:00Z"},
            "expire_time: '9999-01-01T00:00:00Z' received, expected a year from 1678 to 2261",
        ),
        ({"extras": {"1": "2"}}, "extras: an object received, expected a list of [tag, text] pairs"),
        ({"extras": [["1"]]}, "extras: a list received in the list, expected a pair of tag and text"),
        ({"extras": [["x", "y"]]}, "extras: tag 'x' received, expected a FIX tag number as text"),
        ({"extras": [["0", "y"]]}, "extras: tag '0' received, expected a FIX tag number as text"),
        ({"extras": [["1", "a\x01"]]}, "extras: character U+0001 received at position 1, expected printable Latin-1"),
    ],
)
def test_mistake_in_a_field_says_what_was_received_and_expected(change: dict[str, Any], mistake: str) -> None:
    with pytest.raises(LineError) as refused:
        decode_request(json.dumps({**ORDER, **change}).encode())
    assert refused.value.reason == mistake
    assert refused.value.cl_ord_id == "A"


@pytest.mark.parametrize("number", [b"10.05", b"10.0", b"1e2"])
def test_float_is_refused(number: bytes) -> None:
    with pytest.raises(LineError, match="expected a decimal string such as") as refused:
        decode_request(b'{"type":"replace_order","cl_ord_id":"A","orig_cl_ord_id":"B","price":%b}' % number)
    assert [mistake.field for mistake in refused.value.mistakes] == ["price"]


@pytest.mark.parametrize(("quantity", "units"), [("0", 0), ("-5", -500_000_000), (0, 0), (-5, -500_000_000)])
def test_quantity_that_no_order_can_have_is_read_for_the_order_path_to_refuse(quantity: object, units: int) -> None:
    message = decode_request(json.dumps({**ORDER, "order_qty": quantity}).encode())
    assert isinstance(message, NewOrder)
    assert message.order_qty == units


def test_every_mistake_of_a_line_is_listed_at_once() -> None:
    with pytest.raises(LineError) as refused:
        decode_request(b'{"type":"new_order","cl_ord_id":"A","side":"up","price":1.5,"foo":1}')
    assert [mistake.field for mistake in refused.value.mistakes] == [
        "side",
        "price",
        "foo",
        "symbol",
        "order_qty",
        "ord_type",
    ]


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        (b"", "an empty line received, expected a JSON object"),
        (b"  ", "an empty line received, expected a JSON object"),
        (b"[1]", "a list received, expected a JSON object"),
        (b'"new_order"', "'new_order' received, expected a JSON object"),
        (b"null", "null received, expected a JSON object"),
        (b"{}", "type: missing, expected one of login, new_order"),
        (b'{"type":5}', "type: 5 received, expected one of login, new_order"),
        (b'{"type":"accepted"}', "type: 'accepted' received, expected one of login, new_order"),
        (b'{"type":', "no JSON received, expected a JSON object"),
        (b"\xff", "no JSON received, expected a JSON object"),
        (b"[" * 5000, "no JSON received, expected a JSON object"),
        (b'{"type":"ping","id":"a","id":"b"}', "id: given 2 times, expected once"),
        (b'{"type":"ping","id":"a","\\u0069d":"b"}', "id: given 2 times, expected once"),
    ],
)
def test_line_that_is_no_message(line: bytes, mistake: str) -> None:
    with pytest.raises(LineError) as refused:
        decode_request(line)
    assert refused.value.reason.startswith(mistake)


def test_colons_in_texts_are_no_repeated_names() -> None:
    assert decode_request(b'{"type":"ping","id":"a:b:c"}') == Ping("a:b:c")


def test_secret_is_quoted_in_no_mistake_and_no_repr() -> None:
    with pytest.raises(LineError) as refused:
        decode_request(b'{"type":"login","strategy":"a","secret":123456}')
    assert "123456" not in str(refused.value)
    assert "s3cr3t" not in repr(Login("a", "s3cr3t"))


def test_value_without_json_is_an_encode_error() -> None:
    with pytest.raises(EncodeError, match="new_order side: no JSON for 99"):
        encode_message(NewOrder(cl_ord_id="A", symbol="S", side=99, order_qty=1, ord_type=OrdType.MARKET))
    with pytest.raises(EncodeError, match="report kind 99 received"):
        encode_report(Report(kind=99, exec_type=48, ord_status=48), 1)
    with pytest.raises(EncodeError, match="Report received"):
        encode_message(Report(kind=1, exec_type=48, ord_status=48))  # type: ignore[arg-type]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)
NAMES = st.sampled_from([*FULL_ORDER_VALUES, "expire_time", "scope", "next_seq", "secret", "mistakes", "line", "seq"])
TYPES = st.sampled_from(
    ["login", "new_order", "cancel_order", "replace_order", "mass_cancel", "status_request", "ping", "logout"]
    + ["login_accepted", "login_rejected", "filled", "error", "heartbeat", "pong", "restated"]
)


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_but_protocol_errors(line: bytes) -> None:
    """Any bytes decode to a message or raise ProtocolError."""
    for decode in (decode_request, decode_reply):
        try:
            decode(line)
        except ProtocolError:
            continue


@given(TYPES, st.dictionaries(NAMES, JSON_VALUES, max_size=6))
def test_no_json_raises_anything_but_protocol_errors(type: str, values: dict[str, Any]) -> None:
    """Any JSON object decodes to a message or raises LineError, whose mistakes name given or missing fields."""
    line = json.dumps({**values, "type": type}).encode()
    for decode in (decode_request, decode_reply):
        try:
            decode(line)
        except LineError as refused:
            assert refused.mistakes


FIXED = st.integers(-(2**63) + 1, 2**63 - 1)
TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=12)


@given(TEXT, FIXED, FIXED, st.sampled_from(list(Side)), st.integers(-(2**62), 2**63 - 1), TEXT)
def test_new_orders_survive_the_wire(id: str, qty: int, price: int, side: Side, time_ns: int, text: str) -> None:
    """decode(encode(m)) == m, at the ends of int64 too."""
    order = NewOrder(
        cl_ord_id=id,
        symbol=id,
        side=side,
        order_qty=qty,
        ord_type=OrdType.LIMIT,
        price=price,
        expire_time_ns=time_ns,
        text=text,
    )
    names = dict.fromkeys(FULL_ORDER_VALUES)
    decoded = decode_request(encode_message(order))
    assert values_of(decoded, names) == values_of(order, names)


LINES = [b'{"a":1}', b"", b"x" * 20, b"\xc3\xa9", b"{}"]


@given(st.lists(st.integers(0, 40), max_size=6))
def test_lines_are_the_same_whatever_the_chunks(cuts: list[int]) -> None:
    """However a stream is cut, the reader hands out the same lines."""
    stream = b"\n".join(LINES) + b"\nrest"
    reader = LineReader(64)
    lines = []
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    for begin, end in zip(places, places[1:], strict=False):
        reader.feed(memoryview(stream)[begin:end])
        while (line := reader.next_line()) is not None:
            lines.append(line)
    assert lines == LINES
    assert reader.unfinished_bytes == 4


def test_carriage_return_belongs_to_the_line_end() -> None:
    reader = LineReader(10)
    reader.feed(b"a\r\nb\rc\n")
    assert [reader.next_line(), reader.next_line(), reader.next_line()] == [b"a", b"b\rc", None]


@pytest.mark.parametrize("data", [b"ok\n" + b"x" * 11, b"ok\n" + b"x" * 11 + b"\nlater\n"])
def test_oversized_line_ends_the_stream_after_the_lines_before_it(data: bytes) -> None:
    reader = LineReader(10)
    reader.feed(data)
    assert not reader.oversized
    assert reader.next_line() == b"ok"
    assert reader.next_line() is None
    assert reader.oversized
    reader.feed(b"\nmore\n")
    assert reader.next_line() is None


def test_line_of_exactly_the_limit_passes() -> None:
    reader = LineReader(10)
    reader.feed(b"x" * 10)
    assert reader.next_line() is None
    reader.feed(b"\n")
    assert reader.next_line() == b"x" * 10
    assert not reader.oversized


DOCUMENT = Path(__file__).parents[2] / "docs" / "json_port.md"
DOCUMENTED = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith(("> {", "< {"))]


def test_document_shows_every_type() -> None:
    shown = {(line[0], json.loads(line[2:])["type"]) for line in DOCUMENTED}
    assert {type for way, type in shown if way == ">"} == set(REQUESTS_BY_TYPE)
    assert {type for way, type in shown if way == "<"} == set(REPLIES_BY_TYPE)


@pytest.mark.parametrize("line", DOCUMENTED)
def test_documented_line_is_read(line: str) -> None:
    decode = decode_request if line[0] == ">" else decode_reply
    if '"order_qty":1.5' in line and line[0] == ">":
        with pytest.raises(LineError):
            decode(line[2:].encode())
    else:
        assert decode(line[2:].encode()) is not None
