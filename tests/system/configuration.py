"""Write a gateway configuration for tests: two venues, some strategies, quick time-outs."""

from dataclasses import dataclass, field
from pathlib import Path

from ouch_venues import USER, VERSIONS

from fairlead.gateway.ports.secret_hash import SecretHash

SECRET = "a-secret-of-the-tests"
_SECRET_HASH = SecretHash.of(SECRET, 4).stored()
BINARY_SECRET = "Ten-Chars1"
_BINARY_SECRET_HASH = SecretHash.of(BINARY_SECRET, 4).stored()
PROFILES = {"XBRK": "broker42", "XEXC": "exchange44", "XO42": "nasdaq_ouch42", "XO50": "nasdaq_ouch50"}


@dataclass(frozen=True, slots=True)
class StrategyTable:
    """One strategy of the configuration; ``comp_id`` makes it one that speaks FIX, ``is_binary`` the binary port's."""

    name: str
    comp_id: str = ""
    options: str = "cancel_on_disconnect = false"
    is_binary: bool = False

    @property
    def port(self) -> str:
        """Return the port that it uses."""
        return "fix" if self.comp_id else "binary" if self.is_binary else "json"

    def text(self) -> str:
        """Return the table."""
        lines = [
            "[[strategies]]",
            f'name = "{self.name}"',
            f'port = "{self.port}"',
            f'secret_hash = "{_BINARY_SECRET_HASH if self.is_binary else _SECRET_HASH}"',
            f'accounts = ["ACC-{self.name}"]',
            f'default_account = "ACC-{self.name}"',
            self.options,
        ]
        if self.comp_id:
            lines += [
                "[strategies.fix]",
                'begin_string = "FIX.4.4"',
                f'sender_comp_id = "{self.comp_id}"',
                'target_comp_id = "FAIRLEAD"',
            ]
        return "\n".join(lines)


@dataclass(slots=True)
class GatewayTables:
    """What a test may say of the configuration; the rest is the same for all."""

    venue_ports: dict[str, int]
    json_port: int
    fix_port: int
    binary_port: int = 0
    binary_options: str = ""
    strategies: list[StrategyTable] = field(
        default_factory=lambda: [StrategyTable("alpha"), StrategyTable("beta", "BETA")]
    )
    journal: str = "segment_mib = 1"
    json_options: str = ""
    fix_options: str = ""
    stop_timeout_s: int = 5
    more: str = ""
    """Tables of a test's own."""

    def write(self, folder: Path) -> Path:
        """Write the file and return its path."""
        parts = [
            "[gateway]",
            'name = "under-test"',
            f'state_dir = "{folder / "state"}"',
            'log_format = "json"',
            f"stop_timeout_s = {self.stop_timeout_s}",
            "[journal]",
            self.journal,
            "[ports.json]",
            f'listen = "127.0.0.1:{self.json_port}"',
            self.json_options,
            "[ports.fix]",
            f'listen = "127.0.0.1:{self.fix_port}"',
            self.fix_options,
            *self._binary(),
            *(self._venue(name, port) for name, port in self.venue_ports.items()),
            *(strategy.text() for strategy in self.strategies),
            *(self._instrument(symbol) for symbol in ("MSFT", "AAPL", "IBM")),
            self.more,
        ]
        path = folder / "gateway.toml"
        path.write_text("\n".join(parts) + "\n")
        return path

    def _binary(self) -> list[str]:
        listen = f'listen = "127.0.0.1:{self.binary_port}"'
        return ["[ports.binary]", listen, self.binary_options] if self.binary_port else []

    @staticmethod
    def _venue(name: str, port: int) -> str:
        is_ouch = name in VERSIONS
        identity = (
            f"""adapter = "ouch"
username = "{USER}"
password = "env:OUCH_PASSWORD"
"""
            if is_ouch
            else f"""sender_comp_id = "FAIRLEAD"
target_comp_id = "{name}"
heartbeat_s = 5
"""
        )
        return f"""[[venues]]
name = "{name}"
profile = "{PROFILES[name]}"
hosts = ["127.0.0.1:{port}"]
{identity}reconnect_first_s = 0.05
reconnect_max_s = 0.2
ack_timeout_s = 2"""

    def _instrument(self, symbol: str) -> str:
        venues = ", ".join(f'"{name}"' for name in self.venue_ports)
        security_ids = f'security_ids = {{ XEXC = "{symbol}.X" }}' if "XEXC" in self.venue_ports else ""
        return f"""[[instruments]]
symbol = "{symbol}"
tick = "0.01"
lot = "1"
currency = "USD"
venues = [{venues}]
{security_ids}"""
