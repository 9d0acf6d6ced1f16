"""One connection: login, pace, what a client may not do, and input of any sort."""

import orjson
import pytest
from control_bench import MS, Bench
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.gateway.control.protocol import MAX_LINE_BYTES


def test_a_login_is_needed_first() -> None:
    bench = Bench()
    client = bench.client()
    assert client.call("control.ping")["code"] == "login_needed"
    answer = client.call("login", {"operator": "sue", "secret": "secret-of-sue"})
    assert answer["answer"] == {"operator": "sue", "roles": ["support"]}
    assert client.call("control.ping")["answer"]["operator"] == "sue"


@pytest.mark.parametrize(
    "arguments",
    [
        {"operator": "sue", "secret": "wrong"},
        {"operator": "nobody", "secret": "secret-of-sue"},
        {"operator": "sue"},
        {"operator": 1, "secret": "x"},
        {"operator": "sue", "secret": "x" * 2000},
    ],
)
def test_a_refused_login_ends_the_connection_and_is_recorded(arguments: dict[str, object]) -> None:
    bench = Bench()
    client = bench.client()
    assert not client.call("login", arguments)["ok"]
    assert client.connection.wants_close
    [fact] = bench.facts()
    assert fact.items() >= {
        "event": "attempt_refused",
        "command": "login",
        "operator": str(arguments["operator"]),
    }.items() or (fact["operator"] == "")
    assert "secret-of" not in orjson.dumps(fact).decode()


def test_guessing_a_secret_ends_soon() -> None:
    bench = Bench()
    for _ in range(10):
        bench.client().call("login", {"operator": "sue", "secret": "wrong"})
    answer = bench.client().call("login", {"operator": "sue", "secret": "secret-of-sue"})
    assert "too many wrong secrets for 'sue'" in answer["error"]
    # others are not kept out
    assert bench.client("rita").call("control.ping")["ok"]


def test_commands_run_one_at_a_time_with_room_between_them() -> None:
    bench = Bench()
    client = bench.client("sue")
    bench.clock.advance(10 * MS)
    client.send(client.line("level.show") * 3)
    assert len(client.take()) == 1
    client.connection.on_timer(*client.times)
    assert client.take() == []
    due = client.connection.next_deadline_ns()
    assert due == bench.clock.now_ns() + MS
    bench.clock.advance(MS)
    client.connection.on_timer(*client.times)
    assert len(client.take()) == 1
    assert len(client.read()) == 1


def test_connections_take_turns() -> None:
    bench = Bench()
    loud, quiet = bench.client("sue"), bench.client("vera")
    bench.clock.advance(10 * MS)
    loud.send(loud.line("level.show") * 100)
    loud.take()
    quiet.send(quiet.line("level.show"))
    order = []
    for _ in range(6):
        bench.clock.advance(MS)
        for name, client in (("loud", loud), ("quiet", quiet)):
            client.connection.on_timer(*client.times)
            order += [name] * len(client.take())
    assert order[:3].count("quiet") == 1
    assert len(order) == 6


def test_the_next_command_waits_until_the_answer_is_read() -> None:
    bench = Bench()
    client = bench.client("sue")
    bench.clock.advance(10 * MS)
    client.send(client.line("level.show") + client.line("level.set", {"level": 2}, "why"))
    assert len(client.take()) == 1
    client.connection.output_pending(80, *client.times)
    bench.clock.advance(10 * MS)
    client.connection.on_timer(*client.times)
    assert bench.level.value == 1
    # and holds up nobody else
    assert bench.client("rita").call("level.show")["ok"]
    client.connection.output_pending(0, *client.times)
    assert client.read()[-1]["answer"]["after"] == {"level": 2}


def test_a_client_that_reads_nothing_is_dropped() -> None:
    bench = Bench()
    client = bench.client("sue")
    client.send(client.line("level.show"))
    client.take()
    client.connection.output_pending(80, *client.times)
    bench.clock.advance(10_000 * MS)
    client.connection.on_timer(*client.times)
    assert client.connection.wants_close


@pytest.mark.parametrize(("name", "limit_s"), [("", 10), ("sue", 900)])
def test_a_client_that_asks_nothing_is_dropped(name: str, limit_s: int) -> None:
    bench = Bench()
    client = bench.client(name)
    bench.clock.advance((limit_s - 1) * 1000 * MS)
    client.connection.on_timer(*client.times)
    assert not client.connection.wants_close
    bench.clock.advance(1000 * MS)
    client.connection.on_timer(*client.times)
    assert client.connection.wants_close


def test_lines_that_are_too_long_or_too_many_end_the_connection() -> None:
    bench = Bench()
    client = bench.client("sue")
    client.send(b"x" * (MAX_LINE_BYTES + 1))
    assert client.connection.wants_close
    client = bench.client("sue")
    line = client.line("level.show")
    for _ in range(3 * MAX_LINE_BYTES // (len(line) * 100)):
        client.send(line * 100)
    assert client.connection.wants_close
    client.connection.receive_eof(*client.times)
    assert bench.client("sue").call("level.show")["ok"]


def test_the_number_of_connections_is_bounded() -> None:
    bench = Bench()
    clients = [bench.client() for _ in range(33)]
    assert [client.connection.wants_close for client in clients] == [False] * 32 + [True]
    [answer] = clients[-1].read()
    assert answer["code"] == "busy"
    for client in clients:
        client.connection.receive_eof(*client.times)
    assert bench.server.connections == 0


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[1]", "a list received, expected an object"),
        (b'{"command": "x"}', "id: expected"),
        (b'{"id": true, "command": "x"}', "id: expected"),
        (b'{"id": 1}', "command: expected"),
        (b'{"id": 1, "command": "x", "arguments": []}', "arguments: expected an object"),
        (b'{"id": 1, "command": "x", "reason": 5}', "reason: expected"),
        (b'{"id": 1, "command": "x", "argments": {}}', "argments: no such key"),
    ],
)
def test_malformed_lines_are_answered_and_forgiven(line: bytes, text: str) -> None:
    client = Bench().client("sue")
    client.send(line + b"\n")
    [answer] = client.read()
    assert (answer["ok"], answer["code"]) == (False, "malformed")
    assert text in answer["error"]
    assert client.call("level.show")["ok"]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_names = st.sampled_from(["login", "level.set", "level.force", "level.show", "control.approve", "control.ping", "x"])
_lines = st.one_of(
    st.binary(max_size=60),
    _json.map(lambda value: orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS) if _fits(value) else b"null"),
    st.builds(
        lambda name, arguments, reason: orjson.dumps(
            {"id": 1, "command": name, "arguments": arguments, "reason": reason}
        ),
        _names,
        st.dictionaries(
            st.sampled_from(["level", "note", "request", "operator", "secret", "x"]),
            st.integers(-(2**63), 2**63 - 1) | st.text(max_size=8) | st.none(),
            max_size=3,
        ),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    ),
)


def _fits(value: object) -> bool:
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


@settings(max_examples=200, deadline=None)
@given(st.lists(_lines, max_size=8), st.lists(st.integers(1, 40), max_size=8), st.booleans())
def test_no_input_takes_it_down(lines: list[bytes], cuts: list[int], logged_in: bool) -> None:
    bench = Bench()
    client = bench.client("rita" if logged_in else "")
    data = b"".join(line + b"\n" for line in lines)
    answers = []
    for cut in cuts:
        client.send(data[:cut])
        data = data[cut:]
        answers += client.read()
    client.send(data)
    answers += client.read()
    assert all(type(answer["ok"]) is bool for answer in answers)
    assert all(answer.get("code") != "fault" or bench.level.requests for answer in answers)
    client.connection.receive_eof(*client.times)
    assert bench.client("sue").call("level.show")["ok"]
