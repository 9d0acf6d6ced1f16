"""Market data in a whole gateway: what it says on each port where no feed is configured."""

from pathlib import Path

import pytest
from gateway_bench import SECRET, Running, Tables, make_venue
from wire_peer import FixPeer

from fairlead.client import SubscriptionRefusedError


async def test_without_feeds_requests_are_refused_with_the_reason(tmp_path: Path) -> None:
    venue = make_venue()
    async with Running(tmp_path, Tables(venue_address=f"127.0.0.1:{await venue.start()}")) as running:
        async with await running.json_client() as client:
            with pytest.raises(SubscriptionRefusedError, match="no market data feed is configured"):
                await client.subscribe("MSFT").next_change()
        peer = await FixPeer.log_on(running.process.addresses["fix"], SECRET)
        peer.send("V", (262, "M"), (263, 0), (264, 1), (267, 1), (269, 0), (146, 1), (55, "MSFT"))
        reject = await peer.read("Y")
        assert (reject.get(262), reject.get(281)) == (b"M", None)
        assert reject.get(58) == b"no market data feed is configured"
        peer.close()
    await venue.stop()
