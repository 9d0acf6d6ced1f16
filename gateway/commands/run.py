"""``fairlead run`` and ``fairlead gateway``: run in the foreground until SIGTERM or SIGINT."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Final, Literal, TextIO, cast

import click
import structlog
import uvloop

from fairlead.gateway.assembly import assemble
from fairlead.gateway.config import Config, ConfigError, load_config
from fairlead.gateway.config.secrets import SecretError
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.links.listener import ListenError
from fairlead.gateway.links.tls import TlsError
from fairlead.gateway.log_level import LOG_LEVEL
from fairlead.gateway.log_output import LogOutput
from fairlead.gateway.operations.gateway_life import GatewayLife
from fairlead.gateway.operations.supervisor import Supervisor, children
from fairlead.gateway.process import GatewayProcess
from fairlead.gateway.processor import ProcessorRefused
from fairlead.gateway.reloading import Reloading
from fairlead.gateway.service_notice import ServiceNotice
from fairlead.gateway.venues.adapters import AdapterError
from fairlead.gateway.virtual_clock import ClockRefused, choose_clock

log = structlog.get_logger()

REFUSALS: Final = (
    AdapterError,
    ClockRefused,
    ConfigError,
    JournalError,
    ListenError,
    ProcessorRefused,
    SecretError,
    TlsError,
)
"""Why a gateway does not start, or no further."""


def configure_logging(log_format: Literal["console", "json"]) -> None:
    """Log to standard error: for people, or one JSON object a line."""
    colours = sys.stderr.isatty()
    last = (
        structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer(colors=colours)
    )
    structlog.configure(
        processors=[
            LOG_LEVEL,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, LogOutput(sys.stderr))),
        cache_logger_on_first_use=True,
    )


async def _run(config: Config, config_path: Path) -> int:
    process: GatewayProcess | None = None

    def on_failure(error: BaseException) -> None:
        if process is not None:
            process.journal_failed(error)

    def on_refused(port: str, text: str, utc_ns: int) -> None:
        log.warning("connection_refused", port=port, text=text)

    try:
        gateway = assemble(config, choose_clock(config, os.environ), on_failure, on_refused)
    except OSError as error:
        # a folder of the configuration that can't be made or written
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None
    process = GatewayProcess(gateway, ServiceNotice(os.environ))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, process.stop)
    loop.add_signal_handler(signal.SIGHUP, Reloading(gateway, config_path).reload)
    return await process.run()


async def _supervise(config_path: Path) -> int:
    supervisor = Supervisor(*children(str(config_path)), GatewayLife(os.environ))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, supervisor.stop)
    loop.add_signal_handler(signal.SIGHUP, supervisor.tell_gateway, signal.SIGHUP)
    return await supervisor.run()


@click.command()
@click.argument("config_path", metavar="CONFIG", type=click.Path(path_type=Path))
def run(config_path: Path) -> None:
    """Run the gateway that CONFIG describes until SIGTERM or Ctrl-C.

    Where CONFIG has a table [operations], the operations process runs beside it, and what dies of the two is brought
    back. SIGHUP has the configuration file looked at again. A second signal ends the wait for answers that are still
    due. Exits 0 after an orderly stop, 1 where it can't start, 70 where it stopped because of a mistake of its own,
    74 where the journal failed.
    """
    config = _load(config_path)
    sys.exit(_run_gateway(config, config_path) if config.operations is None else asyncio.run(_supervise(config_path)))


@click.command()
@click.argument("config_path", metavar="CONFIG", type=click.Path(path_type=Path))
def gateway(config_path: Path) -> None:
    """Run the gateway's process alone, whether or not CONFIG has a table [operations]; else as `fairlead run`."""
    sys.exit(_run_gateway(_load(config_path), config_path))


def _load(config_path: Path) -> Config:
    try:
        config = load_config(config_path)
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    configure_logging(config.gateway.log_format)
    return config


def _run_gateway(config: Config, config_path: Path) -> int:
    try:
        return uvloop.run(_run(config, config_path))
    except REFUSALS as error:
        raise click.ClickException(str(error)) from None
