"""`fairlead instruments`: a table for people, JSON lines for programs, every mistake of a file."""

from pathlib import Path

import orjson
from click.testing import CliRunner

from fairlead.gateway.commands.instruments import instruments

EXAMPLE = str(Path(__file__).resolve().parents[3] / "examples" / "instruments.csv")


def test_the_overview() -> None:
    result = CliRunner().invoke(instruments, [EXAMPLE, "--date", "2022-06-08"])
    assert result.exit_code == 0
    assert result.output.startswith("9 instruments")
    lines = [line.split() for line in result.output.splitlines()]
    assert ["META", "CS", "USD", "REGNMS", "1", "XBRK,", "XEXC", "(FB)"] in lines
    assert ["ESH7-ESM7", "MLEG", "USD", "0.05", "1", "50", "2027-03-19", "XBRK", "+1", "ESH7", "-1", "ESM7"] in lines


def test_one_in_full() -> None:
    result = CliRunner().invoke(instruments, [EXAMPLE, "META"])
    assert "XEXC META" in result.output
    assert "US30303M1027" in result.output
    assert "from 1, tick 0.01" in result.output


def test_json_lines() -> None:
    result = CliRunner().invoke(instruments, [EXAMPLE, "--json", "ESH7", "MSFT"])
    share, future = map(orjson.loads, result.output.splitlines())
    assert share["tick_table"] == [{"from": "0", "to": "1", "tick": "0.0001"}, {"from": "1", "to": "", "tick": "0.01"}]
    assert future == {
        "symbol": "ESH7",
        "security_type": "FUT",
        "currency": "USD",
        "tick": "0.25",
        "lot": "1",
        "multiplier": "50",
        "expiry": "2027-03-19",
        "maturity": "202703",
        "underlying": "ES",
        "security_exchange": "XCME",
        "venues": ["XBRK"],
        "default_venue": "XBRK",
    }


def test_an_unknown_symbol() -> None:
    result = CliRunner().invoke(instruments, [EXAMPLE, "ZZZ"])
    assert result.exit_code == 1
    assert "ZZZ: no such instrument in " in result.output


def test_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("record,symbol,venues,lot\ninstrument,A,X,-1\ninstrument,A,X,1\n")
    result = CliRunner().invoke(instruments, [str(path)])
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"Error: {path}: 2 mistakes",
        "  bad.csv line 2, lot: '-1', expected a number above 0",
        "  bad.csv line 3, symbol: 'A', expected one that bad.csv line 2 has not taken",
    ]
