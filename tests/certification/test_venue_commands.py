"""`fairlead simulate ouch` and `itch`: one venue met by every protocol, as a process of its own."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from feed_book import FeedBook
from fix_client import FixClient, order
from ouch_client import TIMEOUT_S, OuchClient, SoupClient

from fairlead.certification.venues.commands import simulate


@asynccontextmanager
async def running(*arguments: str, lines: int) -> AsyncIterator[tuple[asyncio.subprocess.Process, list[str]]]:
    """Run a simulator, and return what it says about its addresses."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fairlead.certification.venues.commands", *arguments), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(3 * TIMEOUT_S):
            said = [(await process.stdout.readline()).decode().strip() for _ in range(lines)]
        yield process, said
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def port(line: str) -> int:
    return int(line.rpartition(":")[2])


async def test_a_venue_with_every_face(tmp_path: Path) -> None:
    summary = tmp_path / "summary.json"
    addresses = ["--fix-listen", "127.0.0.1:0", "--itch-listen", "127.0.0.1:0", "--mold-a", "127.0.0.1:9"]
    more = ["--mold-request", "127.0.0.1:0", "--market-maker", "MSFT:410:0.02:500", "--summary", str(summary)]
    async with running("ouch", "--version", "4.2", "--profile", "XNQ", *addresses, *more, lines=5) as (process, said):
        assert [line.rpartition(":")[0] for line in said] == [
            "listening on 127.0.0.1",
            "fix listening on 127.0.0.1",
            "itch listening on 127.0.0.1",
            "mold-a sending to 127.0.0.1",
            "mold-request listening on 127.0.0.1",
        ]
        client, trader, feed, book = (
            OuchClient("4.2"),
            FixClient("4.4", "TRADER", "XNQ"),
            SoupClient("ITCH"),
            FeedBook(),
        )
        await client.log_in(port(said[0]))
        await trader.log_on(port(said[1]))
        await feed.log_in(port(said[2]))
        client.enter(1, "B", 100, 410.01)
        assert [(await client.told())[0] for _ in range(3)] == ["S", "A", "E"]
        client.enter(2, "B", 50, 409)
        assert (await client.told())[0] == "A"
        trader.send("D", order("A1", "2", 100, "411"))
        assert (await trader.receive("8"))[39] == "0"
        while len(book.orders) < 4:
            book.apply(await feed.receive_bytes())
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
        for one in (client, trader, feed):
            await one.close()
    shown = json.loads(summary.read_text())["books"]["MSFT"]
    for name, is_buy in (("bids", True), ("offers", False)):
        levels = [(float(price) * 1e8, int(quantity) * 10**8, count) for price, quantity, count in shown[name]]
        assert levels == book.levels("MSFT", is_buy)


async def test_an_itch_venue_alone() -> None:
    async with running("itch", "--market-maker", "MSFT:410:0.02:500", "--session", "DAY1", lines=1) as (_, said):
        feed, book = SoupClient("ITCH"), FeedBook()
        assert (await feed.log_in(port(said[0])))[0] == "DAY1"
        while len(book.orders) < 2:
            book.apply(await feed.receive_bytes())
        assert book.codes == ["S", "R", "H", "Y", "S", "S", "A", "A"]
        await feed.close()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ouch", "--version", "5.1"], "is not one of"),
        (["ouch", "--loss", "2"], "from 0 to 1"),
        (["ouch", "--skew-ms", "C=1"], "expected [A=|B=]NUMBER"),
        (["ouch", "--itch-listen", "nowhere"], "expected HOST:PORT"),
        (["ouch", "--time-zone", "Nowhere/Land"], "expected one of IANA's"),
        (["itch", "--market-maker", "MSFT:410:0.0002:500"], "more places than ITCH has"),
        (["itch", "--fix-version", "4.4", "--profile", "XBRK"], "the profile's is 4.2"),
    ],
)
def test_mistakes_on_the_command_line(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(simulate, arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
