"""Two processes: either dies and comes back, and the other does not notice."""

import asyncio
import contextlib
import os
import signal
from typing import Any

import aiohttp
import pytest
from floor import Floor
from processes import PROGRAM, free_port, until

from fairlead.codecs.vocabulary.constants import OrdStatus
from fairlead.gateway.ports.secret_hash import SecretHash

OPERATOR_SECRET = "secret-of-sue"
OPERATOR = f'''
[[operators]]
name = "sue"
roles = ["support"]
secret_hash = "{SecretHash.of(OPERATOR_SECRET, 4).stored()}"
'''


@pytest.fixture
def operations_url(floor: Floor) -> str:
    port = free_port()
    floor.tables.more += f'\n[operations]\nlisten = "127.0.0.1:{port}"\n'
    return f"http://127.0.0.1:{port}"


def pids(floor: Floor, name: str) -> list[int]:
    """Return the process ids that a process of the pair has had, in order."""
    return [event["pid"] for event in floor.gateway.events("process_started") if event["process"] == name]


def are_gone(*process_ids: int) -> bool:
    """Tell whether none of these processes is left."""
    for pid in process_ids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 0)
            return False
    return True


async def health(url: str) -> dict[str, Any]:
    with contextlib.suppress(aiohttp.ClientError):
        async with aiohttp.ClientSession() as http, http.get(f"{url}/health") as answer:
            found: dict[str, Any] = await answer.json()
            return found | {"status": answer.status}
    return {"status": 0}


async def until_healthy(url: str, *, pid: int, starts_after_utc_ns: int = 0) -> dict[str, Any]:
    async def ask() -> dict[str, Any]:
        while True:
            found = await health(url)
            is_there = found["status"] == 200 and found["gateway"]["pid"] == pid and found["journal"]["caught_up"]
            if is_there and found["gateway"]["started_utc_ns"] > starts_after_utc_ns:
                return found
            await asyncio.sleep(0.02)

    return await asyncio.wait_for(ask(), 60)


async def test_either_process_dies_and_comes_back_and_a_stop_ends_both(floor: Floor, operations_url: str) -> None:
    run = await floor.start()
    alpha = await floor.json_client()
    (gateway_pid,) = pids(floor, "gateway")
    before = await until_healthy(operations_url, pid=gateway_pid)

    os.kill(pids(floor, "operations")[0], signal.SIGKILL)
    await until(lambda: len(pids(floor, "operations")) == 2, "the operations process back")
    # the order path has not noticed, and what was known of the journal is known again
    order = alpha.new_order("buy", 100, "MSFT", price="400.00", venue="XEXC")
    await until(lambda: order.ord_status is OrdStatus.NEW, "the order's answer")
    after = await until_healthy(operations_url, pid=gateway_pid)
    assert after["gateway"] == before["gateway"]
    assert pids(floor, "gateway") == [gateway_pid]

    os.kill(gateway_pid, signal.SIGKILL)
    await until(lambda: len(pids(floor, "gateway")) == 2, "the gateway back")
    started_utc_ns = before["gateway"]["started_utc_ns"]
    back = await until_healthy(operations_url, pid=pids(floor, "gateway")[1], starts_after_utc_ns=started_utc_ns)
    assert back["journal"]["sequence"] > before["journal"]["sequence"]
    assert len(pids(floor, "operations")) == 2

    assert await run.stop() == 0
    assert [event["exit_code"] for event in run.events("stopped")] == [0]
    assert len(run.events("process_died")) == 2
    assert are_gone(*pids(floor, "gateway"), *pids(floor, "operations"))


async def test_nothing_outlives_a_supervisor_that_is_killed(floor: Floor, operations_url: str) -> None:
    run = await floor.start()
    await until_healthy(operations_url, pid=pids(floor, "gateway")[0])
    await run.kill()
    children = (*pids(floor, "gateway"), *pids(floor, "operations"))
    await until(lambda: are_gone(*children), "the end of both processes")


async def test_a_start_that_is_refused_is_not_tried_again(floor: Floor, operations_url: str) -> None:
    floor.state.mkdir()
    (floor.state / "journal").write_text("no folder")
    run = floor.spawn()
    assert await run.ended() == 1
    assert len(pids(floor, "gateway")) == 1


async def test_the_gateway_goes_on_beside_a_database_that_is_none_and_is_followed_when_down(
    floor: Floor, operations_url: str
) -> None:
    floor.state.mkdir()
    database = floor.state / "operations.db"
    database.write_text("not a database, whatever it is called, and long enough to be read")
    run = await floor.start()
    await until(lambda: "expected an SQLite database" in run.log_text(), "the mistake in the log")
    assert not run.has_ended
    assert await run.stop() == 0

    database.unlink()
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "operations", str(floor.folder / "gateway.toml"), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        found = await asyncio.wait_for(until_caught_up(operations_url), 60)
    finally:
        process.terminate()
        assert await process.wait() == 0
    assert found["status"] == 503
    assert not found["gateway"]["alive"]
    assert found["gateway"]["stopped_utc_ns"] > found["gateway"]["started_utc_ns"] > 0


async def until_caught_up(url: str) -> dict[str, Any]:
    while (found := await health(url))["status"] == 0 or not found["journal"]["caught_up"]:
        await asyncio.sleep(0.02)
    return found


async def test_an_order_is_followed_over_the_api_across_a_kill(floor: Floor, operations_url: str) -> None:
    floor.tables.more += OPERATOR
    await floor.start()
    alpha = await floor.json_client()
    await until_healthy(operations_url, pid=pids(floor, "gateway")[0])
    order = alpha.new_order("buy", 100, "MSFT", price="400.00", venue="XEXC", cl_ord_id="FIND-ME")
    await until(lambda: order.ord_status is OrdStatus.NEW, "the order's answer")
    os.kill(pids(floor, "gateway")[0], signal.SIGKILL)
    await until(lambda: len(pids(floor, "gateway")) == 2, "the gateway back")
    # the page of the new process, not the one that the old left behind
    await until_healthy(operations_url, pid=pids(floor, "gateway")[1])
    await floor.gateway.until_up("venue.XEXC", "strategy.alpha")
    await until(lambda: alpha.is_connected, "the strategy's return")
    alpha.cancel(order)
    await until(lambda: order.ord_status is OrdStatus.CANCELED, "the cancel's answer")

    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:

        async def get(path: str) -> Any:
            async with http.get(operations_url + path) as response:
                assert response.status == 200, await response.text()
                return await response.json()

        body = {"operator": "sue", "secret": OPERATOR_SECRET}
        async with http.post(f"{operations_url}/api/login", json=body) as response:
            token = (await response.json())["csrf_token"]

        async def found() -> Any:
            while (page := await get("/api/orders?name=FIND-ME"))["orders"][:1] == [] or not page["orders"][0][
                "is_ended"
            ]:
                await asyncio.sleep(0.02)
            return page["orders"][0]

        shown = await asyncio.wait_for(found(), 60)
        assert (shown["strategy"], shown["venue"], shown["symbol"]) == ("alpha", "XEXC", "MSFT")
        assert (shown["ord_status"], shown["price"], shown["order_qty"]) == ("canceled", "400", "100")
        one = await get(f"/api/orders/{shown['order_id']}")
        assert [event["what"] for event in one["events"]][:2] == ["new", "accepted"]
        assert one["events"][-1]["what"] == "canceled"
        assert "FIND-ME" in one["names"]
        frames = (await get("/api/wire?order=FIND-ME"))["frames"]
        assert {frame["stream"] for frame in frames} == {"strategy:alpha", "venue:XEXC"}
        assert {frame["msg_type"] for frame in frames if frame["stream"] == "venue:XEXC"} >= {"D", "8", "F"}
        sent = next(frame for frame in frames if frame["msg_type"] == "D")
        assert {"tag": "44", "name": "Price", "value": "400", "meaning": ""} in sent["fields"]

        async def numbered() -> dict[str, Any]:
            while True:  # the gateway reads its gauges now and then only
                sessions = {session["name"]: session for session in (await get("/api/sessions"))["sessions"]}
                if sessions["venue:XEXC"]["next_out"] > 1:
                    found: dict[str, Any] = sessions["venue:XEXC"]
                    return found
                await asyncio.sleep(0.02)

        assert (await asyncio.wait_for(numbered(), 60))["is_up"]
        assert any(leg["leg"] == "answer" and leg["count"] for leg in (await get("/api/latency"))["legs"])
        # the gateway's own words, by the operator who is logged in
        command = {"arguments": {}, "reason": ""}
        headers = {"X-CSRF-Token": token}
        async with http.post(f"{operations_url}/api/commands/control.ping", json=command, headers=headers) as response:
            assert (await response.json())["operator"] == "sue"
