"""Read and write the login packets of SoupBinTCP 3.00.

Text is ASCII and padded with spaces; the reader takes them off both sides, since documents and captures disagree on the
side for the requested session. Numbers are decimal digits in 20 characters, padded on the left.
"""

from dataclasses import dataclass, field
from typing import Final

from fairlead.codecs.errors import DecodeError, EncodeError
from fairlead.codecs.soupbintcp.packet_types import LOGIN_ACCEPTED, LOGIN_REQUEST
from fairlead.codecs.soupbintcp.packets_cy import HEADER_BYTES, encode_packet

USERNAME_BYTES: Final = 6
PASSWORD_BYTES: Final = 10
SESSION_BYTES: Final = 10
NUMBER_BYTES: Final = 20
MAX_NUMBER: Final = 2**63 - 1
"""The field has room for more; a session that counts in int64 has not."""

_REQUEST_BYTES: Final = USERNAME_BYTES + PASSWORD_BYTES + SESSION_BYTES + NUMBER_BYTES
_ACCEPTED_BYTES: Final = SESSION_BYTES + NUMBER_BYTES


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """What a client asks for: ``requested_session`` "" is the current one, number 0 only what is new."""

    username: str
    password: str = field(repr=False)
    requested_session: str = ""
    requested_sequence_number: int = 1


@dataclass(frozen=True, slots=True)
class LoginAccepted:
    """What a client got: the session's id and the number of the next sequenced message."""

    session: str
    sequence_number: int


def encode_login_request(login: LoginRequest) -> bytes:
    """Return the packet. Raises EncodeError where a field does not fit; the password is never quoted."""
    payload = (
        _text("username", login.username, USERNAME_BYTES, True)
        + _text("password", login.password, PASSWORD_BYTES, True)
        + _text("requested session", login.requested_session, SESSION_BYTES, False)
        + _number("requested sequence number", login.requested_sequence_number)
    )
    return encode_packet(LOGIN_REQUEST, payload)


def encode_login_accepted(accepted: LoginAccepted) -> bytes:
    """Return the packet. Raises EncodeError where a field does not fit."""
    payload = _text("session", accepted.session, SESSION_BYTES, False) + _number(
        "sequence number", accepted.sequence_number
    )
    return encode_packet(LOGIN_ACCEPTED, payload)


def decode_login_request(payload: bytes) -> LoginRequest:
    """Return what a LoginRequest's payload says. Raises DecodeError; the password is never quoted."""
    _check_length("LoginRequest", payload, _REQUEST_BYTES)
    return LoginRequest(
        payload[:6].decode("latin-1").strip(" "),
        payload[6:16].decode("latin-1").strip(" "),
        payload[16:26].decode("latin-1").strip(" "),
        _read_number("requested sequence number", payload, 26),
    )


def decode_login_accepted(payload: bytes) -> LoginAccepted:
    """Return what a LoginAccepted's payload says. Raises DecodeError."""
    _check_length("LoginAccepted", payload, _ACCEPTED_BYTES)
    return LoginAccepted(payload[:10].decode("latin-1").strip(" "), _read_number("sequence number", payload, 10))


def mask_login_request(packet: bytes) -> bytes:
    """Return a LoginRequest packet, whole or not, with asterisks over the password: what may be recorded of it."""
    start = HEADER_BYTES + USERNAME_BYTES
    end = start + PASSWORD_BYTES
    return packet[:start] + b"*" * len(packet[start:end]) + packet[end:]


def _text(name: str, value: str, length: int, is_left: bool) -> bytes:
    shown = f"{len(value)} characters" if name == "password" else repr(value)
    if not value.isascii() or len(value) > length or value != value.strip(" "):
        raise EncodeError(f"{name} {shown}, expected at most {length} ASCII characters without spaces around them")
    text = value.encode("ascii")
    return text.ljust(length) if is_left else text.rjust(length)


def _number(name: str, value: int) -> bytes:
    if not 0 <= value <= MAX_NUMBER:
        raise EncodeError(f"{name} {value}, expected 0 to {MAX_NUMBER}")
    return b"%20d" % value


def _read_number(name: str, payload: bytes, start: int) -> int:
    text = payload[start : start + NUMBER_BYTES]
    digits = text.strip(b" ")
    # bytes.isdigit knows ASCII digits only
    if not digits.isdigit() or int(digits) > MAX_NUMBER:
        raise DecodeError(f"{name} {text!r} received, expected digits of at most {MAX_NUMBER}", HEADER_BYTES + start)
    return int(digits)


def _check_length(name: str, payload: bytes, expected: int) -> None:
    if len(payload) != expected:
        raise DecodeError(f"{name} of {len(payload)} bytes received, expected {expected}")
