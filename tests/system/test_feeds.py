"""The gateway as a process on the simulator's feeds: books over both transports, losses, a feed that goes away."""

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import PIPE
from decimal import Decimal
from pathlib import Path
from typing import Any

from configuration import SECRET, StrategyTable
from processes import PROGRAM, GatewayRun, free_port, until

from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.book_records import BookOrder
from fairlead.certification.venues.itch_face import ItchFace, ItchSettings
from fairlead.certification.venues.mold import MoldLine, MoldSettings
from fairlead.certification.venues.profile import load_profile
from fairlead.certification.venues.venue import Venue, VenueSettings

sys.path.insert(0, str(Path(__file__).parents[1] / "adapters" / "itch"))

from reference_books import UNIT, ReferenceBooks

FAULTS = {"loss": 0.05, "duplicate": 0.05, "reorder": 0.1}


def config(folder: Path, json_port: int, soup: int, lines: tuple[int, int], requests: int) -> Path:
    text = f"""
[gateway]
state_dir = "{folder / "state"}"
log_format = "json"
[journal]
segment_mib = 1
[ports.json]
listen = "127.0.0.1:{json_port}"
[[venues]]
name = "XEXC"
profile = "exchange44"
hosts = ["127.0.0.1:{free_port()}"]
sender_comp_id = "FAIRLEAD"
target_comp_id = "XEXC"
{StrategyTable("alpha").text()}
[[instruments]]
symbol = "MSFT"
venues = ["XEXC"]
[[feeds]]
name = "soup"
venue = "XEXC"
mapping = "itch_5_0"
transport = "soup"
hosts = ["127.0.0.1:{soup}"]
username = "FEED"
reconnect_first_s = 0.05
reconnect_max_s = 0.1
[[feeds]]
name = "mold"
venue = "XEXC"
mapping = "itch_5_0"
transport = "mold"
lines = ["127.0.0.1:{lines[0]}", "127.0.0.1:{lines[1]}"]
request_servers = ["127.0.0.1:{requests}"]
"""
    path = folder / "gateway.toml"
    path.write_text(text)
    return path


def trade(venue: Venue, numbers: range) -> None:
    """Put orders into a book, each a turn of its own; some of them meet."""
    for number in numbers:
        price = (100 + number % 7) * UNITS
        venue.desk.book("MSFT").submit(BookOrder(f"T{number}", "T", number % 3 == 0, 100 * UNITS, price=price))
        venue.end_turn()


async def snapshot(port: int) -> dict[str, Any]:
    """Return what a strategy is told of the book over the JSON port."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    login = {"type": "login", "strategy": "alpha", "secret": SECRET, "next_seq": 1}
    request = {
        "type": "market_data_request",
        "md_req_id": "m",
        "subscription_request_type": "snapshot",
        "symbols": ["MSFT"],
    }
    for line in (login, request):
        writer.write(json.dumps(line).encode() + b"\n")
    try:
        async with asyncio.timeout(60):
            while True:
                said: dict[str, Any] = json.loads(await reader.readline())
                if said["type"] == "market_data_snapshot":
                    return said
    finally:
        writer.close()


def told_levels(told: dict[str, Any]) -> list[list[tuple[Decimal, Decimal, int]]]:
    return [[(Decimal(px), Decimal(qty), n) for px, qty, n in told[side]] for side in ("bids", "asks")]


def true_levels(stream: list[bytes]) -> list[list[tuple[Decimal, Decimal, int]]]:
    """Add up what the venue published, in the plainest way."""
    books = ReferenceBooks()
    for message in stream:
        books.apply(message)
    (locate,) = (locate for locate, name in books.names.items() if name == "MSFT")
    return [
        [(Decimal(px) / UNIT, Decimal(qty) / UNIT, n) for px, qty, n in books.levels(locate, side)] for side in "BS"
    ]


async def test_books_over_both_transports_are_the_venues(tmp_path: Path) -> None:
    venue = Venue(VenueSettings(profile=load_profile("XNQ")))
    ports = (free_port(), free_port())
    lines = tuple(
        MoldLine(name, "127.0.0.1", port, **FAULTS, seed=port) for name, port in zip("AB", ports, strict=True)
    )
    requests = free_port()
    face = ItchFace(venue, ItchSettings(mold=MoldSettings(lines, ("127.0.0.1", requests), heartbeat_s=0.05)))
    soup_port = await face.listen("127.0.0.1", 0)
    await face.listen_for_requests()
    venue.begin()
    # what was published before anyone listened is late join for both
    trade(venue, range(300))
    json_port = free_port()
    run = GatewayRun(config(tmp_path, json_port, soup_port, ports, requests), tmp_path / "state", 1, None, {})
    try:
        await until(lambda: run.counters().get("feed.soup.messages", 0) >= len(face.feed.stream.messages), "the replay")
        for start in range(300, 800, 20):
            trade(venue, range(start, start + 20))
            await asyncio.sleep(0.002)
        stream = face.feed.stream.messages

        def is_there() -> bool:
            counters = run.counters()
            return all(
                counters[f"feed.{name}.messages"] == len(stream) and counters[f"feed.{name}.stale_symbols"] == 0
                for name in ("soup", "mold")
            )

        await until(is_there, "all messages on both feeds")
        counters = run.counters()
        for name in ("soup", "mold"):
            assert counters[f"feed.{name}.up"] == 1
            assert (counters[f"feed.{name}.faults"], counters[f"feed.{name}.lost"]) == (0, 0)
            assert counters[f"feed.{name}.suspect_symbols"] == 0
        assert counters["feed.mold.gaps"] == counters["feed.mold.recovered"] > 0
        told = await snapshot(json_port)
        assert not told.get("is_stale") and not told.get("is_suspect")
        assert told_levels(told) == true_levels(stream)
        await venue.stop()
        await until(lambda: run.counters().get("feed.soup.stale_symbols", 0) > 0, "the soup feed stale")
        assert await run.stop() == 0
    finally:
        if not run.has_ended:
            await run.kill()


async def test_feeds_that_are_not_there_hold_up_nothing(tmp_path: Path) -> None:
    json_port = free_port()
    path = config(tmp_path, json_port, free_port(), (free_port(), free_port()), free_port())
    run = GatewayRun(path, tmp_path / "state", 1, None, {})
    try:
        await run.until_logged("ready")
        reader, writer = await asyncio.open_connection("127.0.0.1", json_port)
        writer.write(
            json.dumps({"type": "login", "strategy": "alpha", "secret": SECRET, "next_seq": 1}).encode() + b"\n"
        )
        assert json.loads(await reader.readline())["type"] != "logout"
        writer.close()
        assert await run.stop() == 0
    finally:
        if not run.has_ended:
            await run.kill()


async def look(*arguments: str) -> tuple[int, str, str]:
    """Run ``fairlead book`` once; return exit code, output and errors."""
    environ = {**os.environ, "COLUMNS": "150"}
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "book", "--once", "--seconds", "20", *arguments, stdout=PIPE, stderr=PIPE, env=environ
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_a_person_looks_at_a_feed() -> None:
    venue = Venue(VenueSettings(profile=load_profile("XNQ")))
    ports, requests = (free_port(), free_port()), free_port()
    lines = tuple(MoldLine(name, "127.0.0.1", port) for name, port in zip("AB", ports, strict=True))
    face = ItchFace(venue, ItchSettings(mold=MoldSettings(lines, ("127.0.0.1", requests), heartbeat_s=0.05)))
    soup_port = await face.listen("127.0.0.1", 0)
    await face.listen_for_requests()
    venue.begin()
    for side, price in ((True, 99), (False, 101)):
        venue.desk.book("MSFT").submit(BookOrder(f"L{price}", "T", side, 300 * UNITS, price=price * UNITS))
    venue.end_turn()
    code, out, err = await look("MSFT", "--soup", f"127.0.0.1:{soup_port}", "--user", "FEED")
    assert (code, err) == (0, "")
    assert re.search(r"^soup +current +\d+ messages", out, re.MULTILINE)
    assert re.search(r"^ +1 +300 +99 +101 +300 +1$", out, re.MULTILINE)
    assert re.search(r"^MSFT +300 +99 +101 +300 +- +0 +0 +trading$", out, re.MULTILINE)
    addresses = [f"127.0.0.1:{port}" for port in ports]
    code, out, _ = await look("--mold", addresses[0], "--mold", addresses[1], "--request", f"127.0.0.1:{requests}")
    assert code == 0
    assert re.search(r"^MSFT +300 +99 +101 +300 ", out, re.MULTILINE)
    await venue.stop()
    assert (await look())[0] == 2
    code, _, err = await look("--soup", f"127.0.0.1:{soup_port}", "--seconds", "0.3")
    assert (code, err.splitlines()[-1]) == (1, "the feed is not current: not connected yet")
