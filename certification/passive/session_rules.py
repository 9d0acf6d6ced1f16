"""Judge a session's logons, numbers, heartbeats and ends from its log."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fairlead.certification.model.verdicts import Level, Verdict
from fairlead.certification.passive.conversations import (
    EXPECTED,
    HEARTBEAT,
    HIGH,
    LOGON,
    LOGOUT,
    LOW,
    REJECT,
    RESEND_REQUEST,
    RESET,
    RESTART,
    TEST_REQUEST,
    Message,
)
from fairlead.certification.passive.judgements import all_right, graded, refused_text, told, undisturbed
from fairlead.certification.passive.rules import Finding, RuleBook, View
from fairlead.certification.venues.wire import read_utc_timestamp

BOOK = RuleBook()
_GRACE = 1.2
_SLACK_NS = 1_500_000_000
_NS_PER_S = 1_000_000_000


def _first_logons(view: View) -> Iterator[tuple[Message, Message | None]]:
    """Yield each connection's first Logon and the Logon that answers it."""
    seen: set[int] = set()
    for message in view.conversation.messages:
        if message.msg_type == LOGON and message.is_whole and message.epoch not in seen:
            seen.add(message.epoch)
            reply = next((m for m in view.after(message, 1 - message.side) if m.msg_type == LOGON), None)
            yield message, reply


@BOOK.rule(
    "FS-1B.b", "The initiator begins with a Logon", "The first message on a connection is the initiator's Logon.",
    "A peer that hears anything else first must close without an answer.", "FTC-1B",
)  # fmt: skip
def _begins(view: View) -> Iterator[Finding]:
    if view.side:
        return
    begun = {m.epoch: m for m in reversed(view.own) if m.record.opens}
    for epoch in sorted({m.epoch for m in view.own if m.msg_type == LOGON}):
        first = begun.get(epoch) or next(view.conversation.of_epoch(epoch, view.side))
        if epoch == 0 and not first.record.opens and first.msg_type != LOGON and first.number != 1:
            continue  # the recording began later than the connection
        is_logon = first.msg_type == LOGON
        yield graded([first], "a Logon", "" if is_logon else f"{first.msg_type} came first")


@BOOK.rule(
    "FS-1B.c", "A valid reply brings the session up", "After a valid Logon reply it goes on with the session.",
    "An initiator that refuses a good reply never trades.", "FTC-1B",
)  # fmt: skip
def _goes_up(view: View) -> Iterator[Finding]:
    for logon, reply in _first_logons(view):
        if logon.side == view.side and reply is not None and reply.standing in (EXPECTED, RESTART):
            yield from _not_refused(view, reply, "the session goes on, without a Reject of the Logon")


@BOOK.rule(
    "FS-1B.c", "A reply with a number too high is answered by a ResendRequest",
    "The initiator asks for what it misses, from the number it expects.",
    "Executions that were lost while the line was down stay lost.", "FTC-1B",
)  # fmt: skip
def _asks_after_reply(view: View) -> Iterator[Finding]:
    for logon, reply in _first_logons(view):
        if logon.side == view.side and reply is not None and reply.standing == HIGH:
            yield from _asked_for(view, reply)


@BOOK.rule(
    "FS-1S.a", "A valid Logon is answered by a Logon", "The reply is a Logon; what is missing is asked for.",
    "The initiator can't know whether it is logged on.", "FTC-1S",
)  # fmt: skip
def _replies(view: View) -> Iterator[Finding]:
    for logon, _ in _first_logons(view):
        if logon.side == view.side or logon.standing == LOW:
            continue
        answer = view.answer(logon, lambda m: m.msg_type in (LOGON, LOGOUT, REJECT))
        if answer is None or answer.msg_type != LOGON:
            continue  # refused, or not answered: the log alone can't say whether the Logon was valid
        interval, asked = answer.get(108), logon.get(108)
        is_same = interval == asked
        text = "" if is_same else f"HeartBtInt(108) {interval} received, expected {asked}"
        yield graded([logon], "a Logon with the same HeartBtInt(108)", text, [answer], Verdict.NON_STRICT)
        if logon.standing == HIGH:
            yield from _asked_for(view, logon)


def _asked_for(view: View, high: Message) -> Iterator[Finding]:
    expected = high.expected or 0

    def asks(message: Message) -> bool:
        return message.msg_type == RESEND_REQUEST and message.int_of(7) <= expected

    text = f"a ResendRequest from {expected}"
    yield from view.judge(
        high, text, asks, f"MsgSeqNum {high.number} where {expected} was expected was not asked about"
    )


def _not_refused(view: View, stimulus: Message, expected: str) -> Iterator[Finding]:
    refusal = view.refusal_of(stimulus)
    wrong = refusal if refusal is not None and refusal.msg_type == REJECT else None
    yield from undisturbed(view, stimulus, expected, wrong, refused_text(wrong), shows=True)


@BOOK.rule(
    "FS-2S", "What comes before a Logon is not answered",
    "A first message other than a Logon ends the connection without an answer.",
    "Whoever answers strangers tells them whom they may pretend to be.", "FTC-2S",
)  # fmt: skip
def _first_is_no_logon(view: View) -> Iterator[Finding]:
    for message in view.theirs:
        if message.record.opens and message.msg_type != LOGON and message.is_whole:
            came = view.answer(message, lambda m: m.msg_type != LOGOUT)
            text = "it was answered" if came else ""
            yield graded([message], "no answer, the connection is closed", text, [came] if came else [])


@BOOK.rule(
    "FS-2a", "Numbers go up by one", "Each new message has the number after the last one's.",
    "A number that is left out makes the peer ask for a message that never was; one that comes twice hides one.",
    "FTC-2a",
)  # fmt: skip
def _numbers(view: View) -> Iterator[Finding]:
    new = [m for m in view.own if m.is_whole and not m.is_dup and not m.is_stray and m.following is not None]
    counted = [m for m in new if m.standing != RESTART and m.msg_type != RESET]

    def wrong(message: Message) -> str:
        following = message.following or 0
        if message.msg_type == LOGON and message.number > following:
            return ""  # what came between was never on this recording's wire
        return "" if message.number == following else f"MsgSeqNum(34) {message.number} received, expected {following}"

    yield from all_right(counted, "MsgSeqNum(34) one above the last", wrong, "new messages")


@BOOK.rule(
    "FS-2b", "A number too high is asked about", "A ResendRequest from the first missing number.",
    "Messages are lost for good.", "FTC-2b",
)  # fmt: skip
def _high(view: View) -> Iterator[Finding]:
    asked: tuple[int, int] | None = None
    for message in view.theirs:
        if message.standing != HIGH or message.msg_type == LOGON or message.is_gap_fill:
            continue
        gap = (message.epoch, message.expected or 0)
        if gap != asked:
            asked = gap
            if not _is_asked_already(view, message):
                yield from _asked_for(view, message)


def _is_asked_already(view: View, high: Message) -> bool:
    return any(
        m.int_of(7) <= (high.expected or 0) and (m.int_of(16) in (0, 999_999) or m.int_of(16) >= (high.expected or 0))
        for m in view.own
        if m.msg_type == RESEND_REQUEST and m.epoch == high.epoch and m.at < high.at
    )


@BOOK.rule(
    "SX01", "One gap, one ResendRequest", "Many messages behind one gap are asked for once.",
    "A request for each of them makes the peer resend the day as often.", "CME",
)  # fmt: skip
def _single_request(view: View) -> Iterator[Finding]:
    gaps: dict[tuple[int, int], list[Message]] = {}
    for message in view.theirs:
        if message.standing == HIGH and not message.is_dup:
            gaps.setdefault((message.epoch, message.expected or 0), []).append(message)
    for (epoch, expected), behind in gaps.items():
        if len(behind) < 2:
            continue
        requests = [
            m for m in view.own if m.msg_type == RESEND_REQUEST and m.epoch == epoch and m.int_of(7) == expected
        ]
        repeated = [m for m in requests if not m.is_dup]
        if not repeated:
            continue
        is_one = len(repeated) == 1
        text = "" if is_one else f"{len(repeated)} of them came"
        yield graded([behind[0], behind[-1]], f"one ResendRequest from {expected}", text, repeated)


@BOOK.rule(
    "FS-2c", "A number too low ends the session", "A Logout that says so, then nothing more.",
    "Two sides that count differently lose orders without knowing.", "FTC-2c",
)  # fmt: skip
def _low(view: View) -> Iterator[Finding]:
    for message in view.theirs:
        if message.standing == LOW and not message.is_dup and message.msg_type != RESET:
            if message.msg_type == LOGOUT:
                continue
            text = f"a Logout, for MsgSeqNum {message.number} where {message.expected} was expected"
            yield from view.judge(message, text, lambda m: m.msg_type == LOGOUT, "the session went on")


@BOOK.rule(
    "FS-4a", "Idle for the interval: a Heartbeat", "Something is sent within HeartBtInt(108), 20% allowed.",
    "The peer takes a silent line for dead and cuts it.", "FTC-4a",
)  # fmt: skip
def _interval(view: View) -> Iterator[Finding]:
    for epoch, interval_s in _intervals(view):
        own = [m for m in view.conversation.of_epoch(epoch, view.side) if m.utc_ns]
        pairs = [(a, b) for a, b in zip(own, own[1:], strict=False) if not view.is_logged_out(b)]
        allowed_ns = int(interval_s * _GRACE * _NS_PER_S) + _SLACK_NS
        idle = [
            (a, b) for a, b in pairs if b.utc_ns - a.utc_ns > (interval_s - 1) * _NS_PER_S or b.msg_type == HEARTBEAT
        ]
        late = {
            b.at: f"{(b.utc_ns - a.utc_ns) / _NS_PER_S:.1f} s of silence before it"
            for a, b in idle
            if b.utc_ns - a.utc_ns > allowed_ns
        }
        yield from all_right([b for _, b in idle], f"at most {interval_s} s and 20% of silence", told(late))


def _intervals(view: View) -> Iterator[tuple[int, int]]:
    for logon, reply in _first_logons(view):
        interval_s = logon.int_of(108)
        if reply is not None and interval_s > 0:
            yield logon.epoch, interval_s


@BOOK.rule(
    "FS-4b", "A TestRequest is answered with its TestReqID", "A Heartbeat with the same TestReqID(112).",
    "A peer that gets no answer cuts the line.", "FTC-4b",
)  # fmt: skip
def _test_request(view: View) -> Iterator[Finding]:
    for request in view.theirs:
        if request.msg_type == TEST_REQUEST and request.is_whole and not request.is_dup and request.get(112):
            yield from view.judge(request, f"a Heartbeat with TestReqID(112) {request.get(112)}", _answering(request))


def _answering(request: Message) -> Callable[[Message], bool]:
    return lambda message: message.msg_type == HEARTBEAT and message.get(112) == request.get(112)


@BOOK.rule(
    "FS-6", "Silence is asked about", "After the interval and 20% without a message, a TestRequest.",
    "A dead line is noticed when an order needs it.", "FTC-6",
)  # fmt: skip
def _silence(view: View) -> Iterator[Finding]:
    for epoch, interval_s in _intervals(view):
        silent_ns = int(interval_s * _GRACE * _NS_PER_S)
        messages = [m for m in view.conversation.of_epoch(epoch) if m.utc_ns]
        heard = next((m for m in messages if m.side != view.side), None)
        for message in messages:
            if heard is None or message.at <= heard.at:
                continue
            waited_ns = message.utc_ns - heard.utc_ns
            if message.side != view.side:
                heard = message
            elif message.msg_type == TEST_REQUEST and waited_ns >= interval_s * _NS_PER_S:
                yield Finding([heard], f"a TestRequest after {interval_s} s and 20% of silence", [message])
                heard = None
            elif waited_ns > silent_ns + interval_s * _NS_PER_S and not view.is_logged_out(message):
                text = f"{waited_ns / _NS_PER_S:.1f} s passed without one"
                yield Finding([heard], f"a TestRequest after {interval_s} s", [message], Verdict.FAIL, text)
                heard = None


@BOOK.rule(
    "FS-5", "A Heartbeat is accepted", "No answer to a Heartbeat, and no Reject.",
    "Answers to answers never end.", "FTC-5",
)  # fmt: skip
def _heartbeat(view: View) -> Iterator[Finding]:
    beats = [m for m in view.theirs if m.msg_type == HEARTBEAT and m.standing == EXPECTED and not m.is_stray]
    yield from _none_refused(view, beats, "Heartbeats")


@BOOK.rule(
    "FS-7", "A Reject is accepted", "Its number is counted, the session goes on, no Reject answers it.",
    "Two engines that reject each other's Rejects never stop.", "FTC-7",
)  # fmt: skip
def _reject(view: View) -> Iterator[Finding]:
    rejects = [m for m in view.theirs if m.msg_type == REJECT and m.standing == EXPECTED and not m.is_stray]
    yield from _none_refused(view, rejects, "Rejects")


def _none_refused(view: View, accepted: list[Message], offered: str) -> Iterator[Finding]:
    refusals = {(m.epoch, m.int_of(45)): m for m in view.own if m.msg_type == REJECT and not m.is_dup}

    def wrong(message: Message) -> str:
        refusal = refusals.get((message.epoch, message.number))
        return refused_text(refusal if refusal is not None and refusal.at > message.at else None)

    yield from all_right(accepted, "no Reject", wrong, offered)


@BOOK.rule(
    "FS-12", "After a Logout only the session's own", "After its Logout it sends no more orders.",
    "What is sent behind a Logout may be lost.", "FTC-12",
)  # fmt: skip
def _logout_sent(view: View) -> Iterator[Finding]:
    for logout, reply in _own_logouts(view):
        late = [m for m in view.after(logout) if not m.is_admin and not m.is_dup]
        if reply is not None or late:
            text = f"{late[0].msg_type} came behind it" if late else ""
            yield graded([logout], "no new application message behind the Logout", text, late[:2] or [reply or logout])


@BOOK.rule(
    "FS-13a", "The reply to a Logout ends it", "Nothing follows the peer's reply but the end of the connection.",
    "A Logout that is answered again and again keeps a dead session open.", "FTC-13a",
)  # fmt: skip
def _logout_replied(view: View) -> Iterator[Finding]:
    for logout, reply in _own_logouts(view):
        if reply is None:
            continue
        late = [m for m in view.after(reply) if m.msg_type == LOGOUT or not m.is_admin]
        text = f"{late[0].msg_type} came behind the reply" if late else ""
        yield graded([logout, reply], "nothing more", text, late[:2])


@BOOK.rule(
    "FS-13b", "A Logout is answered", "The reply is a Logout.",
    "The peer waits, and takes the session for broken.", "FTC-13b",
)  # fmt: skip
def _logout_answered(view: View) -> Iterator[Finding]:
    for logout in _first_logouts(view, 1 - view.side):
        if logout.standing == LOW or not any(
            m.msg_type == LOGON for m in view.conversation.of_epoch(logout.epoch, view.side)
        ):
            continue
        reply = view.answer(logout, lambda m: m.msg_type == LOGOUT)
        if reply is not None:
            yield Finding([logout], "a Logout", [reply])
        elif list(view.after(logout)):
            yield Finding([logout], "a Logout", list(view.after(logout))[:2], Verdict.FAIL, "something else came")


def _own_logouts(view: View) -> Iterator[tuple[Message, Message | None]]:
    """Yield the subject's first Logout of each connection, and the peer's reply."""
    for logout in _first_logouts(view, view.side):
        yield logout, next((m for m in view.after(logout, 1 - view.side) if m.msg_type == LOGOUT), None)


def _first_logouts(view: View, side: int) -> Iterator[Message]:
    seen: set[int] = set()
    for message in view.conversation.messages:
        if message.msg_type == LOGOUT and message.is_whole and message.epoch not in seen:
            seen.add(message.epoch)
            if message.side == side:
                yield message


@BOOK.rule(
    "FS-2n", "SendingTime is right", "SendingTime(52) is within 120 s of when the message was recorded.",
    "A peer that checks it refuses the message.", "FTC-2n", Level.SHOULD,
)  # fmt: skip
def _sending_time(view: View) -> Iterator[Finding]:
    timed = [m for m in view.own if m.is_whole and m.record.utc_ns]

    def wrong(message: Message) -> str:
        off_s = abs(_sent_ns(message) - message.record.utc_ns) / _NS_PER_S
        return f"SendingTime(52) is {off_s:.0f} s off" if off_s > 120 else ""

    # a log in local time is off by hours everywhere: then it is the log that differs, and nothing is said
    if timed and not all(wrong(m) for m in view.conversation.messages if m.record.utc_ns):
        yield from all_right(timed, "SendingTime(52) within 120 s", wrong)


def _sent_ns(message: Message) -> int:
    return read_utc_timestamp(message.get(52)) or 0
