"""tshark reads what the gateway really said to simulated OUCH venues and to a FIX strategy, as we read it.

The traffic is the journal's export of a run. tshark has OUCH 4.x, SoupBinTCP and FIX of its own; of OUCH 5.0 it sees
the SoupBinTCP packets.
"""

import asyncio
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tcp_capture import complaints, fields

sys.path.insert(0, str(Path(__file__).parents[2] / "system"))

from floor import Floor
from ouch_venues import PASSWORD, RecordingOuchVenue
from traders import ClientTrader, FixTrader
from trading import start_trading

from fairlead.codecs.binary import Direction, load_protocol
from fairlead.codecs.binary.layout_cy import TEXT
from fairlead.codecs.wireshark.lua import dissector
from fairlead.gateway.commands.journal import journal
from fairlead.gateway.decoding.items import MESSAGE, Item
from fairlead.gateway.decoding.traffic import CaptureDecoder, Choices, Stack

SOUP = "tcp.port==5002,soupbintcp"
FIX = "tcp.port==5001,fix"


class AtOuch(ClientTrader):
    venues = ("XO42", "XO50")


class FixAtOuch(FixTrader):
    venues = ("XO42", "XO50")


async def trade(floor: Floor) -> None:
    """Trade for a while, and stop."""
    floor.environ = {"OUCH_PASSWORD": PASSWORD}
    await floor.open()
    try:
        trading = await start_trading(floor, make_alpha=AtOuch, make_beta=FixAtOuch)
        await trading.until_fills(15)
        await trading.settle()
        assert await floor.gateway.stop() == 0
    finally:
        await floor.close()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Export the journal of a run: one capture for each stream."""
    folder = tmp_path_factory.mktemp("floor")

    async def run() -> None:
        await trade(Floor(folder, [RecordingOuchVenue(name) for name in ("XO42", "XO50")]))

    asyncio.run(run())
    captures = {}
    for stream in ("venue:XO42", "venue:XO50", "strategy:beta"):
        path = captures[stream] = folder / f"{stream.replace(':', '_')}.pcapng"
        done = CliRunner().invoke(
            journal, ["export", "--to", str(path), "--stream", stream, str(folder / "state" / "journal")]
        )
        assert done.exit_code == 0, done.output
    return captures


def dissect(capture: Path, decode_as: str, *options: str) -> ElementTree.Element:
    command = ["tshark", "-r", str(capture), "-T", "pdml", "-d", decode_as, *options]
    return ElementTree.fromstring(subprocess.run(command, capture_output=True, timeout=120, check=True).stdout)


def ours(capture: Path, stack: str, port: int) -> list[Item]:
    items = list(CaptureDecoder(Choices(by_port={port: Stack.parse(stack)})).decode([capture.read_bytes()]))
    assert [item for item in items if item.kind != MESSAGE] == []
    return items


def leaves(proto: ElementTree.Element) -> list[tuple[int, int, str]]:
    """Return (position, size, what tshark shows) of the fields that stand on the wire."""
    return [
        (int(field.get("pos", "0")), int(field.get("size", "0")), field.get("show", ""))
        for field in proto.iter("field")
        if field.get("name", "").partition(".")[2] and field.get("size") != "0"
    ]


def protos(pdml: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [proto for proto in pdml.iter("proto") if proto.get("name") == name]


def test_ouch_4_2_field_by_field(recorded: dict[str, Path]) -> None:
    capture = recorded["venue:XO42"]
    pdml = dissect(capture, SOUP)
    assert complaints(pdml) == []
    there = protos(pdml, "ouch")
    here = [item for item in ours(capture, "soup/ouch_4_2", 5002) if item.protocol == "ouch_4_2"]
    assert len(there) == len(here) > 50
    assert {item.name for item in here} >= {"enter_order", "replace_order", "cancel_order", "accepted", "executed"}
    protocol = load_protocol("ouch_4_2")
    for proto, item in zip(there, here, strict=True):
        direction = Direction.TO_VENUE if item.direction == "to_venue" else Direction.TO_CLIENT
        layout = protocol.layout(item.name, direction)
        by_offset = {field.offset: field for field in layout.fields}
        begin = int(proto.get("pos", "0"))
        seen = set()
        for position, size, shown in leaves(proto):
            field = by_offset[position - begin]
            assert size == field.length, (item.name, field.name)
            assert same(field, item, shown), (item.name, field.name, shown, item.fields.get(field.name))
            seen.add(field.name)
        assert {field.name for field in layout.fields} - seen <= {"message_type", "type"}, item.name


def same(field: Any, item: Item, shown: str) -> bool:
    raw = item.raw[field.offset : field.offset + field.length]
    if field.kind == TEXT:
        text = raw.decode().rstrip(" ")
        return shown.rstrip(" ") == text or (len(raw) == 1 and shown in (f"0x{raw[0]:02x}", repr(chr(raw[0]))))
    if field.unit.startswith("ns_since") and ":" in shown:
        return True  # a time of day, shown as such
    number = shown.split(" ")[0].lstrip("$").replace(".", "").lstrip("0")
    return number == str(int.from_bytes(raw, "big")).lstrip("0")


@pytest.mark.parametrize(("stream", "table"), [("venue:XO42", "ouch_4_2"), ("venue:XO50", "ouch_5_0")])
def test_soup_packets(recorded: dict[str, Path], stream: str, table: str) -> None:
    pdml = dissect(recorded[stream], SOUP, "--disable-protocol", "ouch")
    assert complaints(pdml) == []
    here = ours(recorded[stream], f"soup/{table}", 5002)
    there = protos(pdml, "soupbintcp")
    assert len(there) == len(here)
    for proto, item in zip(there, here, strict=True):
        shown = {field.get("name"): field for field in proto.iter("field")}
        size = int(shown["soupbintcp.packet_length"].get("show", "0"))
        if item.protocol == table:
            assert size == 1 + len(item.raw)
            assert shown["soupbintcp.message"].get("show", "").replace(":", "") == item.raw.hex()
            if item.sequence is not None:
                calculated = shown["soupbintcp.seq_num"].get("showname", "")
                assert calculated == f"Sequence number: {item.sequence} (Calculated)"
        else:
            assert size == item.fields["packet_length"]
        for name, key in (("username", "soupbintcp.username"), ("session", "soupbintcp.session")):
            if name in item.fields and key in shown:
                assert shown[key].get("show", "").strip() == item.fields[name]


def test_no_password_is_in_an_export(recorded: dict[str, Path]) -> None:
    for capture in recorded.values():
        assert PASSWORD.encode() not in capture.read_bytes()


def test_fix_field_by_field(recorded: dict[str, Path]) -> None:
    capture = recorded["strategy:beta"]
    pdml = dissect(capture, FIX)
    assert complaints(pdml) == []
    here = ours(capture, "fix", 5001)
    there = protos(pdml, "fix")
    assert len(there) == len(here) > 50
    for proto, item in zip(there, here, strict=True):
        pairs = [
            (field.get("name", "").partition(".")[2], field.get("show", ""))
            for field in proto
            if field.get("name", "").startswith("fix.") and field.get("size") != "0"
        ]
        assert [value for _, value in pairs] == [
            value.decode() for value in (part.partition(b"=")[2] for part in item.raw.split(b"\x01")[:-1])
        ], item.raw
        named = {name: value for name, value in pairs if name in item.fields and name != "Password"}
        assert named == {name: item.fields[name] for name in named}
        assert len([name for name, _ in pairs if name in item.fields]) > 5


def test_ouch_5_0_by_the_dissector_of_its_table(recorded: dict[str, Path], tmp_path: Path) -> None:
    """The dissector is made from our table, so it proves places and types alone where the table is right."""
    script = tmp_path / "ouch_5_0.lua"
    script.write_text(dissector(load_protocol("ouch_5_0")), encoding="utf-8")
    pdml = dissect(recorded["venue:XO50"], "tcp.port==5002,ouch_5_0", "-X", f"lua_script:{script}")
    assert complaints(pdml) == []
    here = [item for item in ours(recorded["venue:XO50"], "soup/ouch_5_0", 5002) if item.protocol == "ouch_5_0"]
    shown = [(name, value) for name, value in fields(pdml, "ouch_5_0.") if name.endswith(".user_ref_num")]
    assert len(here) > 50
    assert shown == [
        (f"{item.name}.user_ref_num", str(item.fields["user_ref_num"]))
        for item in here
        if "user_ref_num" in item.fields
    ]
