"""Make, write and read Ed25519 keys: PKCS #8 in PEM for the secret half, ``ed25519:BASE64`` for the public one."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

PREFIX = "ed25519:"
_PUBLIC_BYTES = 32


class KeyFault(Exception):
    """Report a key that can't be read, written or used."""


def write_key(path: Path) -> str:
    """Write a new key, readable by its owner alone, and its public half beside it (``.pub``); return the latter.

    Raises KeyFault where either file exists: a key that is lost can't be had back.
    """
    key, public_path = Ed25519PrivateKey.generate(), path.with_name(f"{path.name}.pub")
    text = public_text(key)
    for target, mode, data in (
        (path, 0o600, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())),
        (public_path, 0o644, f"{text}\n".encode()),
    ):
        try:
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        except FileExistsError:
            raise KeyFault(f"{target} exists: a key is never written over") from None
        except OSError as error:
            raise KeyFault(f"{target} can't be written: {error.strerror or error}") from None
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    return text


def read_key(path: Path) -> Ed25519PrivateKey:
    """Return the secret key of a file. Raises KeyFault."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise KeyFault(f"{path} can't be read: {error.strerror or error}") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyFault(f"{path} is no key, expected PEM as `fairlead certificates keygen` writes it") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFault(f"{path} holds a {type(key).__name__}, expected an Ed25519 key")
    return key


def public_text(key: Ed25519PrivateKey) -> str:
    """Return the public half as text."""
    return PREFIX + b64encode(key.public_key().public_bytes_raw()).decode()


def parse_public(text: str) -> Ed25519PublicKey:
    """Return the public key of its text. Raises KeyFault."""
    try:
        raw = b64decode(text.removeprefix(PREFIX), validate=True)
    except ValueError:
        raw = b""
    if not text.startswith(PREFIX) or len(raw) != _PUBLIC_BYTES:
        raise KeyFault(f"{text!r} received, expected a public key: {PREFIX} and {_PUBLIC_BYTES} bytes in base64")
    return Ed25519PublicKey.from_public_bytes(raw)


def named_public(given: str) -> str:
    """Return the text of a public key that is given itself or as the path of a ``.pub`` file. Raises KeyFault."""
    text = given.strip()
    if not text.startswith(PREFIX):
        try:
            text = Path(given).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise KeyFault(f"{given!r} is neither a public key nor a file that holds one: {error}") from None
    parse_public(text)
    return text
