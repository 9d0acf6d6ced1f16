"""Trade at one FIX venue: Fairlead's orders to FIX messages, the venue's answers to reports."""

from dataclasses import dataclass, field

from fairlead.adapters.fix.profiles import VenueProfile
from fairlead.adapters.fix.store import SessionStore
from fairlead.adapters.venue_session import Capabilities, VenueSink
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, MassCancel, NewOrder, ReplaceOrder, StatusRequest


@dataclass(frozen=True, slots=True)
class VenueCredentials:
    """Who we are to the venue; secrets are left out of ``repr``."""

    sender_comp_id: str
    target_comp_id: str
    sender_sub_id: str = ""
    target_sub_id: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    raw_data: str = field(default="", repr=False)


class FixVenue:
    """Be a ``VenueSession`` over a FIX session that it builds from a profile, credentials and a store.

    ``name`` is the venue's name in the configuration. Reports, ups, downs and events go to ``sink``.
    """

    def __init__(
        self, name: str, profile: VenueProfile, credentials: VenueCredentials, store: SessionStore, sink: VenueSink
    ) -> None:
        raise NotImplementedError

    @property
    def name(self) -> str:
        """Return the venue's name in the configuration."""
        raise NotImplementedError

    @property
    def capabilities(self) -> Capabilities:
        """Return what the venue takes."""
        raise NotImplementedError

    @property
    def is_up(self) -> bool:
        """Tell whether orders may be sent."""
        raise NotImplementedError

    def submit(self, order: NewOrder, now_ns: int, utc_ns: int) -> None:
        """Send a NewOrderSingle(D)."""
        raise NotImplementedError

    def cancel(self, request: CancelOrder, order: NewOrder, now_ns: int, utc_ns: int) -> None:
        """Send an OrderCancelRequest(F)."""
        raise NotImplementedError

    def replace(self, request: ReplaceOrder, order: NewOrder, now_ns: int, utc_ns: int) -> None:
        """Send an OrderCancelReplaceRequest(G)."""
        raise NotImplementedError

    def request_status(self, request: StatusRequest, order: NewOrder | None, now_ns: int, utc_ns: int) -> None:
        """Send an OrderStatusRequest(H); an OrderMassStatusRequest(AF) where ``order`` is None."""
        raise NotImplementedError

    def mass_cancel(self, request: MassCancel, now_ns: int, utc_ns: int) -> None:
        """Send an OrderMassCancelRequest(q)."""
        raise NotImplementedError

    def receive_connected(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is up (TLS handshake included)."""
        raise NotImplementedError

    def receive_data(self, data: bytes | bytearray | memoryview, now_ns: int, utc_ns: int) -> None:
        """Take bytes as they came."""
        raise NotImplementedError

    def receive_eof(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is gone."""
        raise NotImplementedError

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        """Act on every deadline at or before ``now_ns``."""
        raise NotImplementedError

    def next_deadline_ns(self) -> int:
        """Return the monotonic time of the next deadline."""
        raise NotImplementedError

    def take_output(self) -> bytes:
        """Return the bytes to send and forget them."""
        raise NotImplementedError

    @property
    def wants_close(self) -> bool:
        """Tell whether the stream is to be closed once the output taken so far is sent."""
        raise NotImplementedError
