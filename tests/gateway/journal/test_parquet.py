"""Read back with pyarrow what `fairlead journal export --to FILE.parquet` writes."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from fairlead.gateway.commands.journal import journal
from fairlead.gateway.journal import kinds, parquet

from .conftest import Journals

UTC_NS = 1_772_460_000_123_456_789
LOGON = b"8=FIX.4.4\x0135=A\x0134=1\x01554=hunter2\x0110=000\x01"
ORDER = b"8=FIX.4.4\x0135=D\x0134=2\x0111=A-1\x0110=000\x01"


@pytest.fixture
def folder(journals: Journals) -> Path:
    writer = journals.open()
    venue = writer.register_stream("venue:XBRK", "FIX.4.4", UTC_NS, 1)
    alpha = writer.register_stream("strategy:alpha", "json", UTC_NS, 1)
    writer.append_prefixed(venue, kinds.FRAME_OUT, 1, LOGON, UTC_NS + 1, 11)
    writer.append_prefixed(alpha, kinds.FRAME_IN, 0, b'{"type":"cancel_order","cl_ord_id":"B-2"}\n', UTC_NS + 2, 12)
    writer.append_prefixed(venue, kinds.FRAME_IN, 2, ORDER, UTC_NS + 3, 13)
    writer.append(0, kinds.STOP, b'{"event":"stop"}', UTC_NS + 4, 14)
    writer.commit()
    writer.close()
    return journals.folder


def export(folder: Path, target: Path, *arguments: str) -> str:
    result = CliRunner().invoke(journal, ["export", "--to", str(target), *arguments, str(folder)])
    assert result.exit_code == 0, result.output
    return result.output


def test_each_record_is_a_row(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(parquet, "BATCH_ROWS", 4)
    target = tmp_path / "out.parquet"
    assert export(folder, target) == f"6 records written to {target}\n"
    table = read.read_table(target)
    assert table.schema.names == parquet.parquet_schema().names
    assert str(table.schema.field("time").type) == "timestamp[ns, tz=UTC]"
    rows = table.drop_columns(["time"]).to_pydict()
    assert rows["sequence"] == [1, 2, 3, 4, 5, 6]
    assert table["time"].cast("int64").to_pylist()[2:] == [UTC_NS + n for n in (1, 2, 3, 4)]
    assert rows["monotonic_ns"] == [1, 1, 11, 12, 13, 14]
    assert rows["stream"] == ["venue:XBRK", "strategy:alpha", "venue:XBRK", "strategy:alpha", "venue:XBRK", "journal"]
    assert rows["kind"] == ["STREAM", "STREAM", "FRAME_OUT", "FRAME_IN", "FRAME_IN", "STOP"]
    assert rows["direction"] == [None, None, "out", "in", "in", None]
    assert rows["msg_seq_num"] == [None, None, 1, None, 2, None]
    assert rows["msg_type"] == [None, None, "A", None, "D", None]
    assert rows["cl_ord_id"] == [None, None, None, "B-2", "A-1", None]
    assert rows["payload"][2] == "8=FIX.4.4|35=A|34=1|554=***|10=000|"
    assert rows["payload"][3] == '{"type":"cancel_order","cl_ord_id":"B-2"}'
    assert rows["payload"][5] == "stop"


def test_only_chosen_streams(folder: Path, tmp_path: Path) -> None:
    read = pytest.importorskip("pyarrow.parquet")
    target = tmp_path / "out.parquet"
    export(folder, target, "--stream", "XBRK")
    assert read.read_table(target)["sequence"].to_pylist() == [1, 3, 5]


def test_an_empty_choice_is_an_empty_table(folder: Path, tmp_path: Path) -> None:
    read = pytest.importorskip("pyarrow.parquet")
    target = tmp_path / "out.parquet"
    export(folder, target, "--stream", "XEXC")
    assert read.read_table(target).num_rows == 0


def test_without_pyarrow_the_extra_is_named(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    target = tmp_path / "out.parquet"
    result = CliRunner().invoke(journal, ["export", "--to", str(target), str(folder)])
    assert result.exit_code == 1
    assert "pip install 'fairlead[parquet]'" in result.output
    assert not target.exists()


def test_other_endings_are_refused(folder: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(journal, ["export", "--to", str(tmp_path / "out.csv"), str(folder)])
    assert result.exit_code == 2
    assert ".pcapng or .parquet" in " ".join(result.output.split())
