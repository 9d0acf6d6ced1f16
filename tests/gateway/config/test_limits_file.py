"""What a limits file may say, what is told about a wrong one, and that values arrive exactly."""

import json
import tomllib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.vocabulary.constants import Side
from fairlead.gateway.commands.check import check
from fairlead.gateway.config import load_config
from fairlead.gateway.config.limits_file import LimitsReading, read_limits_content
from fairlead.gateway.config.limits_references import KnownNames
from fairlead.gateway.config.limits_tables import Limits
from fairlead.gateway.risk.limits_parameters import (
    CHECKS_WITHOUT_LIMIT,
    NOTIONAL_DECIMALS,
    OFF,
    PARAMETERS,
    QTY_DECIMALS,
    SWITCHABLE,
    from_units,
    to_units,
)
from fairlead.gateway.risk.limits_rules import Currencies, Selectors

KNOWN = KnownNames(
    accounts={"alpha": ("A1",), "beta": ("B-*",)},
    venues=("XNQ", "XBRK"),
    symbols=("MSFT", "IBM"),
    currencies={"USD": "MSFT"},
)

Write = Callable[[str], Path]


def _read(text: str, require: bool = False) -> LimitsReading:
    content = json.loads(json.dumps(tomllib.loads(text), default=str))
    return read_limits_content(content, KNOWN, require=require)


def test_every_key_arrives_in_the_units_of_the_books() -> None:
    reading = _read(
        """
        [firm]
        max_order_qty = "1000.00000001"
        max_order_notional = "250000.5"
        max_reference_age_ms = 1500
        collar_references = ["touch", "last"]
        [[limits]]
        strategy = "alpha"
        collar_bps = 50
        max_credit = 1000000
        max_messages = 100
        interval_ms = 1000
        off = ["self_match"]
        [[limits]]
        name = "each share"
        symbol = "*"
        max_long_qty = "5"
        duplicate_window_ms = 250
        """
    )
    assert reading.mistakes == ()
    assert reading.rules is not None
    firm, (alpha, each) = reading.rules.firm, reading.rules.rows
    assert firm.values == {
        "max_order_qty": 100_000_000_001,
        "max_order_notional": 2_500_005 * 10**15,
        "max_reference_age_ms": 1_500_000_000,
        "collar_references": ("touch", "last"),
    }
    assert (alpha.name, alpha.selectors, alpha.off) == ("strategy alpha", Selectors("alpha"), frozenset({"self_match"}))
    assert alpha.values == {
        "collar_bps": 50,
        "max_credit": 10**22,
        "max_messages": 100,
        "interval_ms": 1_000_000_000,
        "cancel_reserve": 0,
    }
    assert (each.name, each.off) == ("each share", None)
    assert each.values == {"max_long_qty": 500_000_000, "duplicate_window_ms": 250_000_000, "max_duplicates": 0}


def test_lists_and_currencies_arrive() -> None:
    reading = _read(
        """
        currencies = { base = "USD", rates = { EUR = "1.0842", JPY = "0.0067" } }
        [[restricted]]
        symbol = "IBM"
        sides = ["buy"]
        account = "A1"
        reason = "insider list 7"
        from = 2026-11-02
        [[locates]]
        id = "L1"
        symbol = "IBM"
        account = "A1"
        quantity = "500"
        date = 2026-11-02
        """
    )
    assert reading.rules is not None
    (entry,), (locate,) = reading.rules.restricted, reading.rules.locates
    assert entry.covers(Side.BUY, "alpha", "A1", date(2026, 11, 2))
    for side, account, day in (
        (Side.SELL, "A1", date(2026, 11, 2)),
        (Side.BUY, "B-1", date(2026, 11, 2)),
        (Side.BUY, "A1", date(2026, 11, 1)),
    ):
        assert not entry.covers(side, "alpha", account, day)
    assert (locate.id, locate.qty, locate.day) == ("L1", 50_000_000_000, date(2026, 11, 2))
    money = reading.rules.currencies
    assert (money.rate_of("EUR"), money.rate_of("USD"), money.rate_of(""), money.rate_of("GBP")) == (
        108_420_000,
        100_000_000,
        100_000_000,
        None,
    )


MISTAKES = [
    ("[firm]\nmax_order_qty = 1.5", "firm.max_order_qty: 1.5, expected a number in quotes"),
    ('[firm]\nmax_order_qty = "1.000000001"', "firm.max_order_qty: '1.000000001', expected at most 8 decimals"),
    ('[firm]\nmax_order_qty = "-1"', "firm.max_order_qty: '-1', expected greater than or equal to 0"),
    ('[firm]\nmax_order_qty = "92233720369"', "expected an amount below 92233720368"),
    ('[firm]\nmax_credit = "1e400"', "expected an amount below 10^30"),
    ('[firm]\nmax_credit = "0.00000000000000001"', "expected at most 16 decimals"),
    ('[firm]\nmax_open_orders = "5"', "firm.max_open_orders: '5', expected a whole number"),
    ("[firm]\nmax_orders = 5", "firm.max_orders: no such key is known here"),
    ('[firm]\nmax_long_qty = "5"', "firm.max_long_qty: expected symbol in the row"),
    (
        '[firm]\nself_match = "never"',
        "firm.self_match: 'never', expected 'off', 'stamp', 'block_strategy', 'block_account' or 'block'",
    ),
    ("[firm]\nphases = []", "firm.phases: [], expected at least one, and none twice"),
    ("[firm]\nwarn_percent = 0", "firm.warn_percent: 0, expected greater than or equal to 1"),
    ("[firm]\ncollar_bps = 5", "firm.collar_references: it is missing, collar_bps needs it in the same table"),
    ("[firm]\ndrift_bps = 5", "firm.drift_window_ms: it is missing, drift_bps needs it"),
    ("[firm]\nmax_messages = 5", "firm.interval_ms: it is missing, max_messages needs it in the same table"),
    ("[firm]\nmax_messages = 5\ninterval_ms = 1\ncancel_reserve = 5", "expected cancel_reserve below max_messages (5)"),
    ('[firm]\noff = ["kill"]', "expected checks that can be switched off: restricted, max_quantity"),
    ('[[limits]]\nmax_order_qty = "5"', "limits[0]: expected strategy, account, venue or symbol"),
    (
        '[[limits]]\nstrategy = "alpah"',
        "limits[0].strategy: 'alpah', expected one of the configuration's strategies; did you mean 'alpha'?",
    ),
    ('[[limits]]\nvenue = "Z"', "limits[0].venue: 'Z', expected one of the configuration's venues (XBRK, XNQ)"),
    ('[[limits]]\nsymbol = "MSFTT"', "did you mean 'MSFT'?"),
    ('[[limits]]\naccount = "C1"', "limits[0].account: 'C1', expected an account of a strategy"),
    ('[[limits]]\naccount = "B-1"\nstrategy = "alpha"', "expected an account of strategy alpha (A1)"),
    ('[[limits]]\nvenue = "XNQ"\n[[limits]]\nvenue = "XNQ"', "limits[1]: venue XNQ, expected other selectors"),
    ('[[limits]]\nname = "a"\nvenue = "XNQ"\n[[limits]]\nname = "a"\nvenue = "XBRK"', "limits[1].name: 'a', expected"),
    ('[[limits]]\nname = "firm"\nvenue = "XNQ"', "limits[0].name: 'firm', expected one that [firm] has not taken"),
    (
        '[[limits]]\nvenue = "XNQ"\nmax_order_qty = "1"\noff = ["max_quantity"]',
        "none whose limits limits[0] sets (max_order_qty)",
    ),
    ('[firm]\nmax_order_qty = "1"\n[[limits]]\nvenue = "XNQ"\noff = ["max_quantity"]', "none whose limits firm sets"),
    (
        '[firm]\nphases = ["trading"]\n[[limits]]\nvenue = "XNQ"\nphases = ["auction"]',
        "limits[0].phases: auction, expected at least one of [firm]'s (trading)",
    ),
    ('currencies = { base = "EUR" }', "currencies.rates.USD: it is missing, MSFT is in USD"),
    ('currencies = { base = "USD", rates = { USD = "1" } }', "expected no rate for the base currency USD"),
    ('currencies = { base = "USD", rates = { EUR = "0" } }', "currencies.rates.EUR: '0', expected greater than 0"),
    ('[[restricted]]\nsymbol = "IBM"', "restricted[0].reason: it is missing"),
    ('[[restricted]]\nsymbol = "IBM"\nreason = "x"\nfrom = 2026-01-02\nuntil = 2026-01-01', "until on 2026-01-02"),
    ('[[restricted]]\nsymbol = "IBN"\nreason = "x"', "restricted[0].symbol: 'IBN', expected one of"),
    ('[[locates]]\nid = "1"\nsymbol = "IBM"\naccount = "A1"\nquantity = "0"\ndate = 2026-01-01', "locates[0].quantity"),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES)
def test_each_mistake_is_told_with_path_value_and_expectation(text: str, expected: str) -> None:
    reading = _read(text)
    assert reading.rules is None
    assert [line for line in reading.mistakes if expected in line] != [], reading.mistakes


def test_all_mistakes_are_told_at_once() -> None:
    text = '[firm]\nmax_orders = 1\n[[limits]]\nstrategy = "alpah"\nmax_order_qty = 0.5\n[[limits]]\nvenue = "XNP"'
    found = _read(text).mistakes
    assert [line.split(":")[0] for line in found] == [
        "firm.max_orders",
        "limits[0].max_order_qty",
        "limits[0].strategy",
        "limits[1].venue",
    ]


WARNINGS = [
    (
        '[firm]\nmax_order_qty = "5"\n[[limits]]\nvenue = "XNQ"\nmax_order_qty = "6"',
        False,
        "limits[0].max_order_qty: 6 is looser than [firm]'s 5, which is what counts",
    ),
    ('[firm]\nmax_open_orders = 5\n[[limits]]\nvenue = "XNQ"\nmax_open_orders = 6', False, "which counts as well"),
    ('[firm]\nwarn_order_qty = "5"\nmax_order_qty = "5"', False, "firm.warn_order_qty: 5 never warns"),
    ('[[limits]]\nvenue = "XNQ"', False, "limits[0]: the row sets nothing"),
    ('[[limits]]\nvenue = "XNQ"\nwarn_percent = 80', False, "limits[0].warn_percent: the row counts nothing"),
    ('[firm]\nmax_order_qty = "5"', True, "every order is refused"),
]


@pytest.mark.parametrize(("text", "require", "expected"), WARNINGS)
def test_what_does_not_do_what_it_seems_to_is_a_warning(text: str, require: bool, expected: str) -> None:
    reading = _read(text, require)
    assert reading.rules is not None
    assert [line for line in reading.warnings if expected in line] != [], reading.warnings


def test_several_currencies_without_rates_are_a_mistake_where_money_is_limited() -> None:
    known = KnownNames({}, (), ("MSFT", "SAP"), {"USD": "MSFT", "EUR": "SAP"})
    assert read_limits_content({"firm": {"max_order_qty": "1"}}, known).mistakes == ()
    (mistake,) = read_limits_content({"firm": {"max_credit": "1"}}, known).mistakes
    assert mistake == "currencies: it is missing, money is limited and the instruments are in EUR, USD"


def test_the_table_of_parameters_has_each_key_of_the_models() -> None:
    assert {*PARAMETERS, OFF} == set(Limits.model_fields)
    assert {p.check for p in PARAMETERS.values() if p.check} == set(SWITCHABLE) - set(CHECKS_WITHOUT_LIMIT)


@given(st.integers(-(10**37), 10**37), st.sampled_from((QTY_DECIMALS, NOTIONAL_DECIMALS)))
def test_amounts_are_exact_both_ways(units: int, decimals: int) -> None:
    assert to_units(Decimal(from_units(units, decimals)), decimals) == units


@given(st.integers(1, 10**60), st.integers(0, 40))
def test_what_is_not_exact_is_refused_however_many_digits_it_has(digits: int, places: int) -> None:
    value = Decimal((0, tuple(map(int, str(digits))), -places))
    if value.adjusted() > 29 or digits * 10**QTY_DECIMALS % 10**places:
        with pytest.raises(ValueError, match="expected"):
            to_units(value, QTY_DECIMALS)
    else:
        assert to_units(value, QTY_DECIMALS) * 10**places == digits * 10**QTY_DECIMALS


def test_a_notional_is_rounded_away_from_zero_and_only_where_it_must() -> None:
    money = Currencies("USD", {"JPY": 670_001})
    one = 10**8
    assert money.notional(2 * one, 3 * one, one, "") == 6 * 10**16
    assert money.notional(1, 1, one, "JPY") == 1
    assert money.notional(1, -1, one, "JPY") == -1
    assert money.notional(one, one, one, "CHF") is None


RISK = '[risk]\nlimits = "limits.toml"\n'


def test_the_configuration_reads_the_file_that_it_names(write: Write, good: str, tmp_path: Path) -> None:
    (tmp_path / "limits.toml").write_text('[[limits]]\nstrategy = "alpha"\nmax_order_qty = "5"\n')
    config = load_config(write(good + RISK))
    assert config.risk.limits == tmp_path.resolve() / "limits.toml"
    assert config.limits.rules is not None
    assert config.limits.rules.rows[0].values == {"max_order_qty": 500_000_000}


def test_its_mistakes_are_the_configurations(
    write: Write, good: str, tmp_path: Path, mistakes: Callable[[str], list[str]]
) -> None:
    assert mistakes(good + RISK) == [
        f"risk.limits: {tmp_path / 'limits.toml'}: can't be read: No such file or directory"
    ]
    (tmp_path / "limits.toml").write_text('[[limits]]\nvenue = "XX"\n')
    both = mistakes(good.replace('state_dir = "var"', "") + RISK)
    assert both == ["gateway.state_dir: it is missing"]
    assert mistakes(good + RISK)[0].endswith(
        "limits[0].venue: 'XX', expected one of the configuration's venues; did you mean 'X'?"
    )


def test_check_says_that_nothing_is_limited(write: Write, good: str) -> None:
    result = CliRunner().invoke(check, ["--no-secrets", str(write(good))])
    assert result.exit_code == 0
    assert "warning     no limits file is configured" in result.output


def test_check_tells_what_the_limits_file_holds(write: Write, good: str, tmp_path: Path) -> None:
    (tmp_path / "limits.toml").write_text(
        '[firm]\nmax_order_qty = "5"\n[[limits]]\nstrategy = "alpha"\nmax_order_qty = "6"\n'
    )
    result = CliRunner().invoke(check, ["--no-secrets", str(write(good + RISK))])
    assert result.exit_code == 0
    assert "limits      1 row and [firm], 0 restricted, 0 locates" in result.output
    assert "warning     limits[0].max_order_qty: 6 is looser than [firm]'s 5" in result.output
