"""Judge executions and ends of orders of OUCH 4.2 and 5.0 from a log."""

from __future__ import annotations

from collections.abc import Iterator

from fairlead.certification.passive.judgements import all_right, graded
from fairlead.certification.passive.native.ouch_orders import (
    AFTER_END,
    ASKS,
    BROKEN,
    CANCEL,
    CANCELED,
    CORRECTED,
    ENTER,
    EXECUTED,
    MATCH,
    MODIFIED,
    OVERFILL,
    PRIORITY,
    RESTATED,
    SELF_MATCH,
    SUM,
    TRADES,
    UNKNOWN,
    Report,
)
from fairlead.certification.passive.native.ouch_rules import new_asks, reports_of
from fairlead.certification.passive.native.views import NativeRules, NativeView
from fairlead.certification.passive.rules import Finding

BOOK = NativeRules()
_IMMEDIATE = {"ouch42": frozenset((0,)), "ouch50": frozenset(("3",))}


def _judge_reports(reports: list[Report], expected: str, *topics: str) -> Iterator[Finding]:
    wrong = {report.message.at: report.complaint(*topics) for report in reports}
    yield from all_right([r.message for r in reports], expected, lambda m: wrong[m.at], "reports")


@BOOK.rule(
    "EX01",
    "Executions",
    "They are of an order that lives, of shares that are open.",
    "Two books that add differently disagree about a position.",
    "AppD",
)
def _executions(view: NativeView) -> Iterator[Finding]:
    trades = [report for report in reports_of(view, *TRADES) if report.order is not None]
    yield from _judge_reports(trades, "an order that lives", AFTER_END)


@BOOK.rule(
    "EX03",
    "Immediate or cancel",
    "What does not trade at once is canceled: the order never rests.",
    "An order that was to be gone is hit later.",
    "AppD",
)
def _immediate(view: NativeView) -> Iterator[Finding]:
    for ask in new_asks(view, ENTER) if view.is_server else ():
        order = view.books.orders[ask.values["token"]]
        is_immediate = ask.values.get("time_in_force") in _IMMEDIATE.get(view.protocol, ())
        if is_immediate and order.reports:
            last = order.reports[-1].message
            if order.is_over or view.has_gone_on(last):
                text = "" if order.is_over else f"{order.open} shares are still open"
                yield graded([ask.message, last], "filled, canceled or rejected", text)


@BOOK.rule(
    "EX07",
    "A cancel that nobody asked for",
    "Its shares were open, and it has a reason.",
    "A desk thinks that its order works.",
    "AppD",
)
def _unsolicited(view: NativeView) -> Iterator[Finding]:
    asked = {ask.values.get("token") for ask in view.books.asks if ask.kind == CANCEL}
    own = [r for r in reports_of(view, CANCELED, SELF_MATCH) if r.order is not None]
    told = [r for r in own if r.values.get("token") not in asked]
    for report in told:
        if not report.values.get("reason"):
            report.wrong.setdefault(SUM, "no reason received")
    yield from _judge_reports(told, "open shares and a reason", SUM, AFTER_END)


@BOOK.rule("EX08", "A restatement", "It is of an order that lives.", "A desk finds its order changed.", "AppD")
def _restated(view: NativeView) -> Iterator[Finding]:
    yield from _judge_reports(reports_of(view, RESTATED), "an order that lives", UNKNOWN, AFTER_END)


@BOOK.rule(
    "EX13",
    "A broken trade",
    "It names an execution of the order by its match number.",
    "A trade that was undone stays in the books.",
    "OUCH",
)
def _broken(view: NativeView) -> Iterator[Finding]:
    yield from _judge_reports(reports_of(view, BROKEN, CORRECTED), "a match number of the order's", MATCH)


@BOOK.rule(
    "EX14",
    "Match numbers are unique",
    "Each execution has its own.",
    "A fill under a used number is thrown away as a copy, or booked twice.",
    "general",
)
def _matches(view: NativeView) -> Iterator[Finding]:
    yield from _judge_reports(reports_of(view, *TRADES), "a match number of its own", MATCH)


@BOOK.rule(
    "EX15",
    "Reports are of orders",
    "Each is of an order that the client has entered.",
    "A position that nobody booked.",
    "general",
)
def _known(view: NativeView) -> Iterator[Finding]:
    if view.books.is_from_beginning and any(ask.kind in ASKS for ask in view.books.asks):
        yield from _judge_reports(reports_of(view), "a token that was entered", UNKNOWN)


@BOOK.rule(
    "EX16",
    "No more is executed than was ordered",
    "Executions stay within the open shares.",
    "A trade that is dropped is a position that nobody knows.",
    "general",
)
def _overfilled(view: NativeView) -> Iterator[Finding]:
    yield from _judge_reports(reports_of(view, *TRADES), "shares that are open", OVERFILL)


@BOOK.rule(
    "EX19",
    "A fill while a cancel is pending",
    "The fill wins: what is canceled is what it left.",
    "Shares are told as traded and as canceled.",
    "general",
)
def _crossing(view: NativeView) -> Iterator[Finding]:
    for ask in new_asks(view, CANCEL) if view.is_server else ():
        order = ask.order
        if order is None or ask.state not in ("asked", "live") or not order.is_whole:
            continue
        later = [r for r in order.reports if r.message.at > ask.message.at]
        fill = next((r for r in later if r.kind == EXECUTED), None)
        end = next((r for r in later if r.kind == CANCELED), None)
        if fill is not None and end is not None:
            text = fill.complaint(AFTER_END, OVERFILL) or end.complaint(SUM)
            yield graded([ask.message, fill.message, end.message], "executed and canceled add up", text)


@BOOK.rule(
    "EX20",
    "Priority updates and modifications",
    "They are of an order that lives, and end nothing.",
    "A changed place is taken for a replace.",
    "OUCH",
)
def _priority(view: NativeView) -> Iterator[Finding]:
    yield from _judge_reports(reports_of(view, PRIORITY, MODIFIED), "an order that lives", UNKNOWN, AFTER_END)
