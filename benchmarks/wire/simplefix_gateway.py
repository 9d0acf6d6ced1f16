"""A gateway as one writes it in plain Python: asyncio's streams and simplefix, one strategy, one venue.

``python -m benchmarks.wire.simplefix_gateway PORT`` prints ``{"port": N}``; the venue is at PORT on this host. Orders
go on under ids of its own, reports come back under the strategy's. simplefix checks neither BodyLength nor CheckSum,
and nothing is stored.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from simplefix import FixMessage, FixParser

ADMIN: Final = {8, 9, 10, 34, 35, 49, 52, 56}
MSG_TYPE, CL_ORD_ID = 35, 11


class Session:
    """Speak FIX on one stream: number, frame, answer what is the session's own."""

    def __init__(self, begin_string: bytes, sender: bytes, target: bytes, writer: asyncio.StreamWriter) -> None:
        self._about = (begin_string, sender, target)
        self._writer = writer
        self._seq = 0

    def send(self, msg_type: bytes, fields: list[tuple[int, bytes]]) -> None:
        """Send one message."""
        begin_string, sender, target = self._about
        self._seq += 1
        message = FixMessage()
        message.append_pair(8, begin_string)
        message.append_pair(MSG_TYPE, msg_type)
        message.append_pair(34, self._seq)
        message.append_pair(49, sender)
        message.append_utc_timestamp(52, datetime.now(UTC))
        message.append_pair(56, target)
        for tag, value in fields:
            message.append_pair(tag, value)
        self._writer.write(message.encode())


async def read_messages(reader: asyncio.StreamReader, take: Callable[[FixMessage], None]) -> None:
    """Give every message that comes to ``take``, until the stream ends."""
    parser = FixParser()
    while data := await reader.read(65536):
        parser.append_buffer(data)
        while (message := parser.get_message()) is not None:
            take(message)


class Gateway:
    """Pass orders one way and reports the other."""

    def __init__(self) -> None:
        self._orders: dict[bytes, bytes] = {}
        self._strategy: Session | None = None
        self._venue: Session | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, venue_port: int) -> None:
        """Take one strategy: its Logon opens the venue's session."""
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", venue_port)

        def take(message: FixMessage) -> None:
            msg_type = message.get(MSG_TYPE)
            if msg_type == b"A":
                version, sender, target = message.get(8), message.get(49), message.get(56)
                self._strategy = Session(version, target, sender, writer)
                self._venue = Session(version, b"FAIRLEAD", b"V000", far_writer)
                self._venue.send(b"A", [(98, b"0"), (108, b"30"), (141, b"Y")])
            elif msg_type == b"D":
                self._pass_order(message)

        await asyncio.gather(read_messages(reader, take), read_messages(far_reader, self._take_from_venue))

    def _pass_order(self, message: FixMessage) -> None:
        assert self._venue is not None
        cl_ord_id = b"P%d" % len(self._orders)
        self._orders[cl_ord_id] = message.get(CL_ORD_ID)
        self._venue.send(b"D", _body(message, cl_ord_id))

    def _take_from_venue(self, message: FixMessage) -> None:
        assert self._strategy is not None
        msg_type = message.get(MSG_TYPE)
        if msg_type == b"8":
            self._strategy.send(b"8", _body(message, self._orders[message.get(CL_ORD_ID)]))
        elif msg_type == b"A":
            self._strategy.send(b"A", [(98, b"0"), (108, b"30")])


def _body(message: FixMessage, cl_ord_id: bytes) -> list[tuple[int, bytes]]:
    pairs = [(int(tag), value) for tag, value in message.pairs]
    return [(tag, cl_ord_id if tag == CL_ORD_ID else value) for tag, value in pairs if tag not in ADMIN]


async def main(venue_port: int) -> None:
    """Listen until the process is ended."""
    gateway = Gateway()
    server = await asyncio.start_server(lambda r, w: gateway.serve(r, w, venue_port), "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
