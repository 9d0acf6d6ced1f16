"""Record runs with strategies, venues, cuts and a kill -9, and play them again without sockets."""

import json
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from floor import Floor
from ouch_venues import PASSWORD, RecordingOuchVenue
from processes import PROGRAM
from trading import Trading, start_trading
from venues import GATEWAY, RecordingVenue

from fairlead.adapters.fix.session_cy import PRIORITY_CANCEL
from fairlead.adapters.fix.venue import FixVenue
from fairlead.adapters.venue_session import ClOrdIdRule
from fairlead.gateway import assembly
from fairlead.gateway.config import load_config
from fairlead.gateway.journal.decoding import decode_record
from fairlead.gateway.journal.reader import JournalReader
from fairlead.gateway.orders.ids import IdFactory, build_id_factory
from fairlead.gateway.replay.player import ReplayResult, replay_journal

EVERYONE = ("strategy.alpha", "strategy.beta")


async def record(floor: Floor, is_binary: bool = False, kills: int = 1) -> Trading:
    """Trade over runs that end by kill -9 but for the last one; cut connections on both sides."""
    trading = await start_trading(floor, is_binary=is_binary)
    venues = tuple(f"venue.{name}" for name in floor.venues)
    for number in range(kills + 1):
        await trading.until_fills(8)
        for venue in floor.venues.values():
            if isinstance(venue, RecordingVenue):
                venue.disconnect(GATEWAY, reset=number % 2 == 0)
        floor.transports["alpha"].reset()
        with suppress(OSError):  # it may be away already
            trading.beta.reset_connection()
        await floor.gateway.until_up(*venues, *EVERYONE)
        await trading.until_fills(8)
        if number < kills:
            await floor.gateway.kill()
            floor.spawn()
            await floor.gateway.until_up(*venues, *EVERYONE)
    await trading.stop_and_compare()
    return trading


def play(floor: Floor, run: int = 0) -> ReplayResult:
    """Play a run of the floor's journal."""
    return replay_journal(load_config(floor.folder / "gateway.toml"), floor.state / "journal", run)


def told(result: ReplayResult) -> list[Any]:
    """Return the differences in short, for the message of a failed test."""
    return [(d.kind, d.stream, d.name, d.fields, d.recorded, d.replayed) for d in result.differences[:5]]


@pytest.mark.slow
@pytest.mark.parametrize("is_binary", [False, True], ids=["json", "binary"])
async def test_the_same_version_sends_the_same(floor: Floor, is_binary: bool) -> None:
    if is_binary:
        floor.use_binary_port()
    await record(floor, is_binary)
    for run in (1, 2):
        result = play(floor, run)
        assert told(result) == []
        assert result.left_out == {}
        assert result.frames_out > 50
        assert result.frames_in > 50


async def test_seeded_changes_show_at_the_messages_they_are_in(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    await record(floor, kills=0)

    def cancel(self: Any, request: Any, order: Any, now_ns: int, utc_ns: int) -> None:
        def put(writer: Any, request: Any, order: Any, utc_ns: int) -> None:
            self.encoder.put_cancel(writer, request, order, utc_ns)
            writer.put_str(58, "seeded")

        self._send("F", put, request, order, now_ns, utc_ns, PRIORITY_CANCEL)

    monkeypatch.setattr(FixVenue, "cancel", cancel)
    result = play(floor)
    assert result.differences
    assert {(d.kind, d.name) for d in result.differences} == {("changed", "F")}
    for difference in result.differences:
        ((label, before, after),) = difference.fields
        # Text(58) of a mass cancel's cancels has a text before it
        assert (label, after) == ("58", f"{before}; seeded" if before else "seeded")
    assert [d.sequence for d in result.differences] == cancels_of(floor.state / "journal")


def cancels_of(journal: Path) -> list[int]:
    """Return the records of all cancels that went to venues."""
    reader, found = JournalReader(journal), []
    while (record := reader.next_record()) is not None:
        decoded = decode_record(record, reader.streams)
        if decoded.stream.startswith("venue:") and decoded.direction == "out" and decoded.msg_type == "F":
            found.append(record.sequence)
    return found


async def test_other_ids_of_our_own_are_no_difference(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    await record(floor, kills=0)

    def build_later_ids(rule: ClOrdIdRule, epoch: int, used: Any = ()) -> IdFactory:
        factory = build_id_factory(rule, epoch, used)
        for _ in range(1000):
            factory.next()
        return factory

    monkeypatch.setattr(assembly, "build_id_factory", build_later_ids)
    assert told(play(floor)) == []


async def test_ouch_venues_are_played_too(tmp_path: Path) -> None:
    floor = Floor(tmp_path, [RecordingOuchVenue("XO42"), RecordingOuchVenue("XO50")])
    floor.environ = {"OUCH_PASSWORD": PASSWORD}
    await floor.open()
    try:
        await floor.start()
        client = await floor.json_client("alpha")
        for venue in floor.venues:
            order = await client.new_order("buy", 5, "MSFT", price="10.00", venue=venue)
            await client.cancel(order)
        await client.close()
        assert await floor.gateway.stop() == 0
    finally:
        await floor.close()
    result = play(floor)
    assert told(result) == []
    assert result.frames_out > 4


async def test_the_command_tells_what_it_found(floor: Floor) -> None:
    await record(floor, kills=0)
    command = [PROGRAM, "journal", "replay", "--config", str(floor.folder / "gateway.toml")]
    report = floor.folder / "replay.json"
    same = subprocess.run([*command, "--json", str(report)], capture_output=True, text=True, check=False)
    assert (same.returncode, same.stderr) == (0, "")
    assert "no difference" in same.stdout
    assert json.loads(report.read_text())["form"] == "fairlead-replay-1"
    # a configuration of the new version that takes away a side: its orders are refused now
    config = floor.folder / "gateway.toml"
    config.write_text(config.read_text().replace('name = "alpha"', 'name = "alpha"\nsides = ["sell"]'))
    other = subprocess.run(command, capture_output=True, text=True, check=False)
    assert other.returncode == 1
    assert "missing  venue:" in other.stdout
    none = subprocess.run([*command, "--run", "9"], capture_output=True, text=True, check=False)
    assert none.returncode == 2
    assert "run 9 received" in none.stderr


async def test_a_release_is_checked_against_a_recorded_day(floor: Floor) -> None:
    await record(floor, kills=0)
    config, out = floor.folder / "gateway.toml", floor.folder / "out"
    (floor.folder / "last.toml").write_text(config.read_text().replace("heartbeat_s = 5", "heartbeat_s = 6"))
    baseline = floor.folder / "baseline.toml"
    baseline.write_text('journal = "state/journal"\nconfiguration = "last.toml"\n')
    runs = floor.folder / "runs"
    runs.mkdir()
    command = [PROGRAM, "release", "check", "--baseline", str(baseline), "--config", str(config)]
    done = subprocess.run(
        [*command, "--out", str(out), "--runs", str(runs)], capture_output=True, text=True, check=False
    )
    # nothing is certified in this test, so it can't be judged; the replay and the configuration can
    assert done.returncode == 2
    parts = {part["name"]: part for part in json.loads((out / "release.json").read_text())["parts"]}
    assert parts["replay"]["verdict"] == "pass"
    assert "no difference" in parts["replay"]["conclusion"]
    changed = {row["what"]: (row["before"], row["now"]) for row in parts["configuration"]["rows"]}
    assert changed == {f"venues › {name} › heartbeat_s": ("6", "5") for name in floor.venues}
    assert "be judged" in (out / "release.html").read_text()
