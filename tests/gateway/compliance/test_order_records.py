"""Order records say what happened, once, in the regulators' words, and exactly."""

import csv
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result

from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, ReportKind, Side
from fairlead.gateway.commands.compliance import compliance
from fairlead.gateway.compliance.order_forms import stamp

from .conftest import NOON_NS, Records


def trade(records: Records) -> None:
    """Let four orders live: one filled in two parts around a replace, one cancelled, one refused, one rejected."""
    records.note_attributes(0)
    order = records.new(1, 1)
    said = {"venue_order_id": "X1", "cl_ord_id": "V1"}
    records.say(1.5, ReportKind.ACCEPTED, ExecType.NEW, OrdStatus.NEW, **said)
    fill = {"last_qty": 4 * SCALE, "last_px": 430 * SCALE, "last_liquidity": ord("2")}
    records.say(2, ReportKind.FILLED, ExecType.TRADE, OrdStatus.PARTIALLY_FILLED, exec_id="F1", **said, **fill)
    # the venue says the same again: no second record of it
    records.say(2, ReportKind.FILLED, ExecType.TRADE, OrdStatus.PARTIALLY_FILLED, exec_id="F1", **said, **fill)
    records.replace(3, order, 2, 6)
    said = {"venue_order_id": "X1", "cl_ord_id": "V2", "orig_cl_ord_id": "V1"}
    records.say(3.5, ReportKind.REPLACED, ExecType.REPLACED, OrdStatus.PARTIALLY_FILLED, **said, order_qty=6 * SCALE)
    fill = {"last_qty": 2 * SCALE, "last_px": 429 * SCALE + 50_000_000}
    said = {"venue_order_id": "X1", "cl_ord_id": "V2"}
    records.say(4, ReportKind.FILLED, ExecType.TRADE, OrdStatus.FILLED, exec_id="F2", **said, **fill)
    short = records.new(5, 3, 7, Side.SELL_SHORT)
    records.say(5.5, ReportKind.ACCEPTED, ExecType.NEW, OrdStatus.NEW, venue_order_id="X3", cl_ord_id="V3")
    records.cancel(6, short, 4)
    said = {"venue_order_id": "X3", "cl_ord_id": "V4", "orig_cl_ord_id": "V3"}
    records.say(6.5, ReportKind.CANCELED, ExecType.CANCELED, OrdStatus.CANCELED, **said)
    refused = {"strategy": "alpha", "account": "ACC", "venue": "XEXC", "symbol": "MSFT", "cl_ord_id": "A-5"}
    told = {"check": "max_quantity", "limit": "100", "value": "101", "order_qty": "101", "side": "buy", "price": "430"}
    records.note(7, {"event": "risk_refused", **refused, **told})
    records.new(8, 6)
    records.say(8.5, ReportKind.REJECTED, ExecType.REJECTED, OrdStatus.REJECTED, cl_ord_id="V6", text="no such firm")
    records.close()


def export(records: Records, name: str, *options: str) -> tuple[Result, Path]:
    target = records.folder / name
    arguments = ["orders", "--config", str(records.config_path), "--to-file", str(target), *options]
    return CliRunner().invoke(compliance, arguments), target


def rows(records: Records, form: str, *options: str) -> list[dict[str, str]]:
    result, target = export(records, f"{form}.csv", "--form", form, *options)
    assert result.exit_code == 0, result.output
    with target.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_event_has_the_order_as_it_stood_then(records: Records) -> None:
    trade(records)
    told = [
        (row["event"], row["cl_ord_id"], row["order_qty"], row["leaves_qty"], row["cum_qty"], row["last_px"])
        for row in rows(records, "events")
    ]
    assert told == [
        ("new", "A-1", "10", "10", "0", ""),
        ("accepted", "A-1", "10", "10", "0", ""),
        ("filled", "A-1", "10", "6", "4", "430"),
        ("replace_requested", "A-1", "10", "6", "4", ""),
        ("replaced", "A-2", "6", "2", "4", ""),
        ("filled", "A-2", "6", "0", "6", "429.5"),
        ("new", "A-3", "7", "7", "0", ""),
        ("accepted", "A-3", "7", "7", "0", ""),
        ("cancel_requested", "A-3", "7", "7", "0", ""),
        ("canceled", "A-4", "7", "0", "0", ""),
        ("refused", "A-5", "101", "", "", ""),
        ("new", "A-6", "10", "10", "0", ""),
        ("rejected", "A-6", "10", "0", "0", ""),
    ]


def test_rts24_has_its_codes_and_who_decided(records: Records) -> None:
    trade(records)
    told = rows(records, "rts24")
    assert [(row["9_date_and_time"], row["21_order_event"]) for row in told] == [
        ("2026-01-02T12:00:01.000000Z", "NEWO"),
        ("2026-01-02T12:00:02.000000Z", "PARF"),
        ("2026-01-02T12:00:03.500000Z", "REME"),
        ("2026-01-02T12:00:04.000000Z", "FILL"),
        ("2026-01-02T12:00:05.000000Z", "NEWO"),
        ("2026-01-02T12:00:06.500000Z", "CAME"),
        ("2026-01-02T12:00:07.000000Z", "REMO"),
        ("2026-01-02T12:00:08.000000Z", "NEWO"),
        ("2026-01-02T12:00:08.500000Z", "REMO"),
    ]
    partial = told[1]
    expected = {
        "1_submitting_entity": "5299000J2N45DDNE4Y28",
        "3_client": "CLIENT-7",
        "4_investment_decision": "ALGO-1",
        "5_execution_decision": "ALGO-2",
        "7_trading_capacity": "DEAL",
        "8_liquidity_provision": "true",
        "10_validity_period": "GDAY",
        "16_segment_mic": "XNAS",
        "19_date_of_receipt": "2026-01-02T12:00:01.000000Z",
        "22_order_type": "LMTO",
        "24_limit_price": "430.25",
        "28_transaction_price": "430",
        "29_price_currency": "USD",
        "32_buy_sell": "BUYI",
        "36_initial_quantity": "10",
        "37_remaining_quantity": "6",
        "39_traded_quantity": "4",
        "44_passive_or_aggressive": "AGRE",
        "short_sale": "false",
        "has_attributes": "true",
    }
    assert {name: partial[name] for name in expected} == expected
    assert (told[4]["32_buy_sell"], told[4]["short_sale"]) == ("SELL", "true")


def test_cat_has_an_order_and_its_route(records: Records) -> None:
    trade(records)
    told = rows(records, "cat")
    assert [(row["type"], row["cl_ord_id"]) for row in told] == [
        ("MENO", "A-1"),
        ("MEOR", "A-1"),
        ("MEOM", "A-2"),
        ("MEMR", "A-2"),
        ("MENO", "A-3"),
        ("MEOR", "A-3"),
        ("MEOC", "A-4"),
        ("MECR", "A-4"),
        ("MENO", "A-5"),
        ("MENO", "A-6"),
        ("MEOR", "A-6"),
        ("MEOR", "A-6"),
    ]
    route = told[1]
    assert (route["CATReporterIMID"], route["destination"], route["destinationType"]) == ("FRLD", "XNAS", "E")
    assert (route["routedOrderID"], route["firmDesignatedID"], route["side"]) == ("V1", "ACC", "B")
    assert [row["routeRejectedFlag"] for row in told[-2:]] == ["false", "true"]


def test_period_is_from_included_to_before_the_end(records: Records) -> None:
    trade(records)
    options = ("--from", "2026-01-02T12:00:05Z", "--to", "2026-01-02T12:00:06.5Z")
    assert [row["event"] for row in rows(records, "events", *options)] == ["new", "accepted", "cancel_requested"]


def test_attributes_are_those_of_the_time(records: Records) -> None:
    records.note_attributes(0)
    records.new(1, 1)
    text = records.config_path.read_text().replace("CLIENT-7", "CLIENT-8")
    records.config_path.write_text(text)
    records.note_attributes(2)
    records.new(3, 2)
    records.close()
    assert [row["client_id"] for row in rows(records, "events")] == ["CLIENT-7", "CLIENT-8"]


def test_order_of_before_attributes_were_kept_says_so(records: Records) -> None:
    records.new(1, 1)
    records.close()
    assert [(row["client_id"], row["has_attributes"]) for row in rows(records, "events")] == [("", "false")]


def test_parquet_has_exact_decimals(records: Records) -> None:
    trade(records)
    result, target = export(records, "orders.parquet")
    assert result.output == f"13 order records written to {target}\n"
    table = pyarrow.parquet.read_table(target)
    assert table.column("price")[0].as_py() == Decimal("430.25")
    assert table.column("last_px").to_pylist()[5] == Decimal("429.5")
    assert table.column("utc_ns")[0].as_py() == NOON_NS + 1_000_000_000
    assert table.column("is_algorithm").to_pylist() == [True] * 13


def test_other_file_names_are_refused(records: Records) -> None:
    records.close()
    result, _ = export(records, "orders.xlsx")
    assert result.exit_code == 2
    assert "expected a file name that ends in .csv or .parquet" in result.output


@pytest.mark.parametrize(
    ("utc_ns", "decimals", "expected"),
    [
        (NOON_NS + 999_999_999, 3, "2026-01-02T12:00:00.999Z"),
        (NOON_NS + 999_999_999, 6, "2026-01-02T12:00:00.999999Z"),
        (NOON_NS + 1, 9, "2026-01-02T12:00:00.000000001Z"),
    ],
)
def test_stamps_are_cut_off_not_rounded(utc_ns: int, decimals: int, expected: str) -> None:
    assert stamp(utc_ns, decimals) == expected
