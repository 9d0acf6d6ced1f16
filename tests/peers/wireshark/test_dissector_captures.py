"""Dissectors made from exchanges' tables read captures of real venues as our decoder does."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from captures import SHARED, mold_messages, payloads, shared, soup_packets
from message_fields import expected
from tcp_capture import complaints, fields, parsed

from fairlead.codecs.binary import Direction, load_protocol
from fairlead.codecs.wireshark.lua import dissector

MANIFEST = "data/native_pcaps/manifest.json"
FAMILIES = (
    ("ouch_5_0", "tcp"),
    ("jnx_ouch_1_11", "tcp"),
    ("jnx_itch_2_0", "udp"),
    ("asx_derivatives_itch_1_05", "udp"),
)


def entries(name: str, transport: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(shared(MANIFEST).read_text())["files"]
    return [each for each in found if (each["spec"], each["transport"]) == (f"{name}.json", transport)]


def joined(files: list[str], path: Path) -> Path:
    """Write one capture of several, all Ethernet and little-endian; what their time stamps count does not matter."""
    captures = [(SHARED / "data/native_pcaps" / file).read_bytes() for file in files]
    assert {capture[20:24] for capture in captures} == {b"\1\0\0\0"}
    path.write_bytes(captures[0][:24] + b"".join(capture[24:] for capture in captures))
    return path


def read_by_us(name: str, entry: dict[str, Any]) -> list[tuple[str, str]]:
    protocol = load_protocol(name)
    is_from_venue = entry["transport"] == "udp" or entry["ports"][0] == min(entry["ports"])
    decoder = protocol.decoder(Direction.TO_CLIENT if is_from_venue else Direction.TO_VENUE)
    messages = []
    for data in payloads(entry["file"]):
        if entry["transport"] == "udp":
            messages += mold_messages(data) if data[18:20] != b"\xff\xff" else []
        else:
            messages += [packet[3:] for packet in soup_packets(data) if packet[2:3] in b"SU"]
    return [field for message in messages for field in expected(decoder.decode(message))]


@pytest.mark.parametrize(("name", "transport"), FAMILIES)
def test_real_messages_are_read_alike(name: str, transport: str, tmp_path: Path) -> None:
    found = entries(name, transport)
    assert found
    script = tmp_path / "made.lua"
    script.write_text(dissector(load_protocol(name)), encoding="utf-8")
    capture = joined([entry["file"] for entry in found], tmp_path / "all.pcap")
    command = ["tshark", "-r", str(capture), "-T", "pdml", "-X", f"lua_script:{script}"]
    for port in sorted({min(each["ports"]) if transport == "tcp" else each["ports"][1] for each in found}):
        command += ["-d", f"tcp.port=={port},{name}" if transport == "tcp" else f"udp.port=={port},moldudp64"]
    if transport == "udp":
        command += ["-d", f"moldudp64.payload,{name}_message"]
    pdml = parsed(subprocess.run(command, capture_output=True, timeout=60, check=True))
    assert complaints(pdml) == []
    layouts = load_protocol(name).layouts
    groups = {f"{layout.name}.{field.name}" for layout in layouts for field in layout.fields if field.fields}
    read = [each for each in fields(pdml, f"{name}.") if not each[0].startswith("soup.") and each[0] not in groups]
    assert read == [field for entry in found for field in read_by_us(name, entry)]
