"""Keep a kill going between the turns of strategies and venues: one bounded share of cancels a turn of its own."""

import asyncio
from collections.abc import Callable

from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.kill.switch import KillSwitch
from fairlead.gateway.links.turn_cy import Turn


class KillRunner:
    """Take a turn for the switch whenever it has cancels left to send; ``crashed`` is told of a mistake of ours."""

    def __init__(self, kill: KillSwitch, turn: Turn, crashed: Callable[[BaseException], None]) -> None:
        self._kill = kill
        self._turn = turn
        self._crashed = crashed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_called = False

    def start(self) -> None:
        """Begin; called in the loop that the turns are taken in."""
        self._loop = asyncio.get_running_loop()
        self._kill.wake = self._call
        if self._kill.lines:
            self._call()

    def stop(self) -> None:
        """Send nothing more from here."""
        self._kill.wake = None
        self._loop = None

    def _call(self) -> None:
        if self._loop is not None and not self._is_called:
            self._is_called = True
            self._loop.call_soon(self._take_turn)

    def _take_turn(self) -> None:
        self._is_called = False
        if self._loop is None or self._turn.has_failed:
            return
        try:
            now_ns, utc_ns = self._turn.begin(), self._turn.clock.utc_ns()
            self._kill.advance(now_ns, utc_ns)
            self._turn.finish(now_ns, utc_ns)
        except JournalError as error:
            self._turn.fail(error)
        except Exception as error:
            self._crashed(error)
