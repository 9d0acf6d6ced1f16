"""tshark, with the dissector that was made from the table, reads our traffic as we do."""

import random
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from message_fields import expected
from strategy_everything import LEAST, VALUES, full
from strategy_stranger import new_order, packet, refused
from tcp_capture import TcpCapture, complaints, dissect, fields

from fairlead.codecs.binary import Direction, load_protocol, table_names
from fairlead.codecs.soupbintcp import packet_types as pt
from fairlead.codecs.soupbintcp.login import LoginAccepted, LoginRequest, encode_login_accepted, encode_login_request
from fairlead.codecs.soupbintcp.packets_cy import encode_packet
from fairlead.codecs.strategy_binary.market_data_encoder_cy import MarketDataEncoder, encode_market_data_request
from fairlead.codecs.strategy_binary.reports_cy import ReportEncoder
from fairlead.codecs.strategy_binary.request_encoder_cy import RequestEncoder
from fairlead.codecs.vocabulary.market_data_cy import (
    MarketDataIncrement,
    MarketDataReject,
    MarketDataRequest,
    MarketDataSnapshot,
    SecurityStatus,
)
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.codecs.wireshark.lua import dissector
from fairlead.gateway.commands.dissector import dissector as command

PROTOCOL = "fairlead_strategy_1_0"
BOOK: dict[str, Any] = {"md_req_id": "R1", "symbol": "IBM", "venue": "XNAS"}
MARKET_DATA = (
    MarketDataReject(md_req_id="R1", md_req_rej_reason=ord("N"), text="no feed"),
    MarketDataSnapshot(**BOOK, bids=((10, 20, 3), (9, 30, 4)), asks=((11, 40, 5),), last_px=43_025_000_000),
    MarketDataIncrement(**BOOK, changes=((50, 48, 10, -(2**63), 0, 0), (48, 49, 11, 12, 13, 1))),
    SecurityStatus(**BOOK, text="a gap", operational_halts=("Q", "B"), reference_prices=(("ipo", 1, 2, 3),)),
)
SUBSCRIPTION = MarketDataRequest(
    md_req_id="R1", subscription_request_type=ord("1"), symbols=("IBM", "MSFT"), market_depth=5
)


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lua") / "strategy.lua"
    path.write_text(dissector(load_protocol(PROTOCOL)), encoding="utf-8")
    return path


def conversation() -> tuple[list[bytes], list[bytes]]:
    """Return what a strategy and the gateway say to each other: every message there is."""
    requests, reports, market = RequestEncoder(), ReportEncoder(), MarketDataEncoder()
    sent = [requests.encode(full(kind)) for kind in LEAST if kind is not Report]
    sent += [requests.encode(kind(**LEAST[kind])) for kind in LEAST if kind is not Report]
    sent.append(encode_market_data_request(SUBSCRIPTION))
    answers = [reports.encode(full(Report)), reports.encode(Report(**LEAST[Report]))]
    answers.append(refused(b"O", 3, ("side: 'x' received", "price: none"), "A-2"))
    told = [part for message in MARKET_DATA for part in market.encode(message)]
    return sent, answers + told


def capture(path: Path, cut: int = 0) -> Path:
    """Write the conversation; segments of ``cut`` bytes, or one a packet."""
    sent, answers = conversation()
    login = encode_login_request(LoginRequest("alpha", "Ten-Chars1", "", 1))
    outward = [login, *(encode_packet(pt.UNSEQUENCED_DATA, each) for each in sent), packet("R"), packet("O")]
    inward = [packet("+", b"live_seq: 1"), encode_login_accepted(LoginAccepted("F1-0", 1)), packet("H")]
    inward += [
        encode_packet(pt.SEQUENCED_DATA if each[:1] in (b"R", b"!") else pt.UNSEQUENCED_DATA, each) for each in answers
    ]
    file = TcpCapture()
    for is_from_client, packets in ((True, outward), (False, inward)):
        stream = b"".join(packets)
        parts = [stream[at : at + cut] for at in range(0, len(stream), cut)] if cut else packets
        for part in parts:
            file.add(is_from_client, part)
    return file.write(path)


def all_expected() -> list[tuple[str, str]]:
    protocol = load_protocol(PROTOCOL)
    found = []
    for direction, messages in zip((Direction.TO_VENUE, Direction.TO_CLIENT), conversation(), strict=True):
        decoder = protocol.decoder(direction)
        for message in messages:
            found += expected(decoder.decode(message))
    return found


def is_list(name: str) -> bool:
    """Tell whether a field shows a whole group as bytes, whose entries follow."""
    return name.rpartition(".")[2] in ("symbols", "levels", "changes", "reference_prices")


@pytest.mark.parametrize("cut", [0, 1, 100_000])
def test_every_field_of_every_message_is_read_alike(script: Path, tmp_path: Path, cut: int) -> None:
    pdml = dissect(capture(tmp_path / "strategy.pcap", cut), PROTOCOL, script)
    assert complaints(pdml) == []
    read = [
        (name, value)
        for name, value in fields(pdml, f"{PROTOCOL}.")
        if not name.startswith("soup.") and not is_list(name)
    ]
    assert read == all_expected()


def test_login_is_read_without_its_secret(script: Path, tmp_path: Path) -> None:
    pdml = dissect(capture(tmp_path / "strategy.pcap"), PROTOCOL, script)
    soup = dict(fields(pdml, f"{PROTOCOL}.soup."))
    assert soup["login_request.username"] == "alpha"
    assert soup["login_request.password"] == "*" * 10
    assert soup["login_accepted.session"] == "F1-0"
    assert soup["login_accepted.sequence_number"] == "1"
    assert soup["debug.text"] == "live_seq: 1"


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        (new_order()[:60], "60 bytes of new_order, expected 99"),
        (new_order(options=b"\0\x09\x0c"), "an option of 9 bytes, with 1 left"),
        (new_order(options=b"\0\x02\x20x"), "stop_px of 1 bytes, expected 8"),
    ],
)
def test_what_is_malformed_is_marked(script: Path, tmp_path: Path, message: bytes, complaint: str) -> None:
    file = TcpCapture()
    file.add(True, packet("U", message))
    pdml = dissect(file.write(tmp_path / "bad.pcap"), PROTOCOL, script)
    texts = [field.get("show", "") for field in pdml.iter("field") if field.get("name") == "_ws.expert.message"]
    assert complaint in texts


def test_any_bytes_are_dissected_without_an_error_of_the_script(script: Path, tmp_path: Path) -> None:
    chance = random.Random(20261128)
    sent, answers = conversation()
    file = TcpCapture()
    for number in range(600):
        message = bytearray(chance.choice(sent + answers))
        if number % 3 == 0:
            message = bytearray(chance.randbytes(chance.randrange(0, 300)))
        elif number % 3 == 1:
            del message[chance.randrange(len(message)) :]
        else:
            message[chance.randrange(len(message))] = chance.randrange(256)
        file.add(number % 2 == 0, packet(chance.choice("USLA+JZ?"), bytes(message)))
    pdml = dissect(file.write(tmp_path / "junk.pcap"), PROTOCOL, script)
    text = ElementTree.tostring(pdml, encoding="unicode")
    assert "Lua Error" not in text
    assert len(list(pdml.iter("packet"))) == 600


def test_dissectors_of_all_tables_load_together(tmp_path: Path) -> None:
    scripts = []
    for name in table_names():
        scripts.append(tmp_path / f"{name}.lua")
        result = CliRunner().invoke(command, [name, "--output", str(scripts[-1])])
        assert result.exit_code == 0, result.output
    file = TcpCapture()
    file.add(False, packet("H"))
    capture = file.write(tmp_path / "beat.pcap")
    for name in ("ouch_5_0", "itch_5_0"):
        pdml = dissect(capture, name, *scripts)
        assert complaints(pdml) == []
        assert ("server_heartbeat.packet_length", "1") in list(fields(pdml, f"{name}.soup."))


def test_command_names_what_it_has_and_what_it_has_not() -> None:
    listed = CliRunner().invoke(command, ["--list"])
    assert listed.output.split() == table_names()
    unknown = CliRunner().invoke(command, ["no_such"])
    assert unknown.exit_code == 1
    assert unknown.output.startswith("Error: no table 'no_such', expected a path or one of asx_")
    assert CliRunner().invoke(command, []).exit_code == 2


def test_everything_is_spoken() -> None:
    # a field without a value of its own would be compared with nothing
    assert set(VALUES) >= {name for kind in LEAST for name in dir(full(kind)) if not name.startswith("_")}
