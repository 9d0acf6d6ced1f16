"""Judge executions from a log: arithmetic, ids, ends, busts and corrections."""

from __future__ import annotations

from collections.abc import Iterator

from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.passive.conversations import REJECT, Message
from fairlead.certification.passive.judgements import all_right
from fairlead.certification.passive.order_books import (
    AVERAGE,
    BUST,
    CANCELED,
    CORRECT,
    DONE,
    EXEC_ID,
    EXPIRED,
    FILLS,
    LEAVES,
    NEW,
    OVERFILL,
    REFERENCE,
    RESTATED,
    STATE,
    STATUS,
    TRADE,
    TRIGGERED,
    Report,
)
from fairlead.certification.passive.order_rules import (
    CANCEL,
    REPLACE,
    after_end,
    judged,
    reports_of,
    requests,
)
from fairlead.certification.passive.rules import Finding, RuleBook, View

BOOK = RuleBook()


def _all_reports(view: View, reports: list[Report], expected: str, *topics: str) -> Iterator[Finding]:
    """Judge some topics of many reports at once."""
    wrong = {report.message.at: report.complaint(*topics) for report in reports}
    yield from all_right([r.message for r in reports], expected, lambda m: wrong.get(m.at, ""), "reports")


@BOOK.rule("EX01", "Partial fills to the end", "CumQty is the sum of fills, LeavesQty the rest, AvgPx their average.",
           "Two books that add differently disagree about a position.", "AppD")  # fmt: skip
def _arithmetic(view: View) -> Iterator[Finding]:
    trades = list(reports_of(view, TRADE))
    traded = {id(report.order) for report in trades}
    others = [r for r in reports_of(view) if r.kind not in (TRADE, BUST, CORRECT, STATUS) and id(r.order) in traded]
    yield from _all_reports(view, trades, "14, 151, 6 and 39 add up", LEAVES, FILLS, AVERAGE, STATE)
    for report in others:
        if text := report.complaint(LEAVES, FILLS):
            yield judged(report, "14 and 151 add up", text)
    yield from after_end(view, "2")


@BOOK.rule(
    "EX02", "Done for day", "OrdStatus(39) 3, nothing open today.", "A desk waits for fills that can't come.", "AppD"
)
def _done(view: View) -> Iterator[Finding]:
    for report in reports_of(view, DONE):
        yield judged(
            report, "OrdStatus(39) 3 and LeavesQty(151) 0", report.complaint(LEAVES, FILLS) or _status(report, "3")
        )


def _status(report: Report, expected: str) -> str:
    told = report.message.get(39)
    return "" if told == expected else f"OrdStatus(39) {told} received, expected {expected}"


@BOOK.rule("EX03", "Immediate or cancel", "What does not trade at once is cancelled: the order never rests.",
           "An order that was to be gone is hit later.", "AppD")  # fmt: skip
def _immediate(view: View) -> Iterator[Finding]:
    yield from _at_once(view, "3")


@BOOK.rule(
    "EX04", "Fill or kill", "The whole quantity in the end, or nothing.", "Half of a hedge is a position.", "AppD"
)
def _fill_or_kill(view: View) -> Iterator[Finding]:
    yield from _at_once(view, "4")


def _at_once(view: View, time_in_force: str) -> Iterator[Finding]:
    books = view.books
    for request in requests(view.theirs, "D"):
        order = books.orders.get(request.get(11))
        if request.get(59) != time_in_force or order is None or order.request is not request or not order.reports:
            continue
        last = order.reports[-1]
        if not order.ended:
            if view.has_gone_on(last.message):
                yield judged(last, "filled, canceled, expired or rejected", "the order is still open", [request])
            continue
        text = (
            f"{order.cum} of {order.qty} executed" if time_in_force == "4" and order.cum not in (0, order.qty) else ""
        )
        yield judged(last, "all or nothing" if time_in_force == "4" else "an end", text, [request])


@BOOK.rule("EX05", "A stop is triggered", "The report follows the acknowledgement, and the order stays open.",
           "A stop that is told of wrongly is entered twice.", "CME")  # fmt: skip
def _triggered(view: View) -> Iterator[Finding]:
    for report in reports_of(view, TRIGGERED):
        yield judged(report, "an open order with its quantities unchanged", report.complaint(LEAVES, FILLS))


@BOOK.rule(
    "EX06", "Expiry", "OrdStatus(39) C, nothing open, and nothing after it.", "A dead order is thought to work.", "CME"
)
def _expired(view: View) -> Iterator[Finding]:
    for report in reports_of(view, EXPIRED):
        yield judged(report, "OrdStatus(39) C, nothing open", report.complaint(LEAVES, FILLS) or _status(report, "C"))
    yield from after_end(view, "C")


@BOOK.rule("EX07", "A cancel that nobody asked for", "Canceled under the order's own id, nothing open.",
           "A desk thinks that its order works.", "AppD")  # fmt: skip
def _unsolicited_cancel(view: View) -> Iterator[Finding]:
    for report in reports_of(view, CANCELED):
        if report.message.get(11) not in _ids(view, CANCEL):
            yield judged(
                report, "OrdStatus(39) 4, nothing open", report.complaint(LEAVES, FILLS) or _status(report, "4")
            )


def _ids(view: View, *kinds: str) -> set[str]:
    return {message.get(11) for message in view.theirs if message.msg_type in kinds}


@BOOK.rule("EX08", "A restatement", "ExecRestatementReason(378) says why, and the quantities add up.",
           "A desk finds its order changed and does not know by whom.", "AppD")  # fmt: skip
def _restated(view: View) -> Iterator[Finding]:
    for report in reports_of(view, RESTATED):
        missing = "" if report.message.get(378) else "ExecRestatementReason(378) is missing"
        yield judged(report, "a reason, and quantities that add up", report.complaint(LEAVES, FILLS) or missing)


def _taken(view: View, messages: list[Message], expected: str) -> Iterator[Finding]:
    """Judge the side that receives: it does not reject what is odd but right by the protocol."""
    for message in messages:
        refusal = view.refusal_of(message)
        if refusal is not None and refusal.msg_type == REJECT:
            yield Finding([message], expected, [refusal], Verdict.FAIL, f"rejected: {refusal.get(58)}")
        elif next(view.after(message), None) is not None:
            yield Finding([message], expected)


def _received(view: View, *kinds: str) -> list[Report]:
    books = view.books
    return [r for r in books.reports if r.message.side != view.side and (not kinds or r.kind in kinds)]


@BOOK.rule("EX09", "A fill before the acknowledgement", "Both are taken.", "A fill that came early is lost.", "general")
def _early_fill(view: View) -> Iterator[Finding]:
    early = [r.message for r in _received(view, TRADE) if r.is_known and r.order.is_whole and _acknowledged_later(r)]
    yield from _taken(view, early, "no reject of the fill")


def _acknowledged_later(report: Report) -> bool:
    news = [r for r in report.order.reports if r.kind == NEW]
    return bool(news) and all(r.message.at > report.message.at for r in news)


@BOOK.rule("EX10", "A fill while a request is pending", "The fill has the id that holds, not that of the request.",
           "A request that is refused later is thought to have been taken.", "AppD")  # fmt: skip
def _fill_while_pending(view: View) -> Iterator[Finding]:
    asked = {m.get(11): m for m in requests(view.theirs, CANCEL, REPLACE)}
    answered = {m.get(11): m.at for m in reversed(view.own)
                if m.msg_type == "9" or (m.msg_type == "8" and m.get(150) in ("4", "5", "8"))}  # fmt: skip
    for report in reports_of(view, TRADE):
        at = report.message.at
        pending = [m for name in report.order.ids if (m := asked.get(name)) and m.at < at < answered.get(name, at + 1)]
        for request in pending[:1]:
            is_wrong = report.message.get(11) == request.get(11)
            text = f"ClOrdID(11) {request.get(11)} is that of the pending request" if is_wrong else ""
            yield judged(report, "the id that holds", text, [request])


@BOOK.rule("EX11", "Corrections and busts", "They name the execution that they undo, and the sums follow.",
           "A trade that was undone stays in the books.", "AppD")  # fmt: skip
def _undone(view: View) -> Iterator[Finding]:
    for report in reports_of(view, BUST, CORRECT):
        yield judged(report, "a known ExecRefID(19), 14 and 6 that add up", report.complaint(REFERENCE, FILLS, AVERAGE))


@BOOK.rule("EX12", "A bust after the cancel", "The sums follow; the order stays cancelled.",
           "A cancelled order comes back to life in somebody's books.", "AppD")  # fmt: skip
def _undone_late(view: View) -> Iterator[Finding]:
    for report in reports_of(view, BUST):
        if report.state_before == "4":
            text = report.complaint(REFERENCE, FILLS, LEAVES) or _status(report, "4")
            yield judged(report, "OrdStatus(39) 4, sums without the busted trade", text)


@BOOK.rule("EX14", "ExecIDs are unique", "Each execution has its own; a peer that gets one twice ignores it.",
           "A fill under a used id is thrown away as a copy, or booked twice.", "general")  # fmt: skip
def _exec_ids(view: View) -> Iterator[Finding]:
    yield from _all_reports(
        view, [r for r in reports_of(view) if r.kind != STATUS], "an ExecID(17) of its own", EXEC_ID
    )
    again = [r.message for r in _received(view) if EXEC_ID in r.wrong and r.message.get(17)]
    yield from _taken(view, again, "no reject: it is ignored")


@BOOK.rule("EX15", "A fill for an unknown order", "It is not rejected by the session: a person must see it.",
           "A position that nobody booked.", "general")  # fmt: skip
def _unknown(view: View) -> Iterator[Finding]:
    books = view.books
    if books.is_from_beginning:
        strange = [r.message for r in _received(view, TRADE) if not r.is_known]
        yield from _taken(view, strange, "no reject")


@BOOK.rule("EX16", "No more is executed than was ordered", "CumQty is at most OrderQty; a peer takes more.",
           "A trade that is dropped is a position that nobody knows.", "general")  # fmt: skip
def _overfilled(view: View) -> Iterator[Finding]:
    for report in reports_of(view, TRADE):
        if OVERFILL in report.wrong:
            yield judged(report, "CumQty(14) of OrderQty(38) at most", report.wrong[OVERFILL])
    over = [r.message for r in _received(view, TRADE) if OVERFILL in r.wrong]
    yield from _taken(view, over, "no reject")
