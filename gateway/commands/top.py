"""``fairlead top``: the first screen of the console in a terminal."""

import asyncio
import os
import sys
from pathlib import Path

import click

from fairlead.gateway.commands.control_access import OPERATOR_VARIABLE, SECRET_VARIABLE
from fairlead.gateway.config import ConfigError, load_config
from fairlead.gateway.operations.top.app import TopApp
from fairlead.gateway.operations.top.client import ApiClient, ApiRefused


@click.command()
@click.option("--config", type=click.Path(path_type=Path), help="The gateway's configuration, for where it is served.")
@click.option("--url", default="", help="Where it is served, such as http://127.0.0.1:9464.")
@click.option("--operator", envvar=OPERATOR_VARIABLE, required=True, help=f"Who logs in; or {OPERATOR_VARIABLE}.")
def top(config: Path | None, url: str, operator: str) -> None:
    """Show sessions, alerts and open orders of a running gateway, over the operations process's API.

    The secret is taken from FAIRLEAD_OPERATOR_SECRET, or asked for. Keys: 1 2 3 go to a table, / filters orders, a
    acknowledges the alert under the cursor, q quits.
    """
    secret = os.environ.get(SECRET_VARIABLE) or click.prompt(f"Secret of {operator}", hide_input=True)
    try:
        asyncio.run(_run(url or _url_of(config), operator, secret))
    except ApiRefused as error:
        raise click.ClickException(str(error)) from None


def _url_of(config: Path | None) -> str:
    if config is None:
        raise click.UsageError("expected --config or --url")
    try:
        settings = load_config(config).operations
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    if settings is None:
        raise click.ClickException(f"{config} has no table [operations]: nothing serves the API")
    return settings.console_url or f"http{'s' if settings.tls else ''}://{settings.listen}"


async def _run(url: str, operator: str, secret: str) -> None:
    async with ApiClient(url) as client:
        await client.log_in(operator, secret)
        if not sys.stdout.isatty():
            raise click.ClickException("expected a terminal; programs ask the API")
        await TopApp(client).run_async()
