"""Decide which missing messages are asked for, of which request server, and when again."""

from collections.abc import Iterable
from dataclasses import dataclass

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.mold.settings import MoldReceiverSettings

_NS_PER_MS = 1_000_000


@dataclass(slots=True)
class _OpenRequest:
    begin: int
    end: int
    deadline_ns: int


class RequestPlan:
    """Keep requests open for what is missing, few at a time.

    An answer, whole or in part, closes its request: what it left out is asked for at once, since a server sends only
    what fits one datagram. Silence closes it too, and everything is asked for again at the next server, each time after
    twice the wait.
    """

    def __init__(self, settings: MoldReceiverSettings) -> None:
        self.sent = 0
        """Requests made."""
        self.rounds = 0
        """Times in a row that requests ran out of time."""
        self._n_servers = settings.request_servers
        self._max_open = settings.open_requests
        self._max_messages = settings.request_messages
        self._gap_delay_ns = settings.gap_delay_ms * _NS_PER_MS
        self._timeout_ns = settings.request_timeout_ms * _NS_PER_MS
        self._max_timeout_ns = settings.request_timeout_max_ms * _NS_PER_MS
        self._server = 0
        self._open: list[_OpenRequest] = []

    @property
    def deadline_ns(self) -> int:
        """Return when the first open request runs out of time."""
        return min((request.deadline_ns for request in self._open), default=NEVER_NS)

    def note_answer(self, begin: int, end: int) -> None:
        """Close the requests that messages ``begin`` up to ``end`` answer."""
        before = len(self._open)
        self._open = [request for request in self._open if request.end <= begin or request.begin >= end]
        if len(self._open) < before:
            self.rounds = 0

    def forget_below(self, number: int) -> None:
        """Forget requests for messages that came by themselves."""
        self._open = [request for request in self._open if request.end > number]

    def expire(self, now_ns: int) -> bool:
        """Close what is out of time and turn to the next server; tell whether every server had its turn in vain."""
        before = len(self._open)
        self._open = [request for request in self._open if request.deadline_ns > now_ns]
        if len(self._open) == before:
            return False
        self.rounds += 1
        self._server = (self._server + 1) % self._n_servers
        return self.rounds % self._n_servers == 0

    def clear(self) -> None:
        """Forget all requests."""
        self._open.clear()
        self.rounds = 0

    def fill(self, missing: Iterable[tuple[int, int, int]], now_ns: int) -> list[tuple[int, int, int]]:
        """Open requests for missing ranges that are due; return (server, first number, count) of each new one.

        ``missing`` holds (first, behind the last, since when). Ranges that have not been
        missing for the gap delay are not due.
        """
        new: list[tuple[int, int, int]] = []
        if self._n_servers == 0:
            return new
        timeout_ns = min(self._timeout_ns << min(self.rounds // self._n_servers, 20), self._max_timeout_ns)
        for first, behind, since_ns in missing:
            if since_ns + self._gap_delay_ns > now_ns:
                continue
            for begin, end in self._uncovered(first, behind):
                if len(self._open) >= self._max_open:
                    return new
                self._open.append(_OpenRequest(begin, end, now_ns + timeout_ns))
                new.append((self._server, begin, end - begin))
                self.sent += 1
        return new

    def _uncovered(self, first: int, behind: int) -> Iterable[tuple[int, int]]:
        """Yield the pieces of a range that no open request asks for, each as long as a request may be."""
        while first < behind:
            end = min(behind, first + self._max_messages)
            for request in self._open:
                if request.begin <= first < request.end:
                    end = 0
                    first = request.end
                    break
                if first < request.begin < end:
                    end = request.begin
            if end:
                yield first, end
                first = end
