"""Judge what was asked of orders, and how it was answered, from a log."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.passive.conversations import Message
from fairlead.certification.passive.judgements import all_right, graded, refuses
from fairlead.certification.passive.order_books import (
    AFTER_END,
    CANCELED,
    LEAVES,
    NEW,
    REJECTED,
    REPLACED,
    STATUS,
    Order,
    Report,
    amount,
)
from fairlead.certification.passive.rules import Finding, RuleBook, View

BOOK = RuleBook()
REPORT, CANCEL_REJECT, NEW_ORDER, CANCEL, REPLACE, STATUS_REQUEST = "8", "9", "D", "F", "G", "H"
_REQUESTS = frozenset((NEW_ORDER, CANCEL, REPLACE))
_ECHOED = ((54, "Side"), (55, "Symbol"), (38, "OrderQty"))


def requests(messages: list[Message], *kinds: str) -> Iterator[Message]:
    """Yield new requests: whole, not sent again, with the numbers of the session."""
    for message in messages:
        if message.msg_type in kinds and message.is_whole and not message.is_dup and not message.is_stray:
            yield message


def reports_of(view: View, *kinds: str) -> Iterator[Report]:
    """Yield the subject's reports of some kinds, all for none."""
    books = view.books
    for report in books.reports:
        if report.message.side == view.side and (not kinds or report.kind in kinds):
            yield report


def judged(report: Report, expected: str, text: str, before: list[Message] | None = None) -> Finding:
    """Return what a report is worth: fail where there is a text."""
    return graded([*(before or []), report.message], expected, text)


def _answers(request: Message) -> Callable[[Message], bool]:
    cl_ord_id = request.get(11)
    return lambda message: (
        (message.msg_type in (REPORT, CANCEL_REJECT) and message.get(11) == cl_ord_id) or refuses(request, message)
    )


def _new_orders(view: View, is_plain: bool) -> Iterator[Finding]:
    seen: set[str] = set()
    for order in requests(view.theirs, NEW_ORDER):
        is_limit_day = order.get(40) == "2" and order.get(59) in ("", "0")
        is_again = order.get(11) in seen
        seen.add(order.get(11))
        if is_limit_day is not is_plain or is_again or not order.get(11):
            continue
        fits, answer = _answers(order), view.answer(order, _answers(order))
        expected = "an ExecutionReport with its ClOrdID(11)"
        for finding in view.judge(order, expected, fits, "it was never answered"):
            text = _acknowledged_wrongly(order, answer) if answer is not None else ""
            if text:
                finding.verdict, finding.complaint = Verdict.FAIL, text
            yield finding


def _differ(told: str, asked: str) -> bool:
    return told != asked and (amount(told) is None or amount(told) != amount(asked))


def _acknowledged_wrongly(order: Message, answer: Message) -> str:
    if answer.msg_type != REPORT:
        return ""
    wrong = [
        f"{name}({tag}) {answer.get(tag)} received, expected {order.get(tag)}"
        for tag, name in _ECHOED
        if answer.get(tag) and _differ(answer.get(tag), order.get(tag))
    ]
    wrong += [f"{name}({tag}) is missing" for tag, name in ((37, "OrderID"), (17, "ExecID")) if not answer.get(tag)]
    is_new = answer.get(150) == "0" and answer.get(39) == "0"
    if is_new and (amount(answer.get(14)) != 0 or amount(answer.get(151)) != amount(order.get(38))):
        wrong.append(f"CumQty(14) {answer.get(14)} and LeavesQty(151) {answer.get(151)} of a new order")
    return "; ".join(wrong)


@BOOK.rule("OE01", "Limit day order", "It is answered under its ClOrdID, with OrderID and ExecID, and its own terms.",
           "A trader sees another order than the venue has.", "all")  # fmt: skip
def _limit_day(view: View) -> Iterator[Finding]:
    yield from _new_orders(view, is_plain=True)


@BOOK.rule("OE02", "Other types and times in force", "Each order is taken on its own terms, or rejected.",
           "An order that is taken as another trades at another price.", "B3")  # fmt: skip
def _other_types(view: View) -> Iterator[Finding]:
    yield from _new_orders(view, is_plain=False)


@BOOK.rule("OE03", "Unknown symbol", "A reject that leaves nothing open.", "A desk thinks the order works.", "Paxos")
def _unknown_symbol(view: View) -> Iterator[Finding]:
    for report in reports_of(view, REJECTED):
        if report.message.get(103) == "1":
            yield judged(report, "OrdStatus(39) 8, nothing open", _rejected_wrongly(report))


@BOOK.rule("OE05", "A rejected order", "OrdStatus(39) 8, nothing open or executed, and nothing after it.",
           "A desk thinks the order works, or does not know that it does.", "BTCS")  # fmt: skip
def _rejected_orders(view: View) -> Iterator[Finding]:
    for report in reports_of(view, REJECTED):
        yield judged(report, "OrdStatus(39) 8, nothing open", _rejected_wrongly(report))
    yield from after_end(view, "8")


def _rejected_wrongly(report: Report) -> str:
    status = report.message.get(39)
    return report.complaint(LEAVES) or ("" if status == "8" else f"OrdStatus(39) {status} received, expected 8")


def after_end(view: View, ended: str) -> Iterator[Finding]:
    """Find reports that bring an ended order back to life."""
    for report in reports_of(view):
        if AFTER_END in report.wrong and report.order.ended == ended:
            yield judged(report, "nothing that brings the order back", report.wrong[AFTER_END])


@BOOK.rule("OE06", "ClOrdIDs are unique", "A client uses each once; a venue rejects one that it has had.",
           "Nobody can tell two orders of one name apart.", "AppD")  # fmt: skip
def _unique(view: View) -> Iterator[Finding]:
    own = [m for m in requests(view.own, *_REQUESTS) if m.get(97) != "Y"]
    again = {message.at: f"ClOrdID(11) {message.get(11)} was used before" for message in _repeated(own)}
    yield from all_right(own, "a ClOrdID(11) that was not used before", lambda m: again.get(m.at, ""), "requests")
    for message in _repeated([m for m in requests(view.theirs, *_REQUESTS) if m.get(97) != "Y"]):
        answer = view.answer(message, _answers(message))
        if answer is None:
            continue
        is_refused = answer.msg_type != REPORT or answer.get(39) == "8"
        yield Finding([message], "a reject", [answer], Verdict.PASS if is_refused else Verdict.FAIL,
                      "" if is_refused else "it was taken")  # fmt: skip


def _repeated(messages: list[Message]) -> Iterator[Message]:
    seen: set[str] = set()
    for message in messages:
        if message.get(11) in seen:
            yield message
        seen.add(message.get(11))


@BOOK.rule("OE09", "A cancel", "It names a known order; it ends the order, which then stays ended, or is refused.",
           "An order that is taken for cancelled trades.", "AppD")  # fmt: skip
def _cancels(view: View) -> Iterator[Finding]:
    yield from _names_known_order(view, CANCEL)
    for request in requests(view.theirs, CANCEL):
        yield from view.judge(request, "Canceled, or an OrderCancelReject", _answers(request), "it was never answered")
    for report in reports_of(view, CANCELED):
        status = report.message.get(39)
        text = report.complaint(LEAVES) or ("" if status == "4" else f"OrdStatus(39) {status} received, expected 4")
        yield judged(report, "OrdStatus(39) 4, nothing open", text)
    yield from after_end(view, "4")


def _names_known_order(view: View, kind: str) -> Iterator[Finding]:
    """Judge the subject's own cancels or replaces: OrigClOrdID(41) is an id that was used before."""
    books = view.books
    if not books.is_from_beginning:
        return  # the order may be older than the log
    used: set[str] = set()
    wrong: dict[int, str] = {}
    own = list(requests(view.own, *_REQUESTS))
    for message in own:
        if message.msg_type != NEW_ORDER and message.get(41) not in used and not message.get(37):
            wrong[message.at] = f"OrigClOrdID(41) {message.get(41) or 'missing'} is the id of no request before it"
        used.add(message.get(11))
    chosen = [message for message in own if message.msg_type == kind]
    yield from all_right(chosen, "OrigClOrdID(41) of an order", lambda m: wrong.get(m.at, ""), "requests")


def _cancel_rejects(view: View, fits: Callable[[Message, Order | None], bool]) -> Iterator[Finding]:
    books = view.books
    for refusal in requests(view.own, CANCEL_REJECT):
        request = next((m for m in view.theirs if m.at < refusal.at and m.msg_type in (CANCEL, REPLACE)
                        and m.get(11) == refusal.get(11)), None)  # fmt: skip
        if request is None or not fits(request, books.orders.get(request.get(41))):
            continue
        expected = "1" if request.msg_type == CANCEL else "2"
        wrong = [
            f"{name}({tag}) is missing" for tag, name in ((37, "OrderID"), (39, "OrdStatus")) if not refusal.get(tag)
        ]
        if refusal.get(434) != expected:
            wrong.append(f"CxlRejResponseTo(434) {refusal.get(434) or 'missing'} received, expected {expected}")
        if refusal.get(41) and request.get(41) and refusal.get(41) != request.get(41):
            wrong.append(f"OrigClOrdID(41) {refusal.get(41)} received, expected {request.get(41)}")
        expected = "an OrderCancelReject with both ids, the order's state and what it answers"
        yield graded([request], expected, "; ".join(wrong), [refusal])


@BOOK.rule("OE10", "A cancel that comes too late", "An OrderCancelReject; the order stays as it ended.",
           "A fill that lost against a cancel is not booked.", "AppD, CME")  # fmt: skip
def _too_late(view: View) -> Iterator[Finding]:
    yield from _cancel_rejects(view, lambda request, order: request.msg_type == CANCEL and order is not None)


@BOOK.rule("OE11", "A cancel of an unknown order", "An OrderCancelReject.",
           "A desk waits for the end of an order that is none.", "Paxos")  # fmt: skip
def _unknown_order(view: View) -> Iterator[Finding]:
    yield from _cancel_rejects(view, lambda request, order: request.msg_type == CANCEL and order is None)


@BOOK.rule("OE12", "A replace", "It names a known order; Replaced has its new id, the old one and the new terms.",
           "A trader sees another price than the venue has.", "AppD, ASX")  # fmt: skip
def _replaces(view: View) -> Iterator[Finding]:
    yield from _names_known_order(view, REPLACE)
    for request in requests(view.theirs, REPLACE):
        for finding in view.judge(request, "Replaced on the new terms, or a refusal", _answers(request), "no answer"):
            answer = finding.came[0] if finding.verdict is Verdict.PASS else None
            final = view.answer(request, _replaced(request))
            if answer is not None and final is not None and (text := _replaced_wrongly(request, final)):
                finding.verdict, finding.complaint, finding.came = Verdict.FAIL, text, [final]
            yield finding
    for report in reports_of(view, REPLACED):
        if text := report.complaint(LEAVES):
            yield judged(report, "LeavesQty(151) of the new quantity", text)


def _replaced(request: Message) -> Callable[[Message], bool]:
    return lambda message: message.get(150) == "5" and message.get(11) == request.get(11)


def _replaced_wrongly(request: Message, answer: Message) -> str:
    wrong = []
    if answer.get(41) != request.get(41):
        wrong.append(f"OrigClOrdID(41) {answer.get(41) or 'missing'} received, expected {request.get(41)}")
    for tag, name in ((38, "OrderQty"), (44, "Price")):
        told, asked = amount(answer.get(tag)), amount(request.get(tag))
        if told is not None and asked is not None and told != asked:
            wrong.append(f"{name}({tag}) {told} received, expected {asked}")
    return "; ".join(wrong)


@BOOK.rule("OE14", "A replace that is refused", "An OrderCancelReject, and the order keeps its id and terms.",
           "Half of a replace is worse than none.", "AppD")  # fmt: skip
def _replace_refused(view: View) -> Iterator[Finding]:
    yield from _cancel_rejects(view, lambda request, order: request.msg_type == REPLACE)
    refused = {m.get(11): m for m in requests(view.own, CANCEL_REJECT) if m.get(434) == "2"}
    for report in reports_of(view):
        refusal = refused.get(report.message.get(11))
        if refusal is not None and refusal.at < report.message.at and report.kind != STATUS:
            text = f"ClOrdID(11) {report.message.get(11)} is that of the refused replace"
            yield judged(report, "the id that the order had", text, [refusal])


@BOOK.rule("OE16", "Successive replaces", "Each Replaced names the id before it: the chain has no gap.",
           "A cancel by the wrong id misses the order.", "AppD")  # fmt: skip
def _chain(view: View) -> Iterator[Finding]:
    holding: dict[int, str] = {}
    counted: dict[int, int] = {}
    for report in reports_of(view, NEW, REPLACED):
        key = id(report.order)
        if report.kind == REPLACED and key in holding:
            counted[key] = counted.get(key, 0) + 1
            original = report.message.get(41)
            text = "" if original == holding[key] else f"OrigClOrdID(41) {original} received, expected {holding[key]}"
            if counted[key] > 1 or text:
                yield judged(report, "OrigClOrdID(41) is the id that held", text)
        holding[key] = report.message.get(11)


@BOOK.rule("OE24", "Order status", "A status has the order's id and the state last reported, and is no execution.",
           "Whoever asks how an order stands believes the answer.", "AppD, CME")  # fmt: skip
def _status(view: View) -> Iterator[Finding]:
    for request in requests(view.theirs, STATUS_REQUEST):
        yield from view.judge(request, "a status", _answers(request), "no answer")
    for report in reports_of(view, STATUS):
        told, before = report.message.get(39), report.state_before
        text = f"OrdStatus(39) {told} received, expected {before}" if before and told != before else ""
        yield judged(report, "the state last reported", text)
