"""Rates, duplicates and repeated executions on the order path, over a restart and a change of limits."""

from pathlib import Path
from typing import Any

from path_bench import SCALE, SECOND_NS, UTC_NS, Bench

from fairlead.codecs.vocabulary.constants import OrdStatus, Refusal, Side
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.gateway.risk.conduct import fill_places
from fairlead.gateway.risk.limits_book_cy import LimitBook
from fairlead.gateway.risk.limits_rules import LimitRules, Row, Selectors


def firm(**values: Any) -> LimitRules:
    return LimitRules(firm=Row("firm", Selectors(), values))


RATE = {"max_messages": 4, "interval_ms": 1_000_000_000, "cancel_reserve": 1}
DUPLICATES = {"duplicate_window_ms": 1_000_000_000, "max_duplicates": 0}
REPEATS = {"max_repeats": 2, "repeat_window_ms": 60 * SECOND_NS}


class ConductBench(Bench):
    """An order path with limits on conduct; what would disable a strategy only takes notes."""

    def __init__(self, folder: Path, before: "ConductBench | None" = None, **values: Any) -> None:
        folder.mkdir(exist_ok=True)
        super().__init__(folder, epoch=2 if before else 1)
        self.folder = folder
        self.book = LimitBook(before.book.rules if before else firm(**values))
        self.path.checks.find_limits = self.book.limits_for
        self.disabled: list[tuple[str, str]] = []
        self.disabled_at: dict[str, int] = before.disabled_at if before else {}
        if before is not None:
            self.now_ns = before.now_ns
            for record in before.journal:
                self.ledger.replay(*record)
        fill_places(self.path.checks, self.ledger, self.book, self.disable, lambda: self.disabled_at, self.times)

    def disable(self, strategy: str, reason: str, now_ns: int, utc_ns: int) -> str:
        self.disabled.append((strategy, reason))
        return "K-1"

    def restart(self) -> "ConductBench":
        """Return the bench of a process that has the books from the journal and nothing else."""
        return ConductBench(self.folder / "again", self)

    def change(self, **values: Any) -> None:
        self.book.put_in_force(firm(**values), self.book.version + 1, *self.times)

    def trade(self, cl_ord_id: str) -> None:
        """Enter, and be executed a little later."""
        self.now_ns += 1000
        there = self.open(cl_ord_id)
        self.now_ns += 1000
        self.fill(self.x, there, 100, f"F-{cl_ord_id}", OrdStatus.FILLED)


def only(reports: list[Report]) -> Report:
    assert len(reports) == 1
    return reports[0]


def test_orders_stop_at_the_reserve_and_cancels_go_on(tmp_path: Path) -> None:
    bench = ConductBench(tmp_path, **RATE)
    for number in "123":
        bench.open(number)
    refused = only(bench.order(cl_ord_id="4"))
    assert refused.refusal == Refusal.MESSAGE_RATE
    assert (refused.limit, refused.value) == ("3", "4")
    assert refused.text == (
        "firm: 3 messages of firm within 1000 ms, expected at most 3 with this one (4 less 1 kept for cancels); "
        "there is room in 1000 ms"
    )
    sent = len(bench.x.calls)
    assert only(bench.replace("5", "1", price=11 * SCALE)).refusal == Refusal.MESSAGE_RATE
    assert len(bench.x.calls) == sent
    for number in "123":
        assert bench.cancel(f"C{number}", number) == []
    assert [name for name, _ in bench.x.calls[sent:]] == ["cancel"] * 3
    bench.pass_time(1)
    assert bench.order(cl_ord_id="6") == []


def test_a_restart_is_no_way_around_a_rate(tmp_path: Path) -> None:
    bench = ConductBench(tmp_path, **RATE)
    bench.open("1")
    bench.now_ns += 300_000_000
    bench.open("2")
    bench.cancel("3", "2")
    bench = bench.restart()
    refused = only(bench.order(cl_ord_id="4"))
    assert refused.refusal == Refusal.MESSAGE_RATE
    assert refused.text.endswith("there is room in 700 ms")
    bench.now_ns += 700_000_000
    assert bench.order(cl_ord_id="5") == []


def test_a_change_of_limits_carries_windows_over(tmp_path: Path) -> None:
    bench = ConductBench(tmp_path, **RATE)
    for number in "123":
        bench.open(number)
    bench.change(**(RATE | {"max_messages": 3}))
    assert only(bench.order(cl_ord_id="4")).refusal == Refusal.MESSAGE_RATE
    bench.change(**(RATE | {"max_messages": 6}))
    for number in "56":
        bench.open(number)
    assert only(bench.order(cl_ord_id="7")).refusal == Refusal.MESSAGE_RATE


def test_a_refused_order_uses_nothing_up(tmp_path: Path) -> None:
    bench = ConductBench(tmp_path, **(RATE | DUPLICATES))
    for number in "12345":
        assert only(bench.order(cl_ord_id=number, order_qty=15 * SCALE)).refusal == Refusal.INVALID_QUANTITY
    assert bench.order(cl_ord_id="6") == []


def test_a_duplicate_names_the_order_that_it_repeats(tmp_path: Path) -> None:
    bench = ConductBench(tmp_path, **DUPLICATES)
    bench.open("1")
    refused = only(bench.order(cl_ord_id="2"))
    assert refused.refusal == Refusal.DUPLICATE_ORDER
    assert (refused.limit, refused.value) == ("0", "1")
    assert refused.text == (
        "firm: same owner, symbol, side, price, quantity and venue as 1 orders within 1000 ms, the last 1; "
        "expected at most 0"
    )
    bench.open("3", venue="Y")
    bench.open("4", strategy="b")
    bench = bench.restart()
    assert only(bench.order(cl_ord_id="5")).refusal == Refusal.DUPLICATE_ORDER
    assert only(bench.order(cl_ord_id="1", price=11 * SCALE)).refusal == Refusal.DUPLICATE_CL_ORD_ID
    bench.now_ns += SECOND_NS
    assert bench.order(cl_ord_id="6") == []


def test_a_strategy_that_enters_again_after_each_execution_is_disabled(tmp_path: Path) -> None:
    bench = ConductBench(tmp_path, **REPEATS)
    for number in "123":
        bench.trade(number)
    assert bench.disabled == []
    bench.now_ns += 1000
    refused = only(bench.order(cl_ord_id="4"))
    assert refused.refusal == Refusal.REPEATED_EXECUTION
    assert (refused.limit, refused.value) == ("2", "3")
    reason = "firm: re-entered MSFT buy after an execution for the 3. time within 60000 ms, expected at most 2"
    assert bench.disabled == [("a", reason)]
    assert refused.text == f"{reason}; strategy a is disabled (K-1) until a person releases it"
    assert bench.order(cl_ord_id="5", side=int(Side.SELL)) == []


def test_repeats_are_counted_over_a_restart_until_a_person_re_enables(tmp_path: Path) -> None:
    bench = ConductBench(tmp_path, **REPEATS)
    for number in "123":
        bench.trade(number)
    bench = bench.restart()
    assert only(bench.order(cl_ord_id="4")).refusal == Refusal.REPEATED_EXECUTION
    bench.disabled_at["a"] = UTC_NS + bench.now_ns
    bench = bench.restart()
    bench.now_ns += 1000
    assert bench.order(cl_ord_id="5") == []


def test_a_replace_that_asks_for_more_is_an_entry(tmp_path: Path) -> None:
    bench = ConductBench(tmp_path, **(REPEATS | {"max_repeats": 0}))
    there = bench.open("1")
    bench.now_ns += 1000
    bench.fill(bench.x, there, 50, "F-1", OrdStatus.PARTIALLY_FILLED)
    bench.now_ns += 1000
    assert only(bench.replace("2", "1", order_qty=200 * SCALE)).refusal == Refusal.REPEATED_EXECUTION


def test_a_replace_that_asks_for_no_more_is_no_entry(tmp_path: Path) -> None:
    bench = ConductBench(tmp_path, **(REPEATS | {"max_repeats": 0}))
    there = bench.open("1")
    bench.now_ns += 1000
    bench.fill(bench.x, there, 50, "F-1", OrdStatus.PARTIALLY_FILLED)
    assert bench.replace("2", "1", price=11 * SCALE) == []
