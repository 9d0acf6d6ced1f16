"""``fairlead operations``: run the operations process beside a gateway."""

import asyncio
import signal
import sys
from pathlib import Path

import click

from fairlead.gateway.clock import Clock
from fairlead.gateway.commands.run import configure_logging
from fairlead.gateway.config import ConfigError, load_config
from fairlead.gateway.config.secrets import SecretError
from fairlead.gateway.links.tls import TlsError
from fairlead.gateway.operations.database import DatabaseError
from fairlead.gateway.operations.process import OperationsError, OperationsProcess


@click.command()
@click.argument("config_path", metavar="CONFIG", type=click.Path(path_type=Path))
def operations(config_path: Path) -> None:
    """Run the operations process of the gateway that CONFIG describes: metrics, alerts, incidents, console.

    `fairlead run` starts it beside the gateway where CONFIG has a table [operations]; this runs it alone, also while
    the gateway is down.
    """
    try:
        config = load_config(config_path)
        configure_logging(config.gateway.log_format)
        exit_code = asyncio.run(_run(OperationsProcess(config, Clock(), config_path.resolve())))
    except (ConfigError, DatabaseError, OperationsError, SecretError, TlsError) as error:
        raise click.ClickException(str(error)) from None
    sys.exit(exit_code)


async def _run(process: OperationsProcess) -> int:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, process.stop)
    return await process.run()
