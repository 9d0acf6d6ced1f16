"""Decode application messages by the protocol's table, or find out which table they follow.

Each table that a message could follow is held against what has come so far: lengths, types and codes. The one with the
fewest misfits is used; more messages make it surer, and after ``JUDGED_MESSAGES`` it stays.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from fairlead.codecs.binary import Decoder, Direction, Protocol, load_protocol, table_names
from fairlead.codecs.binary.layout_cy import Layout
from fairlead.codecs.errors import DecodeError
from fairlead.gateway.decoding.items import MESSAGE, Item, unknown

JUDGED_MESSAGES: Final = 64
_MISFIT: Final = 100
_FIRST_CHOICES: Final = ("itch_5_0", "ouch_5_0", "ouch_4_2")
"""Where two tables fit alike, the most common comes first."""
_APPLICATIONS: Final = ("order_entry", "market_data")
_SECRET: Final = "password"
_DIRECTIONS: Final = {Direction.TO_VENUE: "to_venue", Direction.TO_CLIENT: "to_client"}


def application_names() -> list[str]:
    """Return the tables of application protocols, the most common first."""
    names = [name for name in table_names() if load_protocol(name).kind in _APPLICATIONS]
    return sorted(names, key=lambda name: _FIRST_CHOICES.index(name) if name in _FIRST_CHOICES else len(_FIRST_CHOICES))


@cache
def decoder_of(protocol: Protocol, direction: Direction) -> Decoder:
    """Return the one decoder that there is for showing messages: each is taken apart before the next."""
    return protocol.decoder(direction)


class Applications:
    """Decode the messages of one conversation; ``name`` is the table, ``""`` where it must be found out."""

    def __init__(self, name: str = "") -> None:
        """Raises LookupError and TableError."""
        self._protocols = [load_protocol(found) for found in ([name] if name else application_names())]
        self._misfits = [0] * len(self._protocols)
        self._judged = 0

    def learn(self, payload: bytes, directions: Sequence[Direction]) -> None:
        """Hold the tables against a message; a framer shows all that a packet brings before it has one decoded."""
        if len(self._protocols) == 1:
            return
        for at, protocol in enumerate(self._protocols):
            self._misfits[at] += _best_reading(protocol, payload, directions)[0]
        self._judged += 1
        if self._judged == JUDGED_MESSAGES:
            self._protocols = [self._protocols[self._best()]]
            self._misfits = [0]

    def decode(self, payload: bytes, directions: Sequence[Direction], sequence: int | None = None) -> Item:
        """Return the message, in the first of the ``directions`` in which it fits best."""
        best = self._best()
        protocol = self._protocols[best]
        misfit, direction, reason = _best_reading(protocol, payload, directions, len(directions) > 1)
        if direction is None or misfit >= _MISFIT:
            is_known = len(self._protocols) == 1 or self._misfits[best] < _MISFIT
            item = unknown(protocol.name if is_known else "unknown", payload, reason)
        else:
            item = describe(protocol, direction, payload)
        item.sequence = sequence
        return item

    def _best(self) -> int:
        return min(range(len(self._protocols)), key=self._misfits.__getitem__)


def _best_reading(
    protocol: Protocol, payload: bytes, directions: Sequence[Direction], is_judged: bool = True
) -> tuple[int, Direction | None, str]:
    """Return how badly a message fits, in which direction, and why it does not where it does not.

    Unless it ``is_judged``, the first direction in which it has a type and that type's length will do.
    """
    best: tuple[int, Direction | None, str] = (_MISFIT, None, "no message of this protocol")
    for direction in directions:
        try:
            message = decoder_of(protocol, direction).decode(payload)
        except DecodeError as error:
            if best[1] is None:
                best = (_MISFIT, None, error.reason)
            continue
        if message.layout is None:
            if best[1] is None:
                best = (
                    _MISFIT,
                    None,
                    f"type {_type_text(message.type_code)}, expected one of {protocol.name}",
                )
            continue
        if not is_judged:
            return 0, direction, ""
        misfit = sum(_code_misfits(message.layout, payload))
        if misfit < best[0] or best[1] is None:
            best = (min(misfit, _MISFIT - 1), direction, "")
    return best


def _code_misfits(layout: Layout, payload: bytes) -> list[int]:
    misfits: list[int] = []
    for field in layout.fields:
        if field.length <= 0 or field.offset + field.length > len(payload):
            continue
        part = payload[field.offset : field.offset + field.length]
        if field.pad >= 0:
            text = part.rstrip(b"\0")
            misfits.append(int(not text.isascii() or any(byte < 32 for byte in text)))
        if field.meanings is not None and field.length == 1:
            misfits.append(2 * (part.decode("latin-1") not in field.meanings and part[0] not in field.meanings))
    return misfits


def describe(protocol: Protocol, direction: Direction, data: bytes) -> Item:
    """Return a message that decodes, secrets masked. Raises DecodeError."""
    message = decoder_of(protocol, direction).decode(data)
    layout = message.layout
    assert layout is not None
    hidden, coded = _shape(layout, protocol.type_field.offset, protocol.type_field.length)
    fields = {name: _masked(name, value) for name, value in message.to_dict().items() if name != hidden}
    meanings = {}
    for name, known in coded:
        value = fields.get(name)
        if isinstance(value, str | int) and value in known:
            meanings[name] = known[value]
    shown = _type_text(message.type_code) if layout.type_code >= 0 else ""
    return Item(MESSAGE, protocol.name, data, layout.name, shown, _DIRECTIONS[direction], None, fields, meanings)


@cache
def _shape(layout: Layout, type_at: int, type_size: int) -> tuple[str, list[tuple[str, dict[Any, str]]]]:
    """Return the field that only says which message it is (``""``: none), and what the codes of the others mean."""
    is_type = type_size == 1
    hidden = [field.name for field in layout.fields if is_type and field.offset == type_at and field.const is not None]
    coded = [(field.name, field.meanings) for field in layout.fields if field.meanings]
    return hidden[0] if hidden else "", coded


def _masked(name: str, value: Any) -> Any:
    return "***" if _SECRET in name and value else value


def _type_text(code: int) -> str:
    return chr(code) if 32 < code < 127 else str(code)
