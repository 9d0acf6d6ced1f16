"""Frames of native sessions in the journal: shown as messages, found by tokens, exported as they were on the wire."""

import shutil
import struct
import subprocess
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, OrdType, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report
from fairlead.gateway.commands.journal import journal
from fairlead.gateway.journal import kinds
from fairlead.gateway.orders.ledger_cy import Ledger

from .conftest import Journals

NOW = 1_772_460_000_000_000_000
TOKEN = "00001000000000"


def soup(kind: str, payload: bytes = b"") -> bytes:
    return struct.pack(">Hc", 1 + len(payload), kind.encode()) + payload


LOGIN = soup("L", b"FIRM01" + b"*" * 10 + b" " * 10 + b"1".rjust(20))
WELCOME = soup("A", b"DAY1".rjust(10) + b"1".rjust(20))
ENTER = soup(
    "U",
    struct.pack(
        ">c14scI8sII4scccIcc",
        *(b"O", TOKEN.encode(), b"B", 100, b"IBM     ", 1_234_500, 99998, b"    ", b"Y", b"P", b"N", 0, b"N", b" "),
    ),
)
ACCEPTED = soup(
    "S",
    struct.pack(
        ">cQ14scI8sII4scQccIccc",
        *(b"A", 34_200_000_000_123, TOKEN.encode(), b"B", 100, b"IBM     ", 1_234_500, 99998, b"    ", b"Y", 7001),
        *(b"P", b"N", 0, b"N", b"L", b" "),
    ),
)
OTHER = soup("S", struct.pack(">cQ14sc", b"J", 34_200_000_000_124, b"00001000000001", b"X"))
CUT = soup("S", ACCEPTED[3:-1])


@pytest.fixture
def folder(journals: Journals) -> Path:
    writer = journals.open()
    orders = writer.register_stream("orders", "", NOW, 1)
    venue = writer.register_stream("venue:XOU", "ouch_4_2", NOW, 1)
    ledger = Ledger(lambda kind, payload, utc_ns: writer.append(orders, kind, payload, utc_ns, 1), writer.epoch)

    def frame(kind: int, number: int, data: bytes) -> None:
        writer.append_prefixed(venue, kind, number, data, NOW, 1)

    frame(kinds.FRAME_RESENT, 0, LOGIN)
    frame(kinds.FRAME_IN, 0, WELCOME)
    order = NewOrder(
        cl_ord_id="A-1", symbol="IBM", side=Side.BUY, order_qty=100 * SCALE, ord_type=OrdType.LIMIT, price=SCALE
    )
    ledger.open_order("alpha", order, "XOU", TOKEN, NOW)
    frame(kinds.FRAME_OUT, 1, ENTER)
    frame(kinds.FRAME_IN, 1, ACCEPTED)
    ledger.apply(
        "XOU",
        Report(
            kind=ReportKind.ACCEPTED,
            exec_type=ExecType.NEW,
            ord_status=OrdStatus.NEW,
            cl_ord_id=TOKEN,
            venue_order_id="7001",
        ),
        NOW,
    )
    frame(kinds.FRAME_IN, 2, OTHER)
    frame(kinds.FRAME_IN, 3, CUT)
    frame(kinds.FRAME_IN, 0, soup("H"))
    writer.commit()
    writer.close()
    return journals.folder


def run(*arguments: object) -> str:
    result = CliRunner().invoke(journal, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_message_is_shown_by_its_names(folder: Path) -> None:
    lines = run("cat", "--session", "XOU", folder).splitlines()
    shown = [line.split("XOU", 1)[1] for line in lines]
    assert f"| enter_order order_token={TOKEN} side=B shares=100 stock=IBM price=123.4500" in shown[-5]
    assert "| accepted timestamp=34200000000123" in shown[-4]
    assert "order_reference_number=7001" in shown[-4]
    assert "login_request username=FIRM01 password=**********" in shown[-7]
    assert "undecoded=" in shown[-2]
    assert "expected 66" in shown[-2]
    assert shown[-1].endswith("server_heartbeat")


def test_a_message_is_json(folder: Path) -> None:
    lines = [orjson.loads(line) for line in run("cat", "--json", "--session", "XOU", folder).splitlines()]
    (enter,) = [line for line in lines if line.get("message") == "enter_order"]
    assert (enter["direction"], enter["msg_seq_num"], enter["price"]) == ("out", 1, "123.4500")


@pytest.mark.parametrize("name", ["A-1", TOKEN, "7001"])
def test_an_orders_life_is_found_by_any_of_its_ids(folder: Path, name: str) -> None:
    lines = [orjson.loads(line) for line in run("cat", "--json", "--cl-ord-id", name, folder).splitlines()]
    assert [line.get("message") for line in lines] == ["new_order", "enter_order", "accepted", "accepted"]


def test_an_export_holds_the_packets_that_were_on_the_wire(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.pcapng"
    run("export", "--to", target, folder)
    data = target.read_bytes()
    for packet in (LOGIN, WELCOME, ENTER, ACCEPTED):
        assert packet in data


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_wireshark_reads_the_export(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.pcapng"
    run("export", "--to", target, folder)
    fields = ("soupbintcp.packet_type", "ouch.packet_type", "ouch.order_token", "ouch.price", "_ws.malformed")
    command = ["tshark", "-r", str(target), "-d", "tcp.port==5002,soupbintcp", "-T", "fields"]
    for field in fields:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    rows = [[cell.strip("'") for cell in line.split("\t")] for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == ["L", "A", "U", "S", "S", "S", "H"]
    assert rows[2] == ["U", "O", TOKEN, "1234500", ""]
    # what was cut short is left out
    assert [row[4] for row in [*rows[:5], rows[6]]] == [""] * 6
