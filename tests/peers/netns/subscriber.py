"""Receive the stream with the gateway's own link and receiver, on the gateway's own loop.

Arguments: own address, group A, group B, port, request server's address and port, receive buffer in bytes. Prints
``ready``, and when the session is over one line of JSON: the digest of what came, what was lost, and the counters.
"""

import asyncio
import hashlib
import json
import struct
import sys
from collections import Counter

import uvloop

from fairlead.adapters.mold.events import MoldEvent
from fairlead.adapters.mold.receiver import MoldReceiver
from fairlead.adapters.mold.settings import MoldReceiverSettings
from fairlead.codecs.moldudp64.packets_cy import MoldPacket
from fairlead.gateway.clock import Clock
from fairlead.gateway.links.datagram_link_cy import DatagramLink
from fairlead.gateway.links.datagram_sockets import open_line, open_request_socket
from fairlead.gateway.links.turn_cy import Turn


class NoJournal:
    """Commit nothing."""

    now_ns = 0

    def commit(self) -> None:
        """Do nothing."""


class Sink:
    """Digest what is delivered."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.lost: list[tuple[int, int]] = []
        self.kinds: Counter[str] = Counter()

    def on_messages(self, first: int, count: int, packet: MoldPacket, now_ns: int, utc_ns: int) -> None:
        for number in range(first, first + count):
            packet.next_message()
            message = packet.message()
            self.digest.update(struct.pack(">QH", number, len(message)) + message)

    def on_lost(self, first: int, last: int, now_ns: int, utc_ns: int) -> None:
        self.lost.append((first, last))

    def on_mold_event(self, event: MoldEvent, now_ns: int, utc_ns: int) -> None:
        self.kinds[event.kind.name] += 1


async def main() -> None:
    own, group_a, group_b, port, server, request_port, buffer_bytes = sys.argv[1:]
    problems: list[str] = []
    turn = Turn(Clock(), NoJournal(), lambda error: problems.append(repr(error)), lambda now_ns: None)
    sink = Sink()
    receiver = MoldReceiver(MoldReceiverSettings(request_servers=1, gap_delay_ms=10), sink)
    link = DatagramLink(
        asyncio.get_running_loop(),
        receiver,
        turn,
        [open_line(group, int(port), own, int(buffer_bytes)) for group in (group_a, group_b)],
        [open_request_socket(server, int(request_port))],
        lambda link, reason: problems.append(reason),
        lambda link, error: problems.append(repr(error)),
    )
    link.start()
    print("ready", flush=True)
    while not receiver.is_ended and not problems:
        await asyncio.sleep(0.02)
    names = ("packets", "messages", "duplicates", "ahead", "faults", "dropped")
    lines = [{name: getattr(line, name) for name in names} for line in (*receiver.lines, receiver.recovery)]
    told = {"digest": sink.digest.hexdigest(), "delivered": receiver.delivered, "lost": sink.lost}
    told |= {"problems": problems, "lines": lines, "kinds": dict(sink.kinds), "requests": receiver.plan.sent}
    print(json.dumps(told), flush=True)


uvloop.run(main())
