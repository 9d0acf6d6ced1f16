"""Cut protocols that frame their messages themselves: SBE, ETI, BOE and the like, with or without a session of packets.

A table NAME with an ordinary table NAME_session beside it comes in that session's packets (a length of 2 bytes,
little-endian, that counts what is behind it). Any other says by itself how long a message is; a NAME_session of its own
kind has further messages of the same frame.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

from fairlead.codecs.binary import Direction, load_protocol, table_names
from fairlead.codecs.binary.sequences import load_sequence, sequence_names
from fairlead.codecs.errors import ProtocolError
from fairlead.gateway.decoding.framers import WaitingFramer
from fairlead.gateway.decoding.items import MESSAGE, Item, unknown

BOTH: Final = (Direction.TO_VENUE, Direction.TO_CLIENT)
_SESSION: Final = "_session"
_LENGTH_BYTES: Final = 2
_MAX_FRAME_BYTES: Final = 1 << 20
_UNREADABLE: Final = 100
_CARRIED: Final = ("application_data", "message_data", "payload")
"""Fields of session packets that carry an application's message."""
_UNREAD: Final = ("beyond", "trailing", "unknown_bits")
"""What a decoder keeps because the table does not know it."""
_NAMES: Final = {Direction.TO_VENUE: "to_venue", Direction.TO_CLIENT: "to_client"}
_SECRETS: Final = ("password", "signature", "token", "credentials")


@cache
def own_names() -> tuple[str, ...]:
    """Return the tables of this kind: sequences of parts, and those that have a session table beside them."""
    known = {*sequence_names(), *table_names()}
    with_session = {name.removesuffix(_SESSION) for name in known if name.endswith(_SESSION)}
    return tuple(sorted({name for name in sequence_names() if not name.endswith(_SESSION)} | with_session))


@cache
def _protocol(name: str) -> Any:
    return load_sequence(name) if name in sequence_names() else load_protocol(name)


@cache
def _has_session(name: str) -> bool:
    return f"{name}{_SESSION}" in table_names()


def frame_size(name: str, data: bytes | bytearray) -> int:
    """Return how long the message is that begins ``data``: 0 where more bytes are needed, -1 where that can't be."""
    if _has_session(name):
        size = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "little") if len(data) >= _LENGTH_BYTES else 0
    else:
        size = int(_protocol(name).frame_length(bytes(data[:64])))
        if size <= 0 and len(data) >= 64:
            return -1
    if size > _MAX_FRAME_BYTES or 0 < size <= _LENGTH_BYTES:
        return -1
    return size if 0 < size <= len(data) else 0


def read_frame(name: str, frame: bytes, directions: Sequence[Direction]) -> tuple[int, list[Item]]:
    """Return a frame's messages, and how much of it the tables do not know (0: nothing)."""
    if not _has_session(name):
        found = _read(name, frame, directions)
        beside = f"{name}{_SESSION}"
        return _read(beside, frame, directions) if found[0] >= _UNREADABLE and beside in sequence_names() else found
    misfit, items = _read(f"{name}{_SESSION}", frame, directions)
    carried = next((value for key in _CARRIED if (value := items[0].fields.get(key))), b"")
    if misfit or not carried or items[0].kind != MESSAGE:
        return misfit, items
    direction = next(direction for direction, text in _NAMES.items() if text == items[0].direction)
    return _read(name, carried, (direction, *(other for other in directions if other != direction)))


def _read(name: str, frame: bytes, directions: Sequence[Direction]) -> tuple[int, list[Item]]:
    best: tuple[int, list[Item]] = (_UNREADABLE, [unknown(name, frame, f"no message of {name}")])
    for direction in directions:
        try:
            message = _protocol(name).decoder(direction).decode(frame)
        except (ProtocolError, ValueError) as error:
            if best[0] == _UNREADABLE:
                best = (_UNREADABLE, [unknown(name, frame, str(error))])
            continue
        if message.layout is None:
            continue
        fields = {
            key: "***" if key.lower() in _SECRETS and value else value for key, value in message.to_dict().items()
        }
        misfit = sum(key in _UNREAD for key in fields)
        if misfit < best[0]:
            item = Item(
                MESSAGE, name, frame, message.layout.name, str(message.type_code), _NAMES[direction], None, fields
            )
            best = (misfit, [item])
    return best


def _masked(name: str, value: Any) -> Any:
    return "***" if name.lower() in _SECRETS and value else value


class OwnFramer(WaitingFramer):
    """Messages of one table that say how long they are."""

    def __init__(self, name: str, expected: Direction | None) -> None:
        super().__init__()
        self.protocol = name
        self._directions = BOTH[::-1] if expected is Direction.TO_CLIENT else BOTH

    def feed(self, data: bytes, offset: int) -> Iterator[Item]:
        """Take the next bytes."""
        buffer = self._take(data, offset)
        while buffer:
            size = frame_size(self.protocol, buffer)
            if size < 0:
                yield unknown(self.protocol, buffer, f"no length of a message of {self.protocol}", self._offset)
                self._drop(len(buffer))
                return
            if size == 0:
                return
            for item in read_frame(self.protocol, bytes(buffer[:size]), self._directions)[1]:
                item.offset = self._offset
                yield item
            self._drop(size)


def recognise(data: bytes) -> str:
    """Return the table by which all of ``data`` reads as whole messages, best fitting first; ``""`` where none does."""
    best, chosen = _UNREADABLE, ""
    for name in own_names():
        misfit = _misfit(name, data)
        if misfit < best:
            best, chosen = misfit, name
    return chosen


def _misfit(name: str, data: bytes) -> int:
    at = total = 0
    while at < len(data) and total < _UNREADABLE:
        size = frame_size(name, data[at:])
        if size <= 0:
            return _UNREADABLE
        total += read_frame(name, data[at : at + size], BOTH)[0]
        at += size
    return total
