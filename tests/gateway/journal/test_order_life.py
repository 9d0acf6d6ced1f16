"""Show one order's whole life by any of its ids, and nothing of another's."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, OrdType, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import NewOrder, ReplaceOrder, Report
from fairlead.gateway.commands.journal import journal
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.writer_cy import JournalWriter
from fairlead.gateway.orders.ledger_cy import Ledger

from .conftest import Journals

NOW = 1_772_460_000_000_000_000


def soh(text: str) -> bytes:
    """Return a FIX frame of these fields, which blanks part."""
    return f"8=FIX.4.4 9=1 {text} 10=000 ".encode().replace(b" ", b"\x01")


class Day:
    """Write a day of two strategies that use the same ClOrdIDs, as the gateway does."""

    def __init__(self, writer: JournalWriter) -> None:
        self.writer = writer
        self.streams = {
            name: writer.register_stream(name, protocol, NOW, 1)
            for name, protocol in (
                ("orders", ""),
                ("strategy:alpha", "json"),
                ("strategy:beta", "FIX.4.4"),
                ("venue:XBRK", "FIX.4.4"),
            )
        }
        self.ledger = Ledger(self.record, writer.epoch)

    def record(self, kind: int, payload: bytes, utc_ns: int) -> None:
        self.writer.append(self.streams["orders"], kind, payload, utc_ns, 1)

    def frame(self, stream: str, kind: int, frame: bytes) -> None:
        self.writer.append_prefixed(self.streams[stream], kind, 7, frame, NOW, 1)

    def order(
        self, strategy: str, frame_in: bytes, venue_cl_ord_id: str, venue_order_id: str, frame_out: bytes
    ) -> None:
        """Let an order be sent, replaced and acknowledged."""
        stream = f"strategy:{strategy}"
        self.frame(stream, kinds.FRAME_IN, frame_in)
        new = NewOrder(
            cl_ord_id="A-1", symbol="IBM", side=Side.BUY, order_qty=100 * SCALE, ord_type=OrdType.LIMIT, price=SCALE
        )
        order = self.ledger.open_order(strategy, new, "XBRK", venue_cl_ord_id, NOW)
        self.frame("venue:XBRK", kinds.FRAME_OUT, soh(f"35=D 11={venue_cl_ord_id} 55=IBM"))
        self.frame("venue:XBRK", kinds.FRAME_IN, soh(f"35=8 11={venue_cl_ord_id} 37={venue_order_id} 39=0"))
        accepted = Report(
            kind=ReportKind.ACCEPTED,
            exec_type=ExecType.NEW,
            ord_status=OrdStatus.NEW,
            cl_ord_id=venue_cl_ord_id,
            venue_order_id=venue_order_id,
            exec_id=f"e{venue_order_id}",
        )
        self.ledger.apply("XBRK", accepted, NOW)
        replace = ReplaceOrder(cl_ord_id="A-2", orig_cl_ord_id="A-1", order_qty=50 * SCALE)
        self.ledger.begin_replace(order, replace, venue_cl_ord_id + "r", NOW)
        self.frame("venue:XBRK", kinds.FRAME_OUT, soh(f"35=G 11={venue_cl_ord_id}r 41={venue_cl_ord_id} 55=IBM"))
        # a restatement that bears the venue's own id alone
        self.frame("venue:XBRK", kinds.FRAME_IN, soh(f"35=8 37={venue_order_id} 150=D"))
        self.frame(stream, kinds.FRAME_OUT, frame_out)


@pytest.fixture
def folder(journals: Journals) -> Path:
    writer = journals.open()
    day = Day(writer)
    alpha_in = b'{"type":"new_order","cl_ord_id":"A-1","symbol":"IBM"}\n'
    day.order("alpha", alpha_in, "V1", "N1", b'{"type":"replaced","cl_ord_id":"A-2","order_id":"O1-1"}\n')
    day.order("beta", soh("35=D 11=A-1 55=IBM"), "V2", "N2", soh("35=8 11=A-2 37=O1-2"))
    alert = {"event": "answer_overdue", "venue": "XBRK", "venue_cl_ord_id": "V1", "order_id": "O1-1"}
    day.writer.append(day.streams["orders"], kinds.DECISION, orjson.dumps(alert), NOW, 1)
    writer.commit()
    writer.close()
    return journals.folder


def shown(folder: Path, *arguments: str) -> list[tuple[str, str]]:
    """Return (stream, kind) of each record shown."""
    result = CliRunner().invoke(journal, ["cat", "--json", *arguments, str(folder)])
    assert result.exit_code == 0, result.output
    lines = [orjson.loads(line) for line in result.output.splitlines()]
    return [(line["stream"], line["kind"]) for line in lines]


LIFE_OF_ALPHAS = [
    ("strategy:alpha", "FRAME_IN"),
    ("orders", "REQUEST"),
    ("venue:XBRK", "FRAME_OUT"),
    ("venue:XBRK", "FRAME_IN"),
    ("orders", "REPORT"),
    ("orders", "REQUEST"),
    ("venue:XBRK", "FRAME_OUT"),
    ("venue:XBRK", "FRAME_IN"),
    ("strategy:alpha", "FRAME_OUT"),
    ("orders", "DECISION"),
]


@pytest.mark.parametrize("name", ["O1-1", "V1", "V1r", "N1"])
def test_any_id_shows_the_whole_life_of_its_order(folder: Path, name: str) -> None:
    assert shown(folder, "--cl-ord-id", name) == LIFE_OF_ALPHAS


@pytest.mark.parametrize("name", ["A-1", "A-2"])
def test_an_id_of_two_strategies_shows_both_orders_unless_one_is_named(folder: Path, name: str) -> None:
    assert shown(folder, "--cl-ord-id", name, "--strategy", "alpha") == LIFE_OF_ALPHAS
    both = shown(folder, "--cl-ord-id", name)
    assert len(both) == 2 * len(LIFE_OF_ALPHAS) - 1
    assert ("strategy:beta", "FRAME_OUT") in both


def test_strategy_and_venue_choose_streams_and_orders(folder: Path) -> None:
    alphas = shown(folder, "--strategy", "alpha")
    assert alphas == [("strategy:alpha", "STREAM"), *LIFE_OF_ALPHAS]
    assert len(shown(folder, "--venue", "XBRK")) == 1 + 2 * len(LIFE_OF_ALPHAS) - 1
    assert shown(folder, "--venue", "XEXC") == []


def test_a_snapshot_stands_for_records_that_are_gone(journals: Journals) -> None:
    told: list[tuple[int, bytes, int]] = []
    ledger = Ledger(lambda *record: told.append(record), 1)
    new = NewOrder(cl_ord_id="A-1", symbol="IBM", side=Side.BUY, order_qty=SCALE, ord_type=OrdType.MARKET)
    ledger.open_order("alpha", new, "XBRK", "V1", NOW)
    told.clear()
    ledger.write_snapshot(NOW)
    day = Day(journals.open())
    for record in told:
        day.record(*record)
    day.frame("strategy:alpha", kinds.FRAME_OUT, b'{"type":"accepted","cl_ord_id":"A-1"}')
    day.frame("strategy:beta", kinds.FRAME_OUT, b'{"type":"accepted","cl_ord_id":"A-1"}')
    day.writer.commit()
    day.writer.close()
    expected = [("orders", "SNAPSHOT"), ("strategy:alpha", "FRAME_OUT")]
    assert shown(journals.folder, "--cl-ord-id", "V1") == expected


def test_lines_are_aligned_and_say_what_happened(folder: Path) -> None:
    output = CliRunner().invoke(journal, ["cat", "--raw", "--cl-ord-id", "V1", str(folder)]).output
    lines = output.splitlines()
    assert "\\x" not in output and "undecoded" not in output and "{'" not in output
    assert lines[0].endswith('{"type":"new_order","cl_ord_id":"A-1","symbol":"IBM"}')
    column = lines[0].index('{"type"')
    assert lines[1][column:].startswith("open strategy=alpha venue=XBRK order_id=O1-1 venue_cl_ord_id=V1 | new_order ")
    assert lines[2][column:].startswith("8=FIX.4.4|")
    assert lines[4][column:].startswith("venue_report venue=XBRK | accepted ")
    assert lines[-1][column:] == "answer_overdue venue=XBRK venue_cl_ord_id=V1 order_id=O1-1"
    assert " <- received " in lines[0] and " -> sent " in lines[2]
