"""Read and write the login packets of SoupBinTCP 3.00.

Text is ASCII and padded with spaces; the reader takes them off both sides, since documents and captures disagree on the
side for the requested session. Numbers are decimal digits in 20 characters, padded on the left.
"""

from dataclasses import dataclass, field
from typing import Final

from fairlead.codecs.binary import Field, load_protocol
from fairlead.codecs.errors import DecodeError, EncodeError
from fairlead.codecs.soupbintcp.packet_types import LOGIN_ACCEPTED, LOGIN_REQUEST
from fairlead.codecs.soupbintcp.packets_cy import HEADER_BYTES, encode_packet

MAX_NUMBER: Final = 2**63 - 1
"""The field has room for more; a session that counts in int64 has not."""

# Where the fields are is the table's; its writer and reader are not used, since what they refuse they quote.
_TABLE: Final = load_protocol("soupbintcp_3_00")
_REQUEST: Final = _TABLE.layout("login_request")
_USERNAME: Final = _REQUEST.field("username")
_PASSWORD: Final = _REQUEST.field("password")
_REQUESTED_SESSION: Final = _REQUEST.field("requested_session")
_REQUESTED_NUMBER: Final = _REQUEST.field("requested_sequence_number")
_ACCEPTED: Final = _TABLE.layout("login_accepted")
_SESSION: Final = _ACCEPTED.field("session")
_NUMBER: Final = _ACCEPTED.field("sequence_number")
USERNAME_BYTES: Final = _USERNAME.length
PASSWORD_BYTES: Final = _PASSWORD.length
SESSION_BYTES: Final = _SESSION.length


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
    payload = bytearray(_REQUEST.length - HEADER_BYTES)
    _put_text(payload, _USERNAME, login.username)
    _put_text(payload, _PASSWORD, login.password)
    _put_text(payload, _REQUESTED_SESSION, login.requested_session)
    _put_number(payload, _REQUESTED_NUMBER, login.requested_sequence_number)
    return encode_packet(LOGIN_REQUEST, bytes(payload))


def encode_login_accepted(accepted: LoginAccepted) -> bytes:
    """Return the packet. Raises EncodeError where a field does not fit."""
    payload = bytearray(_ACCEPTED.length - HEADER_BYTES)
    _put_text(payload, _SESSION, accepted.session)
    _put_number(payload, _NUMBER, accepted.sequence_number)
    return encode_packet(LOGIN_ACCEPTED, bytes(payload))


def decode_login_request(payload: bytes) -> LoginRequest:
    """Return what a LoginRequest's payload says. Raises DecodeError; the password is never quoted."""
    _check_length("LoginRequest", payload, _REQUEST.length - HEADER_BYTES)
    return LoginRequest(
        _get_text(payload, _USERNAME),
        _get_text(payload, _PASSWORD),
        _get_text(payload, _REQUESTED_SESSION),
        _get_number(payload, _REQUESTED_NUMBER),
    )


def decode_login_accepted(payload: bytes) -> LoginAccepted:
    """Return what a LoginAccepted's payload says. Raises DecodeError."""
    _check_length("LoginAccepted", payload, _ACCEPTED.length - HEADER_BYTES)
    return LoginAccepted(_get_text(payload, _SESSION), _get_number(payload, _NUMBER))


def mask_login_request(packet: bytes) -> bytes:
    """Return a LoginRequest packet, whole or not, with asterisks over the password: what may be recorded of it."""
    start = _PASSWORD.offset
    end = start + _PASSWORD.length
    return packet[:start] + b"*" * len(packet[start:end]) + packet[end:]


def _slice(field: Field) -> slice:
    """Return where a field is in the payload; the table counts from the packet's first byte."""
    return slice(field.offset - HEADER_BYTES, field.offset - HEADER_BYTES + field.length)


def _put_text(payload: bytearray, field: Field, value: str) -> None:
    name, length = field.name.replace("_", " "), field.length
    shown = f"{len(value)} characters" if field is _PASSWORD else repr(value)
    if not value.isascii() or len(value) > length or value != value.strip(" "):
        raise EncodeError(f"{name} {shown}, expected at most {length} ASCII characters without spaces around them")
    text = value.encode("ascii")
    payload[_slice(field)] = text.rjust(length) if field.pad_left else text.ljust(length)


def _put_number(payload: bytearray, field: Field, value: int) -> None:
    if not 0 <= value <= MAX_NUMBER:
        raise EncodeError(f"{field.name.replace('_', ' ')} {value}, expected 0 to {MAX_NUMBER}")
    payload[_slice(field)] = b"%*d" % (field.length, value)


def _get_text(payload: bytes, field: Field) -> str:
    return payload[_slice(field)].decode("latin-1").strip(" ")


def _get_number(payload: bytes, field: Field) -> int:
    text = payload[_slice(field)]
    digits = text.strip(b" ")
    # bytes.isdigit knows ASCII digits only
    if not digits.isdigit() or int(digits) > MAX_NUMBER:
        name = field.name.replace("_", " ")
        raise DecodeError(f"{name} {text!r} received, expected digits of at most {MAX_NUMBER}", field.offset)
    return int(digits)


def _check_length(name: str, payload: bytes, expected: int) -> None:
    if len(payload) != expected:
        raise DecodeError(f"{name} of {len(payload)} bytes received, expected {expected}")
