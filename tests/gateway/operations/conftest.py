"""Run an operations process in the test's loop, beside a gateway that is not there or is scripted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from fairlead.gateway.clock import Clock
from fairlead.gateway.config import load_config
from fairlead.gateway.operations.process import OperationsProcess
from fairlead.gateway.ports.secret_hash import SecretHash

SECRETS = {name: f"secret-of-{name}" for name in ("vera", "sue", "rita", "rob", "ada", "old")}
ROLES = {"vera": "view", "sue": "support", "rita": "risk", "rob": "risk", "ada": "admin", "old": "admin"}
HASHES = {name: SecretHash.of(secret, 4).stored() for name, secret in SECRETS.items()}
CONFIG = """[gateway]
name = "desk"
state_dir = "state"
[ports.json]
listen = "127.0.0.1:0"
[operations]
listen = "127.0.0.1:0"
poll_ms = 5
evaluate_ms = 50
[[venues]]
name = "XEXC"
profile = "exchange44"
hosts = ["127.0.0.1:9"]
sender_comp_id = "FAIRLEAD"
target_comp_id = "XEXC"
[[strategies]]
name = "alpha"
port = "json"
secret_hash = "HASH"
accounts = ["ACC"]
default_account = "ACC"
[[instruments]]
symbol = "MSFT"
tick = "0.01"
lot = "1"
currency = "USD"
venues = ["XEXC"]
"""


def config_text(more: str = "") -> str:
    """Return a configuration with operators of every role."""
    operators = "".join(
        f'[[operators]]\nname = "{name}"\nroles = ["{ROLES[name]}"]\nsecret_hash = "{stored}"\n'
        + ("expires = 2020-01-31\n" if name == "old" else "")
        for name, stored in HASHES.items()
    )
    return CONFIG.replace("HASH", HASHES["vera"]) + operators + more


class Person:
    """One operator with a browser: a cookie jar and the login's token."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.csrf_token = ""

    async def log_in(self, name: str, secret: str | None = None) -> tuple[int, Any]:
        body = {"operator": name, "secret": SECRETS.get(name, "") if secret is None else secret}
        status, answer = await self.post("/api/login", body)
        self.csrf_token = answer.get("csrf_token", "")
        return status, answer

    async def get(self, path: str, **more: Any) -> tuple[int, Any]:
        async with self.http.get(self.url + path, **more) as response:
            return response.status, await response.json()

    async def post(self, path: str, body: Any, **more: Any) -> tuple[int, Any]:
        headers = {"X-CSRF-Token": self.csrf_token} | more.pop("headers", {})
        async with self.http.post(self.url + path, json=body, headers=headers, **more) as response:
            return response.status, await response.json()


class Running:
    """The process, and the people at it."""

    def __init__(self, process: OperationsProcess) -> None:
        self.process = process
        self.people: list[Person] = []

    @property
    def url(self) -> str:
        return "http://{}:{}".format(*self.process.address)

    async def person(self, name: str = "") -> Person:
        """Return somebody; with a name, logged in."""
        found = Person(self.url)
        self.people.append(found)
        if name:
            status, _ = await found.log_in(name)
            assert status == 200
        return found


async def until(is_done: Callable[[], object], what: str) -> None:
    """Wait for a condition, for a minute at most."""
    async with asyncio.timeout(60):
        while not is_done():
            await asyncio.sleep(0)
    assert is_done(), what


@pytest.fixture
async def operations(tmp_path: Path) -> AsyncIterator[Running]:
    """Give a running process whose gateway is not there."""
    path = tmp_path / "fairlead.toml"
    path.write_text(config_text(), encoding="utf-8")
    (tmp_path / "state").mkdir()
    process = OperationsProcess(load_config(path), Clock())
    task = asyncio.create_task(process.run())
    running = Running(process)
    try:
        await until(lambda: process.address[1] or task.done(), "the process's address")
        yield running
    finally:
        for person in running.people:
            await person.http.close()
        process.stop()
        with contextlib.suppress(asyncio.CancelledError):
            assert await task == 0
