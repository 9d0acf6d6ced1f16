"""Take the disk away from a trading gateway, and damage its journal: nothing is sent that was not recorded."""

import resource
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import pytest_asyncio
from agreement import read_ledger
from floor import Floor
from processes import PROGRAM, until
from trading import start_trading
from venues import GATEWAY

from fairlead.gateway.journal.layout import HEADER_BYTES, segment_paths

ROOM_BYTES = 600 * 1024
"""Less than a segment, more than the log needs."""


@pytest.mark.slow
async def test_full_disk_stops_sending_and_a_restart_with_room_goes_on(floor: Floor) -> None:
    """The limit on file size stands in for a full disk: the system refuses the next segment in the same way."""
    trading = await start_trading(floor)
    run = floor.gateway
    resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE, (ROOM_BYTES, resource.RLIM_INFINITY))
    assert await run.ended(60) == 74
    (failed,) = run.events("journal_failed")
    assert failed["level"] == "critical"
    assert "can't" in failed["error"] and "segment" in failed["error"]
    assert failed["effect"] == "nothing is sent any more; every connection is closed"
    assert "Traceback" not in run.log_text()
    # what a venue has seen, the journal knows
    ledger = read_ledger(floor.state / "journal")
    unknown = [
        key
        for venue in floor.venues.values()
        for key in venue.received
        if ledger.find_by_venue_id(venue.name, key[1]) is None
    ]
    assert unknown == []
    await floor.start()
    await trading.until_fills(5)
    await trading.stop_and_compare()


Damage = Callable[[list[Path]], None]


def _flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 0x10
    path.write_bytes(data)


def flip_in_the_last_record(segments: list[Path]) -> None:
    """Change one bit near the end."""
    _flip(segments[-1], segments[-1].stat().st_size - 12)


def flip_in_the_middle(segments: list[Path]) -> None:
    """Change one bit in the first of two segments."""
    _flip(segments[0], segments[0].stat().st_size // 2)


def flip_in_a_header(segments: list[Path]) -> None:
    """Change one bit of a segment's header."""
    _flip(segments[-1], 9)


def truncate_the_tail(segments: list[Path]) -> None:
    """Cut the last record short."""
    data = segments[-1].read_bytes()
    segments[-1].write_bytes(data[:-7])


def truncate_to_the_header(segments: list[Path]) -> None:
    """Cut everything but the header of the last segment."""
    segments[-1].write_bytes(segments[-1].read_bytes()[:HEADER_BYTES])


def empty_the_last(segments: list[Path]) -> None:
    """Leave an empty file."""
    segments[-1].write_bytes(b"")


def fill_with_noise(segments: list[Path]) -> None:
    """Write something else over the last segment."""
    segments[-1].write_bytes(bytes(range(256)) * 64)


DAMAGES = (
    flip_in_the_last_record,
    flip_in_the_middle,
    flip_in_a_header,
    truncate_the_tail,
    truncate_to_the_header,
    empty_the_last,
    fill_with_noise,
)


def fairlead(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60, check=False)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def two_segments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a state folder with the journal of two runs, each with an order."""
    floor = Floor(tmp_path_factory.mktemp("two-runs"))
    await floor.open()
    try:
        for number in range(2):
            await floor.start()
            client = await floor.json_client("alpha")
            await client.new_order("buy", 1, "MSFT", price="400.00", venue="XEXC", cl_ord_id=f"RUN-{number}")
            await client.close()
            assert await floor.gateway.stop() == 0
    finally:
        await floor.close()
    return floor.state


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
async def test_damaged_journal_is_refused_with_what_to_do_and_can_be_repaired(
    floor: Floor, two_segments: Path, damage: Damage
) -> None:
    shutil.copytree(two_segments, floor.state)
    journal = floor.state / "journal"
    segments = sorted(segment_paths(journal).values())
    assert len(segments) == 2
    damage(segments)
    run = floor.spawn()
    assert await run.ended() == 1
    said = run.log_text()
    assert "Traceback" not in said
    assert f"fairlead journal verify {journal}" in said
    assert "fairlead journal repair --accept-loss" in said
    verified = fairlead("journal", "verify", str(journal))
    assert verified.returncode == 1
    assert "Traceback" not in verified.stderr + verified.stdout
    repaired = fairlead("journal", "repair", "--accept-loss", str(journal))
    assert repaired.returncode == 0, repaired.stderr
    assert list(journal.glob("set-aside-*"))
    again = floor.spawn()
    await again.until_logged("ready")
    assert "Traceback" not in again.log_text()


@pytest.mark.slow
async def test_numbers_lost_in_a_repair_can_be_set_and_trading_goes_on(floor: Floor) -> None:
    """The venue has had messages that the repaired journal does not know, and tells which number it expects."""
    for number in range(2):
        await floor.start()
        client = await floor.json_client("alpha")
        await client.new_order("buy", 1, "MSFT", price="400.00", venue="XEXC", cl_ord_id=f"RUN-{number}")
        await client.close()
        assert await floor.gateway.stop() == 0
    journal = floor.state / "journal"
    fill_with_noise(sorted(segment_paths(journal).values()))
    assert fairlead("journal", "repair", "--accept-loss", str(journal)).returncode == 0
    run = floor.spawn()
    await until(lambda: "MsgSeqNum too low" in run.log_text(), "the venue's refusal")
    busy = fairlead(
        "journal", "set-numbers", str(journal), "--session", "venue:XEXC", "--next-out", "9", "--reason", "r"
    )
    assert busy.returncode == 1
    assert "is in use by process" in busy.stderr
    assert await run.stop() == 0
    for name, venue in floor.venues.items():
        expected = str(venue.sessions[GATEWAY].record.next_in)
        said = fairlead(
            *("journal", "set-numbers", str(journal), "--session", f"venue:{name}"),
            *("--next-out", expected, "--reason", "as the venue expects", "--yes"),
        )
        assert said.returncode == 0, said.stderr
    await floor.start()
    client = await floor.json_client("alpha")
    order = await client.new_order("buy", 1, "MSFT", price="400.00", venue="XEXC", cl_ord_id="AFTER")
    assert order.cl_ord_id == "AFTER"
    await until(lambda: floor.venues["XEXC"].received.total() == 3, "the third order at the venue")
