"""Let commands run one at a time, with room for orders between them."""

from typing import Final

MIN_GAP_NS: Final = 1_000_000
"""From the end of a command to the beginning of the next one."""


class Pace:
    """Give each connection its turn, first come, first served.

    After a command, the next one waits for at least 1 ms, and for as long as that one took: whatever operators'
    programs send, commands have half of the loop's time at most, and no two run without a look at orders in between.
    """

    def __init__(self) -> None:
        self.next_ns = 0
        """When the next command may run."""
        self._waiting: dict[object, None] = {}

    def wait(self, who: object) -> None:
        """Join the line, once."""
        self._waiting.setdefault(who)

    def leave(self, who: object) -> None:
        """Leave the line."""
        self._waiting.pop(who, None)

    def is_next(self, who: object) -> bool:
        """Tell whether it is this one's turn, once the time has come."""
        return next(iter(self._waiting), None) is who

    def may_run(self, who: object, now_ns: int) -> bool:
        """Tell whether this one may run a command now."""
        return now_ns >= self.next_ns and self.is_next(who)

    def ran(self, who: object, began_ns: int, ended_ns: int) -> None:
        """Note that this one has run a command."""
        self.leave(who)
        self.next_ns = ended_ns + max(MIN_GAP_NS, ended_ns - began_ns)
