"""Say how a SoupBinTCP engine is reached, which accounts it has, and what makes it speak."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from itertools import count

from fairlead.certification.remote.commands import OptionError

USERNAME_LENGTH, PASSWORD_LENGTH, SESSION_LENGTH, NUMBER_LENGTH = 6, 10, 10, 20
SYSTEM_EVENT = "53<u8>53"
"""OUCH's start of day (4.2 and 5.0: type, 8 bytes of time, event code), which clients of OUCH take at any time."""

_PLACE = re.compile(r"<([au])(\d+)>")


@dataclass(frozen=True, slots=True)
class Credentials:
    """One account: a user name of 1 to 6 characters, a password of up to 10. Each lets one case be played at a time."""

    username: str
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not 0 < len(self.username) <= USERNAME_LENGTH or not self.username.isascii():
            raise OptionError(f"user name {self.username!r} received, expected 1 to {USERNAME_LENGTH} ASCII characters")
        if len(self.password) > PASSWORD_LENGTH or not self.password.isascii():
            raise OptionError(
                f"the password of {self.username} has no room: expected {PASSWORD_LENGTH} ASCII characters"
            )


Trigger = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class SoupOptions:
    """All that a run is told about the engine. Intervals are seconds.

    ``message`` is in hexadecimal digits: to an acceptor a request that it answers with one sequenced message; to an
    initiator a sequenced message that it takes. ``<a14>`` in it stands for a count in 14 decimal digits, ``<u8>`` for
    one of 8 bytes. ``back_s`` is how long an initiator may take to come back, ``pause_s`` how long it must at least
    wait after a refusal. ``triggers`` make the engine do what nobody can ask it for on the wire: ``end`` its session.
    """

    host: str
    port: int
    engine_role: str
    accounts: tuple[Credentials, ...]
    message: str = ""
    heartbeat_s: float = 1.0
    silence_s: float = 15.0
    patience_s: float = 2.0
    back_s: float = 20.0
    pause_s: float = 0.1
    triggers: Mapping[str, Trigger] = field(default_factory=dict)

    @property
    def is_acceptor(self) -> bool:
        """Tell whether the engine accepts, so that we connect."""
        return self.engine_role == "acceptor"


class MessageMaker:
    """Make messages of a template, each of its own."""

    def __init__(self, template: str) -> None:
        """Read a template. Raises OptionError."""
        self._parts = _PLACE.split("".join(template.split()))
        self._count = count(1)
        try:
            for text in self._parts[::3]:
                bytes.fromhex(text)
        except ValueError:
            raise OptionError(
                f"message {template[:60]!r} received, expected hexadecimal digits, <aN> and <uN>"
            ) from None

    def make(self) -> bytes:
        """Return the next message."""
        number = next(self._count)
        made = bytes.fromhex(self._parts[0])
        for kind, size, text in zip(self._parts[1::3], self._parts[2::3], self._parts[3::3], strict=True):
            width = int(size)
            made += str(number).zfill(width).encode() if kind == "a" else number.to_bytes(width, "big")
            made += bytes.fromhex(text)
        return made
