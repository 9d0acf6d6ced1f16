"""``fairlead venue``: bring a venue up: scaffold it, compare profiles, make scenarios of recorded sessions."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click

from fairlead.gateway.commands.times import Time
from fairlead.gateway.journal.errors import JournalDamage, JournalError
from fairlead.gateway.onboarding.comparing import ProfileError, compare, read_profile
from fairlead.gateway.onboarding.drafting import Heading, NothingToDraft, draft
from fairlead.gateway.onboarding.likes import LIKES
from fairlead.gateway.onboarding.recordings import Recording, RecordingError, read_file, read_journal
from fairlead.gateway.onboarding.scaffold import ScaffoldError, make_files, write_files

EXIT_DIFFERENT: Final = 1
_EVER: Final = 2**63 - 1


class _Trouble(click.ClickException):
    exit_code = 2


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


@venue.command("diff")
@click.argument("first")
@click.argument("second")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a difference.")
def diff_profiles(first: str, second: str, as_json: bool) -> None:
    """Say what differs between two profiles, names or files: exits 0 where nothing does, 1 where something does."""
    try:
        profiles = read_profile(first), read_profile(second)
    except ProfileError as error:
        raise _Trouble(str(error)) from None
    found = compare(*profiles)
    if as_json:
        for each in found:
            click.echo(json.dumps(asdict(each)))
    elif found:
        for each in found:
            click.echo(f"{each.key}: {each.words}" + (f"\n    {each.says}" if each.says else ""))
    else:
        click.echo(f"{profiles[0].name} and {profiles[1].name} say the same")
    sys.exit(EXIT_DIFFERENT if found else 0)


@venue.command()
@click.argument("path", metavar="RECORDING", type=click.Path(exists=True, path_type=Path))
@click.option("--session", default="", help="With a journal: the venue.")
@click.option("--from", "from_utc_ns", type=Time(), default=-_EVER, help="With a journal: from this time on.")
@click.option("--to", "to_utc_ns", type=Time(), default=_EVER, help="Before this time.")
@click.option(
    "--comp-id", default="", help="With a log or capture: the gateway's SenderCompID, where both sides order."
)
@click.option("--id", "case_id", default="EX-draft", show_default=True, help="The scenario's id: begin with its group.")
@click.option("--title", default="", help="What it is about.")
@click.option("--to-file", type=click.Path(dir_okay=False, path_type=Path), help="Where to; without it, to the screen.")
def record(path: Path, session: str, case_id: str, title: str, to_file: Path | None, **how: Any) -> None:
    """Make a draft of a scenario from RECORDING: a journal's folder, a QuickFIX message log, or a capture of FIX.

    Ids become names, executions too; numbers and times are left out. What no step can be made of stands as a remark.
    """
    try:
        recording = _read(path, session, **how)
        source = f"{path.name}{f', session {session}' if session else ''}"
        heading = Heading(case_id, title or f"Recorded: {source}", recording.protocol, source)
        text = draft(heading, recording.messages)
    except (RecordingError, NothingToDraft, JournalError, JournalDamage) as error:
        raise _Trouble(str(error)) from None
    if to_file is None:
        click.echo(text, nl=False)
        return
    if to_file.exists():
        raise _Trouble(f"{to_file} exists: nothing is written over")
    to_file.write_text(text, encoding="utf-8")
    click.echo(f"{to_file}: {text.count('  - ')} steps of {len(recording.messages)} messages")


def _read(path: Path, session: str, from_utc_ns: int, to_utc_ns: int, comp_id: str) -> Recording:
    if not path.is_dir():
        return read_file(path, comp_id)
    if not session:
        raise RecordingError("a journal holds many sessions: name the venue's with --session")
    return read_journal(path, session, from_utc_ns, to_utc_ns)
