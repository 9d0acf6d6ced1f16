"""Give commands of a shell what they need to ask a running gateway: where it is, who asks, why, and in which form."""

import functools
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click
import orjson

from fairlead.gateway.commands.control_views import show_pending
from fairlead.gateway.config import ConfigError, load_config
from fairlead.gateway.control.client import ControlClient, ControlClientError, NotAnswered, Refused
from fairlead.gateway.control.protocol import LOGIN_NEEDED, REASON_NEEDED
from fairlead.gateway.control.server import socket_path

OPERATOR_VARIABLE: Final = "FAIRLEAD_OPERATOR"
SECRET_VARIABLE: Final = "FAIRLEAD_OPERATOR_SECRET"

_Command = Callable[..., Any]


class NoAnswer(click.ClickException):
    """Report that a command was sent and not answered: it may have been done."""


class ControlAccess:
    """Ask the gateway for a command of a shell; every failure is a ClickException with its text."""

    def __init__(self, state_dir: Path, operator: str, reason: str, as_json: bool) -> None:
        self.reason = reason
        self.as_json = as_json
        self.state_dir = state_dir
        self._client = ControlClient(socket_path(state_dir), operator, _secret(operator))

    def call(self, name: str, arguments: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Run a command and return its answer; ask for the reason at a terminal where one is needed."""
        try:
            return self._client.call(name, arguments, self.reason)
        except Refused as refused:
            if refused.code == REASON_NEEDED and sys.stdin.isatty():
                self.reason = click.prompt("Reason")
                return self.call(name, arguments)
            hint = f" (--operator, or {OPERATOR_VARIABLE})" if refused.code == LOGIN_NEEDED else ""
            raise click.ClickException(f"{refused}{hint}") from None
        except NotAnswered as error:
            raise NoAnswer(str(error)) from None
        except ControlClientError as error:
            raise click.ClickException(str(error)) from None

    def show(self, answer: Mapping[str, Any], render: Callable[[Mapping[str, Any]], object]) -> None:
        """Print an answer: as JSON where that was asked for, what waits for a second person, or as ``render`` does."""
        if self.as_json:
            click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
        elif answer.keys() == {"pending"} and isinstance(answer["pending"], dict):
            show_pending(answer["pending"])
        else:
            render(answer)

    def close(self) -> None:
        """End the connection."""
        self._client.close()


def _secret(operator: str) -> str:
    if not operator:
        return ""
    given = os.environ.get(SECRET_VARIABLE)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise click.UsageError(f"no secret of operator {operator}: set {SECRET_VARIABLE}")
    secret: str = click.prompt(f"Secret of {operator}", hide_input=True)
    return secret


def find_state_dir(config: Path | None, state: Path | None) -> Path:
    """Return the state folder that the options name."""
    if (config is None) == (state is None):
        raise click.UsageError("expected one of --config FILE and --state DIR: which gateway is meant?")
    if state is not None:
        return state
    assert config is not None
    try:
        return load_config(config).gateway.state_dir
    except ConfigError as error:
        raise click.ClickException(str(error)) from None


_OPTIONS: Final = (
    click.option("--config", type=click.Path(path_type=Path), help="The gateway's configuration file."),
    click.option("--state", type=click.Path(path_type=Path), help="Its state folder, in place of --config."),
    click.option("--operator", envvar=OPERATOR_VARIABLE, default="", help=f"Who asks (or {OPERATOR_VARIABLE})."),
    click.option("--reason", default="", help="Why; commands that change something want one."),
    click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON."),
)


def control_options(command: _Command) -> _Command:
    """Add the options of every command that asks a gateway; the function gets them as ``access``, a ControlAccess."""

    @functools.wraps(command)
    def with_access(
        *args: Any, config: Path | None, state: Path | None, operator: str, reason: str, as_json: bool, **options: Any
    ) -> Any:
        access = ControlAccess(find_state_dir(config, state), operator, reason, as_json)
        try:
            return command(*args, access=access, **options)
        finally:
            access.close()

    wrapped: _Command = with_access
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped
