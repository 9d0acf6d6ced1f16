"""Say what one measurement is of, and write the gateway's configuration for it."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from fairlead.gateway.ports.secret_hash import SecretHash

SECRET: Final = "this-host1"
"""Of every strategy: ten characters, which is what SoupBinTCP has room for."""

STRATEGY_PORTS: Final = {"fix44": "fix", "fix42": "fix", "binary": "binary", "json": "json"}
"""What a strategy speaks, and the port that takes it."""

VENUES: Final = {
    "fix42": 'profile = "broker42"\nheartbeat_s = 30',
    "fix44": 'profile = "exchange44"\nheartbeat_s = 30',
    "ouch42": 'adapter = "ouch"\nprofile = "nasdaq_ouch42"',
    "ouch50": 'adapter = "ouch"\nprofile = "nasdaq_ouch50"',
}
"""What a venue speaks, and the lines of its table that follow from it."""

SYNC_MODES: Final = ("async", "group", "always")
RISK_MODES: Final = ("all", "none")


@dataclass(frozen=True, slots=True)
class Setup:
    """One way through the gateway, and how the gateway is set.

    ``fills``: the venue answers with a fill, else with an acknowledgement, and its orders stay open. ``singly``: the
    harness sends each message by itself, else all at once that a read or the window allows. ``waiting`` is the loop's
    waiting mode, "" the default.
    """

    strategy: str = "fix44"
    venue: str = "fix44"
    strategies: int = 1
    venues: int = 1
    fills: bool = False
    singly: bool = False
    sync: str = "async"
    risk: str = "all"
    waiting: str = ""

    def __post_init__(self) -> None:
        """Refuse names that are not known."""
        known = {"strategy": STRATEGY_PORTS, "venue": VENUES, "sync": SYNC_MODES, "risk": RISK_MODES}
        for name, expected in known.items():
            if getattr(self, name) not in expected:
                raise ValueError(f"{name} {getattr(self, name)!r} received, expected one of {', '.join(expected)}")

    def but(self, **changes: Any) -> "Setup":
        """Return it with changes."""
        return replace(self, **changes)

    @property
    def symbols(self) -> int:
        """Return how many symbols orders go round: one for each venue, 0 where there is one venue (all in MSFT)."""
        return self.venues if self.venues > 1 else 0

    @property
    def feed_symbol(self) -> str:
        """Return what a market data feed shows where risk looks at one, "" for no feed.

        With several venues there is none: the checks that need a market are left out.
        """
        return "MSFT" if self.risk == "all" and self.venues == 1 else ""


def utc_offset_s() -> int:
    """Return how far the feed's time zone is ahead of UTC now."""
    offset = datetime.now(ZoneInfo("America/New_York")).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


_HEAD: Final = """\
[gateway]
name = "bench"
state_dir = "{folder}/state"
log_format = "json"
[journal]
sync = "{sync}"
"""

_STRATEGY: Final = """\
[[strategies]]
name = "{name}"
port = "{port}"
{login}
accounts = ["ACC"]
default_account = "ACC"
cancel_on_disconnect = false
"""

_VENUE: Final = """\
[[venues]]
name = "{name}"
hosts = ["127.0.0.1:{port}"]
{lines}
"""

_INSTRUMENT: Final = """\
[[instruments]]
symbol = "{symbol}"
tick = "0.01"
lot = "1"
currency = "USD"
venues = ["{venue}"]
default_venue = "{venue}"
"""

_FEED: Final = """\
[[feeds]]
name = "MD"
venue = "{venue}"
mapping = "itch_5_0"
transport = "soup"
hosts = ["127.0.0.1:{port}"]
username = "BENCH"
"""

_PORT_LINES: Final = {"fix": "", "json": "", "binary": "silence_s = 3600\n"}


def write_config(setup: Setup, folder: Path, venue_port: int, feed_port: int) -> Path:
    """Write the configuration, and the limits where the setup has them, into a folder; return its path."""
    port = STRATEGY_PORTS[setup.strategy]
    parts = [_HEAD.format(folder=folder, sync=setup.sync)]
    if setup.waiting:
        parts.append(f'[loop]\nwaiting = "{setup.waiting}"\n')
    if setup.risk == "all":
        market = _MARKET_LIMITS if setup.feed_symbol else ""
        (folder / "limits.toml").write_text(_LIMITS.replace("#market", market))
        parts.append('[risk]\nlimits = "limits.toml"\nrequire = true\n')
    parts.append(f'[ports.{port}]\nlisten = "127.0.0.1:0"\n{_PORT_LINES[port]}')
    parts += [_venue(setup.venue, number, venue_port) for number in range(setup.venues)]
    if setup.feed_symbol:
        parts.append(_FEED.format(venue=venue_name(0), port=feed_port))
    stored = SecretHash.of(SECRET, 10).stored()
    parts += [_strategy(setup.strategy, number, stored) for number in range(setup.strategies)]
    parts += [_INSTRUMENT.format(symbol=symbol, venue=venue) for symbol, venue in _markets(setup)]
    path = folder / "gateway.toml"
    path.write_text("".join(parts))
    return path


def _markets(setup: Setup) -> list[tuple[str, str]]:
    if setup.symbols:
        return [(f"S{number:03}", venue_name(number)) for number in range(setup.symbols)]
    return [("MSFT", venue_name(0))]


def venue_name(number: int) -> str:
    """Return the name of a venue, which is its CompID or its user too."""
    return f"V{number:03}"


def strategy_name(number: int) -> str:
    """Return the name of a strategy, which is its CompID or its username too; the harness makes the same."""
    return f"S{number:05}"


def _venue(protocol: str, number: int, port: int) -> str:
    name = venue_name(number)
    lines = VENUES[protocol]
    if protocol.startswith("fix"):
        lines += f'\nsender_comp_id = "FAIRLEAD"\ntarget_comp_id = "{name}"'
    else:
        lines += f'\nusername = "{name}"'
    return _VENUE.format(name=name, port=port, lines=lines)


def _strategy(protocol: str, number: int, secret_hash: str) -> str:
    name = strategy_name(number)
    port = STRATEGY_PORTS[protocol]
    if port != "fix":
        return _STRATEGY.format(name=name, port=port, login=f'secret_hash = "{secret_hash}"')
    login = f'fix = {{ begin_string = "FIX.4.{protocol[-1]}", sender_comp_id = "{name}", target_comp_id = "FAIRLEAD" }}'
    return _STRATEGY.format(name=name, port=port, login=login)


_COUNTED: Final = """\
max_open_orders = 1000000
max_open_notional = "1000000000000000"
max_credit = "1000000000000000"
max_capital = "1000000000000000"
max_messages = 1000000
interval_ms = 1000
cancel_reserve = 100
warn_percent = 99
"""

_MARKET_LIMITS: Final = """\
collar_bps = 500
warn_collar_bps = 300
collar_references = ["last", "touch"]
max_reference_age_ms = 3600000
drift_bps = 1000
drift_window_ms = 60000
phases = ["trading"]
needs_market_state = true
"""

_LIMITS: Final = f"""\
# Every check, each with a limit that no order of the benchmark reaches.
[currencies]
base = "USD"

[firm]
max_order_qty = "10000"
warn_order_qty = "5000"
max_order_notional = "10000000"
warn_order_notional = "1000000"
duplicate_window_ms = 20
max_duplicates = 100
max_repeats = 1000000
repeat_window_ms = 1000
self_match = "block"
short_sale = "locate"
#market
{_COUNTED}
[[limits]]
name = "each strategy"
strategy = "*"
{_COUNTED}
[[limits]]
name = "each account"
account = "*"
{_COUNTED}
[[limits]]
name = "each venue"
venue = "*"
{_COUNTED}
[[limits]]
name = "each symbol"
symbol = "*"
max_long_qty = "90000000000"
max_short_qty = "90000000000"
max_gross_qty = "90000000000"
{_COUNTED}
"""
