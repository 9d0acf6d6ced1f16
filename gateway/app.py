"""Be the one program: ``fairlead COMMAND``.

Commands are found through the entry-point group ``fairlead.commands``, so that a command may live in a layer that
this one must not import, or in a package outside this repository. A command is loaded when it is asked for.
"""

from importlib.metadata import EntryPoint, entry_points, version

import click

from fairlead.gateway.build import describe_build

GROUP = "fairlead.commands"


class EntryPointGroup(click.Group):
    """List and load commands from the entry points of the installed packages."""

    def _found(self) -> dict[str, EntryPoint]:
        return {entry_point.name: entry_point for entry_point in entry_points(group=GROUP)}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, sorted."""
        return sorted(self._found())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        entry_point = self._found().get(cmd_name)
        if entry_point is None:
            return None
        command = entry_point.load()
        if not isinstance(command, click.Command):
            raise click.ClickException(f"{entry_point.value} is {command!r}, expected a click command")
        return command


def _print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"fairlead {version('fairlead')} ({describe_build()})")
        ctx.exit()


@click.group(cls=EntryPointGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version)
def main() -> None:
    """Connect strategies to exchanges and brokers."""


if __name__ == "__main__":
    main()
