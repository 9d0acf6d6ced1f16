"""``fairlead venue``: bring a venue up: scaffold it, compare profiles, make scenarios of recorded sessions."""

from pathlib import Path

import click

from fairlead.gateway.onboarding.likes import LIKES
from fairlead.gateway.onboarding.scaffold import ScaffoldError, make_files, write_files


@click.group()
def venue() -> None:
    """Bring a venue up: scaffold, compare, record."""


@venue.command()
@click.argument("name")
@click.option("--like", type=click.Choice(list(LIKES)), required=True, help="What it speaks.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Where to; without it, a folder NAME.")
def new(name: str, like: str, out: Path | None) -> None:
    """Write what a new venue NAME begins with: profile, configuration, capability table, waivers, checklist."""
    folder = out or Path(name.lower())
    try:
        files = make_files(name, like)
        write_files(files, folder)
    except ScaffoldError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{folder}:")
    for file, text in files.items():
        click.echo(f"  {file:<32} {text.count(chr(10)):4} lines")
    click.echo(f"begin with {folder / 'CHECKLIST.md'}")
