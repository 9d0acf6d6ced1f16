"""Wrong and hostile requests are refused, say what was wrong, and harm nothing."""

import asyncio
import contextlib
from typing import Any

import aiohttp
import pytest

from fairlead.gateway.operations.api.streams import MAX_STREAMS_OF_ONE

from ..conftest import Running, until

NO_COMMAND = "/api/commands/control.ping"
BODY: dict[str, Any] = {"arguments": {}, "reason": ""}


async def test_the_wrong_secret_and_the_wrong_name_are_refused_alike(operations: Running) -> None:
    person = await operations.person()
    wrong = await person.log_in("ada", "guessed")
    assert wrong == await person.log_in("nobody", "guessed")
    assert wrong[0] == 401
    assert (await person.log_in("old"))[0] == 401  # expired
    assert (await person.log_in("ada"))[0] == 200


async def test_who_guesses_is_slowed_down_and_others_are_not(operations: Running) -> None:
    person = await operations.person()
    statuses = [(await person.log_in("ada", "guessed"))[0] for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    # also with the right secret, until the minute is over
    assert (await person.log_in("ada"))[0] == 429
    assert (await person.log_in("sue"))[0] == 200


async def test_nothing_is_told_without_a_login(operations: Running) -> None:
    person = await operations.person()
    for path in ("/api/me", "/api/commands", "/api/events"):
        status, answer = await person.get(path)
        assert (status, answer["code"]) == (401, "login_needed")
    assert (await person.post(NO_COMMAND, BODY))[0] == 401


async def test_a_cookie_of_nobody_is_none(operations: Running) -> None:
    person = await operations.person()
    for token in ("", "x", "a" * 4000, "' or 1=1 --", "\udcff"):
        with contextlib.suppress(UnicodeEncodeError):
            status, _ = await person.get("/api/me", headers={"Cookie": f"fairlead_login={token}"})
            assert status == 401


@pytest.mark.parametrize("token", ["", "guessed", None])
async def test_another_sites_page_can_post_nothing(operations: Running, token: str | None) -> None:
    person = await operations.person("ada")
    person.csrf_token = token if token is not None else (await operations.person("sue")).csrf_token
    status, answer = await person.post(NO_COMMAND, BODY)
    assert (status, answer["code"]) == (403, "csrf")


async def test_a_logout_ends_it(operations: Running) -> None:
    person = await operations.person("ada")
    cookie = next(iter(person.http.cookie_jar))
    assert (await person.post("/api/logout", None))[0] == 200
    status, _ = await person.get("/api/me", headers={"Cookie": f"fairlead_login={cookie.value}"})
    assert status == 401


async def test_the_cookie_is_kept_from_scripts_and_other_sites(operations: Running) -> None:
    person = await operations.person()
    body = {"operator": "ada", "secret": "secret-of-ada"}
    async with person.http.post(f"{operations.url}/api/login", json=body) as response:
        cookie = response.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "not_json"),
        (b"{", 400, "not_json"),
        (b"[]", 400, "wrong_arguments"),
        (b'"text"', 400, "wrong_arguments"),
        (b'{"reason": 7}', 400, "wrong_arguments"),
        (b'{"arguments": []}', 400, "wrong_arguments"),
        (b'{"unknown": 1}', 400, "wrong_arguments"),
        (b'{"reason": "' + b"x" * 501 + b'"}', 400, "wrong_arguments"),
        (b"\xff\xfe", 400, "not_json"),
        (b"[" * 50_000, 400, "not_json"),
        (b"x" * 70_000, 413, "http"),
    ],
)
async def test_bodies_that_are_none(operations: Running, body: bytes, status: int, code: str) -> None:
    person = await operations.person("ada")
    headers = {"X-CSRF-Token": person.csrf_token, "Content-Type": "application/json"}
    async with person.http.post(operations.url + NO_COMMAND, data=body, headers=headers) as response:
        assert (response.status, (await response.json())["code"]) == (status, code)


async def test_a_form_is_not_taken(operations: Running) -> None:
    person = await operations.person("ada")
    headers = {"X-CSRF-Token": person.csrf_token}
    async with person.http.post(operations.url + NO_COMMAND, data={"reason": "x"}, headers=headers) as response:
        assert (response.status, (await response.json())["code"]) == (415, "wrong_type")


@pytest.mark.parametrize(
    "path",
    [
        "/api/../../etc/passwd",
        "/api/%2e%2e/%2e%2e/etc/passwd",
        "/static/../../../etc/passwd",
        "//etc/passwd",
        "/api/nothing",
    ],
)
async def test_paths_lead_nowhere(operations: Running, path: str) -> None:
    reader, writer = await asyncio.open_connection(*operations.process.address)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n".encode())
    answer = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    assert b" 404 " in answer.split(b"\r\n", 1)[0]
    assert b"root:" not in answer


async def test_methods_that_are_not_offered(operations: Running) -> None:
    person = await operations.person("ada")
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "POST"):
        async with person.http.request(method, f"{operations.url}/api/me") as response:
            assert response.status == 405


async def test_names_behind_the_question_mark_that_nobody_knows(operations: Running) -> None:
    person = await operations.person("ada")
    assert (await person.get("/api/me?callback=alert(1)"))[0] == 400


async def test_streams_are_counted(operations: Running) -> None:
    person = await operations.person("vera")
    open_ones = []
    for _ in range(MAX_STREAMS_OF_ONE):
        response = await person.http.get(f"{operations.url}/api/events")
        assert response.status == 200
        open_ones.append(response)
    refused = await asyncio.gather(*(person.get("/api/events") for _ in range(40)))
    assert {status for status, _ in refused} == {503}
    # somebody else still gets one, and one that was closed is free again
    other = await operations.person("sue")
    assert (await other.http.get(f"{operations.url}/api/events")).status == 200
    for response in open_ones:
        response.close()


async def test_a_thousand_connections_at_once_leave_the_rest_working(operations: Running) -> None:
    person = await operations.person("vera")

    async def ask() -> int:
        with contextlib.suppress(aiohttp.ClientError, OSError):
            async with person.http.get(f"{operations.url}/api/events") as response:
                return response.status
        return 0

    statuses = await asyncio.gather(*(asyncio.wait_for(asyncio.create_task(ask()), 60) for _ in range(1000)))
    assert set(statuses) <= {0, 200, 429, 503}
    assert 503 in statuses or 429 in statuses
    other = await operations.person("sue")
    assert (await other.get("/api/me"))[0] == 200


async def test_who_asks_too_often_is_told_so_and_others_are_not(operations: Running) -> None:
    person, other = await operations.person("vera"), await operations.person("sue")
    statuses = [(await person.get("/api/me"))[0] for _ in range(900)]
    assert 429 in statuses
    assert (await other.get("/api/me"))[0] == 200


async def test_a_gateway_that_is_not_there_is_said(operations: Running) -> None:
    person = await operations.person("ada")
    status, answer = await person.post(NO_COMMAND, BODY)
    assert (status, answer["code"]) == (503, "gateway_down")


async def test_a_connection_that_sends_its_request_a_byte_at_a_time_is_closed(operations: Running) -> None:
    """Look at it from a clock that is ahead; the one that has asked for something stays."""
    person = await operations.person("vera")
    reader, writer = await asyncio.open_connection(*operations.process.address)
    writer.write(b"GET /api/me HT")
    await writer.drain()
    watch, clock = operations.process.connections, operations.process.desk.clock
    server = operations.process.server
    await until(lambda: server is not None and len(server.connections) == 2, "both connections")
    assert watch.look(server, clock.now_ns()) == 0
    assert watch.look(server, clock.now_ns() + 11 * 10**9) == 1
    with contextlib.suppress(ConnectionResetError):
        assert await asyncio.wait_for(reader.read(), 60) == b""
    writer.close()
    assert (await person.get("/api/me"))[0] == 200
