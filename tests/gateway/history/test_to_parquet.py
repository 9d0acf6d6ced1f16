"""`fairlead itch to-parquet`: daily files and captures become tables; what is wrong is named, the rest is kept."""

import gzip
import resource
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from itch_day import NS, add, delete, directory, event, framed, mold, pcap, soup, tcp, udp

from fairlead.codecs.binary import load_protocol
from fairlead.gateway.commands.itch import itch
from fairlead.gateway.history.captured_feed import CapturedFeed
from fairlead.gateway.history.faults import Faults
from fairlead.gateway.history.framed_file import read_framed
from fairlead.gateway.history.parquet_tables import ParquetTables

pa = pytest.importorskip("pyarrow")
import pyarrow.parquet  # noqa: E402

DAY = (
    event(b"O"),
    directory(b"MSFT", 1),
    add(1, b"B", 100, 4_300_500),
    add(2, b"S", 200, 4_300_600, ns=NS + 1),
    delete(1, ns=NS + 2),
)
Convert = Callable[..., tuple[Result, dict[str, list[dict[str, Any]]]]]


@pytest.fixture
def convert(tmp_path: Path) -> Convert:
    """Convert bytes; return the result and the rows of each table, times as numbers."""

    def run(data: bytes, *options: str, name: str = "day") -> tuple[Result, dict[str, list[dict[str, Any]]]]:
        path = tmp_path / name
        path.write_bytes(data)
        result = CliRunner().invoke(itch, ["to-parquet", str(path), "--out", str(tmp_path / "out"), *options])
        assert not isinstance(result.exception, Exception), result.exception
        return result, {file.stem: rows(file) for file in (tmp_path / "out").glob("*.parquet")}

    return run


def rows(file: Path) -> list[dict[str, Any]]:
    table = pyarrow.parquet.read_table(file)
    at = table.schema.get_field_index("timestamp")
    return list(table.set_column(at, "timestamp", table.column(at).cast(pa.int64())).to_pylist())


def test_a_daily_file(convert: Convert) -> None:
    result, tables = convert(framed(*DAY))
    assert result.exit_code == 0, result.output
    assert {name: len(found) for name, found in tables.items()} == {
        "system_event": 1,
        "stock_directory": 1,
        "add_order": 2,
        "order_delete": 1,
    }
    assert tables["add_order"][1] == {
        "message_number": 4,
        "stock_locate": 1,
        "tracking_number": 0,
        "timestamp": NS + 1,
        "order_reference_number": 2,
        "side": "S",
        "shares": 200,
        "stock": "MSFT",
        "price": Decimal("430.0600"),
    }
    assert "5 messages in 4 tables" in result.output


def test_compressed_also_in_several_members_and_with_an_end_mark(convert: Convert) -> None:
    data = gzip.compress(framed(*DAY)[:77]) + gzip.compress(framed(*DAY)[77:] + b"\0\0")
    result, tables = convert(data, name="day.gz")
    assert (result.exit_code, len(tables["add_order"])) == (0, 2), result.output


@pytest.mark.parametrize(
    ("data", "faults", "kept"),
    [
        (framed(*DAY)[:-3], ["offset 131: 16 bytes received at the end of the file, expected a message of 19"], 4),
        (framed(*DAY) + b"\0", ["offset 152: 1 byte received at the end of the file, expected a length of 2"], 5),
        (
            framed(DAY[0]) + b"\0\0" + framed(DAY[2]),
            ["offset 14: a length of 0 received, expected that of a message"],
            2,
        ),
        (
            framed(DAY[0], b"zzz", DAY[2]),
            ["offset 14: a message of type 'z' and 3 bytes received, expected a type of the protocol"],
            2,
        ),
        (
            framed(DAY[0], DAY[4] + b"+", DAY[2]),
            ["offset 14: a message of type 'D' and 20 bytes received, expected the length of its type"],
            2,
        ),
    ],
    ids=["cut short", "one byte more", "length 0", "unknown type", "wrong length"],
)
def test_what_is_wrong_is_named_and_the_rest_is_kept(
    convert: Convert, data: bytes, faults: list[str], kept: int
) -> None:
    result, tables = convert(data)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == faults
    assert sum(map(len, tables.values())) == kept


def test_messages_keep_their_number_behind_one_that_could_not_be_read(convert: Convert) -> None:
    _, tables = convert(framed(DAY[0], b"zzz", DAY[2]))
    assert tables["add_order"][0]["message_number"] == 3


def test_compressed_data_that_ends_or_breaks(convert: Convert) -> None:
    whole = gzip.compress(framed(*DAY * 2000), 1)
    result, tables = convert(whole[: len(whole) // 2])
    assert result.exit_code == 1
    assert "compressed data ends in the middle, at byte " in result.stderr
    assert len(tables["add_order"]) > 100
    result, _ = convert(whole[:200] + b"\xff" * 200 + whole[400:], "--overwrite")
    assert "compressed data is damaged before byte " in result.stderr


def test_faults_without_number_take_no_memory(convert: Convert) -> None:
    result, _ = convert(framed(*[b"zzz"] * 1000))
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 21
    assert result.stderr.splitlines()[-1] == "980 more: messages of unknown type"


def test_tables_that_are_there_are_not_written_over(convert: Convert) -> None:
    convert(framed(*DAY))
    result, _ = convert(framed(DAY[0]))
    assert result.exit_code == 1
    assert "holds tables already: expected another --out, or --overwrite" in result.output
    assert convert(framed(DAY[0]), "--overwrite")[0].exit_code == 0


def test_both_lines_of_a_feed_in_any_order_each_message_once(convert: Convert) -> None:
    first, second, third = mold(1, *DAY[:2]), mold(3, *DAY[2:4]), mold(5, DAY[4])
    beats = [udp(mold(6)), udp(mold(6, count=0xFFFF)), udp(b"DAY0000001" + bytes(9) + b"\1\0\5", 26_400, 50_000)]
    packets = [udp(first), udp(third), udp(second), udp(first), udp(mold(4, *DAY[3:])), *beats]
    result, tables = convert(pcap(*packets))
    assert result.exit_code == 0, result.output
    numbers = sorted(row["message_number"] for found in tables.values() for row in found)
    assert numbers == [1, 2, 3, 4, 5]


def test_a_gap_of_both_lines_is_named(convert: Convert) -> None:
    result, tables = convert(pcap(udp(mold(1, *DAY[:2])), udp(mold(5, DAY[4]))))
    assert result.exit_code == 1
    assert result.stderr.splitlines() == ["messages 3 to 4 of session 'DAY0000001' are not in the capture"]
    assert tables["order_delete"][0]["message_number"] == 5


@pytest.mark.parametrize("count", [1, 3])
def test_a_count_that_lies(convert: Convert, count: int) -> None:
    result, _ = convert(pcap(udp(mold(1, *DAY[:2], count=count))))
    assert result.exit_code == 1
    assert result.stderr.startswith("packet 1: ")
    assert f"expected {count} messages to fill them" in result.stderr


def test_a_stream_of_soup_in_segments_that_cut_packets(convert: Convert) -> None:
    packets = [soup(b"A", b" " * 10 + b"7".rjust(20)), *(soup(b"S", message) for message in DAY), soup(b"H")]
    stream = b"".join(packets)
    cuts = [stream[at : at + 50] for at in range(0, len(stream), 50)]
    segments = [tcp(cut, 1 + 50 * number) for number, cut in enumerate(cuts)]
    segments[1:4] = [segments[3], segments[1], segments[1], segments[2]]
    result, tables = convert(pcap(*segments))
    assert result.exit_code == 0, result.output
    assert [row["message_number"] for row in tables["add_order"]] == [9, 10]


def test_a_capture_that_is_cut_or_damaged(convert: Convert) -> None:
    whole = pcap(udp(mold(1, *DAY[:2])), udp(mold(3, *DAY[2:])))
    result, tables = convert(whole[:-10])
    assert result.exit_code == 1
    assert "expected a whole packet" in result.stderr
    assert sum(map(len, tables.values())) == 2
    result, _ = convert(whole + b"\xff" * 20, "--overwrite")
    assert "nothing behind it can be read" in result.stderr


def test_another_protocol(convert: Convert) -> None:
    # JNX ITCH 2.0: seconds
    result, _ = convert(framed(b"T" + (34_200).to_bytes(4, "big")), "--protocol", "nonsense")
    assert result.exit_code == 2
    assert "no table 'nonsense', expected a path or one of " in result.output


LIMITED = """
import sys
from click.testing import CliRunner
from fairlead.gateway.commands.itch import itch
result = CliRunner().invoke(itch, ["to-parquet", sys.argv[1]])
assert result.exit_code == 0, result.output
# not ru_maxrss: that begins with what the test's own process had when it forked this one
print(*(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM:")))
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["day", "day.gz"])
def test_memory_stays_flat(tmp_path: Path, name: str) -> None:
    """300 MB of messages, 11 million, under a limit of 1 GiB for everything that the process maps as data."""
    path = tmp_path / name
    block = framed(
        *(add(ref, b"B", 100, ref, ref % 8000, b"S%d" % (ref % 8000), NS + ref) for ref in range(5000)),
        *(delete(ref, ref % 8000, NS + ref) for ref in range(5000)),
    )
    opened = partial(gzip.open, compresslevel=1) if name.endswith(".gz") else open
    with opened(path, "wb") as file:  # type: ignore[operator]
        for _ in range(300_000_000 // len(block)):
            file.write(block)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))

    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, preexec_fn=limit, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 512


@given(st.lists(st.binary(max_size=50) | st.sampled_from(DAY), max_size=12), st.integers(1, 64))
def test_every_message_is_a_row_or_a_fault_whatever_the_bytes(
    tmp_path_factory: pytest.TempPathFactory, messages: list[bytes], size: int
) -> None:
    tables = ParquetTables(tmp_path_factory.mktemp("any"), load_protocol("itch_5_0"), "any", batch_rows=4)
    faults, data = Faults(), framed(*messages)
    chunks = (data[at : at + size] for at in range(0, len(data), size))
    assert read_framed(chunks, tables, faults, lambda: None) == len(data)
    ends_session = bool(messages) and messages[-1] == b""
    assert sum(tables.close().values()) + faults.counts.total() + ends_session == len(messages)


@given(st.lists(st.binary(max_size=80), max_size=8), st.binary(max_size=40))
def test_no_capture_is_too_much(tmp_path_factory: pytest.TempPathFactory, payloads: list[bytes], behind: bytes) -> None:
    tables = ParquetTables(tmp_path_factory.mktemp("any"), load_protocol("itch_5_0"), "any", batch_rows=4)
    packets = [wrap(payload) for payload in payloads for wrap in (udp, lambda data: tcp(data, 1))]
    data = pcap(*packets) + behind
    assert CapturedFeed(tables, Faults()).read(iter([data]), lambda: None) <= len(data)
    tables.close()
