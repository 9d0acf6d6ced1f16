"""Read a secret from where a reference says it is, so that none stands on a command line or in a file of settings."""

import os
from pathlib import Path


def read_secret(reference: str) -> str:
    """Return the secret that ``env:NAME`` or ``file:PATH`` refers to; raise ValueError without quoting a secret."""
    kind, _, where = reference.partition(":")
    if kind == "env" and where:
        secret = os.environ.get(where)
        if secret is None:
            raise ValueError(f"environment variable {where} is not set, expected it to hold the secret")
    elif kind == "file" and where:
        try:
            secret = Path(where).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"no secret in file {where}: {error}") from None
    else:
        # What is no reference may be the secret itself.
        raise ValueError(f"{len(reference)} characters that are no reference received, expected env:NAME or file:PATH")
    if not secret:
        raise ValueError(f"an empty secret found in {reference}")
    return secret
