"""Be the part of an ``Endpoint`` that every read and every send touch, so that a compiled driver calls it directly."""

import cython


class Conversation:
    """An ``Endpoint`` to derive from; whatever else is one is driven as well, by looking its methods up."""

    def receive_data(
        self, data: bytes | bytearray | memoryview, now_ns: cython.longlong, utc_ns: cython.longlong
    ) -> None:
        """Take bytes as they came; ``data`` is only valid during the call."""
        raise NotImplementedError

    def take_output(self) -> bytes:
        """Return the bytes to send and forget them; ``b""`` if there are none."""
        raise NotImplementedError

    def next_deadline_ns(self) -> int:
        """Return the monotonic time of the next deadline, ``NEVER_NS`` if there is none."""
        raise NotImplementedError

    def is_over(self) -> bool:
        """Tell whether the stream is to be closed once the output taken so far is sent."""
        raise NotImplementedError

    @property
    def wants_close(self) -> bool:
        """Tell whether the stream is to be closed once the output taken so far is sent."""
        return self.is_over()
