"""Hold what SoupBinTCP sessions are configured with. Durations are whole seconds (``_s``)."""

from dataclasses import dataclass, field

from fairlead.adapters.slow_consumer import SlowConsumerPolicy
from fairlead.codecs.errors import EncodeError
from fairlead.codecs.soupbintcp.login import LoginRequest, encode_login_request
from fairlead.codecs.soupbintcp.packets_cy import HEADER_BYTES, MAX_PACKET_BYTES


class SettingsError(ValueError):
    """Report settings that the protocol has no room for, or that contradict each other."""


@dataclass(frozen=True, slots=True)
class SoupClientSettings:
    """Say who logs in, and how long each wait lasts. Raises SettingsError; ``password`` is never shown."""

    username: str
    password: str = field(repr=False)
    session: str = ""
    """The one session to ask for; "" follows the venue's sessions, each from its beginning."""
    first_number: int = 1
    """Where to begin in a session that nothing is known of: 1 is its first message, 0 takes only what is new."""
    heartbeat_s: int = 1
    """A heartbeat goes out after so long without output."""
    silence_s: int = 15
    """So long without input, and the stream is closed."""
    login_timeout_s: int = 15
    logout_timeout_s: int = 2
    """How long the server may take to close after our LogoutRequest."""
    max_packet_bytes: int = MAX_PACKET_BYTES
    """The longest packet taken, its length field included; 65537 is all that the field can tell of."""
    max_refused: int = 5
    """Refused logins in a row after which ``LOGON_ABANDONED`` is raised and the driver stops trying."""
    remembered_messages: int = 16384
    """Of so many of the last messages a fingerprint is kept, to tell a repeated one from another of its number."""

    def __post_init__(self) -> None:
        try:
            encode_login_request(LoginRequest(self.username, self.password, self.session, self.first_number))
        except EncodeError as error:
            raise SettingsError(str(error)) from None
        if self.first_number not in (0, 1):
            raise SettingsError(f"first_number {self.first_number}, expected 0 or 1")
        _check_common(self.heartbeat_s, self.silence_s, self.login_timeout_s, self.max_packet_bytes)
        if self.logout_timeout_s < 1 or self.max_refused < 1 or self.remembered_messages < 1:
            raise SettingsError(
                f"logout_timeout_s {self.logout_timeout_s}, max_refused {self.max_refused}, "
                f"remembered_messages {self.remembered_messages}; expected at least 1 each"
            )


@dataclass(frozen=True, slots=True)
class SoupServerSettings:
    """Say how long each wait of a server lasts, and what it keeps for a client. Raises SettingsError."""

    heartbeat_s: int = 1
    silence_s: int = 15
    login_timeout_s: int = 30
    max_packet_bytes: int = MAX_PACKET_BYTES
    replay_messages: int = 256
    """So many messages, or ``replay_bytes`` of them, are repeated at a time; the rest waits in the store."""
    replay_bytes: int = 65536
    slow_consumer: SlowConsumerPolicy = field(default_factory=SlowConsumerPolicy)

    def __post_init__(self) -> None:
        _check_common(self.heartbeat_s, self.silence_s, self.login_timeout_s, self.max_packet_bytes)
        if self.replay_messages < 1 or self.replay_bytes < 1:
            raise SettingsError(
                f"replay_messages {self.replay_messages}, replay_bytes {self.replay_bytes}; expected at least 1 each"
            )


def _check_common(heartbeat_s: int, silence_s: int, login_timeout_s: int, max_packet_bytes: int) -> None:
    if not 0 < heartbeat_s < silence_s:
        raise SettingsError(f"heartbeat_s {heartbeat_s} and silence_s {silence_s}, expected at least 1 and more")
    if login_timeout_s < 1:
        raise SettingsError(f"login_timeout_s {login_timeout_s}, expected at least 1")
    if not HEADER_BYTES <= max_packet_bytes <= MAX_PACKET_BYTES:
        raise SettingsError(f"max_packet_bytes {max_packet_bytes}, expected {HEADER_BYTES} to {MAX_PACKET_BYTES}")
