"""Hold what a peer's Logon asks for."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LogonRequest:
    """The credentials in a peer's Logon, for the application to judge. Secrets are not shown."""

    username: str
    password: str = field(repr=False)
    new_password: str = field(repr=False)
    raw_data: bytes = field(repr=False)
    heart_bt_int_s: int
    reset_seq_num: bool
