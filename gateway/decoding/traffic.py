"""Decode a recording: each conversation of a capture, or the one stream of a raw file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from fairlead.codecs.binary import Direction
from fairlead.codecs.captures.network import NoPayload, Payload
from fairlead.codecs.captures.streams import StreamData, StreamEnd, StreamGap, StreamNote
from fairlead.codecs.errors import DecodeError
from fairlead.gateway.captures.conversations import Address, Conversations, Spoken
from fairlead.gateway.decoding.applications import Applications
from fairlead.gateway.decoding.fix_framer import FixFramer
from fairlead.gateway.decoding.framers import Framer, LengthFramer, MoldFramer, SoupFramer
from fairlead.gateway.decoding.items import Item, note, unknown
from fairlead.gateway.decoding.own_framer import OwnFramer, own_names
from fairlead.gateway.decoding.recognition import guess_session

MAX_CONNECTIONS: Final = 10_000
"""Connections remembered; beyond, the one that was quiet for longest is given up."""
SESSIONS: Final = ("soup", "mold", "framed", "fix", "own")


@dataclass(frozen=True, slots=True)
class Stack:
    """What is spoken: a session protocol and an application's table; ``""`` where it must be found out."""

    session: str = ""
    application: str = ""

    @staticmethod
    def parse(text: str) -> "Stack":
        """Read ``soup/ouch_4_2``, ``mold/itch_5_0``, ``soup``, ``fix``, ``own/cme_ilink3`` ...; ValueError."""
        session, _, application = text.partition("/")
        if session not in SESSIONS or (session == "fix" and application) or (session == "own" and not application):
            raise ValueError(
                f"{text!r}, expected fix, or soup, mold or framed with a table behind it (soup/ouch_4_2), or own/TABLE"
            )
        if session == "own":
            if application not in own_names():
                raise ValueError(f"no table {application!r}, expected one of {', '.join(own_names())}")
        elif application:
            try:
                Applications(application)
            except LookupError as error:
                raise ValueError(str(error)) from None
        return Stack(session, application)


@dataclass(slots=True)
class Choices:
    """What the user says: the protocol of everything, that of ports, and which ports to look at (empty: all)."""

    everywhere: Stack = Stack()
    by_port: Mapping[int, Stack] = field(default_factory=dict)
    only_ports: frozenset[int] = frozenset()

    def stack(self, *ports: int) -> Stack:
        """Return what is spoken between two ports."""
        return next((self.by_port[port] for port in ports if port in self.by_port), self.everywhere)


def make_framer(session: str, applications: Applications, expected: Direction | None, application: str = "") -> Framer:
    """Return a framer of one direction; ``application`` is the table of a protocol with frames of its own."""
    if session == "own":
        return OwnFramer(application, expected)
    if session == "soup":
        return SoupFramer(applications, expected)
    if session == "mold":
        return MoldFramer(applications)
    return FixFramer() if session == "fix" else LengthFramer(applications)


def decode_stream(chunks: Iterable[bytes], stack: Stack) -> Iterator[Item]:
    """Decode a raw file. Where no protocol is given, its first bytes tell; ValueError where they do not."""
    framer: Framer | None = None
    offset = 0
    for chunk in chunks:
        if framer is None:
            session, application = (stack.session, stack.application) if stack.session else guess_session(chunk)
            if not session:
                raise ValueError(f"no protocol recognised in {chunk[:16].hex(' ')} ..., expected --protocol")
            framer = make_framer(session, _applications(stack), None, application)
        yield from framer.feed(chunk, offset)
        offset += len(chunk)
    if framer is not None:
        yield from framer.finish()


def _applications(stack: Stack) -> Applications:
    return Applications("" if stack.session == "own" else stack.application)


class _Connection:
    """Two ends that speak TCP; both directions are of one protocol."""

    def __init__(self, stack: Stack, server: Address) -> None:
        self._stack = stack
        self._server = server
        self._session, self._application = stack.session, stack.application
        self._applications = _applications(stack)
        self._framers: dict[Address, Framer] = {}
        self._offsets: dict[Address, int] = {}

    def take(self, spoken: Spoken) -> Iterator[Item]:
        what, source = spoken.what, spoken.source
        if isinstance(what, StreamData):
            yield from self._data(source, what.data)
        elif isinstance(what, StreamGap):
            yield from self._framers[source].lose() if source in self._framers else ()
            yield note("tcp", f"{what.size} bytes are not in the capture")
        elif isinstance(what, StreamNote):
            yield note("tcp", f"{what.size} bytes of {what.what.replace('_', ' ')}")
        elif isinstance(what, StreamEnd):
            yield from self._framers.pop(source).finish() if source in self._framers else ()

    def _data(self, source: Address, data: bytes) -> Iterator[Item]:
        if not self._session:
            self._session, self._application = guess_session(data, is_tcp=True)
        offset = self._offsets.get(source, 0)
        self._offsets[source] = offset + len(data)
        if not self._session:
            yield unknown("tcp", data, "no protocol recognised", offset)
            return
        framer = self._framers.get(source)
        if framer is None:
            expected = Direction.TO_CLIENT if source == self._server else Direction.TO_VENUE
            framer = self._framers[source] = make_framer(self._session, self._applications, expected, self._application)
        yield from framer.feed(data, offset)

    def finish(self) -> Iterator[tuple[Address, Item]]:
        for source, framer in self._framers.items():
            yield from ((source, item) for item in framer.finish())


class CaptureDecoder:
    """Decode a capture."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._connections: dict[frozenset[Address], _Connection] = {}
        self._feeds: dict[int, tuple[str, MoldFramer]] = {}

    def decode(self, chunks: Iterable[bytes]) -> Iterator[Item]:
        """Give everything in the order of the capture."""
        conversations = Conversations()
        try:
            for chunk in chunks:
                for spoken in conversations.feed(chunk):
                    yield from self._placed(spoken)
        except DecodeError as error:
            yield unknown("capture", b"", f"{error.reason}; nothing behind it can be read", error.offset)
        else:
            if conversations.rest_bytes:
                text = f"{conversations.rest_bytes} bytes at the end, expected a whole packet"
                yield unknown("capture", b"", text, conversations.offset)
        for spoken in conversations.finish():
            yield from self._placed(spoken)
        while self._connections:
            yield from self._give_up(next(iter(self._connections)))

    def _give_up(self, ends: frozenset[Address]) -> Iterator[Item]:
        """Give what is left of a connection, and forget it."""
        for source, item in self._connections.pop(ends).finish():
            (target,) = ends - {source} or {source}
            yield _place(item, Spoken(0, 0, source, target, StreamEnd("")))

    def _placed(self, spoken: Spoken) -> Iterator[Item]:
        ports = {spoken.source[1], spoken.target[1]}
        what = spoken.what
        if isinstance(what, NoPayload):
            if not self._choices.only_ports:
                item = note("network", f"{what.reason}: not decoded")
                yield _place(item, spoken)
            return
        if self._choices.only_ports and not self._choices.only_ports & ports:
            return
        if len(self._connections) > MAX_CONNECTIONS:
            yield from self._give_up(next(iter(self._connections)))
        found = self._datagram(what, spoken) if isinstance(what, Payload) else self._connection(spoken).take(spoken)
        for item in found:
            yield _place(item, spoken)

    def _connection(self, spoken: Spoken) -> _Connection:
        ends = frozenset((spoken.source, spoken.target))
        connection = self._connections.pop(ends, None)
        if connection is None:
            stack = self._choices.stack(spoken.source[1], spoken.target[1])
            named = [end for end in ends if end[1] in self._choices.by_port]
            server = named[0] if named else min(ends, key=lambda end: end[1])
            connection = _Connection(stack, server)
        # the last one that spoke is the last in line to be given up
        self._connections[ends] = connection
        return connection

    def _datagram(self, payload: Payload, spoken: Spoken) -> Iterator[Item]:
        if not payload.data:
            return
        if payload.missing:
            yield note("udp", f"the capture lacks {payload.missing} bytes of the datagram")
        feed = self._feeds.get(payload.target_port)
        if feed is None:
            stack = self._choices.stack(spoken.target[1], spoken.source[1])
            session = stack.session or guess_session(payload.data)[0]
            if session != "mold":
                yield unknown("udp", payload.data, "no protocol recognised")
                return
            feed = self._feeds[payload.target_port] = (session, MoldFramer(_applications(stack)))
        yield from feed[1].datagram(payload.data)


def _place(item: Item, spoken: Spoken) -> Item:
    item.packet, item.utc_ns = spoken.number, spoken.utc_ns
    item.source, item.target = _end(spoken.source), _end(spoken.target)
    item.ports = (spoken.source[1], spoken.target[1])
    return item


def _end(address: Address) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}" if host else ""
