"""Start a gateway for one case alone, where the case wants more of it than the gateway that all share has.

``gateway.own: {second_host, feed, drop_copy, venue: {...}, limits: {...}, journal: {...}}``: the first step of a case.
"""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import subprocess
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fairlead.certification.gateway.arguments import table_of
from fairlead.certification.gateway.control import ControlLine
from fairlead.certification.gateway.fix_line import AheadClock
from fairlead.certification.gateway.installation import Installation, Place
from fairlead.certification.model.stage import NotingStage
from fairlead.certification.model.verdicts import Blocked, Deviation

if TYPE_CHECKING:
    from fairlead.certification.gateway.attachment import Attachment
    from fairlead.certification.gateway.strategy import Strategy
    from fairlead.certification.gateway.venue_side import VenueSide

OPERATOR = "certifier"
SYMBOL = "OWN"
"""Short enough for a feed to name it, with what a venue appends."""
COPIES, FEED = "copies", "feed"
MATCH_WITHIN_S = 5
END_S = 10.0
MAX_OPEN_ORDERS = 100
NO_LIMIT = resource.RLIM_INFINITY


@dataclass(slots=True)
class Wants:
    """What a case wants of its gateway; ``venue``, ``limits`` (of the strategy), ``journal`` are keys of tables."""

    second_host: bool = False
    feed: bool = False
    drop_copy: bool = False
    narrow: bool = False
    """The venue's connection holds a few packets alone: small segments, a small window."""
    venue: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)
    journal: dict[str, Any] = field(default_factory=dict)


class OwnInstallation(Installation):
    """One gateway process with one place, and what the case wants."""

    def __init__(self, folder: Path, shared: Installation, wants: Wants) -> None:
        super().__init__(folder, shared.capabilities, shared._profile, 1)
        self._wants = wants
        # the shared one's secrets, and their hashes: making others costs two more processes
        raw = tomllib.loads((shared.folder / "gateway.toml").read_text(encoding="utf-8"))
        self.secret, self.operator_secret = shared.secret, shared.operator_secret
        self._hashes = {
            self.secret: raw["strategies"][0]["secret_hash"],
            self.operator_secret: raw["operators"][0]["secret_hash"],
        }
        self.control = ControlLine(folder / "state" / "control.sock", OPERATOR, self.operator_secret)
        (self.place,) = self._free
        self.place.symbol, self.place.secrets = SYMBOL, (self.secret, self.secret)
        if wants.narrow:
            self.place.bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            self.place.bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        self.second, self.feed, self.copies = bound_socket(), bound_socket(), bound_socket()

    def _hash(self, secret: str) -> str:
        return str(self._hashes[secret])

    async def start(self) -> None:
        """Start the program; the first time, with the case's own limits. Raises HarnessError."""
        path, wanted = self.folder / "limits.toml", dict(self._wants.limits)
        if wanted and not self._lives:
            limits = path.read_text(encoding="utf-8")
            # what is counted is held against each row that fits: the shared one gives way
            most = f"max_open_orders = {wanted.pop('max_open_orders', MAX_OPEN_ORDERS)}"
            limits = limits.replace(f"max_open_orders = {MAX_OPEN_ORDERS}", most)
            own = "".join(f"{key} = {toml(value)}\n" for key, value in wanted.items())
            limits += f'[[limits]]\nstrategy = "{self.place.strategy}"\n{own}' if own else ""
            path.write_text(limits, encoding="utf-8")
        await super().start()

    def _config(self) -> str:
        text = super()._config()
        for key, value in self._wants.journal.items():
            text = text.replace("[journal]\n", f"[journal]\n{key} = {toml(value)}\n", 1)
        if "segment_mib" in self._wants.journal:
            text = text.replace("segment_mib = 8\n", "", 1)
        if self._wants.feed:
            text += f'[[feeds]]\nname = "{FEED}"\nvenue = "{self.place.venue}"\nmapping = "itch_5_0"\n'
            text += f'transport = "soup"\nhosts = ["{_address(self.feed)}"]\nusername = "FEED"\n'
            text += "reconnect_first_s = 0.05\nreconnect_max_s = 0.1\n"
        if self._wants.drop_copy:
            text += f'[[drop_copies]]\nname = "{COPIES}"\nvenue = "{self.place.venue}"\nprofile = "{self._profile}"\n'
            text += f'hosts = ["{_address(self.copies)}"]\nsender_comp_id = "FAIRLEAD"\n'
            text += f'target_comp_id = "{self.place.venue}-DC"\nmatch_within_s = {MATCH_WITHIN_S}\n'
            text += f"heartbeat_s = {self.capabilities.heartbeat_s}\n"
            text += "reconnect_first_s = 0.05\nreconnect_max_s = 0.1\n"
        return text

    def _venue(self, place: Place) -> str:
        text = super()._venue(place)
        if self._wants.second_host:
            text = text.replace('"]', f'", "{_address(self.second)}"]', 1)
            text = text.replace("reconnect_first_s = 3600\nreconnect_max_s = 3600", "reconnect_first_s = 0.05", 1)
        return "\n".join([text, *(f"{key} = {toml(value)}" for key, value in self._wants.venue.items())])

    def limit_files(self, size: int) -> None:
        """Let the process make no file longer than so many bytes from now on: its disk is full."""
        assert self._process is not None
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, NO_LIMIT))

    async def ended(self) -> int:
        """Return the exit code, once the process has ended by itself."""
        assert self._process is not None
        try:
            return await asyncio.to_thread(self._process.wait, END_S)
        except subprocess.TimeoutExpired:
            raise Deviation(f"the gateway still runs after {END_S:g} s, expected that it ends by itself") from None

    def close(self) -> None:
        """End the program at once, since nobody meets it again; give up what was not used."""
        if self.is_running and self._process is not None:
            self._process.kill()
            self._process.wait()
        super().close()
        for each in (self.second, self.feed, self.copies):
            each.close()


def toml(value: Any) -> str:
    """Return a value as TOML has it."""
    if isinstance(value, list):
        return f"[{', '.join(toml(each) for each in value)}]"
    return json.dumps(value)


def bound_socket() -> socket.socket:
    """Return a socket that nobody else gets the port of; who connects is refused until it listens."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", 0))
    return bound


def _address(bound: socket.socket) -> str:
    host, port = bound.getsockname()
    return f"{host}:{port}"


class OwnGatewayWords(NotingStage):
    """The words by which a case has a gateway of its own: ``own``, None where it plays at the shared one."""

    installation: Installation | Attachment
    place: Place
    clock: AheadClock
    strategy: Strategy
    other: Strategy
    venue: VenueSide
    own: OwnInstallation | None = None
    _own_folder: tempfile.TemporaryDirectory[str] | None = None
    _began_ns: int

    async def set_up(self) -> None:
        """Bring venue and strategy up."""
        raise NotImplementedError

    def meet(self) -> None:
        """Make strategies and venue for the present place."""
        raise NotImplementedError

    async def leave(self) -> None:
        """Let go of strategies and venue."""
        raise NotImplementedError

    async def gateway_own(self, arguments: Any) -> None:
        """Have a gateway of this case's own, with what the arguments say, and go over to it."""
        table = table_of(arguments, "second_host feed drop_copy narrow venue limits journal")
        shared = self.installation
        if not isinstance(shared, Installation):
            raise Blocked("the case wants a gateway of its own: one that was attached to is set up as it is")
        await self.leave()
        self._own_folder = tempfile.TemporaryDirectory(prefix="fairlead-certify-")
        own = OwnInstallation(Path(self._own_folder.name), shared, Wants(**table))
        self.own = self.installation = own
        await own.open()
        self._began_ns -= self.clock.ahead_ns
        self.clock = AheadClock()
        self.place = await own.next_place()
        self.meet()
        await self.set_up()

    def the_own(self) -> OwnInstallation:
        """Return the case's own gateway. Raises Blocked where it has none."""
        if self.own is None:
            raise Blocked("the case has no gateway of its own: expected the step gateway.own before")
        return self.own

    async def gateway_disk_full(self, arguments: Any) -> None:
        """Let no file of the gateway grow beyond so many bytes, or with 0 grow again."""
        self.the_own().limit_files(int(arguments) or NO_LIMIT)

    async def gateway_ended(self, arguments: Any) -> None:
        """Expect that the gateway ends by itself, with this exit code."""
        own = self.the_own()
        exit_code = await own.ended()
        await own.control.close()
        if exit_code != int(arguments):
            raise Deviation(f"exit code {exit_code} of the gateway, expected {arguments}: {own.last_words()[-300:]}")

    async def close_own(self) -> None:
        """End the case's own gateway."""
        if self.own is not None:
            await asyncio.to_thread(self.own.close)
        if self._own_folder is not None:
            self._own_folder.cleanup()
