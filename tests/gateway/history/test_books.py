"""`fairlead itch books`: best bid and offer of some symbols, worked out by hand."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from itch_day import NS, add, delete, directory, event, executed, framed, mold, pcap, udp

from fairlead.gateway.commands.itch import itch

DAY = (
    event(b"O"),
    directory(b"MSFT", 1),
    directory(b"AAPL", 2),
    add(1, b"B", 100, 4_300_500),
    add(2, b"S", 200, 4_300_700, ns=NS + 1),
    add(3, b"B", 50, 4_300_400, ns=NS + 2),  # behind the best: no row
    add(4, b"B", 10, 1_000_000, 2, b"AAPL", ns=NS + 3),
    executed(1, 40, 77, ns=NS + 4),
    delete(1, ns=NS + 5),
    delete(2, ns=NS + 6),
)
Run = Callable[..., tuple[Result, list[list[str]]]]
# 09:30 in New York in winter
AMOUNTS = ("bid_px", "bid_qty", "ask_px", "ask_qty")
AT = "2026-01-02T14:30:00.00000000"
ROWS = [
    [f"{AT}0Z", "4", "MSFT", "430.05", "100", "", ""],
    [f"{AT}1Z", "5", "MSFT", "430.05", "100", "430.07", "200"],
    [f"{AT}3Z", "7", "AAPL", "100", "10", "", ""],
    [f"{AT}4Z", "8", "MSFT", "430.05", "60", "430.07", "200"],
    [f"{AT}5Z", "9", "MSFT", "430.04", "50", "430.07", "200"],
    [f"{AT}6Z", "10", "MSFT", "430.04", "50", "", ""],
]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run_on(data: bytes, *options: str, name: str = "01022026.NASDAQ_ITCH50") -> tuple[Result, list[list[str]]]:
        path, target = tmp_path / name, tmp_path / "books.csv"
        path.write_bytes(data)
        result = CliRunner().invoke(itch, ["books", str(path), "--out", str(target), *options])
        assert not isinstance(result.exception, Exception), result.exception
        found = list(csv.reader(target.open())) if target.exists() else []
        # a row that tells of a change of state alone, at the directory message, has no price
        return result, [row[:3] + row[4:] for row in found[1:] if any(row[4:])]

    return run_on


def test_best_bid_and_offer(run: Run) -> None:
    result, rows = run(framed(*DAY), "--symbols", "MSFT,AAPL")
    assert result.exit_code == 0, result.output
    assert rows == ROWS


def test_only_the_symbols_asked_for(run: Run) -> None:
    _, rows = run(framed(*DAY), "--symbols", "AAPL")
    assert rows == [ROWS[2]]


def test_a_symbol_that_is_not_there(run: Run) -> None:
    result, rows = run(framed(*DAY), "--symbols", "AAPL,NONE")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == ["NONE: no such symbol in 01022026.NASDAQ_ITCH50"]
    assert rows == [ROWS[2]]


def test_from_a_capture(run: Run) -> None:
    _, rows = run(
        pcap(udp(mold(1, *DAY[:4])), udp(mold(6, *DAY[5:])), udp(mold(5, DAY[4]))),
        "--symbols",
        "MSFT,AAPL",
        "--date",
        "2026-01-02",
        name="feed",
    )
    assert rows == ROWS


def test_contradictions_and_what_can_not_be_read_are_told(run: Run) -> None:
    result, rows = run(framed(*DAY, delete(99), b"z1") + b"\0\5A", "--symbols", "MSFT,AAPL")
    assert result.exit_code == 1
    told = result.stderr.splitlines()
    assert "message 11: unknown_reference: MSFT" in told[0]
    assert "message 12: unknown_message" in told[1]
    assert "1 bytes received at the end of the file, expected a message of 5" in told[2]
    assert rows == ROWS


def test_the_day_must_be_known(run: Run) -> None:
    result, _ = run(framed(*DAY), "--symbols", "MSFT", name="day")
    assert result.exit_code == 2
    assert "day does not name its day as 01302020.NASDAQ_ITCH50 does, expected --date" in result.output


def test_a_target_of_another_kind(run: Run) -> None:
    result, _ = run(framed(*DAY), "--symbols", "MSFT", "--out", "books.txt")
    assert result.exit_code == 2
    assert "books.txt, expected a name that ends in .parquet or .csv" in result.output


def test_parquet_says_the_same(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet

    path, target = tmp_path / "01022026.NASDAQ_ITCH50", tmp_path / "books.parquet"
    path.write_bytes(framed(*DAY))
    CliRunner().invoke(itch, ["books", str(path), "--out", str(target), "--symbols", "MSFT,AAPL"])
    table = pyarrow.parquet.read_table(target)
    assert str(table.schema.field("bid_px").type) == "decimal128(19, 8)"
    found = [row for row in table.drop_columns(["time"]).to_pylist() if any(row[n] for n in ("bid_px", "ask_px"))]
    assert [
        [str(row["message_number"]), row["symbol"]]
        + ["" if row[name] is None else f"{row[name].normalize():f}" for name in AMOUNTS]
        for row in found
    ] == [row[1:] for row in ROWS]
    stamps = table["time"].cast(pa.int64()).to_pylist()
    assert stamps[-1] == 1_767_364_200 * 10**9 + 6
