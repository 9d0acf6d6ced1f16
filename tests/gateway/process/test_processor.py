"""What the configuration says of waiting and of the processor, at a gateway that runs."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from gateway_bench import Child, Running, Tables, make_venue, until

from fairlead.codecs.vocabulary.constants import OrdStatus
from fairlead.gateway.config.loop_keys import Loop
from fairlead.gateway.processor import ProcessorRefused, claim_processor


@pytest.mark.parametrize("waiting", ['"busy_poll"', '"spin"\nspin_us = 200'])
async def test_orders_travel_while_the_sockets_are_polled(tmp_path: Path, waiting: str) -> None:
    venue = make_venue()
    tables = Tables(venue_address=f"127.0.0.1:{await venue.start()}", more=[f"[loop]\nwaiting = {waiting}"])
    async with Running(tmp_path, tables) as running:
        await running.up()
        client = await running.json_client()
        for _ in range(3):
            order = client.new_order("buy", 10, "MSFT", price="431")
            await until(lambda order=order: order.ord_status is OrdStatus.FILLED, "the fill")
        await client.close()
    await venue.stop()
    assert running.process.polling is not None
    assert not running.process.polling.is_running


async def test_a_processor_that_is_not_there_is_said(tmp_path: Path) -> None:
    async with Child(tmp_path, Tables(more=["[loop]\ncpu = 1023"])) as child:
        assert await child.ended() == 1
        expected = ", ".join(map(str, sorted(os.sched_getaffinity(0))))
        text = f"Error: loop.cpu: 1023, expected one that this process may use ({expected}): Invalid argument"
        assert child.text.splitlines()[-1] == text


BOUND = """
import asyncio, os, threading
from fairlead.gateway.config.loop_keys import Loop
from fairlead.gateway.processor import claim_processor
cpu = min(os.sched_getaffinity(0))
asyncio.run(claim_processor(Loop(cpu=cpu)))
print(sorted(os.sched_getaffinity(0)) == [cpu])
"""


def test_the_thread_is_bound(tmp_path: Path) -> None:
    """In a process of its own, whose affinity nobody misses."""
    found = subprocess.run([sys.executable, "-c", BOUND], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout == "True\n"


async def test_a_priority_that_is_not_given_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    with pytest.raises(ProcessorRefused, match=r"loop.sched_fifo: 50, Operation not permitted: expected .* of 50"):
        await claim_processor(Loop(sched_fifo=50))
    assert asyncio.get_running_loop().is_running()
