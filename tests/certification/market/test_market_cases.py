"""Play the market data cases to a gateway process: green as it is, red where books differ from what was published."""

import asyncio
from decimal import Decimal

import pytest

from fairlead.certification.cases import load_catalogue
from fairlead.certification.market import stage
from fairlead.certification.market.golden import GoldenBook, golden_books
from fairlead.certification.market.seen import SeenBook
from fairlead.certification.market.subject import MarketSubject
from fairlead.certification.model.results import RunResult
from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.runner import Plan, run_plan


def played(*ids: str) -> RunResult:
    catalogue = load_catalogue()
    plan = Plan(())
    for protocol in ("itch", "fix42", "fix44"):
        plan += Plan.of(
            [case for case in catalogue.choose("gateway", protocol, ids=ids) if case.group == "MD"], protocol
        )
    subject = MarketSubject(plan)
    try:
        return asyncio.run(run_plan(plan, subject, seed=1))
    finally:
        subject.close()


def test_every_case_is_held() -> None:
    run = played("MD")
    wrong = {result.key: result.complaint for result in run.results if result.verdict is not Verdict.PASS}
    assert list(wrong) == ["MD08 fix44"], wrong
    assert "from ITCH feeds alone" in wrong["MD08 fix44"]
    assert {result.case_id for result in run.results} == {f"MD{number:02d}" for number in range(1, 17)}
    changes = next(result for result in run.results if result.key == "MD02 itch transport=mold")
    assert {record.link for record in changes.wire} == {"feed", "strategy"}
    assert len(changes.steps) > 10


def test_other_books_than_the_published_ones_are_a_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_executions(messages: list[bytes]) -> dict[str, GoldenBook]:
        return golden_books([message for message in messages if message[:1] != b"E"])

    monkeypatch.setattr(stage, "golden_books", without_executions)
    monkeypatch.setattr(stage, "WITHIN_S", 0.5)
    run = played("MD02", "MD13")
    assert [result.verdict for result in run.results] == [Verdict.FAIL] * 4
    for result in run.results:
        seen, _, expected = result.complaint.partition(", expected ")
        assert ("400@10x2" in seen, "500@10x2" in expected) == (True, True), result.complaint


def test_a_seen_book_is_made_of_snapshot_and_changes() -> None:
    book = SeenBook()
    book.take({"type": "market_data_snapshot", "bids": [["10.05", "300", 2], ["10.04", "100", 1]], "asks": []})
    book.take(
        {
            "type": "market_data_update",
            "changes": [
                ["delete", "bid", "10.04"],
                ["change", "bid", "10.05", "250", 2, 1],
                ["new", "offer", "10.07", "400", 3, 1],
                ["new", "bid", "10.06", "5", 1, 1],
            ],
            "total_volume": "50",
        }
    )
    assert book.levels("B") == ((Decimal("10.06"), Decimal(5), 1), (Decimal("10.05"), Decimal(250), 2))
    assert book.levels("S") == ((Decimal("10.07"), Decimal(400), 3),)
    assert book.last == {"total_volume": "50"}
