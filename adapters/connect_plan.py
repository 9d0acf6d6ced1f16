"""Decide where and when an initiator connects next."""

from collections.abc import Sequence

_NS_PER_S = 1_000_000_000


class ConnectPlan:
    """Walk through a list of hosts, primary first, with a back-off that doubles each time the list is through.

    Only a logon is a success: a connection that comes up and gets no Logon back counts as failed, and the next host
    is tried. After a logon the walk begins at the primary again. ``jitter`` is a random number from 0 to 1, supplied
    by the caller, that takes up to half of each delay away, so that a restarted venue is not met by everyone at once.
    Refused logons are bounded: after ``max_refused`` in a row the plan is abandoned until ``restart`` (SX06).
    """

    def __init__(
        self,
        hosts: Sequence[tuple[str, int]],
        first_delay_s: float = 1.0,
        max_delay_s: float = 60.0,
        max_refused: int = 5,
    ) -> None:
        if not hosts:
            raise ValueError("no hosts, expected at least one")
        if not 0 < first_delay_s <= max_delay_s:
            raise ValueError(f"first_delay_s {first_delay_s}, expected more than 0 and at most {max_delay_s}")
        if max_refused < 1:
            raise ValueError(f"max_refused {max_refused}, expected at least 1")
        self._hosts = tuple(hosts)
        self._first_delay_ns = int(first_delay_s * _NS_PER_S)
        self._max_delay_ns = int(max_delay_s * _NS_PER_S)
        self._max_refused = max_refused
        self._at = 0
        self._delay_ns = self._first_delay_ns
        self.refused = 0
        """Logons refused in a row."""

    @property
    def host(self) -> tuple[str, int]:
        """Return (host, port) to connect to next."""
        return self._hosts[self._at]

    @property
    def is_abandoned(self) -> bool:
        """Tell whether logons were refused so often that trying again needs a person."""
        return self.refused >= self._max_refused

    def note_logged_on(self) -> None:
        """Note a success: the next connection begins at the primary, without delay growing from before."""
        self.restart()

    def note_failed(self, now_ns: int, jitter: float) -> int:
        """Note a connection that failed or ended without a logon; return when to try the next host."""
        self._at += 1
        delay_ns = self._delay_ns
        if self._at == len(self._hosts):
            self._at = 0
            self._delay_ns = min(2 * self._delay_ns, self._max_delay_ns)
        return now_ns + delay_ns - int(delay_ns * jitter / 2)

    def note_refused(self, now_ns: int, jitter: float) -> int:
        """Note a logon that was refused in words; return when to try again, unless the plan is abandoned then."""
        self.refused += 1
        return self.note_failed(now_ns, jitter)

    def note_lost(self, now_ns: int, jitter: float) -> int:
        """Note the end of a logged-on session; return when to try the primary again."""
        self.restart()
        return now_ns + self._first_delay_ns - int(self._first_delay_ns * jitter / 2)

    def restart(self) -> None:
        """Begin anew at the primary: after a success, or by an operator."""
        self._at = 0
        self._delay_ns = self._first_delay_ns
        self.refused = 0
