"""Make strategies' secrets: `fairlead secret`."""

import sys

import click

from fairlead.gateway.ports.secret_hash import (
    DEFAULT_LOG2_ROUNDS,
    LONGEST_SECRET,
    MAX_LOG2_ROUNDS,
    SHORTEST_SECRET,
    SecretHash,
    new_secret,
)

_ROUNDS = click.option(
    "--ln",
    "log2_rounds",
    type=click.IntRange(1, MAX_LOG2_ROUNDS),
    default=DEFAULT_LOG2_ROUNDS,
    show_default=True,
    help="Cost of the hash: 2^ln rounds. Each step doubles the time of a login, in which no order moves.",
)


@click.group()
def secret() -> None:
    """Make secrets for strategies and their hashes for the configuration."""


@secret.command()
@_ROUNDS
@click.option(
    "--length",
    type=click.IntRange(SHORTEST_SECRET, LONGEST_SECRET),
    default=LONGEST_SECRET,
    show_default=True,
    help="Characters, each worth 6 random bits; the binary port's logins have room for 10.",
)
def new(log2_rounds: int, length: int) -> None:
    """Print a new random secret, for the strategy, and its hash, for the gateway's configuration."""
    made = new_secret(length)
    click.echo(f"secret       {made}")
    click.echo(f"secret_hash  {SecretHash.of(made, log2_rounds).stored()}")


@secret.command("hash")
@_ROUNDS
def hash_secret(log2_rounds: int) -> None:
    """Print the hash of a secret read from standard input (its first line), or asked for at a terminal."""
    if sys.stdin.isatty():
        given = click.prompt("Secret", hide_input=True, confirmation_prompt=True)
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise click.UsageError("an empty line received on standard input, expected a secret")
    click.echo(SecretHash.of(given, log2_rounds).stored())
