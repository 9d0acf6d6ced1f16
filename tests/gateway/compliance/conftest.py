"""Write a journal as a gateway would: orders through the ledger, decisions beside them."""

import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, OrdType, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.compliance.order_attributes import attributes_decision
from fairlead.gateway.config import load_config
from fairlead.gateway.config.models import Config
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.recovery import recover
from fairlead.gateway.journal.segments import JournalSettings
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "process"))

NOON_NS = 1_767_355_200_000_000_000
"""2026-01-02 12:00:00 UTC."""
SECOND_NS = 1_000_000_000

CONFIG = """[gateway]
name = "desk"
state_dir = "state"
[compliance]
entity_id = "5299000J2N45DDNE4Y28"
imid = "FRLD"
venue_mics = { XEXC = "XNAS" }
CONTROLS
[ports.json]
listen = "127.0.0.1:0"
[[venues]]
name = "XEXC"
profile = "exchange44"
hosts = ["127.0.0.1:9"]
sender_comp_id = "FAIRLEAD"
target_comp_id = "XEXC"
[[strategies]]
name = "alpha"
port = "json"
secret_hash = "HASH"
accounts = ["ACC"]
default_account = "ACC"
[strategies.records]
client_id = "CLIENT-7"
investment_decision = "ALGO-1"
execution_decision = "ALGO-2"
liquidity_provision = true
[[instruments]]
symbol = "MSFT"
currency = "USD"
venues = ["XEXC"]
"""


class Records:
    """Hold one gateway's configuration and journal; ``at_s`` seconds after noon is when things happen."""

    def __init__(self, folder: Path, secret_hash: str) -> None:
        self.folder = folder
        self.config_path = folder / "fairlead.toml"
        self._secret_hash = secret_hash
        self.write_config()
        self.journal = folder / "state" / "journal"
        self.journal.parent.mkdir()
        self._recovery = recover(JournalSettings(self.journal, 1 << 20, "async"))
        self.writer = self._recovery.open_writer(NOON_NS, 1)
        self._stream = self.writer.register_stream("orders", "", NOON_NS, 1)
        self.ledger = Ledger(self._record, 1)

    def write_config(self, controls: str = "") -> None:
        text = CONFIG.replace("HASH", self._secret_hash).replace("CONTROLS", controls)
        self.config_path.write_text(text, encoding="utf-8")

    @property
    def config(self) -> Config:
        return load_config(self.config_path)

    def _record(self, kind: int, payload: bytes, utc_ns: int) -> None:
        self.writer.append(self._stream, kind, payload, utc_ns, 1)

    def note(self, at_s: float, decision: dict[str, Any], kind: int = kinds.DECISION) -> None:
        self._record(kind, orjson.dumps(decision), self.at(at_s))

    def note_attributes(self, at_s: float) -> None:
        self.note(at_s, attributes_decision(self.config))

    def at(self, at_s: float) -> int:
        return NOON_NS + int(at_s * SECOND_NS)

    def new(self, at_s: float, number: int, qty: int = 10, side: Side = Side.BUY) -> Order:
        request = NewOrder(
            cl_ord_id=f"A-{number}",
            symbol="MSFT",
            side=side,
            order_qty=qty * SCALE,
            ord_type=OrdType.LIMIT,
            price=430 * SCALE + SCALE // 4,
            account="ACC",
            venue="XEXC",
        )
        return self.ledger.open_order("alpha", request, "XEXC", f"V{number}", self.at(at_s))

    def cancel(self, at_s: float, order: Order, number: int) -> None:
        request = CancelOrder(cl_ord_id=f"A-{number}", orig_cl_ord_id=order.cl_ord_id)
        self.ledger.begin_cancel(order, request, f"V{number}", self.at(at_s))

    def replace(self, at_s: float, order: Order, number: int, qty: int) -> None:
        request = ReplaceOrder(cl_ord_id=f"A-{number}", orig_cl_ord_id=order.cl_ord_id, order_qty=qty * SCALE)
        self.ledger.begin_replace(order, request, f"V{number}", self.at(at_s))

    def say(self, at_s: float, kind: ReportKind, exec_type: ExecType, status: OrdStatus, **told: Any) -> None:
        report = Report(kind=kind, exec_type=exec_type, ord_status=status, **told)
        self.ledger.apply("XEXC", report, self.at(at_s))

    def commit(self) -> None:
        self.writer.commit()

    def close(self) -> None:
        self.writer.commit()
        self.writer.close()


@pytest.fixture
def records(tmp_path: Path) -> Records:
    from fairlead.gateway.ports.secret_hash import SecretHash

    return Records(tmp_path, SecretHash.of("a-secret-of-the-tests", 4).stored())
