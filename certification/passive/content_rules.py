"""Judge what stands in messages: frames, headers, and whether Rejects tell the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.passive.conversations import EXPECTED, GARBLED, LOGOUT, REJECT, RESEND_REQUEST, Message
from fairlead.certification.passive.frames import BODY_LENGTH, CHECK_SUM, HEAD, TRAILER
from fairlead.certification.passive.judgements import all_right, graded, refuses, refusing
from fairlead.certification.passive.rules import Finding, Judge, RuleBook, View
from fairlead.certification.venues.wire import read_utc_timestamp

BOOK = RuleBook()
_MESSAGE_TYPES = frozenset(
    (*"0123456789ABCDEFGHJKLMNPQRSTVWXYZabcdefghijklmnopqrstuvwxyz",
     *(f"A{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), *(f"B{letter}" for letter in "ABCDEFGH"))
)  # fmt: skip
_LAST_OF_42 = frozenset("0123456789ABCDEFGHJKLMNPQRSTVWXYZabcdefghijklm")
_HEADER_ONCE = (8, 9, 35, 34, 49, 56, 52, 43, 122, 97)

# fault, id where it is right, id where it is wrong, what is asked of it
_FRAMING = (
    (BODY_LENGTH, "FS-2l", "FS-2m", "BodyLength(9) counts the bytes between it and CheckSum(10)"),
    (CHECK_SUM, "FS-3a", "FS-3b", "CheckSum(10) is the sum of the bytes before it, modulo 256, in three digits"),
    (TRAILER, "FS-3d", "FS-3e", "CheckSum(10) is the last field"),
    (HEAD, "FS-2s", "FS-2t", "BeginString(8), BodyLength(9) and MsgType(35) come first"),
)


def _framed_right(fault: str, asks: str) -> Judge:
    def judge(view: View) -> Iterator[Finding]:
        yield from all_right(view.own, asks, lambda message: message.record.frame.faults.get(fault, ""))

    return judge


def _framed_wrong(fault: str) -> Judge:
    def judge(view: View) -> Iterator[Finding]:
        for message in view.theirs:
            text = message.record.frame.faults.get(fault)
            if text:
                yield from _ignored(view, message, text)

    return judge


def _ignored(view: View, garbled: Message, text: str) -> Iterator[Finding]:
    """Judge what follows a garbled message: nothing refers to it; its number is asked for once a later one comes."""
    expected = f"no answer ({text}); its number is asked for when the next message shows the gap"
    refusal = view.answer(garbled, lambda m: garbled.number > 0 and refuses(garbled, m))
    if refusal is not None:
        yield Finding([garbled], expected, [refusal], Verdict.FAIL, "it was rejected, which advances the number")
        return
    request = view.answer(garbled, lambda m: m.msg_type in (RESEND_REQUEST, LOGOUT))
    later = next((m for m in view.after(garbled, 1 - view.side) if m.is_whole), None)
    if request is not None or later is None or later.standing == EXPECTED:
        yield Finding([garbled], expected, [request] if request else [])
    elif view.has_gone_on(later):
        yield Finding([garbled, later], expected, [], Verdict.FAIL, "the number it had was counted")


for _fault, _right, _wrong, _asks in _FRAMING:
    _add = BOOK.rule(_right, f"{_fault} right", f"{_asks}, in all that the subject sends.",
                     "The peer drops what it can't trust, and asks for it for ever.", "FTC-2, FTC-3")  # fmt: skip
    _add(_framed_right(_fault, _asks))
    _add = BOOK.rule(_wrong, f"{_fault} wrong", "A garbled message is ignored, and its number is not counted.",
                     "An answer to noise counts a message that never was.", "FTC-2, FTC-3")  # fmt: skip
    _add(_framed_wrong(_fault))


@BOOK.rule("FS-2d", "A garbled message is ignored", "No answer, its number is not counted.",
           "An answer to noise counts a message that never was.", "FTC-2d")  # fmt: skip
def _garbled(view: View) -> Iterator[Finding]:
    for message in view.theirs:
        if message.standing == GARBLED:
            yield from _ignored(view, message, "; ".join(message.record.frame.faults.values()))


@BOOK.rule("FS-2h", "BeginString right", "All that the subject sends has the session's BeginString(8).",
           "The peer ends a session of another version.", "FTC-2h")  # fmt: skip
def _begin_string(view: View) -> Iterator[Finding]:
    expected = view.conversation.begin_string
    yield from all_right(
        view.own,
        f"BeginString(8) {expected}",
        lambda m: "" if m.get(8) == expected else f"BeginString(8) {m.get(8)} received",
    )


@BOOK.rule("FS-2i", "BeginString wrong", "A Logout, and the end of the connection.",
           "Messages of another version are misread.", "FTC-2i")  # fmt: skip
def _begin_string_wrong(view: View) -> Iterator[Finding]:
    for message in view.theirs:
        if message.is_whole and message.get(8) != view.conversation.begin_string:
            yield from view.judge(message, "a Logout", lambda m: m.msg_type == LOGOUT, "the session went on")


@BOOK.rule("FS-2j", "CompIDs right", "All that the subject sends has the session's CompIDs.",
           "The peer ends the session.", "FTC-2j")  # fmt: skip
def _comp_ids(view: View) -> Iterator[Finding]:
    sender, target = view.conversation.comp_ids[view.side], view.conversation.comp_ids[1 - view.side]

    def wrong(message: Message) -> str:
        is_right = (message.get(49), message.get(56)) == (sender, target)
        return "" if is_right else f"{message.get(49)} -> {message.get(56)} received"

    yield from all_right([m for m in view.own if m.is_whole], f"CompIDs {sender} -> {target}", wrong)


@BOOK.rule("FS-2k", "CompIDs wrong", "A Reject with SessionRejectReason(373) 9 and a Logout.",
           "One firm's orders arrive under another's name.", "FTC-2k")  # fmt: skip
def _comp_ids_wrong(view: View) -> Iterator[Finding]:
    expected = {view.conversation.comp_ids[1 - view.side], view.conversation.comp_ids[view.side]}
    for message in view.theirs:
        if not message.is_whole or {message.get(49), message.get(56)} == expected:
            continue
        rejects = view.answer(message, refusing(message))
        logout = view.answer(message, lambda m: m.msg_type == LOGOUT)
        came = [m for m in (rejects, logout) if m is not None]
        if logout is not None:
            is_right = rejects is not None and rejects.get(373, "9") == "9"
            verdict, text = (Verdict.PASS, "") if is_right else (Verdict.NON_STRICT, "a Logout without a Reject for it")
            yield Finding([message], "a Reject (373=9) and a Logout", came, verdict, text)
        elif view.has_gone_on(message):
            yield Finding([message], "a Reject (373=9) and a Logout", came, Verdict.FAIL, "the session went on")


@BOOK.rule("FS-2o", "SendingTime outside the threshold", "A Reject with SessionRejectReason(373) 10 and a Logout.",
           "Old messages are taken for new ones.", "FTC-2o")  # fmt: skip
def _stale(view: View) -> Iterator[Finding]:
    def off_ns(message: Message) -> int:
        sent = read_utc_timestamp(message.get(52))
        return abs(sent - message.record.utc_ns) if sent is not None and message.record.utc_ns else 0

    if any(off_ns(m) > 60 * 10**9 for m in view.own):
        return  # whose clock is wrong the log can't say
    for message in view.theirs:
        if message.is_whole and off_ns(message) > 120 * 10**9 and not message.is_stray:
            yield from view.judge(message, "a Reject (373=10) or a Logout", _ending(message), "it was accepted")


def _ending(stimulus: Message) -> Callable[[Message], bool]:
    return lambda message: refuses(stimulus, message) or message.msg_type == LOGOUT


def _is_known(message: Message, begin_string: str) -> bool:
    known = _LAST_OF_42 if begin_string <= "FIX.4.2" else _MESSAGE_TYPES
    return message.msg_type in known or message.msg_type.startswith("U") or begin_string.startswith("FIXT")


@BOOK.rule("FS-2p", "MsgType valid", "All that the subject sends has a MsgType(35) of its version.",
           "The peer rejects it.", "FTC-2p")  # fmt: skip
def _message_type(view: View) -> Iterator[Finding]:
    version = view.conversation.begin_string
    yield from all_right(
        [m for m in view.own if m.is_whole],
        f"a MsgType(35) of {version}",
        lambda m: "" if _is_known(m, version) else f"MsgType(35) {m.msg_type} received",
    )


@BOOK.rule("FS-2q", "MsgType invalid", "A Reject with SessionRejectReason(373) 11.",
           "The sender never learns that nobody read it.", "FTC-2q")  # fmt: skip
def _message_type_wrong(view: View) -> Iterator[Finding]:
    for message in view.theirs:
        if message.standing == EXPECTED and not _is_known(message, view.conversation.begin_string):
            yield from view.judge(message, "a Reject (373=11)", refusing(message), "it was accepted")


@BOOK.rule("FS-2r", "MsgType valid but not supported", "A BusinessMessageReject (380=3) that names it.",
           "The sender can't tell what was refused.", "FTC-2r")  # fmt: skip
def _not_supported(view: View) -> Iterator[Finding]:
    for refusal in view.own:
        if refusal.msg_type == "j" and refusal.get(380) == "3" and not refusal.is_dup:
            yield from _names(view, refusal, lambda m: "" if not m.is_admin else "a session message was refused")


@BOOK.rule("FS-14d", "A tag without a value", "A Reject with SessionRejectReason(373) 4.",
           "An empty price is read as none, or as the last one.", "FTC-14d")  # fmt: skip
def _empty(view: View) -> Iterator[Finding]:
    for message in view.theirs:
        empty = [tag for tag, value in message.record.frame.fields if not value]
        if message.standing == EXPECTED and empty:
            text = f"a Reject (373=4) for tag {empty[0]}"
            yield from view.judge(message, text, refusing(message), "it was accepted")


@BOOK.rule("FS-14h", "A tag twice", "A Reject with SessionRejectReason(373) 13.",
           "Two readers take two different values.", "FTC-14h")  # fmt: skip
def _twice(view: View) -> Iterator[Finding]:
    for message in view.theirs:
        tags = [tag for tag, _ in message.record.frame.fields]
        if message.standing == EXPECTED and any(tags.count(tag) > 1 for tag in _HEADER_ONCE):
            yield from view.judge(message, "a Reject (373=13)", refusing(message), "it was accepted")


# SessionRejectReason(373) -> id, title, what must be so of the message that the Reject names, given RefTagID(371)
_REASONS: tuple[tuple[str, str, str, Callable[[list[str]], bool], str], ...] = (
    ("0", "FS-14a", "An undefined tag", lambda values: bool(values), "has no such tag"),
    ("1", "FS-14b", "A required tag is missing", lambda values: not any(values), "has that tag"),
    ("2", "FS-14c", "A tag of another message", lambda values: bool(values), "has no such tag"),
    ("4", "FS-14d", "A tag without a value", lambda values: "" in values, "has a value there"),
    ("5", "FS-14e", "A value out of range", lambda values: any(values), "has no value there"),
    ("6", "FS-14f", "A value in the wrong format", lambda values: any(values), "has no value there"),
    ("13", "FS-14h", "A tag twice", lambda values: len(values) > 1, "has it once"),
    ("14", "FS-14g", "Tags out of their section", lambda values: bool(values), "has no such tag"),
    ("15", "FS-14j", "A group out of order", lambda values: bool(values), "has no such tag"),
    ("16", "FS-14i", "A group's count is wrong", lambda values: bool(values), "has no such tag"),
)


def _truthful(reason: str, holds: Callable[[list[str]], bool], otherwise: str) -> Judge:
    def judge(view: View) -> Iterator[Finding]:
        for refusal in view.own:
            if refusal.msg_type != REJECT or refusal.get(373) != reason or refusal.is_dup:
                continue
            tag = refusal.int_of(371)

            def wrong(message: Message, tag: int = tag) -> str:
                values = [value for found, value in message.record.frame.fields if found == tag]
                return "" if tag < 0 or holds(values) else f"the message {otherwise}: tag {tag}"

            yield from _names(view, refusal, wrong)

    return judge


def _names(view: View, refusal: Message, wrong: Callable[[Message], str]) -> Iterator[Finding]:
    """Judge a refusal by the message that its RefSeqNum(45) names."""
    number = refusal.int_of(45)
    named = next((m for m in reversed(view.theirs) if m.at < refusal.at and m.number == number), None)
    if number < 0:
        yield Finding([refusal], "RefSeqNum(45) names the message", [], Verdict.FAIL, "RefSeqNum(45) is missing")
    elif named is not None:
        kind = refusal.get(372)
        text = wrong(named) or (
            f"RefMsgType(372) {kind}, but it is {named.msg_type}" if kind not in ("", named.msg_type) else ""
        )
        yield graded([named], "a refusal that is right about the message it names", text, [refusal])


for _reason, _id, _title, _holds, _otherwise in _REASONS:
    _add = BOOK.rule(_id, _title, f"What a Reject (373={_reason}) says is so of the message it names.",
                     "An engineer looks for a defect where none is.", "FTC-14")  # fmt: skip
    _add(_truthful(_reason, _holds, _otherwise))
