"""Write conversations as captures, and read what tshark makes of them."""

import struct
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

SERVER_PORT = 7003
CLIENT_PORT = 40_000
_FIRST_SECOND = 1_767_364_200


class TcpCapture:
    """One TCP stream over Ethernet and IPv4, as pcap."""

    def __init__(self) -> None:
        self._out = bytearray(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        self._next = {True: 1, False: 1}
        self._packets = 0

    def add(self, is_from_client: bool, data: bytes) -> None:
        """Add a segment."""
        ports = (CLIENT_PORT, SERVER_PORT) if is_from_client else (SERVER_PORT, CLIENT_PORT)
        seq, ack = self._next[is_from_client], self._next[not is_from_client]
        self._next[is_from_client] += len(data)
        tcp = struct.pack(">HHIIBBHHH", *ports, seq, ack, 0x50, 0x18, 65535, 0, 0)
        ip = struct.pack(">BBHHHBBH8s", 0x45, 0, 40 + len(data), 0, 0, 64, 6, 0, b"\x7f\0\0\1\x7f\0\0\1")
        frame = bytes(12) + b"\x08\0" + ip + tcp + data
        self._packets += 1
        self._out += struct.pack("<IIII", _FIRST_SECOND, self._packets, len(frame), len(frame)) + frame

    def write(self, path: Path) -> Path:
        """Write the file."""
        path.write_bytes(self._out)
        return path


def dissect(capture: Path, protocol: str, *scripts: Path) -> ElementTree.Element:
    """Return tshark's PDML; it must not complain about a script."""
    command = ["tshark", "-r", str(capture), "-T", "pdml"]
    command += [part for script in scripts for part in ("-X", f"lua_script:{script}")]
    command += ["-d", f"tcp.port=={SERVER_PORT},{protocol}"]
    return parsed(subprocess.run(command, capture_output=True, timeout=60, check=True))


def parsed(run: "subprocess.CompletedProcess[bytes]") -> ElementTree.Element:
    """Return the PDML of a run of tshark; it must not complain about a script."""
    assert b"Lua" not in run.stderr and b"lua" not in run.stderr, run.stderr.decode()
    return ElementTree.fromstring(run.stdout)


def fields(pdml: ElementTree.Element, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield (name, value) of the fields whose names begin so, in the order of the capture."""
    for field in pdml.iter("field"):
        name = field.get("name", "")
        if name.startswith(prefix):
            yield name.removeprefix(prefix), field.get("show", "")


def complaints(pdml: ElementTree.Element) -> list[str]:
    """Return what tshark finds malformed."""
    found = [each.get("showname", "") for each in pdml.iter("field") if "malformed" in each.get("name", "").lower()]
    return found + [proto.get("name", "") for proto in pdml.iter("proto") if "malformed" in proto.get("name", "")]
