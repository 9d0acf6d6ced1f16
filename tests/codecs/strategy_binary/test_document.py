"""docs/strategy-protocol.md says what the table and the codec say."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from strategy_stranger import login, login_accepted, new_order, option, packet, report

from fairlead.codecs.binary import load_protocol
from fairlead.codecs.soupbintcp import packet_types as pt
from fairlead.codecs.soupbintcp.login import LoginAccepted, LoginRequest, encode_login_accepted, encode_login_request
from fairlead.codecs.soupbintcp.packets_cy import encode_packet
from fairlead.codecs.strategy_binary.reports_cy import ReportEncoder
from fairlead.codecs.strategy_binary.request_encoder_cy import RequestEncoder
from fairlead.codecs.strategy_binary.session import LIVE_SEQ, LOGOUT_REASONS, REFUSALS
from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, OrdType, ReportKind, Side, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docs" / "strategy-protocol.md").read_text(encoding="utf-8")


def tool() -> ModuleType:
    path = ROOT / "tools" / "make_strategy_protocol_doc.py"
    spec = importlib.util.spec_from_file_location("make_strategy_protocol_doc", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def examples() -> list[bytes]:
    part = TEXT.partition("## An example")[2].partition("## Hints")[0]
    return [bytes.fromhex(found) for found in re.findall(r"```\n([0-9a-f \n]+)```", part)]


def test_tables_are_those_of_the_protocol() -> None:
    made = tool().document(TEXT, load_protocol("fairlead_strategy_1_0"))
    assert made == TEXT, "run tools/make_strategy_protocol_doc.py"


def test_examples_are_what_the_layouts_say() -> None:
    terms = {
        "side": b"1",
        "ord_type": b"2",
        "time_in_force": b"0",
        "order_qty": 10_000_000_000,
        "price": 43_025_000_000,
    }
    ids = {"cl_ord_id": "A-1", "order_id": "O1-1", "exec_id": "E1-1", "symbol": "MSFT", "account": "ACC1"}
    accepted = report(
        option(9, b"B17"),
        **terms,
        **ids,
        kind=1,
        exec_type=b"0",
        ord_status=b"0",
        venue="XSIM",
        leaves_qty=10_000_000_000,
        cum_qty=0,
        transact_time=1_767_364_200_000_000_000,
    )
    order = new_order("A-1", "MSFT", b"1", b"2", 10_000_000_000, 43_025_000_000)
    assert examples() == [login("alpha", "Ten-Chars1"), login_accepted(), packet("U", order), packet("S", accepted)]


def test_examples_are_what_we_write() -> None:
    order = NewOrder(
        cl_ord_id="A-1",
        symbol="MSFT",
        side=Side.BUY,
        order_qty=100 * SCALE,
        ord_type=OrdType.LIMIT,
        price=43_025_000_000,
    )
    accepted = Report(
        kind=ReportKind.ACCEPTED,
        exec_type=ExecType.NEW,
        ord_status=OrdStatus.NEW,
        cl_ord_id="A-1",
        order_id="O1-1",
        venue_order_id="B17",
        exec_id="E1-1",
        account="ACC1",
        symbol="MSFT",
        venue="XSIM",
        side=Side.BUY,
        ord_type=OrdType.LIMIT,
        time_in_force=TimeInForce.DAY,
        order_qty=100 * SCALE,
        price=43_025_000_000,
        leaves_qty=100 * SCALE,
        cum_qty=0,
        transact_time_ns=1_767_364_200_000_000_000,
    )
    assert examples() == [
        encode_login_request(LoginRequest("alpha", "Ten-Chars1", "", 1)),
        encode_login_accepted(LoginAccepted("F1-0", 1)),
        encode_packet(pt.UNSEQUENCED_DATA, RequestEncoder().encode(order)),
        encode_packet(pt.SEQUENCED_DATA, ReportEncoder().encode(accepted)),
    ]


def test_every_name_of_a_debug_packet_is_explained() -> None:
    table = TEXT.partition("## What the gateway says in debug packets")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([a-z_]+)`", table))
    # a strategy that logged out is told nothing; one login takes over from the other
    said = {LIVE_SEQ, *REFUSALS, *LOGOUT_REASONS} - {"requested", "already_connected"}
    assert said <= named
