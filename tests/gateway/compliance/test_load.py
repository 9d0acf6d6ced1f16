"""A load is the busiest stretch of a journal, with the orders that it needs to begin with."""

import json

import pytest
from click.testing import CliRunner

from fairlead.gateway.commands.compliance import compliance
from fairlead.gateway.compliance.kept_evidence import KeptEvidence
from fairlead.gateway.compliance.load_profile import NoLoadError, busiest_load

from .conftest import Records


def test_busiest_stretch_is_found_with_what_it_needs(records: Records) -> None:
    standing = records.new(0, 1)
    records.new(100, 2)
    order = records.new(200, 3)
    records.cancel(200.5, standing, 4)
    records.replace(201, order, 5, 20)
    records.new(201.999, 6)
    records.new(400, 7)
    records.close()
    load = busiest_load(records.journal, 2000)
    assert (load["from_utc_ns"], load["messages"], load["window_ms"]) == (records.at(200), 4, 2000)
    assert [(entry["id"], entry["do"]) for entry in load["standing"]] == [("A-1", "new")]
    assert [(entry["at_ms"], entry["do"], entry["id"]) for entry in load["requests"]] == [
        (0, "new", "A-3"),
        (500, "cancel", "A-4"),
        (1000, "replace", "A-5"),
        (1999, "new", "A-6"),
    ]
    assert load["requests"][0] == {
        "at_ms": 0,
        "strategy": "alpha",
        "venue": "XEXC",
        "do": "new",
        "id": "A-3",
        "symbol": "S1",
        "side": "buy",
        "order_qty": "10",
        "ord_type": "limit",
        "time_in_force": "day",
        "price": "430.25",
    }
    assert (load["requests"][2]["of"], load["requests"][2]["order_qty"]) == ("A-3", "20")


def test_journal_without_orders_is_no_load(records: Records) -> None:
    records.close()
    with pytest.raises(NoLoadError, match="holds no order"):
        busiest_load(records.journal, 1000)


@pytest.mark.parametrize(
    ("told", "exit_code", "said"),
    [
        ({"is_passed": True, "factor": 2.0}, 0, "recorded: 100 requests at 2 times"),
        ({"is_passed": False, "factor": 2.0}, 1, "a run at 2 times that failed"),
        ({"is_passed": True, "factor": 1.5}, 1, "a run at 1.5 times that passed, expected 2 or more"),
        ({}, 1, "is no report of `fairlead stress`"),
    ],
)
def test_stress_counts_where_it_passed_at_twice_the_rate(
    records: Records, told: dict[str, object], exit_code: int, said: str
) -> None:
    records.close()
    path = records.folder / "stress.json"
    rest = {"made": "2026-01-02T13:00:00Z", "requests": 100, "requests_per_s": 50.0, "answer_ms": {"p99": 3.0}}
    path.write_text(json.dumps(rest | told))
    result = CliRunner().invoke(compliance, ["stress", "--config", str(records.config_path), str(path)])
    assert result.exit_code == exit_code
    assert said in result.output
    kept = KeptEvidence(records.folder / "state" / "compliance" / "evidence.json")
    assert ("stress" in kept.exercised) is (exit_code == 0)
