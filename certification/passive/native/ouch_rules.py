"""Judge orders and their answers of OUCH 4.2 and 5.0 from a log."""

from __future__ import annotations

from collections.abc import Iterator

from fairlead.certification.passive.judgements import all_right, graded
from fairlead.certification.passive.native.messages import NativeMessage
from fairlead.certification.passive.native.ouch_orders import (
    ACCEPTED,
    AFTER_END,
    CANCEL,
    CANCEL_PENDING,
    CANCELED,
    ENTER,
    REJECTED,
    REPLACE,
    REPLACED,
    SUM,
    TRADES,
    TWICE,
    UNKNOWN,
    Ask,
    Report,
)
from fairlead.certification.passive.native.views import NativeRules, NativeView
from fairlead.certification.passive.rules import Finding

BOOK = NativeRules()
_DAY = frozenset(("0", 99_998, 99_999))
_ECHOED = ("side", "symbol", "quantity", "price")
_QUERY, _QUERY_ANSWER = "Q", "Q"
_MASS_CANCEL, _DISABLE, _ENABLE = "C", "D", "E"
_ANSWER_TO = {_QUERY: "Q", _MASS_CANCEL: "X", _DISABLE: "G", _ENABLE: "K"}
"""Types of OUCH 5.0's answers to what concerns no single order."""


def new_asks(view: NativeView, *kinds: str) -> Iterator[Ask]:
    """Yield the client's requests of some kinds that are new."""
    for ask in view.books.asks:
        if ask.kind in kinds and not ask.is_again:
            yield ask


def reports_of(view: NativeView, *kinds: str) -> list[Report]:
    """Return the venue's reports of some kinds, all for none; nothing where the client is judged."""
    return [report for report in view.books.reports if not kinds or report.kind in kinds] if view.is_server else []


def _answer(view: NativeView, ask: Ask, *kinds: str) -> Report | None:
    """Return the first report behind a request with its token, of some kinds, of any for none."""
    told = view.books.by_token.get(ask.values["token"], ())
    return next((r for r in told if r.message.at > ask.message.at and r.kind in (kinds or (r.kind,))), None)


def _entered(view: NativeView, is_plain: bool) -> Iterator[Finding]:
    for ask in new_asks(view, ENTER) if view.is_server else ():
        is_day = ask.values.get("time_in_force") in _DAY and ask.values.get("display") != "P"
        if is_day is not is_plain:
            continue
        answer = _answer(view, ask, ACCEPTED, REJECTED)
        expected = "Accepted or Rejected with its token"
        if answer is not None:
            yield graded([ask.message], expected, _echoed_wrongly(ask, answer), [answer.message])
        elif view.has_gone_on(ask.message):
            yield graded([ask.message], expected, "it was never answered")


def _echoed_wrongly(ask: Ask, answer: Report) -> str:
    if answer.kind == REJECTED:
        return ""
    differ = [
        f"{name} {answer.values[name]!r} received, expected {ask.values[name]!r}"
        for name in _ECHOED
        if name in answer.values and name in ask.values and answer.values[name] != ask.values[name]
    ]
    return "; ".join(differ)


@BOOK.rule(
    "OE01",
    "A day order",
    "It is accepted under its token on its own terms, or rejected.",
    "A trader sees another order than the venue has.",
    "all",
)
def _day_orders(view: NativeView) -> Iterator[Finding]:
    yield from _entered(view, is_plain=True)


@BOOK.rule(
    "OE02",
    "Other times in force",
    "Each order is taken on its own terms, or rejected.",
    "An order that is taken as another trades at another price.",
    "B3",
)
def _other_orders(view: NativeView) -> Iterator[Finding]:
    yield from _entered(view, is_plain=False)


@BOOK.rule(
    "OE05",
    "A rejected order",
    "Nothing is told of it any more, and only what is new is rejected.",
    "A desk books what it took for refused.",
    "BTCS",
)
def _rejects(view: NativeView) -> Iterator[Finding]:
    rejected = reports_of(view, REJECTED)
    late = [r for r in reports_of(view) if r.state_before == "rejected" and r.wrong]
    wrong = {r.message.at: r.complaint() for r in (*rejected, *late)}
    if rejected:
        yield from all_right([r.message for r in (*rejected, *late)], "the end of the order", lambda m: wrong[m.at])


def _reused(view: NativeView) -> Iterator[tuple[Ask, bool]]:
    """Yield requests with a used token, and whether they are the request of then, sent again by a later connection."""
    for ask in view.books.asks:
        if ask.is_again and ask.first is not None:
            is_copy = ask.first.payload == ask.message.payload and ask.first.epoch < ask.message.epoch
            yield ask, is_copy


@BOOK.rule(
    "OE07",
    "A token is used once",
    "What comes again under a token is the same order, after a loss; no second one.",
    "One order becomes two, or an order is lost in silence.",
    "OUCH",
)
def _tokens(view: NativeView) -> Iterator[Finding]:
    if view.protocol != "ouch42":
        return
    if view.is_client:
        yield from _own_tokens(view, "a token of its own")
    else:
        again = [r for r in reports_of(view, ACCEPTED, REPLACED) if r.state_before]
        repeated = [ask for ask, _ in _reused(view)]
        if repeated:
            yield graded(
                [repeated[0].message], "silence", "; ".join(r.complaint(TWICE) for r in again if TWICE in r.wrong)
            )


def _own_tokens(view: NativeView, expected: str) -> Iterator[Finding]:
    wrong = {ask.message.at: f"token {ask.values['token']!r} again" for ask, is_copy in _reused(view) if not is_copy}
    asks = [ask.message for ask in view.books.asks if ask.kind in (ENTER, REPLACE)]
    yield from all_right(asks, expected, lambda m: wrong.get(m.at, ""), "orders")


@BOOK.rule(
    "OE08",
    "UserRefNum rises",
    "Each new one is above all before; what is at or below the last gets no answer.",
    "The venue drops the order in silence.",
    "OUCH",
)
def _references(view: NativeView) -> Iterator[Finding]:
    if view.protocol != "ouch50":
        return
    low: dict[int, str] = {}
    asks: list[NativeMessage] = []
    highest, copies = 0, {ask.message.at for ask, is_copy in _reused(view) if is_copy}
    for ask in view.books.asks:
        if ask.kind in (ENTER, REPLACE):
            number = int(ask.values["token"])
            asks.append(ask.message)
            if number <= highest and ask.message.at not in copies:
                low[ask.message.at] = f"UserRefNum {number} received, expected one above {highest}"
            highest = max(highest, number)
    if view.is_client:
        yield from all_right(asks, "a UserRefNum above the last", lambda m: low.get(m.at, ""), "orders")
    else:
        answered = {int(r.values["token"]): r for r in reports_of(view, ACCEPTED, REPLACED) if TWICE in r.wrong}
        for message in (m for m in asks if m.at in low):
            report = answered.get(int(message.values["user_ref_num"]))
            came = [report.message] if report is not None else []
            yield graded([message], "silence", "it was accepted" if came else "", came)


@BOOK.rule(
    "OE09",
    "A cancel",
    "Canceled says how many shares are gone, no more than were open.",
    "A desk thinks its order is gone.",
    "AppD",
)
def _canceled(view: NativeView) -> Iterator[Finding]:
    for ask in new_asks(view, CANCEL) if view.is_server else ():
        order = ask.order
        if order is None or ask.state not in ("asked", "live") or ask.values.get("quantity"):
            continue
        over = next((r for r in order.reports if r.message.at > ask.message.at and r.kind != CANCEL_PENDING), None)
        expected = f"Canceled for token {order.token!r}, or executions of the rest"
        if over is not None:
            yield graded([ask.message], expected, over.complaint(SUM, AFTER_END), [over.message])
        elif ask.state == "live" and view.has_gone_on(ask.message):
            yield graded([ask.message], expected, "it was never answered")


@BOOK.rule(
    "OE10",
    "A cancel that comes too late",
    "A filled order is not canceled: silence, or CancelReject.",
    "A trade that happened is thought to be cancelled.",
    "AppD",
)
def _too_late(view: NativeView) -> Iterator[Finding]:
    for ask in new_asks(view, CANCEL) if view.is_server else ():
        if ask.order is not None and ask.order.state == "filled":
            wrong = [r for r in ask.order.reports if r.message.at > ask.message.at and AFTER_END in r.wrong]
            text = wrong[0].complaint(AFTER_END) if wrong else ""
            yield graded([ask.message], "no cancel of a filled order", text, [r.message for r in wrong[:1]])


@BOOK.rule(
    "OE11",
    "A cancel of an unknown order",
    "Nothing is canceled: silence, or CancelReject.",
    "Another order than the one meant is gone.",
    "Paxos",
)
def _cancel_unknown(view: NativeView) -> Iterator[Finding]:
    for ask in new_asks(view, CANCEL) if view.is_server else ():
        token = ask.values["token"]
        if ask.order is None and view.books.is_from_beginning:
            told = [r for r in view.books.by_token.get(token, ()) if r.kind == CANCELED]
            yield graded([ask.message], "silence", "it was canceled" if told else "", [r.message for r in told[:1]])


def _replacing(view: NativeView, is_alive: bool) -> Iterator[tuple[Ask, Report | None]]:
    for ask in new_asks(view, REPLACE) if view.is_server else ():
        if ask.order is not None and (ask.state == "live") is is_alive and ask.state != "asked":
            yield ask, _answer(view, ask)


@BOOK.rule(
    "OE12",
    "A replace",
    "Replaced names both tokens and the new terms; or the order ended first.",
    "A trader thinks that the order has terms that it has not.",
    "AppD, ASX",
)
def _replaced(view: NativeView) -> Iterator[Finding]:
    for ask, answer in _replacing(view, is_alive=True):
        assert ask.order is not None
        expected = f"Replaced of {ask.values.get('existing')!r} by {ask.values['token']!r}"
        if answer is not None:
            yield graded([ask.message], expected, _replaced_wrongly(ask, answer), [answer.message])
        elif not any(r.message.at > ask.message.at for r in ask.order.reports) and view.has_gone_on(ask.message):
            yield graded([ask.message], expected, "it was never answered")


def _replaced_wrongly(ask: Ask, answer: Report) -> str:
    if answer.kind != REPLACED:
        return ""
    wrong = [answer.complaint(UNKNOWN, AFTER_END, TWICE)]
    wrong += [
        f"{name} {answer.values[name]!r} received, expected {ask.values[name]!r}"
        for name in ("existing", "price")
        if answer.values.get(name) != ask.values.get(name)
    ]
    return "; ".join(text for text in wrong if text)


@BOOK.rule(
    "OE20",
    "A replace of a dead order",
    "Silence, or a reject: nothing new comes to life.",
    "An order works that nobody thinks of.",
    "OUCH",
)
def _replace_dead(view: NativeView) -> Iterator[Finding]:
    for ask, answer in _replacing(view, is_alive=False):
        is_new = answer is not None and answer.kind == REPLACED
        came = [answer.message] if answer is not None else []
        yield graded([ask.message], "no Replaced", "it was replaced" if is_new else "", came)


@BOOK.rule(
    "OE21",
    "A cancel of a part",
    "The shares that stay are those that were asked for, and the order lives.",
    "More is traded than was to be.",
    "general",
)
def _part(view: NativeView) -> Iterator[Finding]:
    for ask in new_asks(view, CANCEL) if view.is_server else ():
        order, keep = ask.order, int(ask.values.get("quantity", 0))
        if order is None or not keep or not order.is_whole or not order.is_bounded:
            continue
        told = next((r for r in order.reports if r.message.at > ask.message.at and r.kind == CANCELED), None)
        if told is None:
            continue
        before = sum(
            int(r.values.get("quantity", 0))
            for r in order.reports
            if r.message.at < told.message.at and (r.kind in TRADES)
        )
        gone = int(told.values.get("quantity", 0))
        left = told.open_before - gone
        wanted = max(0, keep - before)
        text = f"{left} shares left, expected {wanted}" if left not in (wanted, keep) else ""
        yield graded([ask.message], f"{keep} shares at most stay", text, [told.message])


@BOOK.rule(
    "OE22",
    "The next UserRefNum is asked for",
    "The answer is above all that the venue has taken.",
    "Orders below it are dropped in silence.",
    "OUCH",
)
def _next_reference(view: NativeView) -> Iterator[Finding]:
    if view.protocol != "ouch50" or not view.is_server:
        return
    for message in (m for m in view.own if m.code == _QUERY_ANSWER and m.shape):
        told = int(message.values["next_user_ref_num"])
        highest = max(
            (
                int(r.values["token"])
                for r in view.books.reports
                if r.kind in (ACCEPTED, REPLACED) and r.message.at < message.at
            ),
            default=0,
        )
        text = f"{told} received, expected one above {highest}" if told <= highest else ""
        yield graded([message], f"a number above {highest}", text)


@BOOK.rule(
    "OE23",
    "Mass cancel and disabled entry are answered",
    "Each has its response with its UserRefNum.",
    "Nobody knows whether orders still come in.",
    "OUCH",
)
def _mass(view: NativeView) -> Iterator[Finding]:
    if view.protocol != "ouch50" or not view.is_server:
        return
    for message in (m for m in view.theirs if m.code in _ANSWER_TO and m.code != _QUERY and m.shape):
        wanted, number = _ANSWER_TO[message.code], message.values["user_ref_num"]
        came = [m for m in view.after(message) if m.code == wanted and m.values.get("user_ref_num") == number]
        if came or view.has_gone_on(message):
            text = "" if came else "it was never answered"
            yield graded([message], f"a response with UserRefNum {number}", text, came[:1])
