"""Keep packets that came ahead of a missing one, and tell which numbers are missing among them."""

from collections.abc import Iterator
from heapq import heappop, heappush


class ReorderWindow:
    """Hold whole packets by their first number, up to ``max_packets`` and ``max_bytes``.

    Packets may overlap, as the answers to requests are cut otherwise than the stream.
    """

    def __init__(self, max_packets: int, max_bytes: int) -> None:
        self.n_bytes = 0
        self._max_packets = max_packets
        self._max_bytes = max_bytes
        self._heap: list[tuple[int, int, int, int, bytes]] = []
        self._ends: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._heap)

    def holds(self, first: int, next_number: int) -> bool:
        """Tell whether a packet that begins at ``first`` and reaches as far is there."""
        return self._ends.get(first, 0) >= next_number

    def add(self, first: int, next_number: int, arrived_ns: int, line: int, packet: bytes) -> bool:
        """Keep a packet of a line; False where there is no room for it."""
        if len(self._heap) >= self._max_packets or self.n_bytes + len(packet) > self._max_bytes:
            return False
        heappush(self._heap, (first, next_number, arrived_ns, line, packet))
        self._ends[first] = max(next_number, self._ends.get(first, 0))
        self.n_bytes += len(packet)
        return True

    def pop(self, number: int) -> tuple[int, bytes] | None:
        """Take out a packet that has message ``number``, with its line, or None; forget what ends before it."""
        while self._heap and self._heap[0][0] <= number:
            first, next_number, _, line, packet = heappop(self._heap)
            self.n_bytes -= len(packet)
            if self._ends.get(first, 0) <= next_number:
                self._ends.pop(first, None)
            if next_number > number:
                return line, packet
        return None

    def first_number(self) -> int:
        """Return the lowest number there is; the window is not empty."""
        return self._heap[0][0]

    def first_arrival_ns(self) -> int:
        """Return when the packet with the lowest number came; the window is not empty."""
        return self._heap[0][2]

    def missing(self, begin: int, end: int, end_seen_ns: int) -> Iterator[tuple[int, int, int]]:
        """Yield (first, behind the last, since when known) of the ranges missing from ``begin`` up to ``end``.

        ``end_seen_ns`` is when it was heard that the stream has reached ``end``.
        """
        for first, next_number, arrived_ns, _, _ in sorted(self._heap):
            if first > begin:
                yield begin, first, arrived_ns
            begin = max(begin, next_number)
        if begin < end:
            yield begin, end, end_seen_ns

    def clear(self) -> None:
        """Forget everything."""
        self._heap.clear()
        self._ends.clear()
        self.n_bytes = 0
