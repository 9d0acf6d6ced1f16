"""Tell the states of a FIX session apart and hold its transitions and its dispatch as tables.

The theory. A session has three regions that move independently of each other:

- the *link*: from no stream, through the exchange of Logons, to logged on, through the exchange of Logouts, to closed.
  This is the region that ``TRANSITIONS`` describes. A pair (state, input) that is not in the table can not happen;
  if it does, it is our own mistake and raises ``LocalProtocolError``;
- the *inbound* side: in sequence, or behind a gap (``gap.GapTracker``). It outlives a Logout and is forgotten with the
  stream, because the next Logon finds the gap again;
- the *outbound* side: new messages only, or repeating old ones for the peer (``resend.ResendServer``).

Keeping them apart is what lets both sides be in resend at once, serve a request while our own is open, and answer a
Logout in the middle of it all: a message is dispatched by the link's state and its MsgType alone (``HANDLERS``), after
its number was judged by the inbound side.

The peer's bytes never raise. Where the protocol has an answer (Reject, Logout) the link moves on by an input of this
table; where it has none (garbled bytes, a first message that is no Logon) the session says why in an event and ignores
or closes.

The states of ending. ``LOGOUT_SENT`` waits for the answer to our Logout, and still handles what the peer sent before it
(a ResendRequest most of all); ``LOGOUT_ANSWERED`` waits for the peer to close, as the side that asked closes first;
``CLOSING`` reads nothing any more and wants the stream closed. Each wait is bounded.
"""

from enum import IntEnum
from typing import Final

from fairlead.adapters.link_state import State


class Input(IntEnum):
    """What moves the link."""

    ACCEPTED = 1
    """A stream came up that the peer opened."""
    CONNECTED = 2
    """A stream came up that we opened."""
    LOGON_COMPLETE = 3
    LOGOUT_STARTED = 4
    """We sent a Logout, by our own wish or because of the peer's fault."""
    LOGOUT_RECEIVED = 5
    ABORTED = 6
    """No word is owed or possible: close at once."""
    LOST = 7
    """The stream is gone."""


_S = State
_I = Input

TRANSITIONS: Final[dict[tuple[State, Input], State]] = {
    (_S.DISCONNECTED, _I.ACCEPTED): _S.AWAITING_LOGON,
    (_S.DISCONNECTED, _I.CONNECTED): _S.LOGON_SENT,
    (_S.AWAITING_LOGON, _I.LOGON_COMPLETE): _S.LOGGED_ON,
    (_S.AWAITING_LOGON, _I.LOGOUT_STARTED): _S.LOGOUT_SENT,
    (_S.AWAITING_LOGON, _I.ABORTED): _S.CLOSING,
    (_S.AWAITING_LOGON, _I.LOST): _S.DISCONNECTED,
    (_S.LOGON_SENT, _I.LOGON_COMPLETE): _S.LOGGED_ON,
    (_S.LOGON_SENT, _I.LOGOUT_STARTED): _S.LOGOUT_SENT,
    (_S.LOGON_SENT, _I.LOGOUT_RECEIVED): _S.CLOSING,
    (_S.LOGON_SENT, _I.ABORTED): _S.CLOSING,
    (_S.LOGON_SENT, _I.LOST): _S.DISCONNECTED,
    (_S.LOGGED_ON, _I.LOGOUT_STARTED): _S.LOGOUT_SENT,
    (_S.LOGGED_ON, _I.LOGOUT_RECEIVED): _S.LOGOUT_ANSWERED,
    (_S.LOGGED_ON, _I.ABORTED): _S.CLOSING,
    (_S.LOGGED_ON, _I.LOST): _S.DISCONNECTED,
    (_S.LOGOUT_SENT, _I.LOGOUT_RECEIVED): _S.CLOSING,
    (_S.LOGOUT_SENT, _I.ABORTED): _S.CLOSING,
    (_S.LOGOUT_SENT, _I.LOST): _S.DISCONNECTED,
    (_S.LOGOUT_ANSWERED, _I.ABORTED): _S.CLOSING,
    (_S.LOGOUT_ANSWERED, _I.LOST): _S.DISCONNECTED,
    (_S.CLOSING, _I.LOST): _S.DISCONNECTED,
}

LOGGED_ON_STATES: Final = frozenset((State.LOGGED_ON, State.LOGOUT_SENT, State.LOGOUT_ANSWERED))
"""States in which the peer's messages are judged by number."""
