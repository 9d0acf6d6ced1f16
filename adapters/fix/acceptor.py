"""Find out which session a fresh inbound connection belongs to."""

from collections.abc import Callable

from fairlead.adapters.fix.session import FixSession
from fairlead.adapters.fix.settings import SessionId


class FixAcceptor:
    """Read the first frame of an inbound stream, then be that session's endpoint; implements ``Endpoint``.

    ``find_session`` gets the identity as seen from our side (Sender is us) and returns the session, or None where the
    identity is unknown. An unknown identity, a second connection of a live session, a first message that is no Logon
    and silence close the stream without a byte; ``on_refused`` is told why. Until the session is found
    the stream costs ``max_first_frame_bytes`` at most, and ``logon_timeout_s`` of time.
    """

    def __init__(
        self,
        find_session: Callable[[SessionId], FixSession | None],
        on_refused: Callable[[str, int], None],
        logon_timeout_s: int = 10,
        max_first_frame_bytes: int = 8192,
    ) -> None:
        raise NotImplementedError

    @property
    def session(self) -> FixSession | None:
        """Return the session once it is found."""
        raise NotImplementedError
