"""Every benchmark runs, on tiny counts, and its numbers mean what its table says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import (
    binary_codec,
    codec,
    fix_decode,
    itch_books,
    itch_parquet,
    journal,
    kill,
    ledger,
    market_data,
    open_orders,
    ouch_orders,
    risk,
    routing,
    routing_market,
    strategy_codec,
)
from benchmarks.__main__ import NAMES
from benchmarks.machine import describe_machine
from benchmarks.peers import frame, value
from benchmarks.tables import Table
from fairlead.gateway.risk.check_order import CHECK_NAMES

ROOT = Path(__file__).resolve().parents[2]


def test_codec_times_ours_in_both_builds_and_simplefix() -> None:
    tables = codec.main(loops=30, rounds=1)
    assert len(tables) == 2
    for table in tables:
        assert len(table.rows) == 3
        assert table.rows[-1][0] == "simplefix"
        assert table.rows[-1][2] == "1.0 x"


def test_routing_replays_one_recording_in_every_way() -> None:
    assert routing_market.record(2000).digest == routing_market.record(2000).digest
    costs, times = routing.main(parents=60)
    ways = [row[0] for row in costs.rows]
    assert ways[:2] == ["smart: sweep", "smart: best"]
    assert len(ways) == 6
    assert all(0 < float(row[1]) <= 100 for row in costs.rows)
    assert [row[0] for row in times.rows] == ways[:2]
    # the same recording gives the same costs, whatever the machine is doing
    assert routing.main(parents=60)[0].rows == costs.rows


def test_checks_are_timed_with_and_without_risk_in_both_builds() -> None:
    table, around, each, paths = risk.main(orders=50, rounds=1, with_instructions=False)
    assert [row[0] for row in table.rows] == [risk.FLOOR, risk.NEEDS_NO_LIMIT, risk.ALL]
    assert all(int(cell.replace(",", "")) > 0 for row in (*table.rows, *around.rows) for cell in (row[1], row[4]))
    assert [row[0] for row in each.rows] == list(CHECK_NAMES)
    assert [row[0] for row in paths.rows][1:] == ["uncompiled"]


def test_every_shipped_ouch_profile_is_timed() -> None:
    (table,) = ouch_orders.main(loops=20, rounds=1)
    assert [row[0] for row in table.rows] == ["japannext_ouch111", "nasdaq_ouch42", "nasdaq_ouch50"]
    assert all(int(cell.replace(",", "")) > 0 for row in table.rows for cell in row[1:])


def test_binary_codecs_are_timed_in_both_builds_and_struct() -> None:
    tables = binary_codec.main(loops=20, rounds=1)
    assert len(tables) == 5
    for table in tables:
        assert [row[0] for row in table.rows][1:] == ["Fairlead, uncompiled", "struct"]
        assert table.rows[-1][2] == "1.0 x"


def test_what_is_timed_is_the_same_in_both_builds_and_struct() -> None:
    accepted = binary_codec.ACCEPTED_4.pack(
        *(b"A", 1, b"T1".ljust(14), b"B", 100, b"AAPL    ", 1_502_500, 99999, b"FIRM", b"Y", 2**63, b"P", b"N", 0)
        + (b"N", b"L", b" ")
    )
    executed = binary_codec.EXECUTED_5.pack(b"E", 1, 7, 100, 1_502_500, b"R", 9, 3) + b"\x02\x1c\x05"
    frames = binary_codec.itch_frames()
    reads = (
        (lambda protocols: binary_codec.our_accepted_4(protocols, accepted), binary_codec.struct_accepted_4(accepted)),
        (lambda protocols: binary_codec.our_executed_5(protocols, executed), binary_codec.struct_executed_5(executed)),
    )
    installed = [make(binary_codec.protocol)() for make, _ in reads]
    orders = binary_codec.our_enter_4(binary_codec.protocol)(), binary_codec.our_enter_5(binary_codec.protocol)()
    book = binary_codec.our_itch(binary_codec.protocol, frames)()
    with binary_codec.uncompiled() as sources:
        assert [make(sources)() for make, _ in reads] == installed
        assert (binary_codec.our_enter_4(sources)(), binary_codec.our_enter_5(sources)()) == orders
        assert binary_codec.our_itch(sources, frames)() == book
    assert orders == (binary_codec.struct_enter_4(), binary_codec.struct_enter_5())
    plain = [read() for _, read in reads] + binary_codec.struct_itch(frames)()
    as_codes = [tuple(ord(v) if isinstance(v, bytes) else v for v in values) for values in plain]
    assert installed + book == as_codes


def test_codecs_of_the_strategy_ports_are_timed_beside_each_other() -> None:
    (table,) = strategy_codec.main(loops=20, rounds=1)
    assert [row[0] for row in table.rows] == ["an order written", "an order read", "a report written", "a report read"]
    assert all(row[1] for row in table.rows)


def test_journal_times_every_sync_mode() -> None:
    table, each = journal.main(share=0.05, rounds=1)
    assert {"async", "group", "always"} < {row[0] for row in table.rows}
    assert [row[0] for row in each.rows] == ["append", "the clock alone"]
    assert all(int(row[1].replace(",", "")) <= int(row[5].replace(",", "")) for row in each.rows)


def test_fix_is_decoded_and_validated_beside_quickfix_and_simplefix() -> None:
    (table,) = fix_decode.main(loops=80, rounds=1)
    assert [row[0] for row in table.rows][0] == fix_decode.OURS
    assert table.rows[3][0] == "simplefix: split" and table.rows[3][2] == "1.0 x"
    if not fix_decode.HEADER.exists():
        pytest.skip("libquickfix-dev is not installed: ours and simplefix were compared")
    assert table.rows[5][3] == "1.0 x"


def test_orders_are_timed_among_open_ones() -> None:
    (table,) = open_orders.main(open_orders=(0, 2000), timed=100)
    assert [row[0] for row in table.rows] == ["0", "2,000"]
    assert all(int(row[1].replace(",", "")) > 0 for row in table.rows)


def test_market_data_times_a_change_on_each_port() -> None:
    (table,) = market_data.main(updates=3, rounds=2)
    assert [row[:2] for row in table.rows[::3]] == [["FIX 4.4", "1 of 50"], ["JSON", "1 of 50"]]
    # each change was told: an update has a price, a quantity and a number
    assert all(float(row[3]) > 100 for row in table.rows)


def test_itch_ends_with_the_books_of_simple_code_and_times_both() -> None:
    (table,) = itch_books.main(messages=4000, rounds=1)
    assert [row[0] for row in table.rows][2] == "struct and dicts"
    assert len(table.rows) == 3 and table.rows[-1][3] == "1.0 x"


def test_itch_into_parquet_beside_simple_code() -> None:
    (table,) = itch_parquet.main(share=0.005, rounds=1)
    assert [row[0] for row in table.rows] == ["struct", "struct + pyarrow", "columns", "columns + Parquet"]


def test_ledger_times_opening_and_filling() -> None:
    (table,) = ledger.main(orders=5, rounds=2)
    assert [row[0] for row in table.rows] == ["open an order", "apply its fill"]


def test_the_peers_frame_by_hand() -> None:
    # summed by hand: see the heartbeat of the codec's own tests
    assert frame(b"FIX.4.4", b"35=0\x01") == b"8=FIX.4.4\x019=5\x0135=0\x0110=163\x01"
    assert value(b"8=FIX.4.2\x0135=D\x01111=x\x0111=y\x01", b"11") == b"y"
    assert value(b"8=FIX.4.2\x0135=D\x01", b"11") == b""


def test_a_table_aligns_words_left_and_numbers_right() -> None:
    table = Table("speed", ["what", "ns"], [["parse", "7"], ["build it", "1,234"]])
    assert table.text().splitlines() == ["speed", "  what         ns", "  parse         7", "  build it  1,234"]


def test_a_report_names_machine_kernel_build_and_commit() -> None:
    facts = dict(describe_machine())
    assert {"processor", "kernel", "build", "commit"} <= set(facts)
    assert re.match("(partly |un)?compiled, Python 3", facts["build"])


def test_one_benchmark_runs_by_name_and_an_unknown_one_is_refused() -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "benchmarks", "ledgr"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    # argparse wraps its usage, not its errors
    assert f"no benchmark 'ledgr', expected one of {', '.join(NAMES)}" in refused.stderr


def test_kill_ends_every_order_that_a_venue_answers_for_and_lists_the_rest() -> None:
    table, seen = kill.main(kill.Plan(rounds=1, orders=30))
    assert isinstance(table, Table)
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["all confirmed dead"][1] == "-"
    assert rows["all confirmed dead"][0] != "-"
    assert rows["cancel messages that reached the venue"][2] == "1"
    assert rows["orders on the escalation list"][-1] == "10"
    assert "ESCALATED: 10 orders not confirmed dead" in seen.text()
    assert "XEXC market control" in seen.text()
