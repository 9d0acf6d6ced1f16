"""Name where the link of a session stands; every protocol's sessions use these states."""

from enum import IntEnum


class State(IntEnum):
    """Where the link stands."""

    DISCONNECTED = 0
    AWAITING_LOGON = 1
    """Acceptor: the peer speaks first."""
    LOGON_SENT = 2
    """Initiator: our Logon is out."""
    LOGGED_ON = 3
    LOGOUT_SENT = 4
    LOGOUT_ANSWERED = 5
    CLOSING = 6
