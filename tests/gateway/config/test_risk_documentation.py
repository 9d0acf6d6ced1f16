"""docs/risk.md names every key of the limits file, and its examples hold."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from fairlead.gateway.config import limits_tables as tables
from fairlead.gateway.config.limits_file import read_limits_content
from fairlead.gateway.risk.limits_book_cy import LimitBook
from fairlead.gateway.risk.limits_parameters import BUCKET_KEYS, OFF, SWITCHABLE

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "risk.md").read_text(encoding="utf-8")
SECTIONS: dict[str, type[BaseModel]] = {
    "`[firm]` and `[[limits]]`": tables.LimitRow,
    "`[currencies]`": tables.CurrencyTable,
    "`[[restricted]]`": tables.RestrictedEntry,
    "`[[locates]]`": tables.LocateEntry,
}


def _part(heading: str) -> str:
    part = re.search(rf"^##+ {re.escape(heading)}.*?(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert part is not None
    return part[0]


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_key_is_documented(heading: str) -> None:
    keys = {field.alias or name for name, field in SECTIONS[heading].model_fields.items()}
    assert set(re.findall(r"^\| `(\w+)` \|", _part(heading), re.MULTILINE)) == keys


def test_the_table_tells_what_is_of_one_order_and_what_is_counted() -> None:
    kinds = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", _part("`[firm]` and `[[limits]]`"), re.MULTILINE))
    assert {key for key, kind in kinds.items() if kind == "count"} == BUCKET_KEYS
    assert {key for key, kind in kinds.items() if kind == "order"} == set(tables.Firm.model_fields) - BUCKET_KEYS
    assert OFF in kinds


def test_the_checks_that_can_be_off_are_listed() -> None:
    listed = re.search(r"These can be: (.*?)\. All others", _part("Which limit counts"), re.DOTALL)
    assert listed is not None
    assert set(re.findall(r"`(\w+)`", listed[1])) == set(SWITCHABLE)


def test_the_example_of_precedence_holds() -> None:
    part = _part("Which limit counts")
    toml = re.search(r"```toml\n(.*?)```", part, re.DOTALL)
    assert toml is not None
    rules = read_limits_content(tomllib.loads(toml[1]), None).rules
    assert rules is not None
    book = LimitBook(rules)
    rows = re.findall(r"^\| (\w+), (\w+) at (\w+) \| (\d+) \((.*?)\).*? \| (\d+) \((.*?)\)", part, re.MULTILINE)
    assert len(rows) == 4
    for strategy, symbol, venue, qty, qty_row, bps, bps_row in rows:
        limits = book.limits_for(strategy, "A1", venue, symbol)
        assert (limits.max_qty // 10**8, limits.row_of("max_qty")) == (int(qty), qty_row)
        assert (limits.collar_bps, limits.row_of("collar_bps")) == (int(bps), bps_row)
