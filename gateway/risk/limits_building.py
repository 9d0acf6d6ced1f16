"""Put the limits in force: read from the configuration, brought back from the journal, offered to operators."""

from typing import TYPE_CHECKING

import structlog

from fairlead.gateway.config import Config
from fairlead.gateway.config.limits_file import LimitsReading, read_limits_file
from fairlead.gateway.config.limits_references import KnownNames
from fairlead.gateway.risk.limits_commands import LimitsCommands
from fairlead.gateway.risk.limits_in_force import LimitsInForce, Write
from fairlead.gateway.risk.limits_rules import LimitRules

if TYPE_CHECKING:
    from fairlead.gateway.assembly import Gateway

log = structlog.get_logger()


def build_limits(config: Config, write: Write) -> LimitsInForce:
    """Return the limits of the configuration, for the journal to be replayed into; ``write`` records LIMITS."""
    known, path, require = KnownNames.of(config), config.risk.limits, config.risk.require

    base = config.limits if config.limits.rules is not None else LimitsReading(rules=LimitRules())
    last = base

    def read_file() -> LimitsReading:
        nonlocal last
        if path is None:
            return LimitsReading(mistakes=("no limits file is configured: expected [risk] limits",))
        last = read_limits_file(path, known, require=require, last=last)
        return last

    return LimitsInForce(base, read_file, known, require=require, write=write)


def open_limits(gateway: "Gateway") -> LimitsCommands:
    """Let the limits count from now on; the journal is replayed and open again."""
    limits = gateway.limits
    for warning in limits.warnings:
        log.warning("limits", warning=warning)
    limits.start(gateway.clock.now_ns(), gateway.clock.utc_ns(), gateway.watch.alert)
    book = limits.book
    log.info("limits_in_force", version=book.version, rows=len(book.rules.rows), admin_changes=len(limits.changes))
    gateway.path.checks.find_limits = book.limits_for
    gateway.retention.add_part(limits.write_checkpoint)
    commands = LimitsCommands(limits)
    commands.register(gateway.control_commands)
    return commands
