"""Send a running gateway what it can't use, over real sockets: each time a clear answer, and nothing else is disturbed.

One gateway serves all cases. After each, another strategy still trades, and the venues have seen nothing but its order.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
import simplefix
from configuration import SECRET, StrategyTable
from fix_strategy_engine import FixClient, text_of
from floor import Floor
from processes import until
from simplefix_frames import frame, stamp

from fairlead.client.client import Client

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANSWER_S = 30.0
MAX_BYTES = 4096


@dataclass
class Wire:
    """One plain connection to a port."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    replies: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    async def open(cls, port: int) -> "Wire":
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def line(self) -> dict[str, Any]:
        """Return the next line that is no report of a replay."""
        raw = await asyncio.wait_for(self.reader.readline(), ANSWER_S)
        reply: dict[str, Any] = json.loads(raw)
        return reply

    async def rest(self) -> bytes:
        """Return what comes until the gateway closes."""
        return await asyncio.wait_for(self.reader.read(), ANSWER_S)

    async def close(self) -> None:
        """Close."""
        self.writer.close()
        await asyncio.gather(self.writer.wait_closed(), return_exceptions=True)


@dataclass
class Shared:
    """The floor, and a strategy that must never notice anything."""

    floor: Floor
    bystander: Client
    probes: int = 0

    def venue_requests(self) -> int:
        """Return how many requests the venues have seen."""
        return sum(sum(venue.received.values()) for venue in self.floor.venues.values())

    async def expect_undisturbed(self, requests_before: int) -> None:
        """Let the bystander place an order and cancel it; nothing else may have reached a venue."""
        assert self.venue_requests() == requests_before
        order = self.bystander.new_order("buy", 1, "MSFT", price="400.00", venue="XEXC")
        await asyncio.wait_for(order, ANSWER_S)
        assert order.ord_status is not None and order.ord_status.name == "NEW"
        self.bystander.cancel(order)
        await asyncio.wait_for(order.done(), ANSWER_S)
        assert self.venue_requests() == requests_before + 2


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shared]:
    floor = Floor(tmp_path_factory.mktemp("bad-input"))
    floor.tables.strategies += [StrategyTable("gamma"), StrategyTable("delta", "DELTA")]
    floor.tables.json_options = f"max_line_bytes = {MAX_BYTES}\nlogin_timeout_s = 1"
    floor.tables.fix_options = f"max_frame_bytes = {MAX_BYTES}\nlogon_timeout_s = 1"
    await floor.open()
    try:
        await floor.start()
        yield Shared(floor, await floor.json_client("gamma"))
        assert "Traceback" not in floor.gateway.log_text()
        assert await floor.gateway.stop() == 0
    finally:
        await floor.close()


def new_order(**changes: object) -> bytes:
    """Return a line with a good order, but for the changes; None takes a field out."""
    order = {
        "type": "new_order",
        "cl_ord_id": "BAD-1",
        "symbol": "MSFT",
        "side": "buy",
        "order_qty": "10",
        "ord_type": "limit",
        "price": "400.00",
        "venue": "XEXC",
    } | changes
    return json.dumps({name: value for name, value in order.items() if value is not None}).encode()


REFUSED_ORDERS = {
    "unknown symbol": ({"symbol": "NONE"}, "unknown_symbol", "'NONE'"),
    "symbol that does not trade there": ({"venue": "NOWHERE"}, "unknown_venue", "'NOWHERE'"),
    "account of another": ({"account": "ACC-gamma"}, "not_entitled", "ACC-gamma"),
    "quantity 0": ({"order_qty": "0"}, "invalid_quantity", "OrderQty is 0"),
    "negative quantity": ({"order_qty": "-5"}, "invalid_quantity", "OrderQty is -5"),
    "half a share": ({"order_qty": "0.5"}, "invalid_quantity", "multiple of the lot"),
    "price between ticks": ({"price": "400.001"}, "invalid_price", "multiple of the tick"),
    "limit order without price": ({"price": None}, "invalid_price", "rice"),
    "market order with price": ({"ord_type": "market"}, "invalid_price", "rice"),
    "type that the venue lacks": ({"ord_type": "stop", "price": None, "stop_px": "1.00"}, "unsupported", "XEXC"),
    "id of 65 characters": ({"cl_ord_id": "X" * 65}, "malformed", "65"),
}


@pytest.mark.parametrize("case", REFUSED_ORDERS)
async def test_json_orders_that_can_not_be_taken_are_rejected(shared: Shared, case: str) -> None:
    changes, refusal, text = REFUSED_ORDERS[case]
    before = shared.venue_requests()
    wire = await logged_in(shared)
    wire.writer.write(new_order(**changes) + b"\n")
    reply = await wire.line()
    assert (reply["type"], reply["refusal"]) == ("rejected", refusal)
    assert text in reply["text"]
    await wire.close()
    await shared.expect_undisturbed(before)


REFUSED_LINES = {
    "no JSON": (b"hello", "", "JSON"),
    "list": (b"[1,2,3]", "", "object"),
    "number": (b"17", "", "object"),
    "null": (b"null", "", "object"),
    "no UTF-8": (b'{"type":"\xff\xfe"}', "", ""),
    "no type": (b"{}", "type", ""),
    "unknown type": (b'{"type":"buy_everything"}', "type", "buy_everything"),
    "nine decimals": (new_order(price="400.000000001"), "price", "decimals"),
    "binary fraction": (new_order(price=400.5), "price", "not exact"),
    "25 digits": (new_order(order_qty="1234567890123456789012345"), "order_qty", ""),
    "word for a quantity": (new_order(order_qty="ten"), "order_qty", "'ten'"),
    "field that does not exist": (new_order(prize="1"), "prize", ""),
    "field left out": (new_order(symbol=None), "symbol", ""),
    "field twice": (b'{"type":"ping","id":"1","id":"2"}', "id", ""),
    "control character": (new_order(text="a\u0001b"), "text", ""),
    "second login": (
        json.dumps({"type": "login", "strategy": "alpha", "secret": SECRET}).encode(),
        "type",
        "logged in",
    ),
}


@pytest.mark.parametrize("case", REFUSED_LINES)
async def test_json_lines_that_can_not_be_read_are_answered(shared: Shared, case: str) -> None:
    line, mistaken_field, text = REFUSED_LINES[case]
    before = shared.venue_requests()
    wire = await logged_in(shared)
    wire.writer.write(line + b"\n")
    reply = await wire.line()
    assert reply["type"] == "error"
    assert any(m["field"] == mistaken_field and text in m["text"] and m["text"] for m in reply["mistakes"]), reply
    wire.writer.write(b'{"type":"ping","id":"still-here"}\n')
    assert await wire.line() == {"type": "pong", "id": "still-here"}
    await wire.close()
    await shared.expect_undisturbed(before)


async def test_json_cancel_and_replace_of_an_unknown_order_are_refused(shared: Shared) -> None:
    before = shared.venue_requests()
    wire = await logged_in(shared)
    for kind in ("cancel_order", "replace_order"):
        request = {"type": kind, "cl_ord_id": f"C-{kind}", "orig_cl_ord_id": "NEVER", "price": "1.00"}
        if kind == "cancel_order":
            del request["price"]
        wire.writer.write(json.dumps(request).encode() + b"\n")
        reply = await wire.line()
        assert (reply["type"], reply["refusal"], "'NEVER'" in reply["text"]) == (
            "cancel_rejected",
            "unknown_order",
            True,
        )
    await wire.close()
    await shared.expect_undisturbed(before)


async def test_json_order_under_a_used_id_is_refused_and_the_first_one_lives(shared: Shared) -> None:
    wire = await logged_in(shared)
    wire.writer.write(new_order(cl_ord_id="TWICE") + b"\n")
    assert (await wire.line())["type"] == "accepted"
    before = shared.venue_requests()
    wire.writer.write(new_order(cl_ord_id="TWICE", order_qty="3") + b"\n")
    reply = await wire.line()
    assert (reply["type"], reply["refusal"]) == ("rejected", "duplicate_cl_ord_id")
    wire.writer.write(b'{"type":"status_request","cl_ord_id":"TWICE","request_id":"R"}\n')
    status = await wire.line()
    assert (status["type"], status["ord_status"], status["order_qty"]) == ("status_report", "new", "10")
    await wire.close()
    await shared.expect_undisturbed(before)


REFUSED_FIRST_BYTES = {
    "garbage": (b"\x00\x01\x02 garbage\n", "malformed"),
    "a browser": (b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n", "malformed"),
    "an order": (new_order() + b"\n", "malformed"),
    "wrong secret": (b'{"type":"login","strategy":"alpha","secret":"guess"}\n', "wrong_secret"),
    "unknown strategy": (b'{"type":"login","strategy":"omega","secret":"guess"}\n', "wrong_secret"),
    "strategy of the other port": (
        json.dumps({"type": "login", "strategy": "beta", "secret": SECRET}).encode() + b"\n",
        "wrong_secret",
    ),
    "report from the future": (
        json.dumps({"type": "login", "strategy": "alpha", "secret": SECRET, "next_seq": 999_999}).encode() + b"\n",
        "wrong_seq",
    ),
    "session of another time": (
        json.dumps({"type": "login", "strategy": "alpha", "secret": SECRET, "session_id": "17"}).encode() + b"\n",
        "wrong_session",
    ),
    "line without end": (b"x" * (MAX_BYTES + 1), "malformed"),
    "a FIX client": (b"8=FIX.4.4\x019=5\x0135=A\x0110=000\x01", "timed_out"),
    "silence": (b"", "timed_out"),
}


@pytest.mark.parametrize("case", REFUSED_FIRST_BYTES)
async def test_json_connections_that_do_not_log_in_are_told_why_and_closed(shared: Shared, case: str) -> None:
    sent, reason = REFUSED_FIRST_BYTES[case]
    before = shared.venue_requests()
    wire = await Wire.open(shared.floor.tables.json_port)
    wire.writer.write(sent)
    reply = json.loads(await wire.rest())
    assert (reply["type"], reply["reason"]) == ("login_rejected", reason)
    assert "guess" not in shared.floor.gateway.log_text()
    await wire.close()
    await shared.expect_undisturbed(before)


async def test_json_line_over_the_limit_ends_the_connection_with_the_reason(shared: Shared) -> None:
    before = shared.venue_requests()
    wire = await logged_in(shared)
    wire.writer.write(new_order(text="x" * MAX_BYTES) + b"\n")
    refused, logout = await wire.line(), await wire.line()
    assert (refused["type"], str(MAX_BYTES) in refused["mistakes"][0]["text"]) == ("error", True)
    assert (logout["type"], logout["reason"]) == ("logout", "refused_lines")
    assert await wire.rest() == b""
    await wire.close()
    await shared.expect_undisturbed(before)


async def test_json_second_connection_is_refused_and_the_first_stays(shared: Shared) -> None:
    before = shared.venue_requests()
    first = await logged_in(shared)
    second = await Wire.open(shared.floor.tables.json_port)
    second.writer.write(json.dumps({"type": "login", "strategy": "alpha", "secret": SECRET}).encode() + b"\n")
    reply = json.loads(await second.rest())
    assert (reply["type"], reply["reason"]) == ("login_rejected", "already_connected")
    first.writer.write(b'{"type":"ping","id":"first"}\n')
    assert (await first.line())["id"] == "first"
    await first.close()
    await second.close()
    await shared.expect_undisturbed(before)


@pytest.mark.parametrize("port", ["json_port", "fix_port"])
async def test_a_port_scanner_leaves_no_trace(shared: Shared, port: str) -> None:
    before = shared.venue_requests()
    wires = [await Wire.open(getattr(shared.floor.tables, port)) for _ in range(50)]
    for wire in wires[::2]:
        wire.writer.transport.abort()
    await asyncio.gather(*(wire.close() for wire in wires))
    await shared.expect_undisturbed(before)


async def logged_in(shared: Shared) -> Wire:
    """Return a connection on which alpha is logged in, as soon as it may be."""
    login = {"type": "login", "strategy": "alpha", "secret": SECRET, "take_over": True}
    wire = await Wire.open(shared.floor.tables.json_port)
    wire.writer.write(json.dumps(login).encode() + b"\n")
    reply = await wire.line()
    assert reply["type"] == "login_accepted", reply
    return wire


# FIX


GOOD_FIX_ORDER: dict[int, object] = {100: "XEXC", 55: "MSFT", 54: 1, 38: 10, 40: 2, 44: "400.00", 59: 0}

REFUSED_FIX_ORDERS = {
    "unknown symbol": ({55: "NONE"}, "NONE"),
    "unknown venue": ({100: "NOWHERE"}, "NOWHERE"),
    "account of another": ({1: "ACC-gamma"}, "ACC-gamma"),
    "quantity 0": ({38: 0}, "OrderQty is 0"),
    "negative quantity": ({38: -5}, "OrderQty is -5"),
    "price between ticks": ({44: "400.001"}, "tick"),
}


@pytest.mark.parametrize("case", REFUSED_FIX_ORDERS)
async def test_fix_orders_that_can_not_be_taken_are_rejected(shared: Shared, case: str) -> None:
    changes, text = REFUSED_FIX_ORDERS[case]
    before = shared.venue_requests()
    client = await fix_client(shared)
    cl_ord_id = f"BAD-{case}"
    client.send("D", (11, cl_ord_id), *(GOOD_FIX_ORDER | changes).items(), (60, stamp()))
    report = await next_message(client, "8")
    assert (text_of(report, 11), text_of(report, 150), text_of(report, 39)) == (cl_ord_id, "8", "8")
    assert text in text_of(report, 58)
    await shared.expect_undisturbed(before)


SESSION_REJECTS = {
    "missing Side": ("D", {54: None}, "54", "1"),
    "Side of no meaning": ("D", {54: "Z"}, "54", "5"),
    "quantity that is no number": ("D", {38: "ten"}, "38", "6"),
    "tag twice": ("D", {9999: None}, "", ""),
    "unknown MsgType": ("zz", {}, "", "11"),
}


@pytest.mark.parametrize("case", [name for name in SESSION_REJECTS if name != "tag twice"])
async def test_fix_messages_that_break_the_standard_are_rejected(shared: Shared, case: str) -> None:
    msg_type, changes, tag, reason = SESSION_REJECTS[case]
    before = shared.venue_requests()
    client = await fix_client(shared)
    fields = {k: v for k, v in (GOOD_FIX_ORDER | changes).items() if v is not None}
    sent = client.send(msg_type, (11, f"BROKEN-{case}"), *fields.items(), (60, stamp()))
    reject = await next_message(client, "3")
    assert (text_of(reject, 45), text_of(reject, 371), text_of(reject, 373)) == (str(sent), tag, reason)
    assert text_of(reject, 58)
    await shared.expect_undisturbed(before)


async def test_fix_price_with_nine_decimals_is_refused(shared: Shared) -> None:
    before = shared.venue_requests()
    client = await fix_client(shared)
    client.send("D", (11, "NINE"), *(GOOD_FIX_ORDER | {44: "400.000000001"}).items(), (60, stamp()))
    refusal = await next_message(client, "3", "8", "j")
    assert "decimal" in text_of(refusal, 58) or text_of(refusal, 371) == "44"
    await shared.expect_undisturbed(before)


async def test_fix_cancel_and_replace_of_an_unknown_order_are_refused(shared: Shared) -> None:
    before = shared.venue_requests()
    client = await fix_client(shared)
    fields = ((41, "NEVER"), (55, "MSFT"), (54, 1), (38, 10), (40, 2), (44, "1.00"), (60, stamp()))
    for msg_type, response_to in (("F", "1"), ("G", "2")):
        body = fields if msg_type == "G" else tuple(pair for pair in fields if pair[0] not in (40, 44))
        client.send(msg_type, (11, f"C-{msg_type}"), *body)
        reject = await next_message(client, "9")
        assert (text_of(reject, 434), text_of(reject, 102), text_of(reject, 41)) == (response_to, "1", "NEVER")
    await shared.expect_undisturbed(before)


async def test_fix_order_under_a_used_id_is_refused_and_the_first_one_lives(shared: Shared) -> None:
    client = await fix_client(shared)
    client.send("D", (11, "TWICE"), *GOOD_FIX_ORDER.items(), (60, stamp()))
    assert text_of(await next_message(client, "8"), 39) == "0"
    before = shared.venue_requests()
    client.send("D", (11, "TWICE"), *(GOOD_FIX_ORDER | {38: 3}).items(), (60, stamp()))
    refused = await next_message(client, "8")
    assert text_of(refused, 150) == "8" and "TWICE" in text_of(refused, 58)
    client.send("H", (11, "TWICE"), (55, "MSFT"), (54, 1))
    status = await next_message(client, "8")
    assert (text_of(status, 150), text_of(status, 39), text_of(status, 38)) == ("I", "0", "10")
    await shared.expect_undisturbed(before)


async def test_fix_garbled_frame_uses_no_number_and_the_next_one_counts(shared: Shared) -> None:
    before = shared.venue_requests()
    client = await fix_client(shared)
    broken = fix_frame("1", client.next_out, ((112, "LOST"),)).replace(b"LOST", b"LAST")
    client.write_raw(b"no FIX at all" + broken)
    client.send("1", (112, "COUNTS"))
    heartbeat = await next_message(client, "0")
    assert text_of(heartbeat, 112) == "COUNTS"
    await shared.expect_undisturbed(before)


async def test_fix_wrong_comp_id_within_a_session_is_rejected_and_logged_out(shared: Shared) -> None:
    before = shared.venue_requests()
    client = await fix_client(shared)
    client.write_raw(fix_frame("0", client.next_out, (), sender="SOMEBODY"))
    client.next_out += 1
    reject = await next_message(client, "3")
    assert (text_of(reject, 373), text_of(reject, 58)) == ("9", "CompID problem")
    await until(lambda: client.logouts, "the Logout")
    await shared.expect_undisturbed(before)


def fix_frame(
    msg_type: str,
    number: int,
    fields: tuple[tuple[int, object], ...],
    sender: str = "BETA",
    target: str = "FAIRLEAD",
    begin_string: str = "FIX.4.4",
) -> bytes:
    """Return one frame as simplefix builds it."""
    return frame(begin_string, msg_type, number, sender, target, fields)


LOGON = ((98, 0), (108, 30), (554, SECRET))
# made when sent: what is stamped at import is too old once other tests took their time
REFUSED_LOGONS: dict[str, tuple[Callable[[], bytes], bytes]] = {
    "garbage": (lambda: b"\x00\x01\x02 garbage" * 20, b""),
    "a JSON client": (lambda: b'{"type":"login","strategy":"alpha"}\n', b""),
    "unknown sender": (lambda: fix_frame("A", 1, LOGON, sender="NOBODY"), b""),
    "unknown target": (lambda: fix_frame("A", 1, LOGON, sender="DELTA", target="ELSEWHERE"), b""),
    "other version": (lambda: fix_frame("A", 1, LOGON, sender="DELTA", begin_string="FIX.4.2"), b""),
    "an order": (lambda: fix_frame("D", 1, ((11, "X"),), sender="DELTA"), b""),
    "wrong password": (lambda: fix_frame("A", 1, (*LOGON[:2], (554, "guess")), sender="DELTA"), b"35=5\x01"),
    "no password": (lambda: fix_frame("A", 1, LOGON[:2], sender="DELTA"), b"35=5\x01"),
    "frame over the limit": (lambda: b"8=FIX.4.4\x019=99999999\x0135=A\x01" + b"x" * 2 * MAX_BYTES, b""),
    "silence": (lambda: b"", b""),
}


@pytest.mark.parametrize("case", REFUSED_LOGONS)
async def test_fix_connections_that_do_not_log_on_are_closed_and_the_log_says_why(shared: Shared, case: str) -> None:
    make, answer = REFUSED_LOGONS[case]
    before = shared.venue_requests()
    refused_before = len(refusals(shared))
    wire = await Wire.open(shared.floor.tables.fix_port)
    wire.writer.write(make())
    received = await wire.rest()
    assert answer in received if answer else received == b""
    await until(lambda: len(refusals(shared)) > refused_before, "the reason in the log")
    assert "guess" not in shared.floor.gateway.log_text()
    assert SECRET not in shared.floor.gateway.log_text()
    await wire.close()
    await shared.expect_undisturbed(before)


def refusals(shared: Shared) -> list[dict[str, Any]]:
    """Return what the log says about refused connections."""
    return shared.floor.gateway.events("connection_refused") + shared.floor.gateway.events("logon_refused")


async def test_fix_second_connection_is_refused_and_the_first_stays(shared: Shared) -> None:
    before = shared.venue_requests()
    client = await fix_client(shared)
    wire = await Wire.open(shared.floor.tables.fix_port)
    wire.writer.write(fix_frame("A", client.next_out, LOGON))
    assert await wire.rest() == b""
    client.send("1", (112, "FIRST"))
    assert text_of(await next_message(client, "0"), 112) == "FIRST"
    await wire.close()
    await shared.expect_undisturbed(before)


async def fix_client(shared: Shared) -> "WatchfulClient":
    """Return beta's client, connected."""
    existing = [c for c in shared.floor.fix_clients if isinstance(c, WatchfulClient)]
    client = existing[0] if existing else await shared.floor.fix_client("BETA", WatchfulClient)
    assert isinstance(client, WatchfulClient)
    await until(lambda: client.is_logged_on, "beta's logon")
    client.seen.clear()
    return client


class WatchfulClient(FixClient):
    """Keep every message in sequence, administrative ones too."""

    def __init__(self, host: str, port: int, comp_id: str, password: str) -> None:
        super().__init__(host, port, comp_id, password)
        self.seen: list[simplefix.FixMessage] = []

    def _act(self, msg_type: str, message: simplefix.FixMessage) -> None:
        self.seen.append(message)
        super()._act(msg_type, message)


async def next_message(client: WatchfulClient, *msg_types: str) -> simplefix.FixMessage:
    """Return the next message of these types."""

    def found() -> list[simplefix.FixMessage]:
        return [message for message in client.seen if text_of(message, 35) in msg_types]

    await until(found, f"a message of type {' or '.join(msg_types)}", ANSWER_S)
    message = found()[0]
    client.seen.remove(message)
    return message
