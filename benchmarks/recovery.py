"""Time the start of a gateway: check a journal, bring sessions and books back, with and without a snapshot."""

import gc
import tempfile
import time
from pathlib import Path

from benchmarks.tables import Table
from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, OrdType, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report
from fairlead.gateway.journal.recovery import recover
from fairlead.gateway.journal.segments import JournalSettings
from fairlead.gateway.journal.session_store import SessionStores
from fairlead.gateway.journal.writer_cy import JournalWriter
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.restoration import replay

RECORDS = 100_000
UTC_NS = 1_763_800_000_000_000_000
FRAME = b"8=FIX.4.4\x019=180\x0135=8\x01".ljust(200, b"x")
TURN = 100
"""Records a commit."""


def _write_frames(writer: JournalWriter, count: int) -> None:
    """Write what a venue session leaves: each message out, each message in with the number expected next."""
    stores = SessionStores(writer.settings.folder)
    stores.attach(writer)
    store = stores.open("venue:XSIM", "FIX.4.4", UTC_NS)
    for number in range(1, count // 3 + 1):
        store.record_in(number, FRAME, UTC_NS)
        store.advance_in(number + 1, UTC_NS)
        store.record_out(number, FRAME, UTC_NS)
        if number % TURN == 0:
            writer.commit()


def _write_orders(writer: JournalWriter, count: int) -> Ledger:
    """Write orders that fill: one request and one report each; every tenth stays open."""
    stream = writer.register_stream("orders", "", UTC_NS, 1)
    ledger = Ledger(lambda kind, payload, utc_ns: writer.append(stream, kind, payload, utc_ns, 1), writer.epoch)
    terms = {"symbol": "MSFT", "side": Side.BUY, "ord_type": OrdType.LIMIT, "price": 430 * SCALE}
    quantities = {"last_qty": 100 * SCALE, "cum_qty": 100 * SCALE, "order_qty": 100 * SCALE, "leaves_qty": 0}
    for number in range(count // 2):
        request = NewOrder(cl_ord_id=f"A{number}", order_qty=100 * SCALE, **terms)
        ledger.open_order("alpha", request, "XSIM", f"V{number}", UTC_NS)
        said = Report(
            kind=ReportKind.FILLED if number % 10 else ReportKind.ACCEPTED,
            exec_type=ExecType.TRADE if number % 10 else ExecType.NEW,
            ord_status=OrdStatus.FILLED if number % 10 else OrdStatus.NEW,
            cl_ord_id=f"V{number}",
            exec_id=f"E{number}",
            last_px=430 * SCALE,
            **quantities,
        )
        ledger.apply("XSIM", said, UTC_NS)
        if number % TURN == 0:
            writer.commit()
    return ledger


def _open(folder: Path) -> JournalWriter:
    return recover(JournalSettings(folder)).open_writer(UTC_NS, 1)


def _start(folder: Path) -> tuple[int, float]:
    """Return how many records there were and how many seconds it took to be ready for a writer."""
    begin = time.perf_counter()
    recovery = recover(JournalSettings(folder))
    ledger = Ledger(lambda kind, payload, utc_ns: None, recovery.next_epoch)
    replay(recovery, SessionStores(folder), ledger)
    seconds = time.perf_counter() - begin
    recovery.close()
    return recovery.report.records, seconds


def _row(name: str, folder: Path) -> list[str]:
    records, seconds = _start(folder)
    return [name, f"{records:,}", f"{seconds:,.2f}", f"{records / seconds:,.0f}"]


def main(records: int = RECORDS) -> list[Table]:
    """Return seconds and records a second for journals of about so many records."""
    with tempfile.TemporaryDirectory() as root:
        frames, orders = Path(root, "frames"), Path(root, "orders")
        writer = _open(frames)
        _write_frames(writer, records)
        writer.commit()
        writer.close()
        writer = _open(orders)
        ledger = _write_orders(writer, records)
        writer.commit()
        rows = [_row("frames of a session", frames)]
        writer.close()
        rows.append(_row("requests and reports", orders))
        rows += _with_snapshot(orders, ledger)
    return [Table("start-up: check, replay", ["journal", "records", "seconds", "records/s"], rows)]


def _with_snapshot(folder: Path, ledger: Ledger) -> list[list[str]]:
    recovery = recover(JournalSettings(folder))
    opened: list[JournalWriter] = []
    restored = Ledger(lambda kind, payload, utc_ns: opened[0].append(1, kind, payload, utc_ns, 1), recovery.next_epoch)
    replay(recovery, SessionStores(folder), restored)
    opened.append(recovery.open_writer(UTC_NS, 1))
    # as the day's turn leaves it: ended orders are forgotten, then the books are written down
    restored.forget_ended(UTC_NS + 1, UTC_NS + 1)
    # as a running gateway has it: what came before is no garbage to look through
    gc.collect()
    gc.freeze()
    begin = time.perf_counter()
    count = restored.write_snapshot(UTC_NS)
    opened[0].commit()
    seconds = time.perf_counter() - begin
    gc.unfreeze()
    opened[0].close()
    if len(restored.open_orders()) != len(ledger.open_orders()):
        raise AssertionError("orders were lost, expected all open ones back")
    written_row = ["writing the snapshot", f"{count:,}", f"{seconds:,.3f}", f"{count / seconds:,.0f}"]
    return [written_row, _row("the same behind a snapshot", folder)]
