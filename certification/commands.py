"""``fairlead certify``: hold what is tested against the catalogue, and read what came of it.

Each subcommand is loaded when it is asked for, by its line in ``PARTS``: a part that can't be loaded says so when it is
called, and takes no other down. docs/certification.md.
"""

from __future__ import annotations

import traceback
from importlib import import_module

import click

PARTS = {
    "engine": "fairlead.certification.engine.commands:engine",
    "engine --version SOUP": "fairlead.certification.soup_engine.commands:soup",
    "gateway": "fairlead.certification.gateway.commands:gateway",
    "market": "fairlead.certification.market.commands:market",
    "log": "fairlead.certification.passive.commands:log",
    "compare": "fairlead.certification.reports.commands:compare",
    "matrix": "fairlead.certification.reports.commands:matrix",
}
"""Subcommand: module and name of a click command. Options in its name are those that tell it from another one's."""

EXIT_BROKEN = 2


class PartsGroup(click.Group):
    """List the parts that are there, and load the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the parts that are there, those that can't be loaded included."""
        return [name for name in PARTS if " " not in name and self.get_command(ctx, name) is not None]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a part, by its options where a part is named with some."""
        found = super().resolve_command(ctx, args)
        words = " ".join(args[1:]).replace("=", " ")
        for name in PARTS:
            first, _, options = name.partition(" ")
            if options and first == args[0] and f" {options} " in f" {words} ":
                return found[0], self.get_command(ctx, name), args[1:]
        return found

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a part; None for one that is not there."""
        if cmd_name not in PARTS:
            return None
        module_name, _, name = PARTS[cmd_name].partition(":")
        try:
            command = getattr(import_module(module_name), name)
        except ModuleNotFoundError as error:
            if error.name is not None and f"{module_name}.".startswith(f"{error.name}."):
                return None
            return _broken(cmd_name, error)
        except Exception as error:
            return _broken(cmd_name, error)
        if not isinstance(command, click.Command):
            return _broken(cmd_name, TypeError(f"{PARTS[cmd_name]} is {command!r}, expected a click command"))
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a part. A mistake of its own, or a stop by hand, must not look like a case that failed."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except KeyboardInterrupt:
            click.echo("Error: stopped before the end; nothing was written", err=True)
        except Exception:
            click.echo(f"Error: the certification itself failed:\n{traceback.format_exc()}", err=True)
        raise SystemExit(EXIT_BROKEN)


def _broken(name: str, error: Exception) -> click.Command:
    text = f"{type(error).__name__}: {error}"

    def tell(_: tuple[str, ...]) -> None:
        click.echo(f"Error: certify {name} can't be loaded: {text}", err=True)
        raise SystemExit(EXIT_BROKEN)

    return click.Command(
        name,
        callback=lambda arguments: tell(arguments),
        params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
        short_help=f"(can't be loaded: {text})",
        context_settings={"ignore_unknown_options": True},
    )


@click.group(cls=PartsGroup)
def certify() -> None:
    """Hold a gateway, an engine or a log against the catalogue of cases.

    Exits 0 where all is well, 1 where a case failed, 2 where nothing could be tested.
    """
