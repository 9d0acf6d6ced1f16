"""Send the cancels of kills: each venue's in its turn, a bounded number a turn, never more than its throttle takes.

A cancel goes out when its venue is up, is repeated where it was refused (at once the first time) and where it stays
unanswered (later and later). A venue that goes on ending orders is given time: what it has not come to yet is not
asked for twice.
"""

import heapq
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.session_control import PacesCancels
from fairlead.adapters.venue_session import VenueSession
from fairlead.codecs.vocabulary.constants import RequestKind
from fairlead.gateway.kill.campaign import Line
from fairlead.gateway.kill.settings import KillSettings
from fairlead.gateway.orders.order_cy import Order

THROTTLED_NS: Final = 5_000_000
"""How long to wait before a venue whose throttle was used up is asked for room again."""


def has_cancel_in_flight(order: Order) -> bool:
    """Tell whether the venue has not answered a cancel, be it that a broken link lost it."""
    return any(request.kind == RequestKind.CANCEL_ORDER for request in order.requests)


def has_cancel_on_its_way(order: Order) -> bool:
    """Tell whether a cancel is in flight that no broken link may have lost."""
    return any(request.kind == RequestKind.CANCEL_ORDER and not request.is_unknown for request in order.requests)


def cancel_room(session: VenueSession, now_ns: int, wanted: int) -> int:
    """Return how many cancels the venue's throttle lets out now, at most ``wanted``."""
    return min(wanted, session.cancel_room(now_ns)) if isinstance(session, PacesCancels) else wanted


class VenueCancels:
    """Keep the cancels that one venue is to get: those never sent first, then those that are due again."""

    def __init__(self, settings: KillSettings) -> None:
        self._settings = settings
        self._fresh: deque[Line] = deque()
        self._again: list[tuple[int, int, Line]] = []
        self._pushed = 0
        self._progress_ns = -NEVER_NS
        """When the venue ended an order last."""

    def add(self, line: Line) -> None:
        """Send a first cancel."""
        self._fresh.append(line)

    def send_again(self, line: Line, due_ns: int) -> None:
        """Send another cancel at ``due_ns``, unless the order has ended; stands in place of what was planned."""
        line.retry_ns = due_ns
        self._pushed += 1
        heapq.heappush(self._again, (due_ns, self._pushed, line))

    def plan_next(self, line: Line, now_ns: int) -> None:
        """Plan the cancel after the one sent now."""
        settings = self._settings
        delay_ns = min(settings.retry_after_ns << min(max(line.sent - 1, 0), 32), settings.retry_max_ns)
        self.send_again(line, now_ns + delay_ns)

    def note_progress(self, now_ns: int) -> None:
        """Note that the venue has ended an order."""
        self._progress_ns = now_ns

    def take(self, now_ns: int) -> Line | None:
        """Return a line whose cancel is due now."""
        while self._fresh:
            line = self._fresh.popleft()
            if not line.is_over and line.is_waiting:
                return line
        patience_ns = self._progress_ns + self._settings.retry_after_ns
        while self._again and self._again[0][0] <= now_ns:
            due_ns, _, line = heapq.heappop(self._again)
            if line.is_over or line.retry_ns != due_ns:
                continue
            is_asked = line.is_in_mass or has_cancel_on_its_way(line.order)
            if is_asked and due_ns and patience_ns > now_ns:
                self.send_again(line, patience_ns)
                continue
            return line
        return None

    def next_due_ns(self) -> int:
        """Return when the next cancel is due."""
        if self._fresh:
            return 0
        return self._again[0][0] if self._again else NEVER_NS


class Cancels:
    """Send what is due. ``send(order, now_ns, utc_ns)`` tells whether a cancel could be sent.

    ``on_sent(line, utc_ns)`` is told of each line's first cancel.
    """

    def __init__(
        self,
        settings: KillSettings,
        venues: Mapping[str, VenueSession],
        send: Callable[[Order, int, int], bool],
        on_sent: Callable[[Line, int], None],
    ) -> None:
        self._settings = settings
        self._venues = venues
        self._send = send
        self._on_sent = on_sent
        self._by_venue: dict[str, VenueCancels] = {}

    def of(self, venue: str) -> VenueCancels:
        """Return the cancels of a venue."""
        return self._by_venue.setdefault(venue, VenueCancels(self._settings))

    def advance(self, now_ns: int, utc_ns: int) -> int:
        """Send one turn's share; return when to come again (0: at once, as soon as others had their turn)."""
        ready = [name for name, each in self._by_venue.items() if each.next_due_ns() <= now_ns and self._is_up(name)]
        share = max(1, self._settings.cancels_a_turn // max(1, len(ready)))
        throttled = {name for name in ready if not self._send_share(name, share, now_ns, utc_ns)}
        next_ns = NEVER_NS
        for name, each in self._by_venue.items():
            if self._is_up(name):
                due_ns = each.next_due_ns()
                next_ns = min(next_ns, max(due_ns, now_ns + THROTTLED_NS) if name in throttled else due_ns)
        return 0 if next_ns <= now_ns else next_ns

    def _is_up(self, venue: str) -> bool:
        session = self._venues.get(venue)
        return session is not None and session.is_up

    def _send_share(self, venue: str, share: int, now_ns: int, utc_ns: int) -> bool:
        """Send up to ``share`` cancels; return False where the throttle took less."""
        session, cancels = self._venues[venue], self._by_venue[venue]
        room = cancel_room(session, now_ns, share)
        for _ in range(room):
            line = cancels.take(now_ns)
            if line is None:
                return True
            self._send_one(line, cancels, now_ns, utc_ns)
            if not session.is_up:
                return True
        return room == share

    def _send_one(self, line: Line, cancels: VenueCancels, now_ns: int, utc_ns: int) -> None:
        # counted before it is sent: the venue's session may refuse it on the spot
        line.sent += 1
        line.is_in_mass = False
        is_first = line.is_waiting
        was_asked = is_first and has_cancel_on_its_way(line.order)
        cancels.plan_next(line, now_ns)
        if not was_asked and not self._send(line.order, now_ns, utc_ns):
            line.sent -= 1
            return
        if is_first and line.is_waiting:
            self._on_sent(line, utc_ns)
