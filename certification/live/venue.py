"""Be a venue's side of a case where the venue is somebody else's: hear what it says instead of saying it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from fairlead.certification.gateway.fix_inbox import FixInbox
from fairlead.certification.gateway.ouch_inbox import OuchInbox
from fairlead.certification.gateway.venue_side import Booked, Card, Saying, Trade
from fairlead.certification.live.configuration import LiveConfig
from fairlead.certification.live.fix_reader import FixReader
from fairlead.certification.live.ouch_reader import OuchReader
from fairlead.certification.live.reader import Reader
from fairlead.certification.live.seen import PASSED_OVER, Seen
from fairlead.certification.live.tap import Tap
from fairlead.certification.model.verdicts import Blocked, Deviation, Unsupported
from fairlead.certification.runner import HarnessError
from fairlead.certification.venues.wire import WireMessage

MOST_QUIET_S = 5.0
"""How long quiet is waited for at most: a busy session need not have any."""


class LiveSide:
    """What both protocols have: the tap's link, and what the venue was heard to say. Nothing can be said."""

    pending: list[Card]
    reader: Reader

    def __init__(self, tap: Tap, config: LiveConfig, ask: Callable[[], Awaitable[object]]) -> None:
        self.heard: list[Seen] = []
        self.tap = tap
        self.config = config
        self._ask = ask

    def hear(self, seen: Seen) -> None:
        """Keep what the venue said."""
        self.heard.append(seen)

    async def hears(self, is_about: Callable[[Seen], bool], what: Collection[str], patience_s: float) -> Seen:
        """Return the next thing that the venue says of an order, which must be one of these. Raises Blocked."""
        deadline = time.monotonic() + patience_s
        while True:
            for seen in self.heard:
                if seen.is_taken or seen.what in PASSED_OVER or not is_about(seen):
                    continue
                if seen.what not in what:
                    raise Blocked(f"the venue said {seen.says()}, expected {' or '.join(what)}")
                seen.is_taken = True
                return seen
            left = deadline - time.monotonic()
            if left <= 0:
                raise Blocked(f"the venue did not say {' or '.join(what)} within {patience_s:g} s")
            await self._change(min(left, 0.25))

    async def until(self, holds: Callable[[], bool], complaint: str) -> None:
        """Wait for something that the venue must do. Raises Blocked."""
        deadline = time.monotonic() + self.config.answer_s
        while not holds():
            if time.monotonic() > deadline:
                raise Blocked(f"{complaint} within {self.config.answer_s:g} s")
            await self._change(0.25)

    async def _change(self, most_s: float) -> None:
        self.reader.changed.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.reader.changed.wait(), most_s)

    # the link

    async def open(self) -> None:
        """Listen."""
        await self.tap.open()

    async def up(self) -> None:
        """Return when the venue has let the gateway in. Raises HarnessError where nothing can be played here."""
        deadline = time.monotonic() + self.config.logon_s
        while not self.reader.is_logged_on:
            if self.tap.failure and not self.reader.logons:
                raise HarnessError(f"{self.config.target} can't be reached: {self.tap.failure}")
            if self.reader.strange:
                raise HarnessError(f"{self.config.target} does not speak the profile's protocol: {self.reader.strange}")
            if self.reader.ended:
                raise HarnessError(
                    f"{self.config.target} does not let the gateway in: {self.reader.ended} (what the gateway knows of"
                    f" the session is in {self.config.state_folder})"
                )
            if time.monotonic() > deadline:
                raise HarnessError(self._why_not_up())
            await self._change(0.25)

    def _why_not_up(self) -> str:
        within = f"within {self.config.logon_s:g} s"
        if self.tap.failure:
            return f"{self.config.target} can't be reached again {within}: {self.tap.failure}"
        if not self.reader.is_connected:
            return f"the gateway did not connect to the tap at {self.tap.address[0]}:{self.tap.address[1]} {within}"
        return f"{self.config.target} takes connections and does not answer the logon {within}"

    async def sync(self) -> None:
        """Return when the gateway has come round, and for a while nothing has passed on the line."""
        for _ in range(3):
            await self._ask()
        deadline = time.monotonic() + MOST_QUIET_S
        while (wait_s := self.tap.last_s + self.config.quiet_s - time.monotonic()) > 0 and time.monotonic() < deadline:
            await asyncio.sleep(wait_s)
        await self._ask()

    async def gone(self) -> None:
        """Return when the gateway has ended the connection. Raises Deviation."""
        deadline = time.monotonic() + self.config.answer_s
        while self.tap.is_connected:
            if time.monotonic() > deadline:
                raise Deviation(f"the end of the connection did not come within {self.config.answer_s:g} s")
            await self._change(0.25)

    async def cut(self, how: str) -> None:
        """End the link between gateway and venue, or let nothing pass any more."""
        if how == "blackhole":
            self.tap.is_deaf = True
            return
        if how == "mid_frame":
            self.tap.write_to_gateway(self.reader.half_frame())
            await self.sync()
        await self.tap.refuse()
        await self.tap.cut(reset=how != "fin")

    async def again(self) -> None:
        """Be passable again."""
        if self.tap.is_deaf:
            await self.tap.cut(reset=True)
            self.tap.is_deaf = False
        await self.tap.open()

    def slice(self, size: int) -> None:
        """Pass what the venue says on in pieces of so many bytes."""
        self.tap.slice_bytes = size

    def tick(self) -> None:
        """Do nothing: the venue keeps its own time."""

    async def close(self) -> None:
        """Leave the link as it was found."""
        self.tap.slice_bytes = 0
        self.tap.is_withholding = False
        self.tap.release()
        if self.tap.is_deaf:
            await self.again()
        await self.tap.open()

    # what can't be said

    def say(self, saying: Saying) -> None:
        """Refuse."""
        raise self._mute(saying.what)

    def refuse_message(self, card: Card, reason: str, text: str, level: str) -> None:
        """Refuse."""
        raise self._mute("a refused message")

    def answer_status(self, booked: Booked | None, card: Card, text: str) -> None:
        """Do nothing: the venue answers."""

    def answer_all(self, orders: list[Booked], question: Any) -> None:
        """Do nothing: the venue answers."""

    def asks_for_all(self, question: Any) -> bool:
        """Tell nothing: the venue answers."""
        return False

    def asked_id(self, question: Any) -> str:
        """Tell nothing: the venue answers."""
        return ""

    def questions(self) -> list[Any]:
        """Return nothing."""
        return []

    def new_id(self, prefix: str) -> str:
        """Refuse: ids are the venue's own."""
        raise self._mute("an id")

    def accept_mass_cancel(self, card: Card, affected: int) -> None:
        """Do nothing: the venue answers."""

    def ask_resend(self, begin: int, end: int) -> None:
        """Do nothing: the operator has asked for it."""

    def send_raw(self, name: str, fields: dict[str, Any], booked: Booked | None) -> None:
        """Refuse."""
        raise self._mute("a message of our making")

    def send_again(self, trade: Trade) -> None:
        """Refuse."""
        raise self._mute("a repeated execution")

    def resend(self, times: int) -> None:
        """Refuse."""
        raise self._mute("everything again")

    def forget_numbers(self) -> None:
        """Do nothing: the operator has asked for it."""

    def _mute(self, what: str) -> Unsupported:
        return Unsupported(f"{what} is the venue's to say")


class LiveFix(LiveSide, FixInbox):
    """A venue that speaks FIX."""

    def __init__(
        self,
        tap: Tap,
        reader: FixReader,
        config: LiveConfig,
        ask: Callable[[], Awaitable[object]],
        by_name: Callable[[str], Card],
    ) -> None:
        LiveSide.__init__(self, tap, config, ask)
        FixInbox.__init__(self, by_name, config.answer_s)
        self.reader = self.source = reader
        reader.take = self._take
        reader.admin.clear()

    def questions(self) -> list[WireMessage]:
        """Take and return what the gateway asks of itself: the venue answers."""
        return FixInbox.questions(self)

    def asks_for_all(self, question: WireMessage) -> bool:
        """Tell whether a question is about all orders."""
        return FixInbox.asks_for_all(self, question)

    def asked_id(self, question: WireMessage) -> str:
        """Return ClOrdID(11)."""
        return FixInbox.asked_id(self, question)

    def wire_id(self, card: Card) -> str:
        """Return the id of a request on the venue's wire."""
        return card.venue_id


class LiveOuch(LiveSide, OuchInbox):
    """A venue that speaks OUCH."""

    def __init__(
        self,
        tap: Tap,
        reader: OuchReader,
        config: LiveConfig,
        ask: Callable[[], Awaitable[object]],
        by_name: Callable[[str], Card],
    ) -> None:
        LiveSide.__init__(self, tap, config, ask)
        OuchInbox.__init__(self, reader.dialect, by_name, config.answer_s)
        self.reader = self.source = reader
        reader.take = lambda found: self._take(*found)

    def number_faults(self) -> list[str]:
        """Return where UserRefNums do not rise."""
        pairs = zip(self.refs, self.refs[1:], strict=False)
        return [f"UserRefNum {later} after {sooner}" for sooner, later in pairs if later <= sooner]

    def wire_id(self, card: Card) -> str:
        """Return the token of a request on the venue's wire."""
        return self.tokens.get(card.name, "")
