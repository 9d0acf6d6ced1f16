"""The chain: nothing in it is changed, taken out or put in without being named, across restarts and old segments."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from control_bench import Bench

from fairlead.gateway.app import main
from fairlead.gateway.control.audit import ChainReader
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.recovery import recover
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.segments import JournalSettings


def _worked() -> Bench:
    bench = Bench()
    client = bench.client("sue")
    for level in range(2, 6):
        bench.clock.advance(1_000_000_000)
        assert client.call("level.set", {"level": level}, f"step {level}")["ok"]
    return bench


def _check(records: list[tuple[bytes, int]], whole: bool = True) -> ChainReader:
    reader = ChainReader(whole)
    for at, (payload, utc_ns) in enumerate(records):
        reader.take(Record(at + 1, utc_ns, 0, 1, 1, kinds.OPERATOR, 1, 0, payload))
    return reader


def _changed(payload: bytes, **changes: Any) -> bytes:
    return orjson.dumps({**orjson.loads(payload), **changes})


def test_a_chain_is_whole_across_restarts() -> None:
    bench = _worked()
    after = bench.restarted()
    after.client("sue").call("level.set", {"level": 9}, "next day")
    found = _check(after.records)
    assert (found.problem, found.first_number, found.number) == ("", 1, len(after.records))
    assert after.trail.chain.head == found.head


@pytest.mark.parametrize(
    ("spoil", "at", "text"),
    [
        (
            lambda records: records.__setitem__(3, (_changed(records[3][0], reason="another"), records[3][1])),
            5,
            "follows",
        ),
        (lambda records: records.__delitem__(3), 4, "its number is 5, expected 4"),
        (lambda records: records.insert(3, records[2]), 4, "its number is 3, expected 4"),
        (lambda records: records.__setitem__(3, (records[3][0], records[3][1] + 1)), 4, "its utc_ns is"),
        (lambda records: records.__delitem__(0), 1, "its number is 2, expected 1: earlier records are missing"),
        (lambda records: records.append(records[0]), 10, "begins anew here"),
    ],
)
def test_the_first_record_that_does_not_fit_is_named(
    spoil: Callable[[list[tuple[bytes, int]]], None], at: int, text: str
) -> None:
    records = list(_worked().records)
    spoil(records)
    found = _check(records)
    assert found.problem_sequence == at
    assert text in found.problem


def test_old_segments_may_go() -> None:
    bench = _worked()
    bench.trail.chain.write_checkpoint(bench.clock.utc_ns())
    bench.client("sue").call("level.set", {"level": 9}, "later")
    found = _check(bench.records[4:], whole=False)
    assert (found.problem, found.first_number) == ("", 5)
    assert bench.facts(-3)[0]["head_number"] == bench.facts(-3)[0]["number"] - 1


def test_a_broken_chain_begins_anew_and_says_why() -> None:
    bench = _worked()
    del bench.records[3]
    after = bench.restarted()
    begins = after.facts(-1)[0]
    assert (begins["event"], begins["number"], begins["signed_off_by"]) == ("audit_begins", 1, "tests")
    assert "its number is 5, expected 4" in begins["because"]
    found = _check(after.records)
    assert "its number is 5, expected 4" in found.problem


def test_what_waited_is_declined_by_a_restart() -> None:
    bench = Bench()
    pending = bench.client("rita").call("level.force", {"level": 7}, "agreed")["pending"]
    bench.trail.chain.write_checkpoint(bench.clock.utc_ns())
    after = bench.restarted()
    assert (
        after.facts(-1)[0].items()
        >= {
            "event": "approval",
            "phase": "declined",
            "request": pending["id"],
            "text": "the gateway was started anew",
        }.items()
    )
    assert after.client("rob").call("control.approve", {"request": pending["id"]}, "late")["code"] == "refused"
    # once: the next start has nothing to decline
    assert len(after.restarted().records) == len(after.records) + 0


def test_large_values_are_recorded_by_their_hash() -> None:
    bench = Bench()
    bench.client("sue").call("level.set", {"level": 2, "note": "x" * 100_000}, "long")
    assert bench.facts()[0]["arguments"].keys() == {"left_out_bytes", "sha256"}


def _journal(folder: Path, records: list[tuple[bytes, int]], foreign: bytes = b"") -> Path:
    recovery = recover(JournalSettings(folder, 1 << 20, sync="async"))
    writer = recovery.open_writer(1, 1)
    stream = writer.register_stream("control", "", 1, 1)
    for payload, utc_ns in records:
        writer.append(stream, kinds.OPERATOR, payload, utc_ns, 1)
    if foreign:
        writer.append(0, kinds.OPERATOR, foreign, records[-1][1], 1)
    writer.commit()
    writer.close()
    return folder


REPAIR = orjson.dumps({"event": "set_numbers", "name": "ann", "reason": "as agreed", "before": {"next_in": 1}})


def _run(*words: str) -> Any:
    return CliRunner().invoke(main, ["audit", *words], env={"COLUMNS": "200"})


def test_verify_says_whether_it_is_whole(tmp_path: Path) -> None:
    bench = _worked()
    folder = _journal(tmp_path / "journal", bench.records, REPAIR)
    result = _run("verify", "--state", str(tmp_path))
    assert result.exit_code == 0
    assert result.output == f"whole: records 1 to 9, 1 beside the chain\nhead   {bench.trail.chain.head}\n"
    assert _run("verify", "--journal", str(folder), "--expect", bench.trail.chain.head).exit_code == 0
    result = _run("verify", "--journal", str(folder), "--expect", "0" * 64)
    assert (result.exit_code, result.output) == (1, f"BROKEN: no record has the hash {'0' * 64}\n")


def test_verify_names_the_first_broken_record(tmp_path: Path) -> None:
    records = list(_worked().records)
    records[3] = (_changed(records[3][0], reason="another"), records[3][1])
    result = _run("verify", "--journal", str(_journal(tmp_path, records)))
    assert result.exit_code == 1
    # a STREAM record is before the chain's first
    assert result.output.startswith("BROKEN at journal record 6: it follows ")


def test_the_list_tells_who_what_why_and_what_came_of_it(tmp_path: Path) -> None:
    bench = Bench()
    bench.client("sue").call("level.set", {"level": 5}, "too low")
    bench.client("vera").call("level.set", {"level": 6}, "me too")
    pending = bench.client("rita").call("level.force", {"level": 7}, "agreed by phone")["pending"]
    bench.client("rob").call("control.approve", {"request": pending["id"]}, "checked")
    folder = str(_journal(tmp_path, bench.records, REPAIR))
    result = _run("--journal", folder)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    heads = [line.split("  ", 1)[1] for line in lines if not line.startswith(" ")]
    assert heads == [
        "sue  level.set  done",
        "vera  level.set  refused (not_permitted)",
        f"rita + rob  level.force {pending['id']}  approved",
        "rob  control.approve  done",
        f"rita + rob  level.force {pending['id']}  done",
        "ann  set_numbers  done",
    ]
    assert "    why    too low" in lines
    assert "    before level=1" in lines
    assert "    after  level=5" in lines


@pytest.mark.parametrize(
    ("filters", "commands"),
    [
        (["--operator", "rob"], ["level.force", "control.approve", "level.force"]),
        (["--command", "level.set"], ["level.set"]),
        (["--outcome", "approved"], ["level.force"]),
        (["--to", "2000-01-01"], []),
        (["--from", "2000-01-01", "--all", "--command", "audit"], ["audit_begins"]),
    ],
)
def test_filters(tmp_path: Path, filters: list[str], commands: list[str]) -> None:
    bench = Bench()
    bench.client("sue").call("level.set", {"level": 5}, "too low")
    pending = bench.client("rita").call("level.force", {"level": 7}, "agreed by phone")["pending"]
    bench.client("rob").call("control.approve", {"request": pending["id"]}, "checked")
    folder = str(_journal(tmp_path, bench.records))
    result = _run("list", "--journal", folder, "--json", *filters)
    assert [orjson.loads(line)["command"] for line in result.output.splitlines()] == commands


def test_which_journal_is_meant_must_be_said(tmp_path: Path) -> None:
    assert "expected one of --config FILE, --state DIR and --journal DIR" in _run().output
    assert _run("--state", str(tmp_path), "--journal", str(tmp_path)).exit_code == 2
    assert "no journal folder" in _run("verify", "--state", str(tmp_path)).output
