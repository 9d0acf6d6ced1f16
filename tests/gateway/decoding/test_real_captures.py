"""`fairlead decode` on what exchanges really sent: all of a protocol that has a table, without a byte unknown."""

import gzip
from pathlib import Path
from typing import Any

import orjson
import pytest
from captures import SHARED, shared
from click.testing import CliRunner

from fairlead.gateway.commands.decode import decode

NATIVE = [
    ("Nasdaq/Nasdaq.Nsm.Ouch.v5.0/EnterOrderMessage", ["ouch_5_0 enter_order"]),
    ("Nasdaq/Nasdaq.Nsm.Ouch.v5.0/CancelOrderMessage", ["ouch_5_0 cancel_order"]),
    ("Nasdaq/Nasdaq.Nsm.Ouch.v5.0/ClientHeartbeatPacket", ["soupbintcp_3_00 client_heartbeat"]),
    ("Nasdaq/Nasdaq.Nsm.Ouch.v5.0/ServerHeartbeatPacket", ["soupbintcp_3_00 server_heartbeat"]),
    ("Jnx/JnxEquities.Pts.Ouch.v1.11/LoginRequestPacket", ["soupbintcp_3_00 login_request"]),
    ("Jnx/JnxEquities.Pts.Ouch.v1.11/LoginAcceptedPacket", ["soupbintcp_3_00 login_accepted"]),
    ("Jnx/JnxEquities.Pts.Ouch.v1.11/EnterOrderMessage", ["jnx_ouch_1_11 enter_order"]),
    ("Jnx/JnxEquities.Pts.Itch.v1.6/OrderDeletedMessage", ["jnx_itch_2_0 order_deleted"]),
    ("Jnx/JnxEquities.Pts.Itch.v1.6/TimestampSecondsMessage", ["jnx_itch_2_0 seconds", "jnx_itch_2_0 system_event"]),
    ("Asx/Ntp.Itch.v1.05/Heartbeat", ["moldudp64_1_00 heartbeat"]),
    *(
        (f"Asx/Ntp.Itch.v1.05/{file}", [f"asx_derivatives_itch_1_05 {name}" for name in names])
        for file, names in {
            "AddOrderMessage": ["add_order"],
            "EquilibriumPriceMessage": ["equilibrium_price"],
            "OrderExecutedMessage": ["order_executed"],
            "FutureSymbolDirectoryMessage": ["future_symbol_directory"],
            "TextMessage": ["text"],
            "AuctionOrderExecutedMessage": ["auction_order_executed"],
            "OrderDeletedMessage": ["order_deleted"],
            "OrderBookStateMessage": ["order_book_state"],
            "Seconds": ["seconds", "add_order"],
        }.items()
    ),
]


def decoded(path: Path, *options: str) -> tuple[int, list[dict[str, Any]], str]:
    result = CliRunner().invoke(decode, [str(path), "--json", *options])
    assert not isinstance(result.exception, Exception), result.exception
    return result.exit_code, [orjson.loads(line) for line in result.stdout.splitlines()], result.stderr


@pytest.mark.parametrize(("name", "expected"), NATIVE, ids=[name for name, _ in NATIVE])
def test_a_native_capture(name: str, expected: list[str]) -> None:
    code, lines, summary = decoded(shared(f"data/native_pcaps/{name}.pcap"))
    assert code == 0
    assert [f"{line['protocol']} {line['message']}" for line in lines] == expected
    assert summary == f"{len(expected)} messages, 0 unknown, 0 notes\n"


def test_an_order_as_the_capture_has_it() -> None:
    _, (line,), _ = decoded(shared("data/native_pcaps/Nasdaq/Nasdaq.Nsm.Ouch.v5.0/EnterOrderMessage.pcap"))
    assert line["fields"] | {"user_ref_num": 113, "side": "T", "quantity": 225, "symbol": "CVLT"} == line["fields"]
    assert line["fields"]["price"] == "63.0200"
    assert (line["from"], line["to"]) == ("74.120.49.66:40565", "206.200.125.172:8001")
    assert (line["direction"], line["time"]) == ("to_venue", line["time"])


def test_a_password_is_not_shown() -> None:
    path = shared("data/native_pcaps/Jnx/JnxEquities.Pts.Ouch.v1.11/LoginRequestPacket.pcap")
    _, (line,), _ = decoded(path)
    assert line["fields"]["password"] == "***"


def others() -> list[Any]:
    """Return the captures of protocols whose messages say themselves how long they are: all that NATIVE has not."""
    folder = SHARED / "data/native_pcaps"
    known = {f"{name}.pcap" for name, _ in NATIVE}
    found = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.pcap"))
    return [name for name in found if name not in known] or [pytest.param("", marks=pytest.mark.skip("no captures"))]


@pytest.mark.parametrize("name", others())
def test_a_capture_of_a_protocol_with_frames_of_its_own(name: str) -> None:
    code, lines, _ = decoded(shared(f"data/native_pcaps/{name}"))
    assert (code, {line["kind"] for line in lines}) == (0, {"message"})
    tables = {
        "B3": "b3_binary_entrypoint",
        "Cboe": "cboe_boe_v2_us_",
        "Cme": "cme_ilink3",
        "Coinbase": "coinbase_derivatives_orders",
        "Eurex": "eurex_t7_eti_derivatives",
        "Miax": "miax_meo_pearl_equities",
        "Txse": "txse_seed_rake_1_0",
    }
    assert all(line["protocol"].startswith(tables[name.partition("/")[0]]) for line in lines)


def test_an_order_in_a_session_of_packets() -> None:
    path = shared("data/native_pcaps/Txse/OrderEntry.Seed.v0.7/LimitOrderMessage.pcap")
    _, (line,), _ = decoded(path, "--protocol", "own/txse_seed_rake_1_0")
    fields = line["fields"]
    assert (fields["order_qty"], fields["price"], fields["symbol_id"]) == (100, "105.00000000", 2820)


def test_a_real_feed_of_three_packets_whose_last_message_is_cut() -> None:
    code, lines, _ = decoded(shared("data/bist_itch_moldudp64/mold.sample.dat"))
    assert code == 1
    assert [line["sequence"] for line in lines[:-1]] == list(range(1, 41))
    assert {line["protocol"] for line in lines[:-1]} == {"bist_itch_2014"}
    assert lines[-1]["text"] == "message 41: 20 bytes, expected 25: cut short"
    assert lines[-1]["offset"] + len(lines[-1]["bytes"]) // 2 == 2775


def test_fix_from_a_capture_also_compressed(tmp_path: Path) -> None:
    path = shared("data/fix_captures/derived_montran.pcap")
    code, lines, _ = decoded(path)
    assert (code, len(lines)) == (0, 12)
    assert [line["type"] for line in lines[:2]] == ["A", "A"]
    assert lines[0]["fields"]["SenderCompID"] == "FIXTESTA"
    packed = tmp_path / "capture"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert decoded(packed)[1] == lines


def test_fix_from_a_log_with_what_is_between_the_messages() -> None:
    path = shared("data/fix_captures/montran_fix44.log")
    code, lines, _ = decoded(path)
    assert code == 1
    assert sum(line["kind"] == "message" for line in lines) == 12
    at = 0
    for line in lines:
        assert line["offset"] == at
        at += line["length"] if line["kind"] == "message" else len(line["bytes"]) // 2
    assert at == path.stat().st_size
