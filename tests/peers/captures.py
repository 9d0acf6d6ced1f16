"""Read captures and spec files that lie beside the repository; tests that need them are skipped where they are not.

A small pcap reader of the tests' own: Ethernet or Linux's cooked header (one VLAN tag or none), IPv4, UDP or TCP. What
follows the IP packet in a frame, such as a tap's own stamps, is no payload.
"""

import struct
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"
_MAGIC = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}


def shared(name: str) -> Path:
    """Return a file or folder of the shared data, or skip the test."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not on this machine")
    return path


def payloads(name: str) -> list[bytes]:
    """Return the UDP or TCP payloads of a native capture, empty ones left out."""
    data = shared(f"data/native_pcaps/{name}").read_bytes()
    order = _MAGIC[data[:4]]
    link_type = struct.unpack_from(f"{order}I", data, 20)[0]
    found = []
    at = 24
    while at < len(data):
        size = struct.unpack_from(f"{order}I", data, at + 8)[0]
        packet = data[at + 16 : at + 16 + size]
        at += 16 + size
        if payload := _payload(packet, 16 if link_type == 113 else 14):
            found.append(payload)
    return found


def _payload(packet: bytes, link_bytes: int) -> bytes:
    start = link_bytes + 4 * (packet[link_bytes - 2 : link_bytes] == b"\x81\x00")
    ip = packet[start:]
    ip = ip[: struct.unpack_from(">H", ip, 2)[0]]
    transport = ip[4 * (ip[0] & 15) :]
    header = 8 if ip[9] == 17 else 4 * (transport[12] >> 4)
    return transport[header:]


def soup_packets(data: bytes) -> list[bytes]:
    """Return the SoupBinTCP packets of a payload, each with its length."""
    found = []
    while data:
        size = 2 + struct.unpack_from(">H", data)[0]
        found.append(data[:size])
        data = data[size:]
    return found


def mold_messages(datagram: bytes) -> list[bytes]:
    """Return the messages of a MoldUDP64 packet."""
    found = []
    at = 20
    for _ in range(struct.unpack_from(">H", datagram, 18)[0]):
        size = struct.unpack_from(">H", datagram, at)[0]
        found.append(datagram[at + 2 : at + 2 + size])
        at += 2 + size
    assert at == len(datagram)
    return found
