"""The API keeps what its description says, whatever is asked that the description allows, or nearly allows."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from fairlead.gateway.clock import Clock
from fairlead.gateway.config import load_config
from fairlead.gateway.operations.api import guard
from fairlead.gateway.operations.process import OperationsProcess

from ..conftest import SECRETS, config_text

EXAMPLES = 15
CHECKS = (status_code_conformance, response_schema_conformance)
"""No 500 is described anywhere, so one is a failure; 503 without a gateway is described."""
NEVER_ENDS = {"/api/events"}
"""A stream has no end to wait for; tests of its own ask for it."""


@dataclass
class Served:
    """A process in a thread of its own, and a login."""

    url: str
    http: requests.Session
    description: dict[str, Any]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("served")
    path = folder / "fairlead.toml"
    path.write_text(config_text(), encoding="utf-8")
    (folder / "state").mkdir()
    is_ready, made = threading.Event(), list[OperationsProcess]()
    loops = list[asyncio.AbstractEventLoop]()

    def serve() -> None:
        # the process makes what belongs to its loop, so it is made in the thread of the loop
        async def make() -> None:
            loops.append(asyncio.get_running_loop())
            made.append(OperationsProcess(load_config(path), Clock()))
            task = asyncio.create_task(made[0].run())
            while not made[0].address[1] and not task.done():
                await asyncio.sleep(0.01)
            is_ready.set()
            await task

        asyncio.run(make())

    patch = pytest.MonkeyPatch()
    # a hundred wrong requests a second are what this test is for
    patch.setattr(guard.Budget, "take", lambda *_: True)
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        assert is_ready.wait(60)
        url = "http://{}:{}".format(*made[0].address)
        http = requests.Session()
        answer = http.post(f"{url}/api/login", json={"operator": "ada", "secret": SECRETS["ada"]}, timeout=60).json()
        http.headers["X-CSRF-Token"] = answer["csrf_token"]
        yield Served(url, http, http.get(f"{url}/api/openapi.json", timeout=60).json())
    finally:
        loops[0].call_soon_threadsafe(made[0].stop)
        thread.join(60)
        patch.undo()


def test_the_description_is_one(served: Served) -> None:
    document = served.description
    assert document["openapi"] == "3.1.0"
    posts = [path for path, methods in document["paths"].items() if "post" in methods]
    assert {"/api/login", "/api/commands/{command}"} <= set(posts)
    for path in posts:
        secured = document["paths"][path]["post"].get("security")
        assert secured == [{"login": [], "csrf": []}] or path == "/api/login"


def test_every_endpoint_answers_as_described(served: Served) -> None:
    schema = schemathesis.openapi.from_dict(served.description)
    # cookies and tokens made up are refused at once, as other tests show: this one is about what lies behind
    schema.config.generation.update(with_security_parameters=False)
    statuses = Counter[tuple[str, int]]()
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path in NEVER_ENDS:
            continue

        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            # the login of this test is to last
            if case.path != "/api/logout":
                response = case.call(base_url=served.url, session=served.http, timeout=60)
                case.validate_response(response, checks=CHECKS)
                statuses[case.operation.path, response.status_code] += 1

        ask()
    # most of it got behind the door
    answered = {path for path, status in statuses if status == 200}
    assert {"/api/me", "/api/orders", "/api/wire", "/api/alerts", "/api/sessions", "/api/silences"} <= answered
    assert statuses.total() > 100
    assert served.http.get(f"{served.url}/api/me", timeout=60).json()["operator"] == "ada"
