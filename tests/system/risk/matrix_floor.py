"""Put up four venues behind byte taps, a market that four feeds show, and a gateway with the matrix's limits."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from byte_tap import FIX, SOUP, ByteTap
from configuration import BINARY_SECRET, SECRET
from matrix_cases import CHECKS, PORTS, VENUES, Check
from matrix_traders import ClientTrader, FixTrader, Trader
from ouch_venues import PASSWORD, USER, RecordingOuchVenue
from processes import GatewayRun, free_port, until
from venues import RecordingVenue

from fairlead.certification.venues.itch_face import ItchFace, ItchSettings
from fairlead.certification.venues.market_maker import Quote
from fairlead.certification.venues.profile import load_profile
from fairlead.certification.venues.venue import Venue, VenueSettings
from fairlead.client.binary_wire import BinaryWire
from fairlead.client.client import Client
from fairlead.client.connection import LoginTerms
from fairlead.client.transport import JsonWire, TcpTransport
from fairlead.gateway.control.client import ControlClient
from fairlead.gateway.ports.secret_hash import SecretHash

PROFILES = {"XBRK": "broker42", "XEXC": "exchange44", "XO42": "nasdaq_ouch42", "XO50": "nasdaq_ouch50"}
BEGIN_STRINGS = {"fix42": "FIX.4.2", "fix44": "FIX.4.4"}
MARKER = "marker"
MARKED = "MARK"
OPERATOR_SECRET = "a-secret-of-the-desk"


def is_ouch(venue: str) -> bool:
    """Tell how a venue is met."""
    return venue.startswith("XO")


def strategy_name(port: str, venue: str, purpose: str) -> str:
    """Return the name of a strategy: the port's one, or one for a purpose at a venue, which is disabled in the end."""
    return f"{port.removesuffix('ary')}-{VENUES.index(venue)}" if purpose else port


class MatrixFloor:
    """Hold everything that runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.taps = {venue: ByteTap(SOUP if is_ouch(venue) else FIX) for venue in VENUES}
        self._ports = {"fix": free_port(), "json": free_port(), "binary": free_port()}
        self._venues: dict[str, RecordingVenue | RecordingOuchVenue] = {}
        self._market, self._face = _market()
        self._feed_port = 0
        self._run: GatewayRun | None = None
        self._traders: dict[str, Trader] = {}
        self._clients: list[Client | FixTrader] = []

    async def open(self) -> None:
        """Start all of it and wait until orders can go."""
        for venue, tap in self.taps.items():
            there = self._venues[venue] = _venue(venue)
            await tap.start(await there.start())
        self._feed_port = await self._face.listen("127.0.0.1", 0)
        self._market.begin()
        for check in CHECKS:
            if check.feed is not None:
                for symbol in check.symbols():
                    check.feed(self._face, symbol)
        environ = {"OUCH_PASSWORD": PASSWORD}
        self._run = GatewayRun(self._write(), self.folder / "state", 1, None, environ)
        await self._run.until_up(*(f"venue.{venue}" for venue in VENUES), *(f"feed.{venue}" for venue in VENUES))
        await until(self._has_market, "the market on all feeds")
        await asyncio.to_thread(self._kill)

    def counter(self, name: str) -> int:
        """Return a counter of the gateway."""
        assert self._run is not None
        return self._run.counters().get(name, 0)

    def _has_market(self) -> bool:
        assert self._run is not None
        counters, count = self._run.counters(), len(self._face.feed.stream.messages)
        return all(counters[f"feed.{venue}.messages"] >= count for venue in VENUES)

    def _kill(self) -> None:
        with ControlClient(self.folder / "state" / "control.sock", "desk", OPERATOR_SECRET) as desk:
            desk.call("kill.engage", {"symbol": "KIX", "cancel": False}, "the matrix has it blocked")

    async def close(self) -> None:
        """End all of it."""
        if self._run is not None and not self._run.has_ended:
            await self._run.kill()
        await asyncio.gather(*(client.close() for client in self._clients))
        for tap in self.taps.values():
            await tap.stop()
        for venue in (*self._venues.values(), self._market):
            await venue.stop()

    async def trader(self, port: str, venue: str, purpose: str = "") -> Trader:
        """Return a strategy on a port, connected."""
        name = strategy_name(port, venue, purpose)
        if name not in self._traders:
            self._traders[name] = await self._connect(name, port)
        return self._traders[name]

    async def marker(self) -> Trader:
        """Return the strategy whose orders show that nothing was merely late."""
        if MARKER not in self._traders:
            self._traders[MARKER] = await self._connect(MARKER, "json")
        return self._traders[MARKER]

    async def _connect(self, name: str, port: str) -> Trader:
        if port in BEGIN_STRINGS:
            fix = FixTrader("127.0.0.1", self._ports["fix"], name.upper(), SECRET, BEGIN_STRINGS[port])
            self._clients.append(fix)
            fix.start()
            await until(lambda: fix.is_logged_on, f"{name}'s logon")
            return fix
        secret = BINARY_SECRET if port == "binary" else SECRET
        wire = BinaryWire if port == "binary" else JsonWire
        transport = TcpTransport("127.0.0.1", self._ports[port])
        client = Client(transport, LoginTerms(name, secret, from_seq=1), make_wire=wire)
        self._clients.append(client)
        await client.start()
        return ClientTrader(client)

    # What the gateway is told

    def _write(self) -> Path:
        (self.folder / "limits.toml").write_text("\n".join(_limits()) + "\n")
        (self.folder / "instruments.csv").write_text("\n".join(_instruments()) + "\n")
        path = self.folder / "gateway.toml"
        path.write_text("\n".join(self._config()) + "\n")
        return path

    def _config(self) -> Iterator[str]:
        hashes = {port: SecretHash.of(BINARY_SECRET if port == "binary" else SECRET, 4).stored() for port in PORTS}
        yield f'[gateway]\nstate_dir = "{self.folder / "state"}"\nlog_format = "json"'
        yield 'instruments_file = "instruments.csv"\n[journal]\nsegment_mib = 4\n[risk]\nlimits = "limits.toml"'
        for port, number in self._ports.items():
            yield f'[ports.{port}]\nlisten = "127.0.0.1:{number}"'
        for venue, tap in self.taps.items():
            yield _venue_table(venue, tap.port)
            yield f'[[feeds]]\nname = "{venue}"\nvenue = "{venue}"\nmapping = "itch_5_0"\ntransport = "soup"'
            yield f'hosts = ["127.0.0.1:{self._feed_port}"]\nusername = "FEED"'
        for port in PORTS:
            for name in (port, *(strategy_name(port, venue, "repeats") for venue in VENUES)):
                yield _strategy_table(name, port, hashes[port], f"ACC-{port}")
        yield _strategy_table(MARKER, "json", hashes["json"], "ACC-marker")
        operator_hash = SecretHash.of(OPERATOR_SECRET, 4).stored()
        yield f'[[operators]]\nname = "desk"\nsecret_hash = "{operator_hash}"\nroles = ["support"]'


def _venue(name: str) -> RecordingVenue | RecordingOuchVenue:
    """Return a venue that quotes what is to be filled there."""
    mids = {symbol: check.mid for check in CHECKS if check.mid for symbol in check.symbols()}
    own = {symbol: mid for symbol, mid in mids.items() if symbol.endswith(str(VENUES.index(name)))}
    if is_ouch(name):
        return RecordingOuchVenue(name, own)
    return RecordingVenue(name, own, profile=replace(load_profile(name), symbols=frozenset()))


def _market() -> tuple[Venue, ItchFace]:
    """Return the market that the feeds show."""
    shown = {symbol: check for check in CHECKS if check.feed or check.quote for symbol in check.symbols()}
    quotes = tuple(Quote.read(f"{symbol}:{check.quote}") for symbol, check in shown.items() if check.quote)
    venue = Venue(VenueSettings(profile=replace(load_profile("XNQ"), symbols=frozenset(shown)), quotes=quotes))
    return venue, ItchFace(venue, ItchSettings())


def _limits() -> Iterator[str]:
    for check in CHECKS:
        for symbol in check.symbols():
            yield check.limits(symbol)


def _instruments() -> Iterator[str]:
    yield "record,symbol,currency,tick,lot,multiplier,venues,venue,security_id"
    symbols: list[tuple[str, Check | None]] = [(MARKED, None)]
    symbols += [(symbol, check) for check in CHECKS for symbol in check.symbols()]
    for symbol, check in symbols:
        lot = "10" if check is not None and check.name == "lot" else "1"
        multiplier = check.multiplier if check is not None else ""
        yield f"instrument,{symbol},USD,0.01,{lot},{multiplier},{' '.join(VENUES)},,"
        yield f"listing,{symbol},,,,,,XEXC,{symbol}.X"


def _venue_table(venue: str, port: int) -> str:
    table = f'[[venues]]\nname = "{venue}"\nprofile = "{PROFILES[venue]}"\nhosts = ["127.0.0.1:{port}"]\n'
    table += "reconnect_first_s = 0.05\nreconnect_max_s = 0.1\nack_timeout_s = 2\n"
    if is_ouch(venue):
        return table + f'adapter = "ouch"\nusername = "{USER}"\npassword = "env:OUCH_PASSWORD"'
    return table + f'sender_comp_id = "FAIRLEAD"\ntarget_comp_id = "{venue}"\nheartbeat_s = 5'


def _strategy_table(name: str, port: str, secret_hash: str, account: str) -> str:
    entitled = ", ".join(f'"{check.code}*"' for check in CHECKS if check.name != "entitlement")
    lines = [
        f'[[strategies]]\nname = "{name}"\nport = "{"fix" if port in BEGIN_STRINGS else port}"',
        f'secret_hash = "{secret_hash}"\naccounts = ["{account}"]\ndefault_account = "{account}"',
        f'cancel_on_disconnect = false\nsymbols = [{entitled}, "EN", "{MARKED}"]',
        'sides = ["buy", "sell", "sell_short"]',
    ]
    if port in BEGIN_STRINGS:
        lines.append(
            f'[strategies.fix]\nbegin_string = "{BEGIN_STRINGS[port]}"\nsender_comp_id = "{name.upper()}"\n'
            f'target_comp_id = "FAIRLEAD"'
        )
    return "\n".join(lines)
