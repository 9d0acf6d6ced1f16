"""Turn a capture's bytes into what was said: UDP datagrams, and the bytes of each direction of each TCP connection."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from fairlead.codecs.captures.network import TCP, UDP, NoPayload, Payload, dissect
from fairlead.codecs.captures.packets import CapturedPacket, CaptureReader
from fairlead.codecs.captures.streams import StreamAssembler, StreamEvent

MAX_STREAMS: Final = 20_000
"""Directions of connections remembered; beyond, the one that was quiet for longest is given up."""

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one packet said: a ``Payload`` of UDP, an event of a TCP stream, or why there is neither.

    ``number`` is the packet's, 0 where the end of the capture said it.
    """

    number: int
    utc_ns: int
    source: Address
    target: Address
    what: Payload | StreamEvent | NoPayload


_NOWHERE: Final[Address] = ("", 0)


class Conversations:
    """Take a capture's bytes: ``feed`` each piece, ``finish`` at the end."""

    def __init__(self) -> None:
        self._reader = CaptureReader()
        self._streams: dict[tuple[Address, Address], StreamAssembler] = {}

    def feed(self, data: bytes) -> Iterator[Spoken]:
        """Give what whole packets say. Raises DecodeError where the file is damaged, after what came before it."""
        self._reader.feed(data)
        while (packet := self._reader.next_packet()) is not None:
            yield from self._spoken(packet)

    def finish(self) -> Iterator[Spoken]:
        """Give what still waited for missing bytes."""
        for (source, target), stream in self._streams.items():
            yield from (Spoken(0, 0, source, target, event) for event in stream.finish())
        self._streams.clear()

    @property
    def rest_bytes(self) -> int:
        """Return how many bytes are left of a packet that the end of the file cuts short."""
        return self._reader.rest_bytes

    @property
    def offset(self) -> int:
        """Return how far the capture has been read."""
        return self._reader.offset

    def _spoken(self, packet: CapturedPacket) -> Iterable[Spoken]:
        payload = dissect(packet.link_type, packet.data)
        if isinstance(payload, NoPayload):
            yield Spoken(packet.number, packet.utc_ns, _NOWHERE, _NOWHERE, payload)
            return
        source, target = (payload.source, payload.source_port), (payload.target, payload.target_port)
        if payload.protocol == UDP:
            yield Spoken(packet.number, packet.utc_ns, source, target, payload)
            return
        assert payload.protocol == TCP
        stream = self._streams.pop((source, target), None)
        if stream is None:
            stream = StreamAssembler()
            if len(self._streams) >= MAX_STREAMS:
                yield from self._give_up(next(iter(self._streams)))
        # the last one that spoke is the last in line to be given up
        self._streams[source, target] = stream
        for event in stream.take(payload):
            yield Spoken(packet.number, packet.utc_ns, source, target, event)

    def _give_up(self, key: tuple[Address, Address]) -> Iterator[Spoken]:
        stream = self._streams.pop(key)
        yield from (Spoken(0, 0, *key, event) for event in stream.finish())
