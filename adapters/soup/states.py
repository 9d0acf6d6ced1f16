"""Tell the states of a SoupBinTCP session apart and hold its transitions as a table, for both sides.

The theory. A stream is in one of a few states and the login is the only dialogue: one request, one answer. There is no
logout dialogue (a client says ``O`` and the server closes), no resend request (a client that misses messages logs in
again and names the number) and no number on the wire: a message's number is where the count stands. So all that a side
must remember beyond the stream is the session's id and the count; both are the store's.

- the *link* is what ``TRANSITIONS`` describes. A pair (state, input) that is not in the table can not happen; if it
  does, it is our own mistake and raises ``LocalProtocolError``;
- the *count* is judged once, by the client, when the login is accepted: ``client.SoupClientSession`` has the cases.
  After that it can only be right, since TCP neither loses nor reorders, and a break of the framing ends the stream.

The peer's bytes never raise. A packet that can't be framed, or whose meaning would leave the count unclear (data before
the login, a second LoginAccepted, an unreadable login), ends the stream: logging in again asks for exactly what is
missing, so nothing is lost by it. A packet that means nothing (an unknown type, a heartbeat with a payload) is told as
an event and passed over.

``LOGOUT_SENT`` is the client's after ``O``: it still takes what the server sent before it read that. ``CLOSING`` reads
nothing any more and wants the stream closed. Each wait is bounded.
"""

from enum import IntEnum
from typing import Final

from fairlead.adapters.link_state import State
from fairlead.codecs.errors import LocalProtocolError


class Input(IntEnum):
    """What moves the link."""

    ACCEPTED = 1
    """A stream came up that the peer opened."""
    CONNECTED = 2
    """A stream came up that we opened."""
    LOGIN_ACCEPTED = 3
    LOGIN_REJECTED = 4
    LOGOUT = 5
    """LogoutRequest, sent by the client or received by the server."""
    SESSION_ENDED = 6
    """EndOfSession, sent by the server or received by the client."""
    ABORTED = 7
    """No word is owed or possible: close at once."""
    LOST = 8
    """The stream is gone."""


_S = State
_I = Input

CLIENT_TRANSITIONS: Final[dict[tuple[State, Input], State]] = {
    (_S.DISCONNECTED, _I.CONNECTED): _S.LOGON_SENT,
    (_S.LOGON_SENT, _I.LOGIN_ACCEPTED): _S.LOGGED_ON,
    (_S.LOGON_SENT, _I.LOGIN_REJECTED): _S.CLOSING,
    (_S.LOGON_SENT, _I.ABORTED): _S.CLOSING,
    (_S.LOGON_SENT, _I.LOST): _S.DISCONNECTED,
    (_S.LOGGED_ON, _I.LOGOUT): _S.LOGOUT_SENT,
    (_S.LOGGED_ON, _I.SESSION_ENDED): _S.CLOSING,
    (_S.LOGGED_ON, _I.ABORTED): _S.CLOSING,
    (_S.LOGGED_ON, _I.LOST): _S.DISCONNECTED,
    (_S.LOGOUT_SENT, _I.SESSION_ENDED): _S.CLOSING,
    (_S.LOGOUT_SENT, _I.ABORTED): _S.CLOSING,
    (_S.LOGOUT_SENT, _I.LOST): _S.DISCONNECTED,
    (_S.CLOSING, _I.LOST): _S.DISCONNECTED,
}

SERVER_TRANSITIONS: Final[dict[tuple[State, Input], State]] = {
    (_S.DISCONNECTED, _I.ACCEPTED): _S.AWAITING_LOGON,
    (_S.AWAITING_LOGON, _I.LOGIN_ACCEPTED): _S.LOGGED_ON,
    (_S.AWAITING_LOGON, _I.LOGIN_REJECTED): _S.CLOSING,
    (_S.AWAITING_LOGON, _I.ABORTED): _S.CLOSING,
    (_S.AWAITING_LOGON, _I.LOST): _S.DISCONNECTED,
    (_S.LOGGED_ON, _I.LOGOUT): _S.CLOSING,
    (_S.LOGGED_ON, _I.SESSION_ENDED): _S.CLOSING,
    (_S.LOGGED_ON, _I.ABORTED): _S.CLOSING,
    (_S.LOGGED_ON, _I.LOST): _S.DISCONNECTED,
    (_S.CLOSING, _I.LOST): _S.DISCONNECTED,
}


def next_state(transitions: dict[tuple[State, Input], State], state: int, link_input: Input) -> State:
    """Return the state that follows. Raises LocalProtocolError for a pair that can't happen."""
    before = State(state)
    after = transitions.get((before, link_input))
    if after is None:
        raise LocalProtocolError(f"session is {before.name}, {link_input.name} is impossible there")
    return after
