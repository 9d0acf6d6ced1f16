"""Set a session's numbers by hand: ``fairlead journal set-numbers``."""

import getpass
import os
import time
from pathlib import Path
from typing import Any, Final

import click

from fairlead.adapters.fix.inbound import MAX_SEQ_NUM
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.journal.numbers import Numbers, NumbersDesk, Operator

_MSG_SEQ_NUM: Final = click.IntRange(1, MAX_SEQ_NUM)


class _Reason(click.ParamType[str]):
    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not str(value).strip():
            self.fail("a reason is expected: it is recorded", param, ctx)
        return str(value).strip()


@click.command("set-numbers")
@click.option("--session", required=True, help="The session as the journal names it, such as venue:XBRK.")
@click.option("--next-out", type=_MSG_SEQ_NUM, help="MsgSeqNum(34) of our next message.")
@click.option("--next-in", type=_MSG_SEQ_NUM, help="MsgSeqNum(34) expected next from the peer.")
@click.option("--reason", type=_Reason(), required=True, help="Why; recorded with your user name.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
def set_numbers(path: Path, session: str, next_out: int | None, next_in: int | None, reason: str, *, yes: bool) -> None:
    """Set a session's numbers while the gateway is stopped, as agreed with the venue."""
    if next_out is None and next_in is None:
        raise click.UsageError("--next-out, --next-in or both are expected")
    try:
        with NumbersDesk(path) as desk:
            before = _known(desk, session)
            after = Numbers(next_in or before.next_in, next_out or before.next_out)
            if after == before:
                click.echo(f"{session} has these numbers already: {before}")
                return
            _show(desk, session, before, after)
            if not yes:
                click.confirm("Set these numbers?", abort=True)
            desk.set(session, after, Operator(_user_name(), reason), time.time_ns(), time.monotonic_ns())
    except JournalError as error:
        raise click.ClickException(f"{error}; numbers are set while the gateway is stopped") from error
    click.echo("recorded; the next start goes on with these numbers")


def _known(desk: NumbersDesk, session: str) -> Numbers:
    known = desk.numbers()
    if session not in known:
        listed = "".join(f"\n  {name}: {numbers}" for name, numbers in known.items()) or " none"
        raise click.BadParameter(
            f"{session!r}, expected one of the journal's sessions:{listed}", param_hint="--session"
        )
    return known[session]


def _show(desk: NumbersDesk, session: str, before: Numbers, after: Numbers) -> None:
    if desk.found:
        click.echo(f"found as at a start: {desk.found}")
    click.echo(f"{session}\n  before: {before}\n  after:  {after}")
    if after.next_out < before.next_out:
        click.echo("  the next message out has a number that was used: expect the peer to refuse it unless it agreed")
    if after.next_in > before.next_in:
        click.echo("  messages in between are not asked for: the peer's reports in them stay unknown here")


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # a container's user without a name
        return f"uid {os.getuid()}"
