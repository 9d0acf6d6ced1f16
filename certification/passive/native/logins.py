"""Follow the logins of a SoupBinTCP session: what each asked for, what it got, and where the client stood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fairlead.certification.passive.native.messages import CLOSED, NativeMessage, Session
from fairlead.certification.soup_engine.packets import Login, read_accepted, read_login


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a client stands before a login: the session it was last told, the next number, and how that went.

    ``session`` "" where the recording does not tell. ``is_over``: EndOfSession came. ``refused`` is the reason of the
    last LoginRejected, with ``ended_ns`` when the connection before was over (0: not known).
    """

    session: str = ""
    following: int = 0
    is_over: bool = False
    refused: str = ""
    ended_ns: int = 0
    epoch: int = -1


@dataclass(frozen=True, slots=True)
class Asked:
    """One LoginRequest, what it asks for, the server's answer if there is one, and the standing before it."""

    request: NativeMessage
    login: Login
    answer: NativeMessage | None
    before: Standing

    @property
    def accepted(self) -> tuple[str, int]:
        """Return the session and number of a good LoginAccepted, ("", 0) for anything else."""
        if self.answer is None or self.answer.kind != "A":
            return "", 0
        return read_accepted(self.answer.payload)[:2]


def logins(session: Session) -> Iterator[Asked]:
    """Yield the logins in order."""
    standing = Standing()
    for message in session.messages:
        if message.kind == "L" and not message.faults:
            yield Asked(message, read_login(message.payload), _answer(session, message), standing)
        else:
            standing = _after(standing, message)


def _answer(session: Session, request: NativeMessage) -> NativeMessage | None:
    later = (m for m in session.epochs[request.epoch] if m.at > request.at)
    return next((m for m in later if m.side != request.side and m.kind in ("A", "J", "S", "Z", CLOSED)), None)


def _after(standing: Standing, message: NativeMessage) -> Standing:
    """Return where the client stands behind a packet."""
    if message.faults:
        return standing
    if message.kind == "A":
        session, number, fault = read_accepted(message.payload)
        return standing if fault else Standing(session, number, epoch=message.epoch)
    if message.kind == "J":
        reason = message.payload.decode("latin-1")
        over = reason == "S" or standing.is_over
        return Standing(standing.session, standing.following, over, reason, message.utc_ns, message.epoch)
    if message.kind == "S" and message.number:
        return Standing(standing.session, message.number + 1, standing.is_over, "", 0, message.epoch)
    if message.kind == "Z":
        return Standing(standing.session, standing.following, True, "", 0, message.epoch)
    return standing
