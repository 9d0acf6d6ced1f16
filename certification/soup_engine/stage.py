"""Offer the verbs that cases have in common, whichever side the engine is. docs/conformance.md lists them."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterable
from typing import Any

from fairlead.certification.model.results import WireRecord
from fairlead.certification.model.stage import NotingStage
from fairlead.certification.model.verdicts import Blocked, Deviation, Unsupported
from fairlead.certification.soup_engine.account import Account
from fairlead.certification.soup_engine.link import CLOSED, FAULT, Got, Link
from fairlead.certification.soup_engine.options import MessageMaker, SoupOptions
from fairlead.certification.soup_engine.packets import CODES, NAMES, REASONS, describe_fields, mask
from fairlead.certification.soup_engine.reaching import Reach
from fairlead.certification.venues.soup import packet

QUIET_S = 0.2
"""How long nothing may come until it counts as nothing."""
SPLIT_S = 0.001
"""Between two parts of what is sent in parts, so that they arrive apart."""
_LATE = 1.5
_LATE_S = 0.3
"""A life sign may be so much late, as a factor and beyond: clocks and schedulers are not exact."""
_TIMES = re.compile(r"([\d.]+) (silence|heartbeat|patience|back|pause)")


class SoupStage(NotingStage):
    """One case's connections with the engine. Verbs are methods: ``peer.send`` is ``peer_send``."""

    own_heartbeat = "R"
    passes = "+"
    """What is passed over while something else is waited for."""

    def __init__(self, options: SoupOptions, account: Account, reach: Reach, maker: MessageMaker) -> None:
        self._began_s = asyncio.get_running_loop().time()
        super().__init__(lambda: int((self.now_s() - self._began_s) * 1e9))
        self.options = options
        self.account = account
        self.reach = reach
        self.maker = maker
        self.link: Link | None = None
        self.at = 0
        self.is_silent = True
        self._beating: asyncio.Task[None] | None = None

    @staticmethod
    def now_s() -> float:
        """Return the loop's time."""
        return asyncio.get_running_loop().time()

    # Connections

    def take(self, link: Link, name: str = "session") -> None:
        """Make a connection the case's."""
        self.link, self.at = link, 0
        link.hear(lambda got: self._note_in(got, name))
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.options.heartbeat_s / 10)
            link = self.link
            if link is None or self.is_silent or link.is_closed:
                continue
            if self.now_s() - link.written_s >= 0.85 * self.options.heartbeat_s:
                self.write(packet(self.own_heartbeat))

    @property
    def linked(self) -> Link:
        """Return the connection. Raises Blocked where there is none."""
        if self.link is None:
            raise Blocked("the case has no connection at this step")
        return self.link

    async def drop(self, how: str = "fin") -> None:
        """End the connection, if there is one."""
        link, self.link = self.link, None
        self.is_silent = True
        if link is not None:
            await link.close(how)

    async def strike(self) -> None:
        """End what the case left open."""
        if self._beating is not None:
            self._beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beating
        await self.drop()

    # Wire

    def _note_in(self, got: Got, link: str) -> None:
        name = NAMES.get(got.code, got.code if got.code in (CLOSED, FAULT) else f"type {got.code!r}")
        if got.code in (CLOSED, FAULT):
            self.note_wire(WireRecord(0, "in", link, name, note=got.payload.decode()))
            return
        raw = mask(got.code, packet(got.code, got.payload) if got.code.isascii() else got.payload)
        fields = describe_fields(got.code, got.payload)
        self.note_wire(WireRecord(0, "in", link, name, raw.decode("latin-1"), fields))

    def write(self, data: bytes, note: str = "") -> None:
        """Send bytes, and note them: a packet as what it is."""
        self._note_out(data, note)
        self.linked.write(data)

    def _note_out(self, data: bytes, note: str = "") -> None:
        code = chr(data[2]) if len(data) > 2 else ""
        is_one = len(data) == 2 + int.from_bytes(data[:2], "big") and code in NAMES
        name = NAMES[code] if is_one else "bytes"
        fields = describe_fields(code, data[3:]) if is_one else []
        raw = mask(code, data) if len(data) > 2 else data
        self.note_wire(WireRecord(0, "out", "session", name, raw.decode("latin-1"), fields, note))

    async def write_parts(self, data: bytes, cuts: Iterable[int], note: str) -> None:
        """Send bytes in parts, cut at these places."""
        self._note_out(data, note)
        places = [0, *cuts, len(data)]
        for start, end in zip(places, places[1:], strict=False):
            self.linked.write(data[start:end])
            await asyncio.sleep(SPLIT_S)

    # Waiting

    def seconds(self, said: Any) -> float:
        """Return a time in seconds: a number, or so many of what the options have (``1.2 silence``)."""
        found = _TIMES.fullmatch(str(said))
        return float(found[1]) * float(getattr(self.options, f"{found[2]}_s")) if found else float(said)

    async def next_got(self, within_s: float, passes: str | None = None) -> Got | None:
        """Return what comes next, but for what is passed over; None where nothing comes in time."""
        link, deadline = self.linked, self.now_s() + within_s
        passes = self.passes if passes is None else passes
        while True:
            while self.at < len(link.inbox):
                got = link.inbox[self.at]
                self.at += 1
                if got.code not in passes:
                    return got
            link.news.clear()
            left = deadline - self.now_s()
            if left <= 0:
                return None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(link.news.wait(), left)

    async def wanted(self, code: str, within_s: float | None = None, missing: type = Deviation) -> Got:
        """Return the next packet, which must be of a type."""
        within_s = self.options.patience_s if within_s is None else within_s
        got = await self.next_got(within_s)
        if got is None or got.code != code:
            raise missing(f"{name_of(got)} received within {within_s:g} s, expected {NAMES[code]}")
        return got

    async def peer_wait(self, arguments: Any) -> None:
        """Let some time pass."""
        await asyncio.sleep(self.seconds(arguments))

    async def peer_silence(self, arguments: Any = None) -> None:
        """Send no heartbeats any more."""
        self.is_silent = True

    async def peer_cut(self, arguments: Any = "fin") -> None:
        """End the connection by ``fin`` or ``rst``."""
        await self.drop(str(arguments or "fin"))

    # Bytes

    async def peer_send(self, arguments: Any) -> None:
        """Send a packet: its ``type`` by name or as the character, its ``payload`` in hexadecimal, or as ``text``."""
        name = str(arguments["type"])
        payload = bytes.fromhex(str(arguments.get("payload", ""))) + str(arguments.get("text", "")).encode("latin-1")
        self.write(packet(CODES.get(name, name), payload))

    async def peer_send_type(self, arguments: Any) -> None:
        """Send a packet of a type; one that could be taken for a message holds one."""
        code = str(arguments)
        self.write(packet(code, self.message() if code in "SUQ" else b""))

    async def peer_raw(self, arguments: Any) -> None:
        """Send bytes as they are, given in hexadecimal."""
        self.write(bytes.fromhex(str(arguments)))

    async def peer_half(self, arguments: Any = None) -> None:
        """Send the first half of a packet with a message."""
        data = packet(self.own_data, self.message())
        self.write(data[: len(data) // 2])

    own_data = "U"

    def message(self) -> bytes:
        """Return a message of its own. Raises Unsupported where none was given."""
        if self.options.is_acceptor and not self.options.message:
            raise Unsupported("nothing makes the engine speak: no --message was given")
        return self.maker.make()

    # Expectations

    async def expect_heartbeats(self, arguments: Any) -> None:
        """Expect so many heartbeats while nothing else is sent, each in time."""
        engine_heartbeat = "H" if self.own_heartbeat == "R" else "R"
        limit_s = _LATE * self.options.heartbeat_s + _LATE_S
        for number in range(1, int(arguments) + 1):
            got = await self.next_got(limit_s, self.passes.replace(engine_heartbeat, ""))
            if got is None or got.code != engine_heartbeat:
                expected = f"expected {NAMES[engine_heartbeat]} (the {number}. in a row)"
                raise Deviation(f"{name_of(got)} received within {limit_s:g} s of quiet, {expected}")

    async def expect_closed(self, arguments: Any = None) -> None:
        """Expect the engine to close ``within`` some time and ``not_before`` another; ``without`` types never sent."""
        said = dict(arguments or {})
        within_s = self.seconds(said.get("within", "1 patience"))
        without, began_s = str(said.get("without", "")), self.now_s()
        while True:
            got = await self.next_got(began_s + within_s - self.now_s(), "")
            if got is None:
                raise Deviation(f"connection open after {within_s:g} s, expected the engine to close it")
            if got.code in without:
                raise Deviation(f"{name_of(got)} received, expected the connection to be closed without it")
            if got.code == CLOSED:
                break
        not_before = said.get("not_before", 0)
        # what has been closed already says nothing about how long was waited
        if not_before and got.at_s - began_s < self.seconds(not_before):
            raise Deviation(f"closed after {got.at_s - began_s:.2f} s, expected not before {not_before}")
        await self.drop()

    async def expect_open(self, arguments: Any) -> None:
        """Expect the connection to be open after some time."""
        deadline = self.now_s() + self.seconds(arguments)
        while (got := await self.next_got(deadline - self.now_s(), "")) is not None:
            if got.code in (CLOSED, FAULT):
                raise Deviation(f"connection {got.code} {got.payload.decode()}".strip() + ", expected it to stay open")

    async def expect_quiet(self, arguments: Any = None) -> None:
        """Expect no message and no end for a moment."""
        got = await self.next_got(QUIET_S)
        if got is not None:
            raise Deviation(f"{name_of(got)} received, expected nothing more")

    async def engine_trigger(self, arguments: Any) -> None:
        """Have the engine do what nobody can ask it for on the wire."""
        trigger = self.options.triggers.get(str(arguments))
        if trigger is None:
            raise Unsupported(f"nobody can make the engine do this: no --trigger {arguments}=COMMAND was given")
        await trigger()


def name_of(got: Got | None) -> str:
    """Return what came, for people."""
    if got is None:
        return "nothing"
    if got.code in (CLOSED, FAULT):
        return f"{'the end of the connection' if got.code == CLOSED else got.payload.decode()}"
    shown = NAMES.get(got.code, f"type {got.code!r}")
    if got.code == "J":
        reason = got.payload.decode("latin-1")
        return f"{shown} {reason!r} ({REASONS.get(reason, 'no reason that SoupBinTCP has')})"
    return shown
