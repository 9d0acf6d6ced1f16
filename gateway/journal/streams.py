"""Name the streams of a journal: whose record it is."""

import struct
from dataclasses import dataclass

_ID = struct.Struct("<HB")


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """One stream: its id in this journal, its name (``venue:XBRK``, ``strategy:alpha``) and its protocol."""

    stream: int
    name: str
    protocol: str

    def pack(self) -> bytes:
        """Return the payload of a STREAM record. Raises ValueError for a name of more than 255 bytes."""
        name, protocol = self.name.encode(), self.protocol.encode()
        if not 0 < len(name) < 256 or len(protocol) > 255:
            raise ValueError(f"stream name of {len(name)} bytes, expected 1 to 255")
        return _ID.pack(self.stream, len(name)) + name + bytes([len(protocol)]) + protocol


def unpack_stream(payload: bytes) -> StreamInfo:
    """Return what a STREAM record says. Raises ValueError where it is cut short."""
    try:
        stream, name_bytes = _ID.unpack_from(payload)
        name = payload[3 : 3 + name_bytes].decode()
        protocol_bytes = payload[3 + name_bytes]
    except (struct.error, IndexError) as error:
        raise ValueError(f"STREAM record of {len(payload)} bytes is cut short") from error
    return StreamInfo(stream, name, payload[4 + name_bytes : 4 + name_bytes + protocol_bytes].decode())
