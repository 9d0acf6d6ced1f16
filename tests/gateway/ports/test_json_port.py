"""Dialogues with the JSON port: exact lines, fake time."""

import pytest
from order_desk import SECOND_NS, UTC_NS, OrderDesk, Stream, accepted, accepted_line

from fairlead.adapters.endpoint import NEVER_NS, PacedEndpoint
from fairlead.adapters.session_store import MemoryStore
from fairlead.adapters.slow_consumer import SlowConsumerPolicy
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, MassCancel, NewOrder, ReplaceOrder, StatusRequest
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.ports.json_port import JsonPort, JsonPortSettings
from fairlead.gateway.ports.json_session import JsonStrategySession
from fairlead.gateway.ports.secret_hash import SecretHash

LOGIN = b'{"type":"login","strategy":"alpha","secret":"sesame"}\n'
LOGIN_FROM_1 = b'{"type":"login","strategy":"alpha","secret":"sesame","next_seq":1}\n'
TAKE_OVER = b'{"type":"login","strategy":"alpha","secret":"sesame","next_seq":2,"take_over":true}\n'
ORDER = b'{"type":"new_order","cl_ord_id":"A","symbol":"S","side":"buy","order_qty":"1","ord_type":"market"}\n'


def welcome(next_seq: int = 1, live_seq: int = 1, heartbeat_s: int = 15) -> bytes:
    return (
        f'{{"type":"login_accepted","strategy":"alpha","session_id":"0","next_seq":{next_seq},'
        f'"live_seq":{live_seq},"heartbeat_interval_s":{heartbeat_s}}}\n'
    ).encode()


class Port:
    """Hold one port with one strategy, alpha."""

    def __init__(self, settings: JsonPortSettings | None = None, store: MemoryStore | None = None) -> None:
        self.desk = OrderDesk()
        self.store = store or MemoryStore()
        identity = StrategyIdentity("alpha", SecretHash.of("sesame", 1))
        self.session = JsonStrategySession(identity, self.store)
        self.port = JsonPort([self.session], self.desk, settings)

    def open(self, now_s: float = 0, address: str = "10.0.0.1") -> Stream:
        return Stream(self.port.connection(address), now_s)

    def report(self, *numbers: int) -> None:
        for number in numbers:
            self.session.send_report(accepted(number), 0, UTC_NS)


@pytest.fixture
def port() -> Port:
    return Port()


def test_connection_is_an_endpoint_that_watches_its_output(port: Port) -> None:
    assert isinstance(port.port.connection("10.0.0.1"), PacedEndpoint)


def test_login_then_requests_reach_the_order_path(port: Port) -> None:
    stream = port.open()
    assert stream.send(LOGIN) == welcome()
    assert port.desk.connections == ["alpha connected"]
    assert port.session.endpoint is stream.endpoint
    lines = (
        ORDER
        + b'{"type":"cancel_order","cl_ord_id":"B","orig_cl_ord_id":"A"}\n'
        + b'{"type":"replace_order","cl_ord_id":"C","orig_cl_ord_id":"A","order_qty":"2"}\n'
        + b'{"type":"mass_cancel","cl_ord_id":"D","scope":"all"}\n'
        + b'{"type":"status_request","request_id":"R"}\n'
    )
    assert stream.send(lines) == (
        b'{"type":"status_report","seq":1,"exec_type":"order_status","request_id":"R","request_kind":"status_request",'
        b'"text":"no open orders","value":"0","transact_time":"2026-01-02T14:30:00.000000000Z"}\n'
    )
    assert [type(request) for _, request in port.desk.requests] == [
        NewOrder,
        CancelOrder,
        ReplaceOrder,
        MassCancel,
        StatusRequest,
    ]
    assert {strategy for strategy, _ in port.desk.requests} == {"alpha"}
    assert [frame + b"\n" for _, frame in port.store.frames_in] == lines.splitlines(keepends=True)


def test_lines_may_come_byte_by_byte(port: Port) -> None:
    stream = port.open()
    answers = [stream.send(bytes((byte,))) for byte in LOGIN + ORDER]
    assert b"".join(answers) == welcome()
    assert len(port.desk.requests) == 1


def test_login_and_orders_may_come_at_once(port: Port) -> None:
    assert port.open().send(LOGIN + ORDER + b'{"type":"ping","id":"x"}\n') == welcome() + b'{"type":"pong","id":"x"}\n'
    assert len(port.desk.requests) == 1


def test_live_reports_are_numbered_recorded_and_sent(port: Port) -> None:
    stream = port.open()
    stream.send(LOGIN)
    port.report(1, 2)
    assert stream.endpoint.take_output() == accepted_line(1) + accepted_line(2)
    assert list(port.store.sent_messages(1, 9)) == [(1, accepted_line(1)), (2, accepted_line(2))]


def test_reports_while_away_are_replayed_once_then_live(port: Port) -> None:
    port.report(1, 2, 3)
    stream = port.open()
    assert stream.send(b'{"type":"login","strategy":"alpha","secret":"sesame","next_seq":2}\n') == (
        welcome(2, 4) + accepted_line(2) + accepted_line(3)
    )
    port.report(4)
    assert stream.endpoint.take_output() == accepted_line(4)
    assert stream.endpoint.take_output() == b""


def test_login_without_next_seq_brings_only_what_is_new(port: Port) -> None:
    port.report(1, 2)
    stream = port.open()
    assert stream.send(LOGIN) == welcome(3, 3)
    port.report(3)
    assert stream.endpoint.take_output() == accepted_line(3)


def test_session_outlives_the_gateway_with_its_store(port: Port) -> None:
    port.report(1)
    again = Port(store=port.store)
    again.report(2)
    assert again.open().send(LOGIN_FROM_1) == welcome(1, 3) + accepted_line(1) + accepted_line(2)


def test_long_replay_goes_in_portions_as_the_strategy_reads() -> None:
    port = Port(JsonPortSettings(replay_lines=2))
    port.report(1, 2, 3, 4, 5)
    stream = port.open()
    assert stream.send(LOGIN_FROM_1) == welcome(1, 6) + accepted_line(1) + accepted_line(2)
    assert stream.endpoint.next_deadline_ns() == 0
    assert stream.pending(50) == b""
    port.report(6)
    assert stream.endpoint.take_output() == b""
    assert stream.endpoint.next_deadline_ns() > 0
    assert stream.pending(0) == accepted_line(3) + accepted_line(4)
    assert stream.endpoint.take_output() == accepted_line(5) + accepted_line(6)
    port.report(7)
    assert stream.endpoint.take_output() == accepted_line(7)
    assert stream.endpoint.next_deadline_ns() > 0


@pytest.mark.parametrize(
    ("line", "reason", "text"),
    [
        (
            b'{"type":"login","strategy":"alpha","secret":"guess"}\n',
            b"wrong_secret",
            b"no such strategy, or not its secret",
        ),
        (
            b'{"type":"login","strategy":"beta","secret":"sesame"}\n',
            b"wrong_secret",
            b"no such strategy, or not its secret",
        ),
        (ORDER, b"malformed", b"NewOrder received, expected a login first"),
        (b"[]\n", b"malformed", b"a list received, expected a JSON object"),
        (
            b'{"type":"login","strategy":"alpha","secret":"sesame","next_seq":2}\n',
            b"wrong_seq",
            b"next_seq 2 received, expected 1 to 1",
        ),
        (
            b'{"type":"login","strategy":"alpha","secret":"sesame","session_id":"7"}\n',
            b"wrong_session",
            b"session_id '7' received, expected '0': numbers began anew",
        ),
    ],
)
def test_login_that_is_refused(port: Port, line: bytes, reason: bytes, text: bytes) -> None:
    stream = port.open()
    assert stream.send(line + ORDER) == b'{"type":"login_rejected","reason":"%b","text":"%b"}\n' % (reason, text)
    assert stream.endpoint.wants_close
    assert stream.endpoint.next_deadline_ns() == NEVER_NS
    assert port.desk.requests == []
    assert port.desk.connections == []


def test_secrets_are_recorded_nowhere(port: Port) -> None:
    port.open().send(b'{"type":"login","strategy":"alpha","secret":"guess"}\n')
    stream = port.open()
    stream.send(LOGIN)
    stream.send(LOGIN)
    stream.send(b'{"type":"login","strategy":"alpha","secret":"sesame","x":1}\n{"secret":"sesame"\n')
    stream.send(b'{"\\u0073ecret":"sesame"}\n')
    assert "guess" not in str(port.store.events)
    assert "sesame" not in str(port.store.frames_in) + str(port.store.events)


def test_guessing_is_refused_unheard_after_ten_times(port: Port) -> None:
    for _ in range(10):
        port.open().send(b'{"type":"login","strategy":"alpha","secret":"guess"}\n')
    refused = port.open().send(LOGIN)
    assert refused == (
        b'{"type":"login_rejected","reason":"too_many_failures","text":"10 wrong secrets from 10.0.0.1, wait 60 s"}\n'
    )
    assert port.open(address="10.0.0.2").send(LOGIN) == welcome()


def test_silence_before_the_login_ends_the_connection(port: Port) -> None:
    stream = port.open()
    assert stream.endpoint.next_deadline_ns() == 10 * SECOND_NS
    assert stream.at(9.9) == b""
    assert stream.at(10) == b'{"type":"login_rejected","reason":"timed_out","text":"no login within 10 s"}\n'
    assert stream.endpoint.wants_close


def test_second_connection_is_refused(port: Port) -> None:
    first = port.open(address="10.0.0.1")
    first.send(LOGIN)
    second = port.open(address="10.0.0.2")
    assert second.send(LOGIN) == (
        b'{"type":"login_rejected","reason":"already_connected","text":"strategy alpha is connected already, '
        b'from 10.0.0.1; log in with \\"take_over\\": true to end that connection"}\n'
    )
    assert not first.endpoint.wants_close
    assert port.session.endpoint is first.endpoint


def test_take_over_ends_the_first_connection_and_the_strategy_stays(port: Port) -> None:
    first = port.open(address="10.0.0.1")
    first.send(LOGIN)
    port.report(1, 2)
    second = port.open(address="10.0.0.2")
    assert second.send(TAKE_OVER) == welcome(2, 3) + accepted_line(2)
    assert first.endpoint.take_output() == (
        accepted_line(1)
        + accepted_line(2)
        + b'{"type":"logout","reason":"taken_over","text":"taken over by a connection from 10.0.0.2"}\n'
    )
    assert first.endpoint.wants_close
    assert first.send(ORDER) == b""
    first.cut()
    port.report(3)
    assert second.endpoint.take_output() == accepted_line(3)
    assert port.desk.requests == []
    assert port.desk.connections == ["alpha connected"]


def test_lost_connection_is_told_to_the_order_path_once(port: Port) -> None:
    stream = port.open()
    stream.send(LOGIN + b'{"type":"new_or')
    stream.cut()
    stream.cut()
    assert port.desk.connections == ["alpha connected", "alpha disconnected: connection lost"]
    assert ("unfinished_line", "15 bytes of a line without its end were received and not acted on") in port.store.events
    assert port.session.endpoint is None
    assert port.open().send(LOGIN) == welcome()


def test_malformed_line_is_answered_and_the_connection_goes_on(port: Port) -> None:
    stream = port.open()
    stream.send(LOGIN)
    answer = stream.send(b'{"type":"new_order","cl_ord_id":"A-9","symbol":"S","side":"buy","order_qty":1.5}\n' + ORDER)
    assert answer == (
        b'{"type":"error","line":2,"mistakes":[{"field":"order_qty","text":"the JSON number 1.5 received, expected a '
        b'decimal string such as \\"10.05\\": a JSON number with a fraction or an exponent is not exact"},'
        b'{"field":"ord_type","text":"missing, and new_order needs it"}],"cl_ord_id":"A-9"}\n'
    )
    assert len(port.desk.requests) == 1
    assert not stream.endpoint.wants_close


def test_second_login_on_a_connection_is_an_error_line(port: Port) -> None:
    stream = port.open()
    stream.send(LOGIN)
    assert stream.send(LOGIN) == (
        b'{"type":"error","line":2,"mistakes":[{"field":"type","text":"login received, but alpha is logged in on this '
        b'connection"}]}\n'
    )


def test_too_many_refused_lines_in_a_row_end_the_connection() -> None:
    port = Port(JsonPortSettings(max_refused_lines=3))
    stream = port.open()
    stream.send(LOGIN + b"x\nx\n" + ORDER + b"x\nx\n")
    assert not stream.endpoint.wants_close
    output = stream.send(b"x\n" + ORDER)
    assert output.splitlines()[-1] == b'{"type":"logout","reason":"refused_lines","text":"3 refused lines in a row"}'
    assert stream.endpoint.wants_close
    assert len(port.desk.requests) == 1
    assert port.desk.connections[-1] == "alpha disconnected: 3 refused lines in a row"


def test_oversized_line_ends_the_connection_after_the_lines_before_it() -> None:
    port = Port(JsonPortSettings(max_line_bytes=200))
    stream = port.open()
    stream.send(LOGIN)
    assert stream.send(ORDER + b"x" * 201) == (
        b'{"type":"error","line":3,"mistakes":[{"field":"","text":"more than 200 bytes without a line end received"}]}'
        b"\n"
        b'{"type":"logout","reason":"refused_lines","text":"more than 200 bytes without a line end received"}\n'
    )
    assert stream.endpoint.wants_close
    assert len(port.desk.requests) == 1


def test_oversized_first_line_is_refused() -> None:
    stream = Port(JsonPortSettings(max_line_bytes=200)).open()
    assert stream.send(b"x" * 201).startswith(b'{"type":"login_rejected","reason":"malformed"')
    assert stream.endpoint.wants_close


def test_heartbeats_go_out_each_interval_and_silence_ends_the_connection(port: Port) -> None:
    stream = port.open()
    stream.send(LOGIN, at_s=1)
    assert stream.at(15.9) == b""
    assert stream.at(16) == b'{"type":"heartbeat","next_seq":1}\n'
    assert stream.send(b'{"type":"ping"}\n', at_s=20) == b'{"type":"pong"}\n'
    assert stream.at(49.9) == b'{"type":"heartbeat","next_seq":1}\n' * 2
    assert stream.at(50) == b'{"type":"logout","reason":"silent","text":"nothing received for 30 s"}\n'
    assert port.desk.connections[-1] == "alpha disconnected: nothing received for 30 s"


def test_client_may_choose_its_heartbeat_interval_or_none(port: Port) -> None:
    stream = port.open()
    login = b'{"type":"login","strategy":"alpha","secret":"sesame","heartbeat_interval_s":%d}\n'
    assert stream.send(login % 2) == welcome(heartbeat_s=2)
    assert stream.at(2) == b'{"type":"heartbeat","next_seq":1}\n'
    stream.cut()
    quiet = port.open()
    assert quiet.send(login % 0) == welcome(heartbeat_s=0)
    assert quiet.endpoint.next_deadline_ns() == NEVER_NS


def test_slow_consumer_is_cut_off_by_bytes_and_its_reports_stay() -> None:
    port = Port(JsonPortSettings(slow_consumer=SlowConsumerPolicy(max_bytes=100, max_s=30)))
    stream = port.open()
    stream.send(LOGIN)
    port.report(1)
    assert stream.endpoint.take_output() == accepted_line(1)
    assert stream.pending(100) == b""
    text = b"slow consumer: 101 bytes unread, limit 100"
    assert stream.pending(101) == b'{"type":"logout","reason":"slow_consumer","text":"%b"}\n' % text
    assert stream.endpoint.wants_close
    assert port.desk.connections[-1] == f"alpha disconnected: {text.decode()}"
    port.report(2)
    assert stream.endpoint.take_output() == b""
    assert port.open().send(LOGIN_FROM_1) == welcome(1, 3) + accepted_line(1) + accepted_line(2)


def test_slow_consumer_is_cut_off_by_time_without_reaching_zero() -> None:
    port = Port(JsonPortSettings(heartbeat_interval_s=0, slow_consumer=SlowConsumerPolicy(max_bytes=100, max_s=5)))
    stream = port.open()
    stream.send(LOGIN)
    stream.pending(50, at_s=1)
    stream.pending(0, at_s=2)
    stream.pending(60, at_s=3)
    stream.pending(10, at_s=7)
    assert stream.at(7.9) == b""
    assert (
        stream.at(8) == b'{"type":"logout","reason":"slow_consumer","text":"slow consumer: 10 bytes unread for 5 s"}\n'
    )
    assert stream.endpoint.wants_close


def test_no_heartbeat_is_added_to_what_is_not_read(port: Port) -> None:
    stream = port.open()
    stream.send(LOGIN)
    stream.pending(10, at_s=14)
    assert stream.at(20) == b""


def test_logout_of_the_client_is_answered(port: Port) -> None:
    stream = port.open()
    stream.send(LOGIN)
    assert stream.send(b'{"type":"logout"}\n' + ORDER) == (
        b'{"type":"logout","reason":"requested","text":"logged out"}\n'
    )
    assert stream.endpoint.wants_close
    assert port.desk.connections == ["alpha connected", "alpha disconnected: logged out"]
    assert port.desk.requests == []


def test_stop_logs_everyone_out_and_lets_nobody_in(port: Port) -> None:
    stream, idle = port.open(), port.open()
    stream.send(LOGIN)
    port.port.stop("the gateway stops", 0, UTC_NS)
    expected = b'{"type":"logout","reason":"stopping","text":"the gateway stops"}\n'
    assert stream.endpoint.take_output() == expected
    assert idle.endpoint.take_output() == expected
    assert port.open().send(LOGIN) == b'{"type":"login_rejected","reason":"stopping","text":"the gateway stops"}\n'


def test_report_made_while_a_request_is_handled_follows_in_the_same_turn(port: Port) -> None:
    port.desk.new_order = lambda strategy, request, now_ns, utc_ns: port.report(1)  # type: ignore[method-assign]
    stream = port.open()
    assert stream.send(LOGIN + ORDER) == welcome() + accepted_line(1)


def test_report_made_at_the_login_comes_after_the_replay(port: Port) -> None:
    port.report(1)
    port.desk.strategy_connected = lambda strategy, now_ns, utc_ns: port.report(2)  # type: ignore[method-assign]
    stream = port.open()
    output = stream.send(LOGIN_FROM_1) + stream.endpoint.take_output()
    assert output == welcome(1, 2) + accepted_line(1) + accepted_line(2)
