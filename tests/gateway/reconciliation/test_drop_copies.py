"""A drop copy over real sockets: a simulated venue sends copies of all executions, right and wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from gateway_bench import Running, Tables, make_venue, until

from fairlead.certification.venues.drop_copy_face import DropCopyFace
from fairlead.certification.venues.simulator import FixVenueSimulator
from fairlead.gateway.kill.blocks import Scope
from fairlead.gateway.reconciliation.breaks import Break

PARTNER = "DROPCOPY"


class Floor:
    """One venue with a drop copy, and the gateway's configuration."""

    def __init__(self, folder: Path, options: str = "") -> None:
        self.folder = folder
        self.options = options
        self.venue: FixVenueSimulator = make_venue(drop_copies=(PARTNER,), trigger_delay_s=0.3)
        self.face = DropCopyFace(self.venue)
        self.tables = Tables()

    async def open(self) -> None:
        port = await self.venue.start("127.0.0.1", 0)
        copies = await self.face.listen("127.0.0.1", 0)
        self.tables.venue_address = f"127.0.0.1:{port}"
        self.tables.more = [
            "[[drop_copies]]",
            'name = "DC"',
            'venue = "XEXC"',
            'profile = "exchange44"',
            f'hosts = ["127.0.0.1:{copies}"]',
            f'sender_comp_id = "{PARTNER}"',
            'target_comp_id = "XEXC-DC"',
            "reconnect_first_s = 0.05",
            "reconnect_max_s = 0.2",
            "max_refused_logons = 100",
            "match_within_s = 1",
            self.options,
        ]

    def running(self) -> Running:
        return Running(self.folder, self.tables)


@contextmanager
def _quick(running: Running) -> Iterator[None]:
    """Let executions wait a fraction of a second only."""
    for part in running.gateway.reconciling.drop_copies:
        part.books.matcher._within_ns = 300_000_000
    yield


def _pass_time(running: Running, seconds: int = 10) -> None:
    """Let the matcher see a later time: what has not found its other side by then is a break."""
    gateway = running.gateway
    now_ns, utc_ns = gateway.turn.begin(), gateway.clock.utc_ns()
    for part in gateway.reconciling.drop_copies:
        is_up = gateway.path.reconciliation.venues[part.table.venue].is_up
        part.books.tick(is_up, now_ns + seconds * 10**9, utc_ns + seconds * 10**9)
    gateway.turn.finish(now_ns, utc_ns)


async def _trade(running: Running, quantity: int, side: Literal["buy", "sell"] = "buy", reports: int = 2) -> None:
    client = await running.json_client()
    try:
        order = client.new_order(side, quantity, "MSFT", price="430.10" if side == "buy" else "429.90")
        await until(lambda: len(order.reports) >= reports, "the order's reports")
    finally:
        await client.close()


def _gauge(running: Running, name: str) -> int:
    return running.counter(f"drop_copy.DC.{name}")


def _breaks(running: Running) -> list[Break]:
    return running.gateway.path.reconciliation.breaks.unresolved()


def _kinds(running: Running) -> list[str]:
    return sorted(known.facts.kind for known in _breaks(running))


async def _up(running: Running) -> None:
    await running.up()
    await until(lambda: running.gateway.reconciling.drop_copies[0].books.is_up, "the drop copy up")


@pytest.fixture
async def floor(tmp_path: Path) -> Any:
    floor = Floor(tmp_path)
    await floor.open()
    yield floor
    await floor.venue.stop()


async def test_executions_match_their_copies(floor: Floor) -> None:
    async with floor.running() as running:
        await _up(running)
        for side in ("buy", "sell", "buy"):
            await _trade(running, 10, side)
        await until(lambda: _gauge(running, "matched") == 3, "three matches")
        assert (_gauge(running, "unmatched"), _gauge(running, "up"), _kinds(running)) == (0, 1, [])
        (row,) = running.gateway.reconciling.drop_copies[0].books.position_rows()
        assert (row["ours"], row["theirs"], row["difference"], row["account"]) == ("10", "10", "0", "ACC")


async def test_busts_and_corrections_are_copied_too(floor: Floor) -> None:
    async with floor.running() as running:
        await _up(running)
        await _trade(running, 900_030, reports=4)  # filled, corrected, busted
        await until(lambda: _gauge(running, "messages") == 3, "three copies")
        _pass_time(running)
        assert (_gauge(running, "unmatched"), _kinds(running)) == (0, [])


@pytest.mark.parametrize(
    ("quantity", "kinds"),
    [
        (900_071, ["missing_at_theirs", "position_differs"]),
        (900_073, ["execution_differs"]),
        (900_074, []),
        (900_075, ["missing_at_ours", "position_differs"]),
    ],
)
async def test_each_fault_of_a_copy_is_a_break_of_its_kind(floor: Floor, quantity: int, kinds: list[str]) -> None:
    async with floor.running() as running:
        await _up(running)
        with _quick(running):
            await _trade(running, quantity, reports=1 if quantity == 900_075 else 2)
            await until(lambda: _kinds(running) == kinds and (kinds or _gauge(running, "duplicates")), str(kinds))
        assert _gauge(running, "duplicates") == (quantity == 900_074)
        for known in _breaks(running):
            assert known.facts.source == "drop_copy:DC"
        if quantity == 900_073:
            (known,) = _breaks(running)
            assert (known.facts.ours["last_px"], known.facts.theirs["last_px"]) == ("430.1", "430.11")


async def test_a_copy_that_comes_late_ends_its_break(floor: Floor) -> None:
    async with floor.running() as running:
        await _up(running)
        running.gateway.reconciling.drop_copies[0].books.matcher._within_ns = 50_000_000
        await _trade(running, 900_072)
        await until(lambda: "missing_at_theirs" in _kinds(running), "the break")
        await until(lambda: _kinds(running) == [], "its end")
        known = running.gateway.path.reconciliation.breaks.all()[0]
        assert (known.state, known.by, known.reason) == ("resolved", "auto", "both sides agree now")


async def test_a_restart_matches_nothing_twice_and_forgets_nothing(floor: Floor) -> None:
    async with floor.running() as running:
        await _up(running)
        with _quick(running):
            await _trade(running, 10)
            await _trade(running, 900_071)
            await until(lambda: len(_kinds(running)) == 2, "the breaks")
        before = {known.break_id for known in _breaks(running)}
    async with floor.running() as running:
        assert {known.break_id for known in _breaks(running)} == before
        books = running.gateway.reconciling.drop_copies[0].books
        assert [entry.agrees for entry in books.matcher.entries] == [True, False]
        with _quick(running):
            await _up(running)
            await _trade(running, 20)
            await until(lambda: _gauge(running, "matched") == 1, "the match")
        assert {known.break_id for known in _breaks(running)} == before
        (row,) = books.position_rows()
        assert (row["ours"], row["theirs"]) == ("900101", "30")


async def test_what_is_executed_while_the_drop_copy_is_away_is_matched_when_it_is_back(floor: Floor) -> None:
    async with floor.running() as running:
        await _up(running)
        floor.face.drop(PARTNER, reset=True)
        part = running.gateway.reconciling.drop_copies[0]
        floor.face.session_settings.refuse_logons = "not now"
        await until(lambda: not part.books.is_up, "the drop copy down")
        await _trade(running, 10)
        _pass_time(running)
        assert _kinds(running) == []
        floor.face.session_settings.refuse_logons = ""
        await until(lambda: _gauge(running, "matched") == 1, "the match")
        assert _kinds(running) == []


async def test_a_position_break_freezes_its_account_where_that_is_wanted(tmp_path: Path) -> None:
    floor = Floor(tmp_path, "position_break_freezes = true")
    await floor.open()
    try:
        async with floor.running() as running:
            await _up(running)
            with _quick(running):
                await _trade(running, 900_071)
                await until(lambda: "position_differs" in _kinds(running), "the break")
            (block,) = running.gateway.kill.blocks.in_force.values()
            assert (block.scope, block.by) == (Scope(account="ACC"), "auto:position_break")
    finally:
        await floor.venue.stop()


async def test_copies_of_others_are_counted_and_not_compared(tmp_path: Path) -> None:
    floor = Floor(tmp_path, 'on_behalf_of = ["ANOTHER"]')
    await floor.open()
    try:
        async with floor.running() as running:
            await _up(running)
            await _trade(running, 10)
            await until(lambda: _gauge(running, "others") == 1, "the copy")
            assert _gauge(running, "matched") == 0
    finally:
        await floor.venue.stop()


async def test_silence_while_we_trade_is_an_alert(tmp_path: Path) -> None:
    floor = Floor(tmp_path, "stale_after_s = 1")
    await floor.open()
    try:
        async with floor.running() as running:
            await _up(running)
            alerts = running.counter("alerts")
            await _trade(running, 900_071)
            books = running.gateway.reconciling.drop_copies[0].books
            await until(lambda: books._is_stale, "the alert")
            assert running.counter("alerts") > alerts
            await _trade(running, 10)
            await until(lambda: not books._is_stale, "its end")
    finally:
        await floor.venue.stop()
