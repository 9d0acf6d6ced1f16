"""The simulator's MoldUDP64 publisher, a stranger to ours, over real sockets with faults, into our receiver."""

import asyncio
import time
from typing import Any

import pytest

from fairlead.adapters.mold.events import RECOVERY, MoldEvent
from fairlead.adapters.mold.receiver import MoldReceiver
from fairlead.adapters.mold.settings import MoldReceiverSettings
from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.book_records import BookOrder
from fairlead.certification.venues.itch_face import ItchFace, ItchSettings
from fairlead.certification.venues.mold import MoldLine, MoldSettings
from fairlead.certification.venues.profile import load_profile
from fairlead.certification.venues.venue import Venue, VenueSettings
from fairlead.codecs.moldudp64.packets_cy import MoldPacket

TIMEOUT_S = 60
FAULTS = {"loss": 0.05, "duplicate": 0.05, "reorder": 0.1}


class Keeper:
    """Keep what is delivered, under its number."""

    def __init__(self) -> None:
        self.messages: list[tuple[int, bytes]] = []
        self.lost: list[tuple[int, int]] = []
        self.events: list[MoldEvent] = []

    def on_messages(self, first: int, count: int, packet: MoldPacket, now_ns: int, utc_ns: int) -> None:
        for number in range(first, first + count):
            packet.next_message()
            self.messages.append((number, bytes(packet.data[packet.start : packet.end])))

    def on_lost(self, first: int, last: int, now_ns: int, utc_ns: int) -> None:
        self.lost.append((first, last))

    def on_mold_event(self, event: MoldEvent, now_ns: int, utc_ns: int) -> None:
        self.events.append(event)


class Line(asyncio.DatagramProtocol):
    """Hand a line's datagrams to the receiver."""

    def __init__(self, receiver: MoldReceiver, line: int) -> None:
        self._receiver = receiver
        self._line = line

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._receiver.receive_datagram(self._line, data, time.monotonic_ns(), time.time_ns())


async def listen(receiver: MoldReceiver, line: int) -> tuple[asyncio.DatagramTransport, int]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Line(receiver, line), ("127.0.0.1", 0))
    return transport, transport.get_extra_info("sockname")[1]


def trade(venue: Venue, numbers: range) -> None:
    """Put orders into a book, each a turn of its own."""
    for number in numbers:
        price = (100 + number % 7) * UNITS
        venue.desk.book("MSFT").submit(BookOrder(f"T{number}", "T", number % 3 == 0, 100 * UNITS, price=price))
        venue.end_turn()


@pytest.mark.parametrize("skew_ms", [0, 15])
async def test_every_message_arrives_once_and_in_order(skew_ms: float) -> None:
    keeper = Keeper()
    receiver = MoldReceiver(MoldReceiverSettings(lines=2, request_servers=1), keeper)
    receiver.start(time.monotonic_ns(), time.time_ns())
    (line_a, port_a), (line_b, port_b) = await listen(receiver, 0), await listen(receiver, 1)
    recovery, _ = await listen(receiver, RECOVERY)
    lines = (
        MoldLine("A", "127.0.0.1", port_a, **FAULTS, seed=1),
        MoldLine("B", "127.0.0.1", port_b, **FAULTS, skew_ms=skew_ms, seed=2),
    )
    mold = MoldSettings(lines, ("127.0.0.1", 0), request_loss=0.2, heartbeat_s=0.05)
    venue = Venue(VenueSettings(profile=load_profile("XNQ")))
    itch = ItchFace(venue, ItchSettings(mold=mold))
    request_server = await itch.listen_for_requests()
    assert request_server is not None
    venue.begin()
    for start in range(0, 1000, 50):
        trade(venue, range(start, start + 50))
        await asyncio.sleep(0)
    stream = itch.feed.stream.messages
    itch.end_session()
    async with asyncio.timeout(TIMEOUT_S):
        while not receiver.is_ended:
            await asyncio.sleep(0.005)
            receiver.on_timer(time.monotonic_ns(), time.time_ns())
            for _, request in receiver.take_requests():
                recovery.sendto(request, request_server)
    assert keeper.messages == list(enumerate(stream, 1))
    assert keeper.lost == []
    assert itch.mold.requests  # both lines lost something, and it was asked for
    for transport in (line_a, line_b, recovery):
        transport.close()
    await venue.stop()
