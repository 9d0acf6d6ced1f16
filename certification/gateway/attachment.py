"""Attach to a gateway that runs already: be the venue that its configuration names, and strategies of it.

Cases follow one another in one session, with one symbol; each begins with ids of its own, and its venue ends what the
case has left open.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fairlead.certification.gateway.capabilities import Capabilities
from fairlead.certification.gateway.control import ControlFailed, ControlLine
from fairlead.certification.gateway.fix_line import bind
from fairlead.certification.gateway.installation import Place
from fairlead.certification.runner import HarnessError
from fairlead.certification.venues.session_records import SessionRecord

SECRET, OTHER_SECRET = "FAIRLEAD_CERTIFY_SECRET", "FAIRLEAD_CERTIFY_OTHER_SECRET"


class AttachError(Exception):
    """Report a configuration that can't be attached to."""


class Attachment:
    """One running gateway, and the one place at it where all cases are played."""

    is_ours = False
    has_place = True
    is_running = True

    def __init__(
        self,
        config: Path,
        capabilities: Capabilities,
        venue: str,
        strategy: str,
        other: str,
        environ: Mapping[str, str],
    ) -> None:
        """Read the configuration. Raises AttachError."""
        raw = _read(config)
        self.capabilities = capabilities
        self._venue = _named(raw, "venues", venue)
        self._strategies = tuple(_named(raw, "strategies", name)["name"] for name in (strategy, other or strategy))
        self._symbol = _symbol_at(raw, self._venue["name"])
        self._secrets = (environ.get(SECRET, ""), environ.get(OTHER_SECRET, environ.get(SECRET, "")))
        if not self._secrets[0]:
            raise AttachError(f"{SECRET} is not set: expected the secret of strategy {self._strategies[0]}")
        host, _, port = self._venue["hosts"][0].rpartition(":")
        self._address = (host, int(port))
        self.json_port = int(str(raw.get("ports", {}).get("json", {}).get("listen", "x:0")).rpartition(":")[2])
        if not self.json_port:
            raise AttachError(f"{config}: ports.json.listen, expected a fixed port: strategies are played there")
        state = config.parent / str(raw.get("gateway", {}).get("state_dir", ""))
        names = environ.get("FAIRLEAD_OPERATOR", ""), environ.get("FAIRLEAD_OPERATOR_SECRET", "")
        self.control = ControlLine(state / "control.sock", *names)
        self._record = SessionRecord(str(self._venue.get("sender_comp_id", "")))
        self._cases = 0
        self._prefix = f"C{int(time.time()) % 10_000_000:x}"

    async def next_place(self) -> Place:
        """Return the place, for one more case. Raises HarnessError."""
        if not self._cases:
            await self._take_numbers()
        self._cases += 1
        try:
            bound: socket.socket = bind(self._address)
        except OSError as error:
            address = f"{self._address[0]}:{self._address[1]}"
            raise HarnessError(f"the venue's address {address} can't be listened at: {error.strerror}") from error
        return Place(
            venue=self._venue["name"],
            strategy=self._strategies[0],
            other=self._strategies[1],
            symbol=self._symbol,
            bound=bound,
            comp_id=str(self._venue.get("target_comp_id", "")),
            counterparty=self._record.counterparty,
            record=self._record,
            prefix=f"{self._prefix}{self._cases}",
            secrets=self._secrets,
        )

    async def _take_numbers(self) -> None:
        """Go on where the venue's session stands in the gateway's books."""
        try:
            told = await self.control.call("venues.list")
        except ControlFailed as error:
            raise HarnessError(f"the gateway does not answer at its control socket: {error}") from error
        for shown in told["venues"]:
            if shown["venue"] == self._venue["name"]:
                if shown["link"] not in ("disconnected", "0"):
                    raise HarnessError(
                        f"venue {shown['venue']} is {shown['state']}: expected one that nobody else plays"
                    )
                self._record.next_in, self._record.next_out = shown["next_out"], shown["next_in"]

    async def connect_venue(self, venue: str) -> None:
        """Have the gateway connect now."""
        with contextlib.suppress(ControlFailed):
            await self.control.call("venues.connect", {"venue": venue})

    async def open(self) -> None:
        """Do nothing: it runs."""

    async def kill(self) -> None:
        """Refuse: it is not ours."""
        raise HarnessError("a gateway that was attached to is not ours to kill")

    start = kill

    def events(self, name: str) -> list[dict[str, object]]:
        """Return nothing: its log is not ours to read."""
        return []

    def last_words(self) -> str:
        """Return nothing: its log is not ours to read."""
        return ""

    def close(self) -> None:
        """Leave it running."""


def attach(config: Path, capabilities: Capabilities, venue: str, strategy: str, other: str = "") -> Attachment:
    """Return what cases are played at. Raises AttachError."""
    return Attachment(config, capabilities, venue, strategy, other, os.environ)


def _read(config: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AttachError(f"{config} can't be read: {error}") from error


def _named(raw: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
    tables: list[dict[str, Any]] = raw.get(kind, [])
    known = [str(table.get("name")) for table in tables]
    if not name and len(known) == 1:
        return tables[0]
    if name not in known:
        raise AttachError(f"{kind} {name or 'not named'}, expected one of {', '.join(known) or 'none'}")
    return tables[known.index(name)]


def _symbol_at(raw: dict[str, Any], venue: str) -> str:
    for table in raw.get("instruments", []):
        if venue in table.get("venues", ()):
            return str(table["symbol"])
    raise AttachError(f"no [[instruments]] at venue {venue}: expected one to play with")
