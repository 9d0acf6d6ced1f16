"""Say what the one driver in the gateway expects of a conversation over one byte stream.

``now_ns`` is monotonic and serves deadlines; ``utc_ns`` is nanoseconds since the UTC epoch and serves stamps. The
two are never mixed, and nothing below the gateway reads a clock.
"""

from typing import Final, Protocol, runtime_checkable

NEVER_NS: Final = 2**63 - 1
"""A deadline that does not come."""


class Endpoint(Protocol):
    """Run one conversation without input or output of its own.

    The driver calls ``receive_*`` and ``on_timer``, then drains ``take_output`` once, commits the journal, sends,
    and looks at ``wants_close``. No method raises for what a peer did.
    """

    def receive_connected(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is up (TLS handshake included)."""

    def receive_data(self, data: bytes | bytearray | memoryview, now_ns: int, utc_ns: int) -> None:
        """Take bytes as they came; ``data`` is only valid during the call."""

    def receive_eof(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is gone, by either side's doing. Forget undelivered output."""

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        """Act on every deadline at or before ``now_ns``."""

    def next_deadline_ns(self) -> int:
        """Return the monotonic time of the next deadline, ``NEVER_NS`` if there is none."""

    def take_output(self) -> bytes:
        """Return the bytes to send and forget them; ``b""`` if there are none."""

    @property
    def wants_close(self) -> bool:
        """Tell whether the stream is to be closed once the output taken so far is sent."""


@runtime_checkable
class PacedEndpoint(Endpoint, Protocol):
    """Run a conversation whose peer may read too slowly; a driver tells such an endpoint how far behind the peer is."""

    def output_pending(self, n_bytes: int, now_ns: int, utc_ns: int) -> None:
        """Note that ``n_bytes`` of the output taken so far are not with the operating system yet.

        The driver calls it after each send that left bytes behind, and again whenever that number changed, down to
        0. Until 0 is noted the endpoint may hold more output back; after it, ``next_deadline_ns`` may lie in the past
        so that the driver comes back for more. An endpoint that gives its peer up sets ``wants_close``; a driver
        waits for the peer to read the rest for a bounded time only, then closes.
        """


class DatagramEndpoint(Protocol):
    """Run one conversation over datagrams that come by several lines, without input or output of its own.

    The driver calls ``start`` once, ``receive_*`` and ``on_timer``, then takes ``take_requests``. No method raises for
    what a peer did.
    """

    def start(self, now_ns: int, utc_ns: int) -> None:
        """Note that the lines are open."""

    def receive_datagram(self, line: int, data: bytes | bytearray | memoryview, now_ns: int, utc_ns: int) -> None:
        """Take one datagram of a line, counted from 0, or -1 for an answer; ``data`` is only valid during the call."""

    def receive_drops(self, line: int, count: int, now_ns: int, utc_ns: int) -> None:
        """Note that the operating system dropped so many datagrams of a line."""

    def take_requests(self) -> list[tuple[int, bytes]]:
        """Return (server, datagram) of what is to be sent, and forget it."""

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        """Act on every deadline at or before ``now_ns``."""

    def next_deadline_ns(self) -> int:
        """Return the monotonic time of the next deadline, ``NEVER_NS`` if there is none."""
