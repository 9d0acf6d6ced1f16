"""Read the control socket's lines and write its answers. docs/control.md is the protocol."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

MAX_LINE_BYTES: Final = 256 * 1024
"""The longest line taken."""
MAX_ANSWER_BYTES: Final = 4 << 20
"""The longest line sent."""
MAX_REASON: Final = 500
MAX_NAME: Final = 64
_KEYS: Final = frozenset(("id", "command", "arguments", "reason"))

# Codes of what is refused.
MALFORMED: Final = "malformed"
LOGIN_NEEDED: Final = "login_needed"
LOGIN_REFUSED: Final = "login_refused"
UNKNOWN_COMMAND: Final = "unknown_command"
WRONG_ARGUMENTS: Final = "wrong_arguments"
NOT_PERMITTED: Final = "not_permitted"
REASON_NEEDED: Final = "reason_needed"
NOBODY_APPROVES: Final = "nobody_approves"
REFUSED: Final = "refused"
FAULT: Final = "fault"
BUSY: Final = "busy"


class CommandRefused(Exception):
    """Say why a line is not acted on: a code for programs, a text for people."""

    def __init__(self, code: str, text: str, line_id: int | str | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.line_id = line_id
        self.is_recorded = False
        """Whether the outcome of a command that had begun tells it already."""


@dataclass(frozen=True, slots=True)
class CommandLine:
    """One line of a client: ``id`` comes back with the answer."""

    id: int | str
    command: str
    arguments: Mapping[str, Any]
    reason: str


def decode_line(line: bytes) -> CommandLine:
    """Read a line. Raises CommandRefused with code ``malformed``, and with the line's id where it can be read."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise CommandRefused(MALFORMED, f"not JSON: {error}") from None
    if not isinstance(found, dict):
        raise CommandRefused(MALFORMED, f"a {type(found).__name__} received, expected an object")
    line_id = found.get("id")
    known = line_id if _is_id(line_id) else None
    for mistake in _mistakes(found):
        raise CommandRefused(MALFORMED, mistake, known)
    assert known is not None
    return CommandLine(known, found["command"], found.get("arguments", {}), found.get("reason", ""))


def _is_id(value: object) -> bool:
    if isinstance(value, str):
        return 0 < len(value) <= MAX_NAME
    return type(value) is int and -(2**63) <= value < 2**63


def _mistakes(found: dict[str, Any]) -> list[str]:
    unknown = sorted(found.keys() - _KEYS)
    command, reason = found.get("command"), found.get("reason", "")
    checks = (
        (_is_id(found.get("id")), f"id: expected a whole number, or 1 to {MAX_NAME} characters"),
        (
            isinstance(command, str) and 0 < len(command) <= MAX_NAME,
            f"command: expected 1 to {MAX_NAME} characters such as 'control.ping'",
        ),
        (isinstance(found.get("arguments", {}), dict), "arguments: expected an object"),
        (isinstance(reason, str) and len(reason) <= MAX_REASON, f"reason: expected at most {MAX_REASON} characters"),
        (not unknown, f"{', '.join(unknown[:5])}: no such key, expected id, command, arguments, reason"),
    )
    return [text for holds, text in checks if not holds]


def encode_answer(line_id: int | str | None, answer: Mapping[str, Any]) -> bytes:
    """Write the answer to a line. Raises TypeError for what JSON can't hold, ValueError where it is too long."""
    return _encode({"id": line_id, "ok": True, "answer": answer})


def encode_pending(line_id: int | str | None, pending: Mapping[str, Any]) -> bytes:
    """Write that a command waits for a second person."""
    return _encode({"id": line_id, "ok": True, "pending": pending})


def encode_refusal(refused: CommandRefused, line_id: int | str | None = None) -> bytes:
    """Write why a line was not acted on."""
    found = refused.line_id if line_id is None else line_id
    return _encode({"id": found, "ok": False, "code": refused.code, "error": refused.text})


def _encode(answer: Mapping[str, Any]) -> bytes:
    line = orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE)
    if len(line) > MAX_ANSWER_BYTES:
        raise ValueError(f"an answer of {len(line)} bytes, expected at most {MAX_ANSWER_BYTES}: ask for less")
    return line
