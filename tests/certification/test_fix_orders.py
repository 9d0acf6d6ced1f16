"""Order dialogues with a simulated venue, over sockets, with a client that shares no code with it."""

from __future__ import annotations

import pytest
from fix_client import order, trading

from fairlead.certification.venues.profile import VenueProfile

FIX42 = VenueProfile(version="4.2")
FIX44 = VenueProfile(version="4.4")


@pytest.mark.parametrize("profile", [FIX42, FIX44], ids=["4.2", "4.4"])
async def test_an_order_is_acknowledged_and_filled_in_parts(profile: VenueProfile) -> None:
    async with trading(profile) as (client, _, _):
        client.send("D", order("A1", "2", 100, "10.5"))
        ack = await client.receive("8")
        assert (ack[11], ack[150], ack[39], ack[151], ack[14]) == ("A1", "0", "0", "100", "0")
        client.send("D", order("B1", "1", 150, "10.50"))
        assert (await client.receive("8"))[39] == "0"
        resting, incoming = await client.receive("8"), await client.receive("8")
        assert (resting[11], resting[39], resting[32], resting[31], resting[151]) == ("A1", "2", "100", "10.5", "0")
        assert (incoming[11], incoming[39], incoming[14], incoming[151]) == ("B1", "1", "100", "50")
        assert resting[6] == "10.5"
        expected = ("F", "F") if profile is FIX44 else ("2", "1")
        assert (resting[150], incoming[150]) == expected
        assert (20 in resting) == (profile is FIX42)
