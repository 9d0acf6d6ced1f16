"""Judge recoveries that cross: requests on both sides, live traffic in a resend, PossResend, strange first replies."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.passive.conversations import HIGH, LOGON, LOGOUT, REJECT, RESEND_REQUEST, Message
from fairlead.certification.passive.judgements import graded
from fairlead.certification.passive.resend_rules import judge_service
from fairlead.certification.passive.rules import Finding, RuleBook, View

BOOK = RuleBook()
_ORDERS = frozenset(("D", "F", "G"))


def _open_requests(view: View) -> Iterator[tuple[Message, int]]:
    """Yield the subject's ResendRequests with the place of the message by which what they ask for is there."""
    for request in view.own:
        if request.msg_type == RESEND_REQUEST and request.is_whole:
            first = request.int_of(7)
            later = view.after(request, 1 - view.side)
            filled = next((m.at for m in later if m.expected is not None and m.expected > first), None)
            if filled is not None:
                yield request, filled


@BOOK.rule("FS-20", "A ResendRequest while an own one is open", "It is served all the same.",
           "Two sides that wait for each other hang in silence.", "FTC-20")  # fmt: skip
def _served_meanwhile(view: View) -> Iterator[Finding]:
    for request, filled in _open_requests(view):
        for theirs in view.after(request, 1 - view.side):
            if theirs.at > filled:
                break
            if theirs.msg_type == RESEND_REQUEST and theirs.is_whole:
                yield from judge_service(view, theirs)


@BOOK.rule("SX02", "Live messages during a resend", "What was had is not asked for again.",
           "A request for each live message makes the peer resend the day as often.", "CME")  # fmt: skip
def _live_meanwhile(view: View) -> Iterator[Finding]:
    for request, filled in _open_requests(view):
        live = [m for m in view.after(request, 1 - view.side) if m.at <= filled and m.standing == HIGH and not m.is_dup]
        if not live:
            continue
        later = (m for m in view.after(live[-1]) if m.msg_type == RESEND_REQUEST)
        again = next((m for m in later if 0 < m.int_of(7) <= request.int_of(7)), None)
        text = f"number {again.int_of(7)} was asked for again" if again is not None else ""
        came = [again] if again else []
        yield graded([request, live[0]], "no second request for the same numbers", text, came)


def _reporting(order: Message) -> Callable[[Message], bool]:
    return lambda message: message.msg_type == "8" and message.get(11) == order.get(11)


def _resent_orders(view: View, is_known: bool) -> Iterator[tuple[Message, Message | None]]:
    """Yield the peer's PossResend orders whose ClOrdID was had, or not, with the report that answers each."""
    seen: set[str] = set()
    for message in view.theirs:
        if message.msg_type not in _ORDERS or not message.is_whole or message.is_dup:
            continue
        if message.get(97) == "Y" and (message.get(11) in seen) is is_known:
            yield message, view.answer(message, _reporting(message))
        seen.add(message.get(11))


@BOOK.rule("FS-19a", "A PossResend order that was had", "It is not entered a second time.",
           "One order becomes two.", "FTC-19a")  # fmt: skip
def _had_before(view: View) -> Iterator[Finding]:
    for message, report in _resent_orders(view, is_known=True):
        is_entered = report is not None and report.get(150) == "0" and report.get(39) == "0" and report.get(20) != "3"
        if report is not None or next(view.after(message), None) is not None:
            verdict, text = (Verdict.FAIL, "it was entered") if is_entered else (Verdict.PASS, "")
            yield Finding([message], "no new order", [report] if report else [], verdict, text)


@BOOK.rule("FS-19b", "A PossResend order that is new", "It is taken like any other.",
           "An order that was lost stays lost.", "FTC-19b")  # fmt: skip
def _not_had(view: View) -> Iterator[Finding]:
    for message, report in _resent_orders(view, is_known=False):
        if report is not None:
            yield Finding([message], "an answer to the order", [report])
        elif view.has_gone_on(message):
            yield Finding([message], "an answer to the order", [], Verdict.FAIL, "it was never answered")


@BOOK.rule("FS-1B.e", "A first reply other than a Logon", "Nothing but a Reject or Logout follows.",
           "Orders go to somebody who never logged on.", "FTC-1B")  # fmt: skip
def _strange_reply(view: View) -> Iterator[Finding]:
    for messages in view.conversation.epochs.values():
        logon = next((m for m in messages if m.msg_type == LOGON), None)
        first = next((m for m in messages if m.side != view.side), None)
        if logon is None or logon.side != view.side or first is None or first.at < logon.at:
            continue
        if first.msg_type in (LOGON, LOGOUT) or not first.is_whole:
            continue
        later = [m for m in view.after(first) if m.msg_type not in (LOGOUT, REJECT)]
        verdict, text = (Verdict.FAIL, f"{later[0].msg_type} followed") if later else (Verdict.PASS, "")
        yield Finding([first], "nothing more but a Reject or a Logout", later[:2], verdict, text)
