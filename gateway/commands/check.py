"""``fairlead check``: read a configuration and say everything that is wrong with it."""

import time
from collections.abc import Iterator
from pathlib import Path

import click

from fairlead.gateway.compliance.controls import ControlsError, load_controls
from fairlead.gateway.config import Config, ConfigError, load_config
from fairlead.gateway.config.models import BinaryPort, Feed, FixPort, JsonPort, Venue
from fairlead.gateway.config.secrets import SecretError, resolve_secret
from fairlead.gateway.links.tls import TlsError, client_context, server_context
from fairlead.gateway.venues.certificate_watch import certificate_mistakes


def _ports(config: Config) -> tuple[tuple[str, FixPort | JsonPort | BinaryPort | None], ...]:
    return ("fix", config.ports.fix), ("json", config.ports.json_), ("binary", config.ports.binary)


def _summary(config: Config) -> list[str]:
    ports = [f"{name} {port.listen}" for name, port in _ports(config) if port]
    return [
        f"ports       {', '.join(ports) or 'none'}",
        *(
            f"venue       {v.name}: {v.profile} ({v.adapter}), {_identity(v)} at {', '.join(v.hosts)}"
            for v in config.venues
        ),
        *(
            f"strategy    {s.name}: port {s.port}, accounts {', '.join(s.accounts) or 'none'}"
            for s in config.strategies
        ),
        f"instruments {len(config.instruments) + len(config.reference.instruments)}",
        *(f"feed        {feed.name}: {feed.mapping} of {feed.venue} over {_source(feed)}" for feed in config.feeds),
        *_operators(config),
        f"journal     {config.journal.path} (sync {config.journal.sync})",
        *_limits(config),
    ]


def _limits(config: Config) -> Iterator[str]:
    """Say what the limits file holds; where there is none, that is a warning."""
    rules = config.limits.rules
    if config.risk.limits is not None and rules is not None:
        rows = f"{len(rules.rows)} row{'s' if len(rules.rows) != 1 else ''}{' and [firm]' if rules.firm.values else ''}"
        yield f"limits      {rows}, {len(rules.restricted)} restricted, {len(rules.locates)} locates"
    yield from (f"warning     {warning}" for warning in config.limits.warnings)


def _operators(config: Config) -> list[str]:
    """Say who may use the control socket, and for which roles there is no second person."""
    if not config.operators:
        return ["operators   none: the gateway's own user alone; what needs a second person can't be done"]
    lines = [f"operator    {operator.name}: {', '.join(operator.roles)}" for operator in config.operators]
    for role in ("support", "risk"):
        found = [operator.name for operator in config.operators if {role, "admin"} & set(operator.roles)]
        if len(found) < 2:
            who = f"only {found[0]} has" if found else "nobody has"
            lines.append(f"            what needs two people with role {role} can't be done: {who} it")
    return lines


def _source(feed: Feed) -> str:
    addresses = ", ".join(feed.hosts or feed.lines)
    return f"SoupBinTCP at {addresses}" if feed.transport == "soup" else f"MoldUDP64 on {addresses}"


def _identity(venue: Venue) -> str:
    if venue.sender_comp_id is None:
        return venue.username or "nobody"
    return f"{venue.sender_comp_id} -> {venue.target_comp_id}"


def _secret_mistakes(config: Config) -> list[str]:
    mistakes = []
    found: tuple[tuple[str, tuple[Venue | Feed, ...]], ...] = (("venues", config.venues), ("feeds", config.feeds))
    for key, tables in found:
        for index, table in enumerate(tables):
            if table.password is None:
                continue
            try:
                resolve_secret(table.password)
            except SecretError as error:
                mistakes.append(f"{key}[{index}].password: {error}")
    return mistakes


def _certificate_mistakes(config: Config) -> list[str]:
    """Load what TLS needs, as the gateway will."""
    mistakes = []
    for name, port in _ports(config):
        if port is not None and port.tls is not None:
            try:
                server_context(port.tls)
            except TlsError as error:
                mistakes.append(f"ports.{name}.tls: {error}")
    found: tuple[tuple[str, tuple[Venue | Feed, ...]], ...] = (("venues", config.venues), ("feeds", config.feeds))
    for key, tables in found:
        for index, table in enumerate(tables):
            if table.tls is not None:
                try:
                    client_context(table.tls)
                except TlsError as error:
                    mistakes.append(f"{key}[{index}].tls: {error}")
    return mistakes


def _production(config: Config) -> list[str]:
    return [
        f"            {venue.name} is production: it has a valid certificate"
        for venue in config.venues
        if venue.production
    ]


def _controls_mistakes(config: Config) -> list[str]:
    """Read the firm's controls file over."""
    try:
        load_controls(config.compliance.controls)
    except ControlsError as error:
        return [f"compliance.controls: {mistake}" for mistake in error.mistakes]
    return []


@click.command()
@click.argument("config_path", metavar="CONFIG", type=click.Path(path_type=Path))
@click.option("--secrets/--no-secrets", default=True, help="Also see whether secrets and certificates can be had.")
def check(config_path: Path, secrets: bool) -> None:
    """Check CONFIG and report every mistake at once. Exits 0 if there is none, 1 otherwise."""
    try:
        config = load_config(config_path)
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    mistakes = [*_secret_mistakes(config), *_certificate_mistakes(config)] if secrets else []
    mistakes += certificate_mistakes(config, time.time_ns()) if secrets else []
    mistakes += _controls_mistakes(config)
    if mistakes:
        raise click.ClickException(str(ConfigError(config_path, mistakes)))
    click.echo(f"{config_path}: correct")
    for line in _summary(config):
        click.echo(f"  {line}")
    for line in _production(config) if secrets else ():
        click.echo(f"  {line}")
