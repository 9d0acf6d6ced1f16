"""The connector: which host is next, when, and what a person is told."""

import asyncio
import socket
from typing import Any

import pytest
from connector_bench import PASSWORD, Bench, hangs_up, logs_on, logs_on_and_hangs_up, refuses, says_nothing, swallows
from structlog.testing import capture_logs

from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.gateway.config.models import Schedule, TlsClient

DAY_S = 86_400


async def test_a_host_that_says_nothing_leads_to_the_backup() -> None:
    bench = Bench()
    primary, backup = bench.host(says_nothing), bench.host(logs_on)
    async with bench:
        await bench.until_logon_sent(primary, 1)
        bench.pass_time(11)
        await bench.waits.next()
        bench.waits.pass_by()
        await bench.up()
    assert (primary.accepted, backup.accepted) == (1, 1)


async def test_a_host_that_hangs_up_leads_to_the_backup_and_a_logon_back_to_the_primary() -> None:
    bench = Bench()
    primary, backup = bench.host(hangs_up, logs_on), bench.host(logs_on_and_hangs_up)
    async with bench:
        await bench.waits.next()
        assert (primary.accepted, backup.accepted) == (1, 0)
        bench.waits.pass_by()
        await bench.waits.next()
        assert (primary.accepted, backup.accepted) == (1, 1)
        bench.waits.pass_by()
        await bench.up()
        assert (primary.accepted, backup.accepted) == (2, 1)
    assert bench.sink.downs[0] == "connection lost"


async def test_connect_while_the_last_connection_ends_is_followed_at_once() -> None:
    bench = Bench(reconnect_first_s=30.0)
    host = bench.host(logs_on)
    async with bench:
        await bench.up()
        bench.connector.hold("a drill", bench.clock.now_ns(), bench.clock.utc_ns())
        bench.connector.connect()
        await bench.until_logon_sent(host, 2)
    assert host.accepted == 2


async def test_delays_double_each_time_all_hosts_have_failed_up_to_the_cap() -> None:
    bench = Bench(reconnect_first_s=1.0, reconnect_max_s=5.0)
    bench.host(hangs_up)
    bench.host(hangs_up)
    delays = []
    async with bench:
        for _ in range(10):
            delays.append(await bench.waits.next())
            bench.waits.pass_by()
    assert delays == [1, 1, 2, 2, 4, 4, 5, 5, 5, 5]


async def test_jitter_takes_up_to_half_of_a_delay_away() -> None:
    bench = Bench(reconnect_first_s=1.0)
    bench.host(hangs_up)
    bench.jitter = 1.0
    async with bench:
        assert await bench.waits.next() == 0.5


async def test_an_unanswered_connect_is_given_up() -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for client in (first, second):
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        bench = Bench(connect_timeout_s=0.05, hosts=(f"127.0.0.1:{full.getsockname()[1]}",))
        with capture_logs() as logs:
            async with bench:
                await bench.waits.next()
    assert [line["reason"] for line in logs if line["event"] == "connect_failed"] == ["no connection within 0.05 s"]


@pytest.mark.parametrize(
    ("host", "error", "reason"),
    [
        ("venue.example", socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "Name or service not known"),
        ("v" * 64, None, "label"),
    ],
)
async def test_a_name_that_does_not_resolve_is_a_failed_attempt(
    host: str, error: OSError | None, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolve(*args: Any, **options: Any) -> Any:
        raise error or OSError

    if error is not None:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    bench = Bench(hosts=(f"{host}:9000",))
    with capture_logs() as logs:
        async with bench:
            assert await bench.waits.next() == 1
            bench.waits.pass_by()
            assert await bench.waits.next() == 2
    failed = [line for line in logs if line["event"] == "connect_failed"]
    assert len(failed) == 2
    assert reason in failed[0]["reason"]
    assert failed[0]["log_level"] == "warning"


async def test_every_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(host_name="venue.example")
    host = bench.host(logs_on)
    loop = asyncio.get_running_loop()
    resolve = loop.getaddrinfo

    async def with_a_dead_one(name: str, port: int, **options: Any) -> Any:
        if name != "venue.example":
            return await resolve(name, port, **options)
        found = await resolve("127.0.0.1", port, **options)
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            return [(*found[0][:4], unused.getsockname()), *found]

    monkeypatch.setattr(loop, "getaddrinfo", with_a_dead_one)
    async with bench:
        await bench.up()
    assert host.accepted == 1


async def test_logons_refused_in_words_are_bounded_and_need_a_person() -> None:
    bench = Bench(max_refused_logons=3)
    host = bench.host(refuses)
    with capture_logs() as logs:
        async with bench:
            for _ in range(2):
                await bench.waits.next()
                bench.waits.pass_by()
            # the third refusal ends the attempts: what follows only looks for the next session
            for _ in range(5):
                assert await bench.waits.next() == 0.25
                bench.waits.pass_by()
    assert host.accepted == 3
    assert [(alert["what"], alert["session"]) for alert in bench.alerts] == [("logon_abandoned", "venue:XEXC")]
    refusals = [line for line in logs if line["event"] == "logon_refused"]
    assert [line["log_level"] for line in refusals] == ["warning"] * 3
    assert refusals[0]["text"] == "not today"
    abandoned = next(line for line in logs if line["event"] == "connecting_abandoned")
    assert abandoned["until"] == "the gateway is started anew"


async def test_silence_and_closed_streams_are_not_refusals() -> None:
    bench = Bench(max_refused_logons=2)
    host = bench.host(hangs_up, refuses, hangs_up, says_nothing, hangs_up, logs_on)
    async with bench:
        for attempt in range(3):
            await bench.waits.next()
            bench.waits.pass_by()
            await bench.until_logon_sent(host, attempt + 2)
        bench.pass_time(11)
        for _ in range(2):
            await bench.waits.next()
            bench.waits.pass_by()
        await bench.up()
    assert host.accepted == 6
    assert not bench.alerts


async def test_an_abandoned_venue_is_tried_again_in_the_next_session() -> None:
    # the fake clock begins at 00:00 UTC; a session that lasts all day never closes, but it begins anew
    schedule = Schedule(start="00:00:00", end="00:00:00", days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    bench = Bench(max_refused_logons=1, schedule=schedule)
    host = bench.host(refuses, logs_on)
    async with bench:
        assert await bench.waits.next() == 0.25
        bench.waits.pass_by()
        assert await bench.waits.next() == 0.25
        assert host.accepted == 1
        bench.pass_time(DAY_S)
        bench.waits.pass_by()
        await bench.up()
        assert bench.venue.session.refused_logons == 0
    assert host.accepted == 2


async def test_nothing_is_tried_outside_the_hours_and_the_close_logs_out() -> None:
    schedule = Schedule(start="08:00:00", end="16:00:00", days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    bench = Bench(schedule=schedule)
    host = bench.host(logs_on)
    async with bench:
        for _ in range(3):
            assert await bench.waits.next() == 0.25
            bench.waits.pass_by()
        await bench.waits.next()
        assert host.accepted == 0
        bench.pass_time(8 * 3600)
        bench.waits.pass_by()
        await bench.up()
        bench.pass_time(8 * 3600)
        # the answer to our Logout ends the connection; then comes the usual delay, then waiting for the hours
        assert await bench.waits.next() == 1
        bench.waits.pass_by()
        assert await bench.waits.next() == 0.25
    assert host.accepted == 1
    assert bench.sink.downs == ["end of trading session"]


async def test_stop_logs_out_and_ends_the_attempts() -> None:
    bench = Bench()
    host = bench.host(logs_on)
    async with bench:
        await bench.up()
        now_ns = bench.turn.begin()
        bench.connector.stop("stopping", now_ns, bench.clock.utc_ns())
        bench.turn.finish(now_ns, bench.clock.utc_ns())
        async with asyncio.timeout(20):
            while bench.connector.is_connected:
                await asyncio.sleep(0)
    assert bench.sink.downs == ["stopping"]
    assert host.accepted == 1


async def test_stop_in_the_middle_of_an_attempt_connects_no_more() -> None:
    bench = Bench()
    host = bench.host(hangs_up, logs_on)
    async with bench:
        await bench.waits.next()
        bench.connector.stop("stopping", bench.turn.begin(), bench.clock.utc_ns())
        bench.waits.pass_by()
        await bench.connector.close()
    assert host.accepted == 1


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        (EventKind.PEER_FAULT, "error"),
        (EventKind.GARBLED, "error"),
        (EventKind.LOGON_ABANDONED, "error"),
        (EventKind.PASSWORD_EXPIRED, "error"),
        (EventKind.QUEUE_OVERFLOW, "error"),
        (EventKind.PEER_SILENT, "warning"),
        (EventKind.LOGON_REFUSED, "warning"),
        (EventKind.LOGGED_ON, "info"),
    ],
)
async def test_events_are_as_loud_as_they_deserve(kind: EventKind, level: str) -> None:
    bench = Bench()
    bench.host(says_nothing)
    async with bench:
        with capture_logs() as logs:
            bench.connector.on_session_event(SessionEvent(kind, "what happened", 7, 9))
    assert logs == [
        {
            "event": kind.name.lower(),
            "log_level": level,
            "session": "venue:XEXC",
            "text": "what happened",
            "ref_seq_num": 7,
            "end_seq_num": 9,
            "next_in": 1,
            "next_out": bench.venue.session.next_out,
        }
    ]


async def test_a_peer_can_not_fill_the_log() -> None:
    bench = Bench()
    bench.host(says_nothing)
    async with bench:
        with capture_logs() as logs:
            for _ in range(1000):
                bench.connector.on_session_event(SessionEvent(EventKind.GARBLED, "CheckSum"))
            bench.clock.advance(10_000_000_000)
            bench.connector.on_session_event(SessionEvent(EventKind.GARBLED, "CheckSum"))
    assert len(logs) == 11
    assert logs[-1]["left_out_before"] == 990


async def test_the_password_is_sent_but_in_no_line_of_the_log() -> None:
    bench = Bench(max_refused_logons=1)
    host = bench.host(refuses)
    with capture_logs() as logs:
        async with bench:
            await bench.waits.next()
    assert host.logons[0].get(554) == PASSWORD.encode()
    assert logs
    assert PASSWORD not in repr(logs)


async def test_a_crash_of_the_connector_is_told() -> None:
    bench = Bench()
    bench.host(hangs_up)

    async def break_down(delay_s: float) -> None:
        raise RuntimeError("broken")

    bench.waits = break_down  # type: ignore[assignment]
    async with bench:
        async with asyncio.timeout(20):
            while not bench.crashes:
                await asyncio.sleep(0)
        assert str(bench.crashes.pop()) == "broken"


async def test_a_host_that_says_nothing_to_a_tls_handshake_is_given_up() -> None:
    bench = Bench(connect_timeout_s=0.05, tls=TlsClient())
    primary, backup = bench.host(swallows), bench.host(swallows)
    with capture_logs() as logs:
        async with bench:
            for _ in range(2):
                await bench.waits.next()
                bench.waits.pass_by()
            await bench.waits.next()
    assert primary.accepted == 2
    assert backup.accepted == 1
    failed = [line for line in logs if line["event"] == "connect_failed"]
    assert [line["reason"] for line in failed] == ["no connection within 0.05 s"] * 3
    assert bench.venue.session.next_out == 1
