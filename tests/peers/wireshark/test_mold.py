"""tshark reads what our MoldUDP64 sender and receiver put on the wire, as it was meant."""

import struct
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from tcp_capture import complaints

from fairlead.adapters.mold.receiver import MoldReceiver
from fairlead.adapters.mold.sender import MoldSender
from fairlead.adapters.mold.settings import MoldReceiverSettings, MoldSenderSettings
from fairlead.adapters.session_store import MemoryStore
from fairlead.codecs.binary import Direction, load_protocol

PORT, MS = 26_477, 1_000_000
MESSAGES = [
    bytes([layout.type_code]) + bytes(range(33, 32 + layout.length))
    for layout in load_protocol("itch_5_0").layouts_of(Direction.TO_CLIENT)
]


class _Sink:
    def on_messages(self, *_: object) -> None: ...

    def on_lost(self, *_: object) -> None: ...

    def on_mold_event(self, *_: object) -> None: ...


def datagrams() -> list[bytes]:
    """Return all kinds of packets: messages (one and many in a packet), a heartbeat, the end, a request."""
    sender = MoldSender(MoldSenderSettings(max_packet_bytes=200), "DAY1", MemoryStore())
    sender.start(0)
    found = []
    for message in MESSAGES:
        sender.send(message, MS, MS)
    found += sender.take_datagrams()
    sender.on_timer(2000 * MS)
    found += sender.take_datagrams()
    sender.end(3000 * MS)
    found += sender.take_datagrams()
    receiver = MoldReceiver(MoldReceiverSettings(lines=1, request_servers=1), _Sink())
    receiver.start(0, 0)
    receiver.receive_datagram(0, found[0], MS, MS)
    receiver.receive_datagram(0, found[-3], 2 * MS, 2 * MS)
    receiver.on_timer(5000 * MS, 5000 * MS)
    requests = [packet for _, packet in receiver.take_requests()]
    assert requests
    return found + requests


def capture(path: Path, packets: list[bytes]) -> Path:
    out = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65_535, 101)
    for number, data in enumerate(packets):
        ends = b"\x0a\0\0\1\xe0\0\0\1"
        ip = struct.pack(">BBHHHBBH8s", 0x45, 0, 28 + len(data), 0, 0, 64, 17, 0, ends)
        packet = ip + struct.pack(">HHHH", 50_000, PORT, 8 + len(data), 0) + data
        out += struct.pack("<IIII", 1_767_364_200, number, len(packet), len(packet)) + packet
    path.write_bytes(out)
    return path


def test_every_packet_of_a_stream(tmp_path: Path) -> None:
    packets = datagrams()
    path = capture(tmp_path / "mold.pcap", packets)
    command = ["tshark", "-r", str(path), "-T", "pdml", "-d", f"udp.port=={PORT},moldudp64"]
    pdml = ElementTree.fromstring(subprocess.run(command, capture_output=True, timeout=60, check=True).stdout)
    assert complaints(pdml) == []
    assert not [field for field in pdml.iter("field") if "invalid" in field.get("name", "")]
    there = [proto for proto in pdml.iter("proto") if proto.get("name") == "moldudp64"]
    assert len(there) == len(packets)
    read: list[tuple[int, str]] = []
    for proto, packet in zip(there, packets, strict=True):
        shown = {field.get("name", ""): field.get("show", "") for field in proto.iter("field")}
        number, count = struct.unpack_from(">QH", packet, 10)
        assert shown["moldudp64.session"].strip() == "DAY1"
        assert int(shown["moldudp64.sequence"]) == number
        assert int(shown["moldudp64.count"]) == count
        data = [field for field in proto.iter("field") if field.get("name") == "moldudp64.msgdata"]
        first = [field for field in proto.iter("field") if field.get("name") == "moldudp64.msgseq"]
        read += [
            (int(at.get("show", "0")), each.get("show", "").replace(":", ""))
            for at, each in zip(first, data, strict=True)
        ]
    assert read == [(number, message.hex()) for number, message in enumerate(MESSAGES, 1)]
