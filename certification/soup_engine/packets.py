"""Name packets and their fields for people, and lay out the logins byte by byte. SoupBinTCP 3.00."""

from __future__ import annotations

from dataclasses import dataclass

from fairlead.certification.model.results import FieldRecord
from fairlead.certification.venues.soup import packet

NAMES = {
    "+": "Debug",
    "A": "LoginAccepted",
    "J": "LoginRejected",
    "S": "SequencedData",
    "H": "ServerHeartbeat",
    "Z": "EndOfSession",
    "L": "LoginRequest",
    "U": "UnsequencedData",
    "R": "ClientHeartbeat",
    "O": "LogoutRequest",
}
CODES = {name: code for code, name in NAMES.items()}
FROM_SERVER = frozenset("+AJSHZU")
FROM_CLIENT = frozenset("+LURO")
REASONS = {"A": "not authorized", "S": "session not available"}

_LOGIN = (("username", 6), ("password", 10), ("requested_session", 10), ("requested_sequence_number", 20))
_ACCEPTED = (("session", 10), ("sequence_number", 20))
LOGIN_LENGTH, ACCEPTED_LENGTH = 46, 30


def login_request(username: str, password: str, session: str, number: int | str) -> bytes:
    """Lay a LoginRequest out: names padded on the right, session and number on the left."""
    return packet("L", f"{username:<6}{password:<10}{session:>10}{number:>20}".encode("latin-1"))


def login_accepted(session: str, number: int | str) -> bytes:
    """Lay a LoginAccepted out."""
    return packet("A", f"{session:>10}{number:>20}".encode("latin-1"))


def cut_fields(payload: bytes, layout: tuple[tuple[str, int], ...]) -> dict[str, str]:
    """Return the text of each field as it is, padding included."""
    found, start = {}, 0
    for name, size in layout:
        found[name] = payload[start : start + size].decode("latin-1")
        start += size
    return found


@dataclass(frozen=True, slots=True)
class Login:
    """What a LoginRequest asks for; ``number`` is -1 where its text is no number."""

    username: str
    password: str
    session: str
    number: int
    mistakes: tuple[str, ...]
    """How its bytes are not as SoupBinTCP has them."""


def read_login(payload: bytes) -> Login:
    """Read a LoginRequest, and note what is wrong with its bytes."""
    found = cut_fields(payload, _LOGIN)
    mistakes = []
    if len(payload) != LOGIN_LENGTH:
        mistakes.append(f"LoginRequest of {len(payload)} bytes received, expected {LOGIN_LENGTH}")
    for name in ("username", "password"):
        if found[name] != found[name].strip().ljust(len(found[name])):
            mistakes.append(f"{name} not padded with spaces on the right")
    number = found["requested_sequence_number"]
    if not number.strip().isdigit() or number != number.strip().rjust(20):
        mistakes.append(f"requested sequence number {number!r} received, expected digits with spaces on the left")
    session = found["requested_session"]
    if session != session.strip().rjust(10):
        mistakes.append(f"requested session {session!r} received, expected it padded with spaces on the left")
    asked = int(number) if number.strip().isdigit() else -1
    return Login(found["username"].strip(), found["password"].strip(), session.strip(), asked, tuple(mistakes))


def read_accepted(payload: bytes) -> tuple[str, int, str]:
    """Return the session, the number of the next message, and what is wrong with a LoginAccepted ("" for nothing)."""
    found = cut_fields(payload, _ACCEPTED)
    number = found["sequence_number"].strip()
    if len(payload) != ACCEPTED_LENGTH:
        return "", 0, f"LoginAccepted of {len(payload)} bytes received, expected {ACCEPTED_LENGTH}"
    if not (number.isascii() and number.isdigit()) or int(number) == 0:
        return "", 0, f"LoginAccepted with number {number!r} received, expected one from 1 on"
    return found["session"].strip(), int(number), ""


def describe_fields(code: str, payload: bytes) -> list[FieldRecord]:
    """Return a packet's fields as a report shows them; a password is never among them."""
    if code == "L":
        fields = cut_fields(payload, _LOGIN)
        fields["password"] = "*" * len(fields["password"].strip())
    elif code == "A":
        fields = cut_fields(payload, _ACCEPTED)
    elif code == "J":
        reason = payload.decode("latin-1")
        return [FieldRecord("reject_reason", "reject reason", reason, REASONS.get(reason, ""))]
    elif code == "+":
        fields = {"text": payload.decode("latin-1")}
    else:
        fields = {"message": payload.hex(" ")} if payload else {}
    return [FieldRecord(name, name.replace("_", " "), value.strip()) for name, value in fields.items()]


def mask(code: str, data: bytes) -> bytes:
    """Return a packet's bytes with the password of a login hidden: header 3, user name 6, password 10."""
    return data[:9] + b"*" * len(data[9:19]) + data[19:] if code == "L" else data
