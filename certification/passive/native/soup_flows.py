"""Find SoupBinTCP connections among TCP's, and cut them into packets. SoupBinTCP 3.00."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fairlead.certification.passive.native.packets import CLIENT, SERVER, SoupConnection, SoupPacket
from fairlead.certification.passive.tcp_streams import Chunk, Flow, connection_text, flow_text

_FROM_CLIENT, _FROM_SERVER, _DEBUG = frozenset("LURO"), frozenset("AJSHZ"), "+"
_KNOWN = _FROM_CLIENT | _FROM_SERVER | {_DEBUG}
_LENGTHS = {"L": 47, "A": 31, "J": 2, "H": 1, "R": 1, "O": 1, "Z": 1}
"""Length of the packets that have one, type included."""


@dataclass(slots=True)
class _Direction:
    """One direction's packets so far; ``is_lost`` says that nobody knows any more where a packet begins."""

    flow: Flow
    buffer: bytearray = field(default_factory=bytearray)
    opens: bool = False
    after_gap: bool = False
    is_lost: bool = False
    votes: int = 0
    """Packets that servers send, less those that clients do."""
    first: str = ""


def read_soup(chunks: Iterable[Chunk], name: str, notes: list[str]) -> list[SoupConnection]:
    """Return the connections whose both directions begin as SoupBinTCP does, in the order in which they begin."""
    found: dict[str, list[Chunk]] = {}
    for chunk in chunks:
        found.setdefault(connection_text(chunk.flow), []).append(chunk)
    return [read for own in found.values() if (read := _read(own, name, notes)) is not None]


def _read(chunks: list[Chunk], name: str, notes: list[str]) -> SoupConnection | None:
    directions: dict[Flow, _Direction] = {}
    cut: list[tuple[_Direction, SoupPacket]] = []
    for chunk in chunks:
        direction = directions.setdefault(chunk.flow, _Direction(chunk.flow))
        cut += [(direction, packet) for packet in _take(direction, chunk, name)]
    told = [direction for direction in directions.values() if direction.first]
    if not told or any(direction.first not in _KNOWN for direction in told):
        return None
    server = max(directions.values(), key=lambda direction: direction.votes)
    if len(directions) == 1 and server.votes < 0:
        server = _Direction(server.flow[::-1])
    for direction, packet in cut:
        packet.side = SERVER if direction.flow == server.flow else CLIENT
    notes += [
        f"{name}: {flow_text(direction.flow)} ends within a packet, {len(direction.buffer)} bytes of it are there"
        for direction in told
        if direction.buffer and not direction.is_lost
    ]
    host, port = server.flow[0]
    return SoupConnection(connection_text(server.flow), f"{host}:{port}", [packet for _, packet in cut])


def _take(direction: _Direction, chunk: Chunk, name: str) -> Iterator[SoupPacket]:
    place = f"{name} packet {chunk.packet.number}"
    if chunk.opens or chunk.after_gap:
        # behind a gap a segment is taken to begin with a packet, as senders that write whole packets make it
        direction.buffer.clear()
        direction.is_lost = False
        direction.opens |= chunk.opens
        direction.after_gap |= chunk.after_gap
    if not direction.is_lost:
        direction.buffer += chunk.data
        yield from _cut(direction, chunk, place)
    if chunk.closes:
        yield SoupPacket(place, CLIENT, chunk.packet.utc_ns, "", b"")


def _cut(direction: _Direction, chunk: Chunk, place: str) -> Iterator[SoupPacket]:
    buffer = direction.buffer
    while len(buffer) >= 3:
        length, kind = int.from_bytes(buffer[:2], "big"), chr(buffer[2])
        fault = _fault(length, kind)
        direction.first = direction.first or (kind if not fault else "?")
        if not fault and len(buffer) < 2 + length:
            return
        size = len(buffer) if fault.startswith("packet length") else 2 + length
        packet = SoupPacket(place, CLIENT, chunk.packet.utc_ns, kind, bytes(buffer[3:size]))
        packet.opens, packet.after_gap, packet.fault = direction.opens, direction.after_gap, fault
        direction.opens = direction.after_gap = False
        direction.votes += (kind in _FROM_SERVER) - (kind in _FROM_CLIENT)
        if not length or len(buffer) < 2 + length:
            direction.is_lost = True
            buffer.clear()
        else:
            del buffer[:size]
        yield packet


def _fault(length: int, kind: str) -> str:
    if not length:
        return "packet length 0 received, expected at least 1"
    if kind not in _KNOWN:
        return f"packet type {kind!r} received, expected one of {''.join(sorted(_KNOWN))}"
    wanted = _LENGTHS.get(kind, length)
    return "" if length == wanted else f"packet length {length} received, expected {wanted} for type {kind}"
