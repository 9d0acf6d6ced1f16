"""Set up the gateway under test for a live venue: it connects to a tap here, which connects to the venue."""

from __future__ import annotations

import os
import socket
import ssl
import time
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from fairlead.certification.gateway.attachment import Attachment
from fairlead.certification.gateway.capabilities import Capabilities
from fairlead.certification.gateway.fix_line import bind
from fairlead.certification.gateway.fix_venue import BEGIN_STRINGS
from fairlead.certification.gateway.installation import (
    FIRST_RETRY_S,
    OTHER_LIMITS,
    Installation,
    Place,
)
from fairlead.certification.gateway.ouch_dialects import DIALECTS
from fairlead.certification.live.configuration import LiveConfig, LiveError
from fairlead.certification.live.fix_reader import FixReader
from fairlead.certification.live.ouch_reader import OuchReader
from fairlead.certification.live.tap import Tap

_LIMITS = """[currencies]
base = "{currency}"
[firm]
max_order_qty = "{most}"
[[limits]]
strategy = "*"
max_open_orders = 100
self_match = "block_strategy"
"""


def make_line(config: LiveConfig, protocol: str, bound: socket.socket) -> tuple[Tap, FixReader | OuchReader]:
    """Return the tap, listening nowhere yet, and who reads what passes there. Raises LiveError."""
    context = None
    if config.tls:
        try:
            context = ssl.create_default_context(
                cafile=str(config.path.parent / config.tls_ca) if config.tls_ca else None
            )
        except (OSError, ssl.SSLError) as error:
            raise LiveError(f"{config.path}: venue.tls_ca: {error}") from error
    reader: FixReader | OuchReader
    reader = FixReader(BEGIN_STRINGS[protocol]) if protocol in BEGIN_STRINGS else OuchReader(DIALECTS[protocol])
    tap = Tap(bound, (config.host, config.port), context)
    tap.ears = reader
    return tap, reader


_PLACES = 100
"""Strategies' pairs at least, so that those of an earlier run, whose orders are in the journal, are there."""


class LiveInstallation(Installation):
    """One gateway process for the whole run: one venue, and two strategies for each case.

    Its journal stays in the folder: the venue goes on with the session's numbers, and knows ids that were used.
    """

    def __init__(self, folder: Path, capabilities: Capabilities, profile: str, config: LiveConfig, places: int) -> None:
        super().__init__(folder, capabilities, profile, 0)
        self._run = f"R{int(time.time()) % 10_000_000:x}"
        self.bound = bind(("127.0.0.1", 0))
        self.most_qty = config.max_quantity - 1
        """What the gateway itself lets through: the cases may ask for one more, to see it refused."""
        self._live = config
        self._address = self.bound.getsockname()[:2]
        self._free = [self._place(number) for number in range(1, max(places, _PLACES) + 1)]

    def _place(self, number: int) -> Place:
        config = self._live
        symbol = config.symbols[(number - 1) % len(config.symbols)]
        secrets = (self.secret, self.secret)
        names = f"s{number:03d}", f"t{number:03d}"
        # strategies' ids of an earlier run are used up
        return Place(
            config.name,
            *names,
            symbol,
            self.bound,
            config.target_comp_id,
            prefix=f"{self._run}-{number}",
            secrets=secrets,
        )

    async def open(self) -> None:
        """Write the configuration and start the program. Raises HarnessError."""
        self.folder.mkdir(exist_ok=True)
        most = self.most_qty
        limits = _LIMITS.format(currency=self._live.currency, most=most)
        limits += "".join(OTHER_LIMITS.format(other=place.other) for place in self._free)
        (self.folder / "limits.toml").write_text(limits, encoding="utf-8")
        (self.folder / "gateway.toml").write_text(self._config(), encoding="utf-8")
        await self.start()

    def _config(self) -> str:
        own, operator = self._hash(self.secret), self._hash(self.operator_secret)
        tables = [
            '[gateway]\nname = "certified"\nstate_dir = "state"\nlog_format = "json"\nstop_timeout_s = 3',
            '[ports.json]\nlisten = "127.0.0.1:0"',
            '[risk]\nlimits = "limits.toml"',
            f'[[operators]]\nname = "certifier"\nroles = ["support", "risk"]\nsecret_hash = "{operator}"',
            self._live_venue(),
            *(self._live_instrument(symbol) for symbol in dict.fromkeys(self._live.symbols)),
        ]
        for place in self._free:
            tables += [self._strategy(name, place, own) for name in (place.strategy, place.other)]
        return "\n".join(tables) + "\n"

    def _live_venue(self) -> str:
        config, known = self._live, self.capabilities
        lines = [
            f'[[venues]]\nname = "{config.name}"\nprofile = "{self._profile}"',
            f'hosts = ["{self._address[0]}:{self._address[1]}"]\nheartbeat_s = {known.heartbeat_s}\nack_timeout_s = 10',
            f"reconnect_first_s = {FIRST_RETRY_S}\nreconnect_max_s = {FIRST_RETRY_S}",
            known.options,
        ]
        if known.adapter != "fix":
            lines.append(f'adapter = "{known.adapter}"')
        for key in ("sender_comp_id", "target_comp_id", "username"):
            if getattr(config, key):
                lines.append(f'{key} = "{getattr(config, key)}"')
        if config.password:
            lines.append(f'password = "{self._reference(config.password)}"')
        return "\n".join(line for line in [*lines, config.options] if line)

    def _reference(self, password: str) -> str:
        """Return where the password is, seen from anywhere."""
        kind, _, name = password.partition(":")
        return password if kind == "env" else f"file:{(self._live.path.parent / name).resolve()}"

    def _live_instrument(self, symbol: str) -> str:
        config, known = self._live, self.capabilities
        lines = [
            f'[[instruments]]\nsymbol = "{symbol}"\ntick = "{config.tick}"\nlot = "{config.lot}"',
            f'currency = "{config.currency}"\nvenues = ["{config.name}"]',
        ]
        if known.security_id:
            lines.append(f'security_ids = {{ {config.name} = "{known.security_id.format(symbol=symbol)}" }}')
        return "\n".join(lines)

    def _strategy(self, name: str, place: Place, hashed: str) -> str:
        text = super()._strategy(name, place, hashed)
        account = self._live.account
        return text.replace(f'"{self.capabilities.account}"', f'"{account}"') if account else text

    def environ(self) -> dict[str, str]:
        """Return the program's environment: its clock is everybody's."""
        return dict(os.environ)


class LiveAttachment(Attachment):
    """A gateway that runs already, whose configuration has the tap's address where its venue is."""

    most_qty: Decimal | None = None
    """Its limits are its own."""

    def __init__(
        self,
        config: Path,
        capabilities: Capabilities,
        names: tuple[str, str, str],
        environ: Mapping[str, str],
        live: LiveConfig,
    ) -> None:
        """Read the configuration. Raises AttachError, LiveError."""
        super().__init__(config, capabilities, *names, environ)
        if self._venue.get("production") is True:
            raise LiveError(
                f"{config}: venue {self._venue['name']} is `production = true`: expected a test configuration"
            )
        if live.target in self._venue["hosts"]:
            host, port = self._address
            raise LiveError(
                f"{config}: venue {self._venue['name']} connects to {host}:{port}, which is the venue itself: expected"
                f" an address of this machine, where the tap listens and passes on to {live.target}"
            )
        self._live = live
        try:
            self.bound = bind(self._address)
        except OSError as error:
            raise LiveError(
                f"the tap can't listen at {self._address[0]}:{self._address[1]}: {error.strerror}"
            ) from error

    async def next_place(self) -> Place:
        """Return the place, for one more case."""
        self._cases += 1
        symbols = self._live.symbols
        return Place(
            venue=self._venue["name"],
            strategy=self._strategies[0],
            other=self._strategies[1],
            symbol=symbols[(self._cases - 1) % len(symbols)],
            bound=self.bound,
            comp_id=str(self._venue.get("target_comp_id", "")),
            prefix=f"{self._prefix}{self._cases}",
            secrets=self._secrets,
        )
