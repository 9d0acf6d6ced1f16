"""What a person does to a session that is out of step: ask, ask again, set a number."""

from pathlib import Path
from typing import Any

import pytest
from gateway_bench import Running, Tables, make_venue, until
from test_desk_commands import call, shell

from fairlead.gateway.control.client import Refused
from fairlead.gateway.log_level import LOG_LEVEL


async def test_a_venue_is_asked_whether_it_is_there(tmp_path: Path) -> None:
    venue = make_venue()
    async with Running(tmp_path, Tables(venue_address=f"127.0.0.1:{await venue.start()}")) as running:
        await running.up()
        before = running.gateway.venues["XEXC"].session.next_in
        assert (await call(running.state, "venues.test_request", {"venue": "XEXC"}))["sent"] == "TestRequest"
        session: Any = running.gateway.venues["XEXC"].session
        # the venue's Heartbeat is the answer
        await until(lambda: session.next_in > before and not session.is_tested, "the answer")
        with pytest.raises(Refused, match="no message is missing"):
            await call(running.state, "venues.ask_again", {"venue": "XEXC"})
        with pytest.raises(Refused, match="expected one of XEXC"):
            await call(running.state, "venues.test_request", {"venue": "XNONE"})
        await call(running.state, "venues.logout", {"venue": "XEXC"})
        await until(lambda: not running.process.connectors[0].is_connected, "the logout")
        with pytest.raises(Refused, match="nobody to ask"):
            await call(running.state, "venues.test_request", {"venue": "XEXC"})
    await venue.stop()


async def test_numbers_are_set_by_who_types_them_as_they_stand(tmp_path: Path) -> None:
    venue = make_venue()
    async with Running(tmp_path, Tables(venue_address=f"127.0.0.1:{await venue.start()}")) as running:
        await running.up()
        await call(running.state, "venues.logout", {"venue": "XEXC"})
        await until(lambda: not running.process.connectors[0].is_connected, "the logout")
        session = running.gateway.venues["XEXC"].session
        stands = f"XEXC {session.next_in} {session.next_out}"
        numbers = {"venue": "XEXC", "next_in": 120, "next_out": 45}
        for wrong in ("", "XEXC", "XEXC 1 1", stands.lower()):
            with pytest.raises(Refused, match="the numbers as they stand"):
                await call(running.state, "venues.set_numbers", numbers | {"confirm": wrong})
        with pytest.raises(Refused, match="expected next_in, next_out or both"):
            await call(running.state, "venues.set_numbers", {"venue": "XEXC", "confirm": stands})
        answer = await call(running.state, "venues.set_numbers", numbers | {"confirm": stands}, "as agreed, call 4711")
        assert answer["after"] == {"next_in": 120, "next_out": 45}
        assert (session.next_in, session.next_out) == (120, 45)
        store = running.gateway.session_stores["venue:XEXC"]
        assert (store.next_in, store.next_out) == (120, 45)
        told = await shell(
            running.state,
            "venues",
            "set-numbers",
            "XEXC",
            "--next-in",
            "121",
            "--confirm",
            "XEXC 120 45",
            "--reason",
            "one more",
        )
        assert "XEXC expects 121 next and sends 45 next" in told
        assert "no venue XNONE" in await shell(
            running.state, "venues", "set-numbers", "XNONE", "--next-in", "1", "--reason", "none"
        )
    await venue.stop()


async def test_the_log_says_more_or_less(tmp_path: Path) -> None:
    venue = make_venue()
    async with Running(tmp_path, Tables(venue_address=f"127.0.0.1:{await venue.start()}")) as running:
        await running.up()
        try:
            assert await call(running.state, "log.level", {"level": "error"}) == {"before": "debug", "after": "error"}
            with pytest.raises(Refused, match="level"):
                await call(running.state, "log.level", {"level": "loud"})
        finally:
            LOG_LEVEL.name = "debug"
    await venue.stop()
