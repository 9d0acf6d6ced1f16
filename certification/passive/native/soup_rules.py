"""Judge what both sides of SoupBinTCP say from a log. SoupBinTCP 3.00."""

from __future__ import annotations

from collections.abc import Iterator

from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.passive.judgements import all_right, graded
from fairlead.certification.passive.native.logins import Asked, logins
from fairlead.certification.passive.native.messages import CLOSED, NativeMessage
from fairlead.certification.passive.native.views import NativeRules, NativeView
from fairlead.certification.passive.rules import Finding
from fairlead.certification.soup_engine.packets import read_accepted

BOOK = NativeRules()
_NS = 1_000_000_000
_HEARTBEAT_NS = 2 * _NS
"""A heartbeat a second, and another second of grace for the recording and a busy machine."""
_SILENCE_NS = 15 * _NS
_PAUSE_NS = _NS // 2
_FEW = 3
"""Packets that may cross with what ends a connection."""


def _answered(view: NativeView, kind: str) -> Iterator[Asked]:
    for asked in logins(view.session):
        if asked.answer is not None and asked.answer.kind == kind:
            yield asked


@BOOK.rule(
    "SP01.a",
    "A login is answered with session and number",
    "LoginAccepted names both, a number from 1 on.",
    "A client that is told no session can't ask for what it missed.",
    "SoupBinTCP 3.00 LoginAccepted",
)
def _accepted(view: NativeView) -> Iterator[Finding]:
    for asked in _answered(view, "A") if view.is_server else ():
        assert asked.answer is not None
        session, _, fault = read_accepted(asked.answer.payload)
        text = fault or ("" if session else "no session's name received")
        yield graded([asked.request, asked.answer], "a session and a number from 1 on", text)


@BOOK.rule(
    "SP01.b",
    "A login gets the place that it asks for",
    "Session and number that there are, are accepted there.",
    "A client that is up to date must not get old messages as new ones.",
    "SoupBinTCP 3.00 LoginRequest",
)
def _place(view: NativeView) -> Iterator[Finding]:
    for asked in _answered(view, "A") if view.is_server else ():
        login, before = asked.login, asked.before
        is_known = before.session and login.session == before.session and 0 < login.number <= before.following
        if not is_known:
            continue
        got = asked.accepted
        text = "" if got == (login.session, login.number) else f"session {got[0]!r} from {got[1]} received"
        expected = f"session {login.session!r} from {login.number}"
        yield graded([asked.request], expected, text, [asked.answer] if asked.answer else [])


@BOOK.rule(
    "SP01.c",
    "The login's bytes",
    "46 bytes: names padded on the right, session and number on the left.",
    "Servers compare fields byte by byte.",
    "SoupBinTCP 3.00 LoginRequest",
)
def _login_bytes(view: NativeView) -> Iterator[Finding]:
    if view.is_client:
        mistakes = {asked.request.at: "; ".join(asked.login.mistakes) for asked in logins(view.session)}
        requests = [message for message in view.own if message.at in mistakes]
        yield from all_right(requests, "fields as SoupBinTCP pads them", lambda m: mistakes[m.at], "logins")


@BOOK.rule(
    "SP01.d",
    "Session and number are kept",
    "After a loss it asks for its session, behind the last message.",
    "An engine that forgets gets the day again, or loses what it missed.",
    "SoupBinTCP 3.00 LoginRequest",
)
def _kept(view: NativeView) -> Iterator[Finding]:
    for asked in logins(view.session) if view.is_client else ():
        before, login = asked.before, asked.login
        if not before.session or before.is_over or not before.following or before.epoch == asked.request.epoch:
            continue
        expected = f"session {before.session!r} from {before.following}"
        is_right = (login.session, login.number) == (before.session, before.following)
        verdict, text = Verdict.PASS, ""
        if not is_right:
            # asking for what was had again loses nothing; going ahead does
            is_ahead = login.number > before.following or (login.session == "" and login.number == 0)
            verdict = Verdict.FAIL if is_ahead or login.session not in ("", before.session) else Verdict.NON_STRICT
            text = f"session {login.session!r} from {login.number} received"
        yield Finding([asked.request], expected, [], verdict, text)


@BOOK.rule(
    "SP02.a",
    "Nothing follows LoginRejected A",
    "The server says why, and ends the connection.",
    "One that is not let in must not read somebody else's orders.",
    "SoupBinTCP 3.00 LoginRejected",
)
def _not_authorised(view: NativeView) -> Iterator[Finding]:
    yield from _rejected(view, "A")


@BOOK.rule(
    "SP02.b",
    "Nothing follows LoginRejected S",
    "The server says why, and ends the connection.",
    "Numbers of another session mean other messages.",
    "SoupBinTCP 3.00 LoginRejected",
)
def _no_session(view: NativeView) -> Iterator[Finding]:
    yield from _rejected(view, "S")


def _rejected(view: NativeView, reason: str) -> Iterator[Finding]:
    for asked in _answered(view, "J") if view.is_server else ():
        assert asked.answer is not None
        if asked.answer.payload == reason.encode():
            late = view.said_after(asked.answer)
            text = f"{late[0].title} followed" if late else ""
            yield graded([asked.request, asked.answer], "the end of the connection", text, late[:2])


@BOOK.rule(
    "SP02.e",
    "Refused, the client does not hammer",
    "It waits half a second at least before the next login.",
    "A server that counts wrong passwords locks the account.",
    "SoupBinTCP 3.00 LoginRejected",
)
def _pause(view: NativeView) -> Iterator[Finding]:
    for asked in logins(view.session) if view.is_client else ():
        ended_ns = asked.before.ended_ns
        if asked.before.refused == "A" and ended_ns and asked.request.utc_ns:
            waited_ns = asked.request.utc_ns - ended_ns
            text = f"login {waited_ns / _NS:.3f} s after the refusal" if waited_ns < _PAUSE_NS else ""
            yield graded([asked.request], "a pause of 0.5 s", text)


@BOOK.rule(
    "SP02.f",
    "Refused with S, it asks for the current session",
    "The next login has a blank session.",
    "Who asks for a session that is over stays out all day.",
    "SoupBinTCP 3.00 LoginRejected",
)
def _asks_current(view: NativeView) -> Iterator[Finding]:
    for asked in logins(view.session) if view.is_client else ():
        if asked.before.refused == "S":
            text = f"session {asked.login.session!r} received" if asked.login.session else ""
            yield graded([asked.request], "a blank session", text)


@BOOK.rule(
    "SP03.a",
    "A replay says the same",
    "A number has the same bytes each time it is sent.",
    "It is all that SoupBinTCP has for recovery.",
    "SoupBinTCP 3.00 Sequenced Data",
)
def _replayed(view: NativeView) -> Iterator[Finding]:
    if not view.is_server:
        return
    first: dict[tuple[str, int], NativeMessage] = {}
    again, wrong, session = [], dict[int, str](), ""
    for message in view.own:
        if message.kind == "A" and not message.faults:
            session = read_accepted(message.payload)[0]
        if message.kind != "S" or not message.number:
            continue
        known = first.setdefault((session, message.number), message)
        if known is not message:
            again.append(message)
            if known.payload != message.payload:
                wrong[message.at] = f"number {message.number} was another message at {known.place}"
    yield from all_right(again, "the bytes of the first time", lambda m: wrong.get(m.at, ""), "repeated messages")


@BOOK.rule(
    "SP05.a",
    "Bytes that are no packet end the connection",
    "The server closes, and acts on nothing more.",
    "Behind a broken packet nobody knows where the next begins.",
    "SoupBinTCP 3.00 Packets",
)
def _broken_by_client(view: NativeView) -> Iterator[Finding]:
    if view.is_server:
        yield from _broken(view)


@BOOK.rule(
    "SP05.g",
    "Bytes that are no packet end the connection",
    "The client closes, and sends nothing more.",
    "Behind a broken packet nobody knows where the next begins.",
    "SoupBinTCP 3.00 Packets",
)
def _broken_by_server(view: NativeView) -> Iterator[Finding]:
    if view.is_client:
        yield from _broken(view)


def _broken(view: NativeView) -> Iterator[Finding]:
    for message in view.theirs:
        if message.faults.startswith("packet length"):
            said = [later for later in view.said_after(message) if later.kind in ("S", "U", "A")]
            text = f"{said[0].title} followed" if len(said) > _FEW else ""
            yield graded([message], "the end of the connection", text, said[:2])


@BOOK.rule(
    "SP05.b",
    "Packets are whole and of their side",
    "Lengths and types are those of SoupBinTCP.",
    "A peer that can't read on closes.",
    "SoupBinTCP 3.00 Packets",
)
def _own_packets(view: NativeView) -> Iterator[Finding]:
    allowed = frozenset("+LURO") if view.is_client else frozenset("+AJSHZU")

    def wrong(message: NativeMessage) -> str:
        if message.kind not in allowed and not message.faults:
            return f"packet type {message.kind!r} received, expected one of {''.join(sorted(allowed))}"
        return message.faults if message.faults.startswith("packet") else ""

    own = [message for message in view.own if message.kind != CLOSED]
    yield from all_right(own, "packets that SoupBinTCP has", wrong, "packets")


@BOOK.rule(
    "SP05.c",
    "Something else than a login first",
    "The server does not accept, and sends no message.",
    "A message taken before its sender is known is an order of nobody.",
    "SoupBinTCP 3.00 LoginRequest",
)
def _not_a_login(view: NativeView) -> Iterator[Finding]:
    for message in view.theirs if view.is_server else ():
        if message.opens and message.kind not in ("L", "+", CLOSED):
            said = [later for later in view.after(message) if later.kind in ("A", "S")]
            yield graded([message], "the end of the connection", "it was served" if said else "", said[:2])


@BOOK.rule(
    "SP06.a",
    "The server's heartbeats",
    "Something is sent within a second, another one allowed.",
    "A client takes a quiet server for a dead one.",
    "SoupBinTCP 3.00 Server Heartbeat",
)
def _server_beats(view: NativeView) -> Iterator[Finding]:
    if view.is_server:
        yield from _beats(view)


@BOOK.rule(
    "SP06.f",
    "The client's heartbeats",
    "Something is sent within a second, another one allowed.",
    "A server takes a quiet client for a dead one.",
    "SoupBinTCP 3.00 Client Heartbeat",
)
def _client_beats(view: NativeView) -> Iterator[Finding]:
    if view.is_client:
        yield from _beats(view)


def _beats(view: NativeView) -> Iterator[Finding]:
    idle, late = [], dict[int, str]()
    for messages in view.session.epochs.values():
        # a journal does not have all heartbeats: only what was captured on the wire can be asked
        if not any(m.opens for m in messages):
            continue
        own = [m for m in messages if m.side == view.side and m.utc_ns]
        begun = next((m for m in messages if m.kind == "A"), None)
        for earlier, later in zip(own, own[1:], strict=False):
            if begun is None or later.at < begun.at or later.after_gap or later.kind == CLOSED:
                continue
            waited_ns = later.utc_ns - max(earlier.utc_ns, begun.utc_ns)
            if waited_ns < _NS // 2:
                continue
            idle.append(later)
            if waited_ns > _HEARTBEAT_NS:
                late[later.at] = f"{waited_ns / _NS:.1f} s of silence before it"
    yield from all_right(idle, "1 s of silence at most", lambda m: late.get(m.at, ""), "packets after silence")


@BOOK.rule(
    "SP06.b",
    "A client that is silent is given up",
    "The server goes on no longer than 15 s, 20% allowed.",
    "A dead client holds its session.",
    "SoupBinTCP 3.00 Client Heartbeat",
)
def _client_silent(view: NativeView) -> Iterator[Finding]:
    if view.is_server:
        yield from _silence(view)


@BOOK.rule(
    "SP06.g",
    "A server that is silent is given up",
    "The client goes on no longer than 15 s, 20% allowed.",
    "A dead connection looks like a quiet market.",
    "SoupBinTCP 3.00 Server Heartbeat",
)
def _server_silent(view: NativeView) -> Iterator[Finding]:
    if view.is_client:
        yield from _silence(view)


def _silence(view: NativeView) -> Iterator[Finding]:
    for messages in view.session.epochs.values():
        if not any(m.opens for m in messages):
            continue
        heard: NativeMessage | None = None
        for message in messages:
            if message.side != view.side:
                heard = message if message.utc_ns and message.kind != CLOSED else None
                continue
            waited_ns = message.utc_ns - heard.utc_ns if heard is not None else 0
            if heard is None or waited_ns < _SILENCE_NS * 7 // 10:
                continue
            is_late = waited_ns > _SILENCE_NS * 6 // 5
            if message.kind == CLOSED or is_late:
                text = f"{message.title} {waited_ns / _NS:.1f} s after the last packet" if is_late else ""
                yield graded([heard], "the end of the connection after 15 s of silence", text, [message])
                heard = None


@BOOK.rule(
    "SP06.d",
    "LogoutRequest ends the connection",
    "The server closes.",
    "A client that waits for the end can't come back in order.",
    "SoupBinTCP 3.00 Logout Request",
)
def _logged_out(view: NativeView) -> Iterator[Finding]:
    for message in view.theirs if view.is_server else ():
        if message.kind == "O":
            late = view.said_after(message)
            text = f"{len(late)} packets followed" if len(late) > _FEW else ""
            yield graded([message], "the end of the connection", text, late[:2])


@BOOK.rule(
    "SP07.a",
    "The end of the session is its end",
    "Nothing follows EndOfSession, and no login gets it again.",
    "A client that is served behind the end takes old messages for today's.",
    "SoupBinTCP 3.00 End of Session",
)
def _ended(view: NativeView) -> Iterator[Finding]:
    if not view.is_server:
        return
    for message in view.own:
        if message.kind == "Z":
            late = view.said_after(message)
            yield graded([message], "nothing more", f"{late[0].title} followed" if late else "", late[:2])
    for asked in _answered(view, "A"):
        if asked.before.is_over and not asked.before.refused and asked.accepted[0] == asked.before.session:
            text = f"session {asked.before.session!r} was served again"
            yield graded([asked.request], "another session", text, [asked.answer] if asked.answer else [])


@BOOK.rule(
    "SP07.b",
    "After the end it asks for the current session",
    "The next login has a blank session.",
    "An engine that takes the end for a loss asks for yesterday all night.",
    "SoupBinTCP 3.00 End of Session",
)
def _asks_anew(view: NativeView) -> Iterator[Finding]:
    for asked in logins(view.session) if view.is_client else ():
        if asked.before.is_over and not asked.before.refused:
            text = f"session {asked.login.session!r} received" if asked.login.session else ""
            yield graded([asked.request], "a blank session", text)
