"""Serve a strategy over FIX: its messages to requests, reports to its version's messages.

``FixStrategyOrders`` is the application of an acceptor's ``FixSession``, for FIX 4.2 and 4.4 alike.
"""

from typing import TYPE_CHECKING

from fairlead.adapters.endpoint import Endpoint
from fairlead.adapters.strategy_session import OrderEntry
from fairlead.codecs.vocabulary.messages_cy import Report

if TYPE_CHECKING:
    from fairlead.adapters.fix.session import FixSession


class FixStrategyOrders:
    """Translate between one strategy's FIX session and the order path; be its ``StrategySession`` too.

    Build it with ``session=None`` where the session needs its application first, then ``attach(session)``.
    """

    def __init__(self, session: "FixSession | None", entry: OrderEntry, name: str) -> None:
        raise NotImplementedError

    def attach(self, session: "FixSession") -> None:
        """Set the session to speak through."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """Return the strategy's name in the configuration."""
        raise NotImplementedError

    @property
    def endpoint(self) -> Endpoint | None:
        """Return the session while the strategy is logged on, None while it is away."""
        raise NotImplementedError

    def send_report(self, report: Report, now_ns: int, utc_ns: int) -> None:
        """Send a report as 8, 9, r or j; it is numbered and stored while the strategy is away."""
        raise NotImplementedError
