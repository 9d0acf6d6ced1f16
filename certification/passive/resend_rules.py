"""Judge resends, gap fills, resets and PossDup handling from a log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from fairlead.certification.model.verdicts import Level, Verdict
from fairlead.certification.passive.conversations import (
    EXPECTED,
    HIGH,
    LOGON,
    LOGOUT,
    LOW,
    REJECT,
    RESEND_REQUEST,
    RESET,
    Message,
)
from fairlead.certification.passive.judgements import graded, refused_text, refusing, undisturbed
from fairlead.certification.passive.rules import PATIENCE, Finding, RuleBook, View
from fairlead.certification.venues.wire import read_utc_timestamp

BOOK = RuleBook()
_TO_INFINITY = frozenset((0, 999_999))
_NEAR = 6
"""So many messages apart, two requests are open at a time."""
_RESENT_ADMIN = frozenset((REJECT,))
"""The one message of the session's own that may be resent (FIX 4.4 volume 2, "Resend Request")."""


@BOOK.rule(
    "FS-8", "A ResendRequest is served", "Orders and reports as PossDup, gap fills over the rest.",
    "What the peer asks for and does not get, it never knows; a session message sent again confuses its count.",
    "FTC-8",
)  # fmt: skip
def _served(view: View) -> Iterator[Finding]:
    for request in view.theirs:
        if request.msg_type == RESEND_REQUEST and request.standing in (EXPECTED, HIGH) and not request.is_dup:
            yield from judge_service(view, request)


def judge_service(view: View, request: Message) -> Iterator[Finding]:
    """Judge how the subject serves one ResendRequest."""
    first, last = request.int_of(7), request.int_of(16)
    highest = max(
        (m.number for m in view.own if m.at < request.at and not m.is_dup and m.epoch <= request.epoch), default=0
    )
    last = highest if last in _TO_INFINITY or last < 0 else min(last, highest)
    if first < 1 or first > last:
        return
    expected = f"numbers {first} to {last} again, or filled"
    covered, answers, complaints, next_number = set[int](), list[Message](), list[str](), first
    for message in view.after(request):
        if message.msg_type == RESET and first <= message.number <= last:
            covered.update(range(message.number, min(message.int_of(36), last + 1)))
        elif message.is_dup and first <= message.number <= last:
            covered.add(message.number)
            complaints += _resent_wrongly(message)
        else:
            continue
        answers.append(message)
        if message.number != next_number and message.number not in range(first, next_number):
            complaints.append(f"number {message.number} came where {next_number} was next")
        next_number = max(
            next_number, message.number + 1, min(message.int_of(36), last + 1) if message.msg_type == RESET else 0
        )
        if len(covered) > last - first:
            break
    missing = [number for number in range(first, last + 1) if number not in covered][:1]
    if complaints:
        yield Finding([request], expected, answers[:6], Verdict.FAIL, "; ".join(complaints[:3]))
    elif not missing:
        yield Finding([request], expected, answers[:6])
    elif view.has_gone_on(request):
        yield Finding([request], expected, answers[:6], Verdict.FAIL, f"number {missing[0]} never came")


def _resent_wrongly(message: Message) -> Iterator[str]:
    if message.is_admin and message.msg_type not in _RESENT_ADMIN:
        yield f"MsgType(35) {message.msg_type} was resent, expected a gap fill over it"
    if not message.get(122):
        yield f"number {message.number} has no OrigSendingTime(122)"
    elif _is_later(message):
        yield f"number {message.number} has OrigSendingTime(122) after SendingTime(52)"


def _is_later(message: Message) -> bool:
    original, sent = read_utc_timestamp(message.get(122)), read_utc_timestamp(message.get(52))
    return original is not None and sent is not None and original // 10**6 > sent // 10**6


@BOOK.rule(
    "SX05", "An order is not sent late", "Orders older than a minute are gap-filled.",
    "An order that a trader has given up is filled at an old price.", "general", Level.SHOULD,
)  # fmt: skip
def _stale_orders(view: View) -> Iterator[Finding]:
    sent = {(m.get(35), m.get(11)): m for m in reversed(view.own) if m.msg_type in ("D", "G") and not m.is_dup}
    for request in view.theirs:
        if request.msg_type != RESEND_REQUEST or not request.is_whole:
            continue
        first, last = request.int_of(7), request.int_of(16)
        asked = [m for m in sent.values() if m.number >= first and (last in _TO_INFINITY or m.number <= last)]
        stale = {m.number for m in asked if m.at < request.at and request.utc_ns - m.utc_ns > 60 * 10**9}
        if not stale:
            continue
        late = [m for m in view.after(request) if m.is_dup and m.number in stale and m.msg_type in ("D", "G")]
        text = f"order {late[0].get(11)} was sent again" if late else ""
        yield graded([request], "gap fills over orders older than 60 s", text, late[:3], Verdict.NON_STRICT)


@BOOK.rule(
    "FS-2e", "A repeated message is ignored", "A PossDup message that was had is not refused.",
    "What is acted on twice trades twice.", "FTC-2e",
)  # fmt: skip
def _repeated(view: View) -> Iterator[Finding]:
    for message in view.theirs:
        if message.standing != LOW or not message.is_dup or not message.get(122) or _is_later(message):
            continue
        if message.msg_type == RESET or message.is_stray:
            continue
        came = view.refusal_of(message) or _called_too_low(view, message)
        yield from undisturbed(view, message, "nothing: it was had before", came, refused_text(came))


def _called_too_low(view: View, message: Message) -> Message | None:
    """Return the subject's Logout behind a message that says that a number was too low."""
    logouts = (m for m in view.logouts.get(message.epoch, ()) if m.side == view.side and m.at > message.at)
    return next((m for m in logouts if "too low" in m.get(58).lower()), None)


@BOOK.rule(
    "FS-2f", "OrigSendingTime after SendingTime is rejected", "A Reject with SessionRejectReason(373) 10.",
    "A message that claims to be older than its copy is forged or broken.", "FTC-2f",
)  # fmt: skip
def _original_later(view: View) -> Iterator[Finding]:
    for message in view.theirs:
        if (
            message.is_whole
            and message.is_dup
            and message.get(122)
            and _is_later(message)
            and message.msg_type != RESET
        ):
            yield from _rejected(view, message, "10")


@BOOK.rule(
    "FS-2g", "PossDup without OrigSendingTime is rejected", "A Reject with SessionRejectReason(373) 1.",
    "Nobody can tell then whether it is old.", "FTC-2g",
)  # fmt: skip
def _original_missing(view: View) -> Iterator[Finding]:
    for message in view.theirs:
        if message.is_whole and message.is_dup and not message.get(122) and message.msg_type not in (RESET, LOGON):
            yield from _rejected(view, message, "1")


def _rejected(view: View, message: Message, reason: str) -> Iterator[Finding]:
    expected = f"a Reject of number {message.number} with SessionRejectReason(373) {reason}"
    refusal = view.answer(message, lambda m: m.msg_type == REJECT and m.int_of(45) == message.number)
    if refusal is not None:
        told = refusal.get(373) or "missing"
        text = "" if told == reason else f"SessionRejectReason(373) {told} received"
        yield graded([message], expected, text, [refusal], Verdict.NON_STRICT)
    elif view.answer(message, lambda m: m.msg_type == LOGOUT) is None and view.has_gone_on(message):
        yield Finding([message], expected, list(view.after(message))[:2], Verdict.FAIL, "it was not rejected")


@BOOK.rule(
    "FS-10a", "A gap fill with a number too high is asked about", "A ResendRequest from the first missing number.",
    "The messages before it are lost.", "FTC-10a",
)  # fmt: skip
def _fill_high(view: View) -> Iterator[Finding]:
    for fill in view.theirs:
        if fill.is_gap_fill and fill.standing == HIGH and not fill.is_dup:
            asks = view.answer(fill, lambda m: m.msg_type == RESEND_REQUEST) or next(
                (m for m in view.own if m.msg_type == RESEND_REQUEST and m.epoch == fill.epoch and m.at < fill.at), None
            )
            if asks is not None:
                yield Finding([fill], f"a ResendRequest from {fill.expected}", [asks])
            elif view.has_gone_on(fill):
                yield Finding([fill], f"a ResendRequest from {fill.expected}", [], Verdict.FAIL, "none came")


@BOOK.rule(
    "FS-10b", "A gap fill sets the next number", "The next message may have NewSeqNo(36); nothing is asked for again.",
    "A gap that is asked for again and again keeps the session from trading.", "FTC-10b",
)  # fmt: skip
def _fill_expected(view: View) -> Iterator[Finding]:
    for fill in view.theirs:
        following = fill.int_of(36)
        if not fill.is_gap_fill or fill.standing != EXPECTED or following <= fill.number:
            continue
        again = next((m for m in islice(view.after(fill), PATIENCE) if _asks_from(m, fill.number)), None)
        wrong = view.refusal_of(fill) or again
        text = "the gap fill was not taken"
        yield from undisturbed(view, fill, f"next number {following}", wrong, text, shows=True)


def _asks_from(message: Message, number: int) -> bool:
    return message.msg_type == RESEND_REQUEST and message.int_of(7) == number


@BOOK.rule(
    "FS-10c", "A repeated gap fill is ignored", "A low gap fill with PossDupFlag is neither rejected nor obeyed.",
    "Numbers would go back.", "FTC-10c",
)  # fmt: skip
def _fill_low_dup(view: View) -> Iterator[Finding]:
    for fill in view.theirs:
        if fill.is_gap_fill and fill.standing == LOW and fill.is_dup and fill.int_of(36) > fill.number:
            yield from undisturbed(view, fill, "nothing", _called_too_low(view, fill), "the session was ended")


@BOOK.rule(
    "FS-10d", "A low gap fill without PossDupFlag ends the session", "A Logout that says so.",
    "Two sides that count differently lose orders.", "FTC-10d",
)  # fmt: skip
def _fill_low(view: View) -> Iterator[Finding]:
    for fill in view.theirs:
        if fill.is_gap_fill and fill.standing == LOW and not fill.is_dup:
            yield from view.judge(fill, "a Logout", lambda m: m.msg_type == LOGOUT, "the session went on")


@BOOK.rule(
    "FS-10e", "A gap fill backwards is rejected", "NewSeqNo(36) at or below MsgSeqNum(34) gets a Reject.",
    "Numbers would be used twice.", "FTC-10e",
)  # fmt: skip
def _fill_backwards(view: View) -> Iterator[Finding]:
    for fill in view.theirs:
        if fill.is_gap_fill and fill.standing == EXPECTED and fill.int_of(36) <= fill.number:
            text = f"a Reject of number {fill.number}"
            yield from view.judge(fill, text, refusing(fill), "it was not rejected")


def _resets(view: View) -> Iterator[tuple[Message, int]]:
    """Yield each SequenceReset-Reset with how far NewSeqNo(36) is above what was expected."""
    for message in view.theirs:
        is_reset = message.msg_type == RESET and not message.is_gap_fill and message.is_whole
        if is_reset and message.expected is not None and message.int_of(36) >= 0:
            yield message, message.int_of(36) - message.expected


@BOOK.rule(
    "FS-11a", "A reset upwards is obeyed", "The next number is NewSeqNo(36), whatever MsgSeqNum(34) said.",
    "The session hangs on numbers that never come.", "FTC-11a",
)  # fmt: skip
def _reset_up(view: View) -> Iterator[Finding]:
    yield from _resets_taken(view, lambda distance: distance > 0)


@BOOK.rule(
    "FS-11b", "A reset to the expected number is accepted", "Nothing changes; a warning is in order.",
    "A peer that resets to be sure is cut off.", "FTC-11b",
)  # fmt: skip
def _reset_same(view: View) -> Iterator[Finding]:
    yield from _resets_taken(view, lambda distance: distance == 0)


def _resets_taken(view: View, wanted: Callable[[int], bool]) -> Iterator[Finding]:
    for reset, distance in _resets(view):
        if wanted(distance):
            yield from _reset_taken(view, reset)


def _reset_taken(view: View, reset: Message) -> Iterator[Finding]:
    refusal = view.answer(reset, lambda m: m.msg_type == REJECT and m.int_of(45) == reset.number)
    yield from undisturbed(view, reset, f"next number {reset.int_of(36)}", refusal, refused_text(refusal), shows=True)


@BOOK.rule(
    "FS-11c", "A reset downwards is rejected", "A Reject with SessionRejectReason(373) 5; the next number stays.",
    "Numbers would be used twice.", "FTC-11c",
)  # fmt: skip
def _reset_down(view: View) -> Iterator[Finding]:
    for reset, distance in _resets(view):
        if distance < 0:
            yield from _rejected(view, reset, "5")


@BOOK.rule(
    "SX04", "Gaps on both sides are both filled", "A side that misses messages itself still serves its peer's request.",
    "Two sides that wait for each other hang in silence.", "CME",
)  # fmt: skip
def _both_ways(view: View) -> Iterator[Finding]:
    asked = [m for m in view.own if m.msg_type == RESEND_REQUEST]
    for request in (m for m in view.theirs if m.msg_type == RESEND_REQUEST and m.is_whole):
        own = [m for m in asked if m.epoch == request.epoch and abs(m.at - request.at) <= _NEAR]
        if own:
            for finding in judge_service(view, request):
                finding.stimulus = [*finding.stimulus, *own[:1]]
                yield finding


@BOOK.rule(
    "FR20", "A resend twice says the same", "What is resent carries the same business as when it was first sent.",
    "A fill that comes again under another ExecID is booked twice.", "FIXSIM",
)  # fmt: skip
def _same_again(view: View) -> Iterator[Finding]:
    first: dict[int, Message] = {}
    for message in view.own:
        if message.is_admin or not message.is_whole or message.number < 1:
            continue
        if not message.is_dup:
            first[message.number] = message
            continue
        original = first.get(message.number)
        if original is None:
            continue
        changed = [tag for tag in (35, 11, 17, 37, 38, 32, 31, 14) if original.get(tag) != message.get(tag)]
        text = f"fields {changed} differ" if changed else ""
        yield graded([original, message], "the same message again", text, [message])
