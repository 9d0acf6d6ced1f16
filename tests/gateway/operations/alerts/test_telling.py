"""Receivers get every alert once, in order, through refusals and absences."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from fairlead.gateway.config.operations_keys import Receiver
from fairlead.gateway.operations.alerts import telling
from fairlead.gateway.operations.alerts.book import Alert
from fairlead.gateway.operations.alerts.telling import Outbox, Teller

from ..conftest import until

ALERT = Alert(1, "f", "SessionDown", "critical", {}, "down", False, 1, 2)


class Receiving:
    """A receiver that answers as it is told to."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.bodies: list[Any] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.json())
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200, text="said")


@pytest.fixture
async def receiving(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiving]:
    monkeypatch.setattr(telling, "FIRST_S", 0.0)
    monkeypatch.setattr(telling, "LONGEST_S", 0.0)
    found = Receiving()
    app = web.Application()
    app.router.add_post("/hook", found.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    found.url = f"http://{host}:{port}/hook"
    yield found
    await runner.cleanup()


def outbox(url: str, **more: Any) -> Outbox:
    receiver = Receiver(name="hook", kind="webhook", url=url, **more)
    return Outbox(receiver, "", "http://desk", "floor")


async def run(box: Outbox, is_done: Any) -> None:
    teller = Teller([box])
    await teller.start()
    try:
        await until(is_done, "the receiver's answer")
    finally:
        await teller.close()


async def test_alerts_arrive_in_order_through_trouble(receiving: Receiving) -> None:
    receiving.statuses = [503, 429, 200, 200]
    box = outbox(receiving.url)
    box.put(ALERT)
    box.put(replace(ALERT, id=2, text="second"))
    await run(box, lambda: box.delivered == 2)
    texts = [body["alerts"][0]["annotations"]["description"] for body in receiving.bodies]
    assert texts == ["down", "down", "down", "second"]
    assert (box.problem, box.count) == ("", 0)


async def test_a_receiver_that_refuses_for_good_does_not_hold_up_the_next(receiving: Receiving) -> None:
    receiving.statuses = [400, 200]
    box = outbox(receiving.url)
    box.put(ALERT)
    box.put(replace(ALERT, id=2))
    await run(box, lambda: len(receiving.bodies) == 2 and not box.count)


async def test_a_receiver_that_is_not_there_is_tried_again(receiving: Receiving) -> None:
    box = outbox("http://127.0.0.1:1/hook")
    box.put(ALERT)
    await run(box, lambda: box.problem)
    assert box.count == 1


async def test_what_is_not_bad_enough_or_silenced_is_not_told(receiving: Receiving) -> None:
    box = outbox(receiving.url, least_severity="critical")
    box.put(replace(ALERT, severity="major"))
    box.put(replace(ALERT, silenced_by="sue: line test"))
    assert box.count == 0
    box.put(ALERT)
    assert box.count == 1


async def test_what_is_told_is_what_was_so_when_it_was_put(receiving: Receiving) -> None:
    box = outbox(receiving.url)
    changing = replace(ALERT)
    box.put(changing)
    changing.cleared_utc_ns = 9
    box.put(changing)
    await run(box, lambda: box.delivered == 2)
    assert [body["status"] for body in receiving.bodies] == ["firing", "resolved"]


async def test_a_receiver_that_takes_nothing_costs_bounded_memory(receiving: Receiving) -> None:
    box = outbox("http://127.0.0.1:1/hook")
    for number in range(telling.WAITING + 5):
        box.put(replace(ALERT, id=number))
    assert box.count == telling.WAITING
    await asyncio.sleep(0)
