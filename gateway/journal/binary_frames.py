"""Take frames of binary sessions apart for display: the SoupBinTCP packet, and in it the message of a table.

A stream's record names its protocol by the table's name; what no table knows is shown as hexadecimal.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any, Final

from fairlead.codecs.binary import Decoder, Direction, load_protocol, table_names
from fairlead.codecs.errors import ProtocolError
from fairlead.codecs.strategy_binary.plans import PROTOCOL as STRATEGY_PROTOCOL

_SOUP: Final = "soupbintcp_3_00"
_MESSAGE_PACKETS: Final = {"sequenced_data": Direction.TO_CLIENT, "unsequenced_data": Direction.TO_VENUE}
_ID_WORDS: Final = (
    *("token", "user_ref_num", "order_reference_number", "order_number", "clordid", "order_id"),
    "cl_ord_id",
)
"""What the names of fields that hold ids of orders have in them, in all tables of order entry."""
_HIDDEN: Final = frozenset(("packet_length", "packet_type", "message", "message_type", "appendage_length"))

Decoded = dict[str, Any]


def is_binary(protocol: str) -> bool:
    """Tell whether a stream's frames are SoupBinTCP packets with messages of a table."""
    return protocol in _names()


def decode_frame(protocol: str, frame: bytes, is_from_venue: bool) -> Decoded:
    """Return what a packet says: its kind, the message's name and fields; what can't be decoded as hexadecimal."""
    try:
        packet = _decoder(_SOUP, Direction.TO_CLIENT if is_from_venue else Direction.TO_VENUE).decode(frame)
        if packet.layout is None:
            return {"undecoded": frame.hex()}
        told: Decoded = {"packet": packet.layout.name}
        content = packet.to_dict()
        direction = _MESSAGE_PACKETS.get(packet.layout.name)
        if direction is None:
            return told | _plain(content)
        payload = frame[3:]
        message = _decoder(protocol, direction).decode(payload)
        if message.layout is None:
            return told | {"undecoded": payload.hex()}
        if protocol == STRATEGY_PROTOCOL:
            return told | {"message": message.layout.name} | _given(_plain(message.to_dict()))
        return told | {"message": message.layout.name} | _plain(message.to_dict())
    except ProtocolError as error:
        return {"undecoded": frame.hex(), "reason": str(error)}


def ids_of(decoded: Decoded) -> Iterator[str]:
    """Yield the ids of orders in a decoded frame."""
    if "packet" not in decoded:
        return
    for name, value in (decoded | decoded.get("appendage", {})).items():
        if value not in ("", 0) and any(word in name for word in _ID_WORDS):
            yield str(value)


@cache
def _names() -> frozenset[str]:
    return frozenset(table_names())


@cache
def _decoder(protocol: str, direction: Direction) -> Decoder:
    return load_protocol(protocol).decoder(direction)


def _plain(values: Decoded) -> Decoded:
    """Return values as JSON has them, without what the name of the message says already."""
    return {name: _value(value) for name, value in values.items() if name not in _HIDDEN}


def _given(values: Decoded) -> Decoded:
    """Return what a message of the strategy protocol says, without fields that it leaves blank."""
    return {name: value for name, value in values.items() if value not in ("", "none", {})}


def _value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: _value(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_value(each) for each in value]
    return value
