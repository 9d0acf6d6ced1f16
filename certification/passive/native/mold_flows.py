"""Find MoldUDP64 packets among UDP's datagrams. MoldUDP64 1.00: session 10, sequence number 8, count 2, messages."""

from __future__ import annotations

import struct

from fairlead.certification.passive.native.packets import MoldFeed, MoldPacket
from fairlead.certification.passive.packets import Datagram, Packet

_HEADER = struct.Struct(">10sQH")
END_OF_SESSION = 0xFFFF
_MAX_NUMBER = 1 << 56


class MoldFlows:
    """Take datagrams; what is none of MoldUDP64's is passed over."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._feeds: dict[str, MoldFeed] = {}

    def take(self, datagram: Datagram, packet: Packet) -> None:
        """Read one datagram."""
        read = read_packet(datagram.data)
        if read is None:
            return
        host, port = datagram.target
        read.place, read.line = f"{self._name} packet {packet.number}", f"{host}:{port}"
        read.utc_ns = packet.utc_ns
        self._feeds.setdefault(read.session, MoldFeed(read.session)).packets.append(read)

    def feeds(self) -> list[MoldFeed]:
        """Return the feeds by session, those of which at least one message is there."""
        return [feed for feed in self._feeds.values() if any(packet.messages for packet in feed.packets)]


def read_packet(data: bytes) -> MoldPacket | None:
    """Return a packet, None for what is none: a session that is no text, a number or length that can't be."""
    if len(data) < _HEADER.size:
        return None
    raw, number, count = _HEADER.unpack_from(data)
    session = raw.decode("latin-1")
    if not session.isascii() or not session.strip().isalnum() or not 0 < number < _MAX_NUMBER:
        return None
    messages: list[bytes] = []
    at = _HEADER.size
    while at + 2 <= len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data):
            return None
        messages.append(data[at + 2 : end])
        at = end
    if at != len(data) or (messages and len(messages) != count):
        return None
    # a receiver asks with the header alone, its count is how many it wants
    is_request = not messages and 0 < count < END_OF_SESSION
    return MoldPacket("", "", 0, session.strip(), number, count, messages, is_request, data=data)
