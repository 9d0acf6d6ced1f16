"""Follow a kill from a shell until its last order is dead, or until nothing moves and people have to.

A gateway that answers slowly, or is restarted meanwhile, is asked again: the kill goes on in it, whoever watches.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import click
from rich.console import Console
from rich.live import Live

from fairlead.gateway.commands.control_access import ControlAccess
from fairlead.gateway.commands.kill_view import LISTED, count, status_view

POLL_S: Final = 0.25
EXIT_DEAD: Final = 0
"""Each order is confirmed dead."""
EXIT_ALIVE: Final = 3
"""Orders live, or may: they stand on the escalation list."""
EXIT_LEFT: Final = 130
"""The watcher left; the kill goes on."""
_ENDS: Final = ("done", "released", "blocked")
_STUCK: Final = ("escalated", "resolved")


class Follower:
    """Watch one kill. ``wait_s``: how long nothing may move while orders are escalated before the watcher leaves."""

    def __init__(
        self,
        access: ControlAccess,
        kill_id: str,
        wait_s: float,
        console: Console,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._access = access
        self._kill_id = kill_id
        self._wait_s = wait_s
        self._console = console
        self._clock = clock
        self._sleep = sleep
        self.status: Mapping[str, Any] | None = None
        self._moved_at = clock()
        self._answered_at = clock()

    def run(self) -> int:
        """Show progress until the end and return the exit code, one of ``EXIT_*``."""
        try:
            if self._access.as_json:
                self._follow(lambda note: None)
            else:
                # a live view is cut off at the terminal's height: what is to stay is printed whole behind it
                with Live(console=self._console, auto_refresh=False, transient=True) as live:
                    self._follow(lambda note: self._draw(live, note))
        except KeyboardInterrupt:
            text = f"kill {self._kill_id} goes on in the gateway: fairlead kill status {self._kill_id}"
            self._console.print(text, style="bold", highlight=False)
            return EXIT_LEFT
        return self._conclude()

    def _follow(self, draw: Callable[[str], None]) -> None:
        while True:
            note = self._ask()
            draw(note)
            if self._is_over():
                return
            self._sleep(POLL_S)

    def _ask(self) -> str:
        """Ask how it stands; return what to tell the person where there is no answer."""
        try:
            status = self._access.call("kill.status", {"kill": self._kill_id, "lines": LISTED})
        except click.ClickException as error:
            silent_s = self._clock() - self._answered_at
            return f"no answer for {silent_s:.0f} s, the kill goes on: {error.format_message()}"
        self._answered_at = self._clock()
        before = self.status
        if before is None or any(before[key] != status[key] for key in ("confirmed", "sent", "resolved", "escalated")):
            self._moved_at = self._clock()
        self.status = status
        return ""

    def _is_over(self) -> bool:
        if self.status is None:
            return False
        if self.status["state"] in _ENDS:
            return True
        return self.status["state"] in _STUCK and self._clock() - self._moved_at >= self._wait_s

    def _draw(self, live: Live, note: str) -> None:
        if self.status is not None:
            live.update(status_view(self.status, note), refresh=True)
        elif note:
            live.update(note, refresh=True)

    def _conclude(self) -> int:
        assert self.status is not None
        live = self.status["live"]
        if not self._access.as_json:
            self._console.print(status_view(self.status))
            self._console.print(_conclusion(self.status), style="bold", highlight=False)
        return EXIT_ALIVE if live else EXIT_DEAD


def _conclusion(status: Mapping[str, Any]) -> str:
    if not status["live"]:
        how = ", ".join(f"{number:,} {name}" for name, number in status["all"]["dead"].items())
        return f"{count(status['total'], 'order')} confirmed dead{f' ({how})' if how else ''}"
    alive = f"{count(status['live'], 'order')} not confirmed dead"
    if status["escalated"]:
        return f"{alive}: call the venues; fairlead kill resolve {status['id']} ... notes what they say"
    return f"{alive}; {status['resolved']:,} resolved by a person, the rest: fairlead kill status {status['id']}"
