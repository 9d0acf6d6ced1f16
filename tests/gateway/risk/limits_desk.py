"""Run limits without a gateway: a file in a folder, a list for a journal, operators' commands as calls."""

from pathlib import Path
from typing import Any

import orjson

from fairlead.gateway.config.limits_file import LimitsReading, read_limits_file, read_limits_text
from fairlead.gateway.config.limits_references import KnownNames
from fairlead.gateway.control.commands import ControlCommands, ControlRequest
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.risk.limits_commands import LimitsCommands
from fairlead.gateway.risk.limits_in_force import LimitsInForce

KNOWN = KnownNames(
    accounts={"alpha": ("A1", "A2"), "beta": ("B-*",)},
    venues=("X", "Y"),
    symbols=("MSFT", "IBM"),
    currencies={"USD": "MSFT"},
)

FILE = """
[firm]
max_order_qty = "1000"
max_open_orders = 100

[[limits]]
strategy = "alpha"
max_order_qty = "500"
max_open_orders = 10

[[limits]]
name = "each share"
symbol = "*"
max_long_qty = "2000"
"""

UTC = 1_780_000_000_000_000_000
HOUR = 3_600_000_000_000


class LimitsDesk:
    """Hold the limits of one process after another; ``restart`` begins the next with what was recorded."""

    def __init__(self, folder: Path, text: str = FILE, *, require: bool = False) -> None:
        self.path = folder / "limits.toml"
        self.path.write_text(text)
        self.require = require
        self.journal: list[bytes] = []
        self.alerts: list[tuple[str, dict[str, Any]]] = []
        self.utc_ns = UTC
        self.restart()

    def restart(self) -> None:
        def alert(event: str, utc_ns: int, **facts: Any) -> None:
            self.alerts.append((event, facts))

        self.limits = LimitsInForce(
            self._read(), self._read, KNOWN, require=self.require, write=lambda payload, _: self.journal.append(payload)
        )
        for at, payload in enumerate(self.journal):
            self.limits.replay(Record(at, self.utc_ns, 0, 1, 1, kinds.LIMITS, 1, 0, payload))
        self.limits.start(1, self.utc_ns, alert)
        self.commands = ControlCommands()
        self.handlers = LimitsCommands(self.limits)
        self.handlers.register(self.commands)

    def _read(self) -> LimitsReading:
        return read_limits_file(self.path, KNOWN, require=self.require)

    def request(self, name: str, approver: str = "", **arguments: Any) -> ControlRequest:
        model = self.commands.by_name[name].arguments.model_validate_json(orjson.dumps(arguments), strict=True)
        return ControlRequest("ann", approver, "because", model, 1, self.utc_ns)

    def ask(self, name: str, approver: str = "", **arguments: Any) -> dict[str, Any]:
        """Run a command, with the second person where one is named."""
        return dict(self.commands.by_name[name].handler(self.request(name, approver, **arguments)))

    def needs_approval(self, name: str, **arguments: Any) -> bool:
        rule = self.commands.by_name[name].approval_rule
        return rule is not None and rule(self.request(name, **arguments))

    def set(self, *changes: tuple[str, str, Any], approver: str = "", **more: Any) -> dict[str, Any]:
        return self.ask(
            "limits.set",
            approver,
            changes=[dict(zip(("row", "parameter", "value"), c, strict=True)) for c in changes],
            **more,
        )

    def records(self) -> list[dict[str, Any]]:
        return [orjson.loads(payload) for payload in self.journal]

    def state(self) -> tuple[Any, ...]:
        book = self.limits.book
        return book.version, book.rules.as_dict(), self.limits.changes, len(self.journal)

    def max_qty(self, *key: str) -> int:
        """Return the most that one order may ask for, in whole units."""
        return self.limits.book.limits_for(*key).max_qty // 10**8


def text_of(reading: str) -> LimitsReading:
    return read_limits_text(reading.encode(), KNOWN)
