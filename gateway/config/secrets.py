"""Resolve secrets that the configuration only refers to: ``env:NAME`` or ``file:PATH``."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator

_REFERENCE: Final = re.compile(r"(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)")


class SecretError(Exception):
    """Report a secret that can't be had; never holds the secret."""


def _check_reference(value: str) -> str:
    if not _REFERENCE.fullmatch(value):
        # the value may be the secret itself, so it is not repeated here
        raise ValueError("expected env:NAME or file:PATH: a secret is never written into the file")
    return value


SecretReference = Annotated[str, AfterValidator(_check_reference)]


def resolve_secret(reference: str, environ: Mapping[str, str] = os.environ, folder: Path = Path()) -> str:
    """Return the secret that ``reference`` names; a relative path starts at ``folder``, one final newline goes.

    Raises SecretError where the variable is not set, the file can't be read, or the secret is empty.
    """
    scheme, _, rest = reference.partition(":")
    if scheme == "env":
        secret = environ.get(rest)
        if secret is None:
            raise SecretError(f"{reference}: the environment has no variable {rest}")
    else:
        try:
            secret = (folder / rest).read_text(encoding="utf-8").removesuffix("\n")
        except OSError as error:
            raise SecretError(f"{reference}: {error.strerror or error}") from None
        except UnicodeDecodeError:
            raise SecretError(f"{reference}: it is not UTF-8") from None
    if not secret:
        raise SecretError(f"{reference}: it is empty, expected a secret")
    return secret
