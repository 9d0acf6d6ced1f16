"""Keep secrets as scrypt hashes: a configuration that leaks gives nobody a login.

A stored hash is one line, ``$scrypt$ln=10,r=8,p=1$SALT$HASH`` (base64 without padding), so that each carries the cost
it was made with. The check runs in the event loop of the order path; the default cost (ln=10: 2^10 rounds over 1 MiB)
takes about 2 ms. That suits random secrets, as ``fairlead secret new`` makes them, which no cost needs to protect from
guessing. For secrets that people think up, raise ln: each step doubles the time.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

DEFAULT_LOG2_ROUNDS: Final = 10
MAX_LOG2_ROUNDS: Final = 17
"""2^17 rounds take a third of a second, for which no order moves."""

LONGEST_SECRET: Final = 43
SHORTEST_SECRET: Final = 10
"""60 bits: beyond guessing against a port that counts wrong secrets, or against a hash of 2 ms a guess."""

_BLOCK_SIZE: Final = 8
_PARALLELISM: Final = 1
_SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32
_SECRET_BYTES: Final = 32
_MAX_MEMORY_BYTES: Final = 512 * 1024 * 1024
_STORED: Final = re.compile(
    r"\$scrypt\$ln=(?P<log2_rounds>\d{1,2}),r=(?P<block>\d{1,2}),p=(?P<lanes>\d{1,2})"
    r"\$(?P<salt>[A-Za-z0-9+/]{11,86})\$(?P<digest>[A-Za-z0-9+/]{43})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, repr=False)
class SecretHash:
    """Hold one secret's hash and check candidates against it."""

    log2_rounds: int
    block_size: int
    parallelism: int
    salt: bytes
    digest: bytes

    @classmethod
    def parse(cls, stored: str) -> "SecretHash":
        """Read a stored hash; raise ValueError with what is expected, without quoting it."""
        match = _STORED.fullmatch(stored)
        if match is None:
            raise ValueError(
                f"{len(stored)} characters that are no stored hash received, "
                "expected $scrypt$ln=...,r=...,p=...$SALT$HASH as `fairlead secret new` prints it"
            )
        log2_rounds = int(match["log2_rounds"])
        block_size, parallelism = int(match["block"]), int(match["lanes"])
        if not 1 <= log2_rounds <= MAX_LOG2_ROUNDS:
            raise ValueError(f"ln={log2_rounds} received in a stored hash, expected 1 to {MAX_LOG2_ROUNDS}")
        if not (1 <= block_size <= 16 and 1 <= parallelism <= 4):
            raise ValueError(f"r={block_size},p={parallelism} received in a stored hash, expected r 1-16, p 1-4")
        try:
            salt, digest = _from_base64(match["salt"]), _from_base64(match["digest"])
        except binascii.Error:
            raise ValueError("a stored hash whose salt or hash is no base64 received") from None
        return cls(log2_rounds, block_size, parallelism, salt, digest)

    @classmethod
    def of(cls, secret: str, log2_rounds: int = DEFAULT_LOG2_ROUNDS) -> "SecretHash":
        """Hash a secret with a new salt."""
        if not 1 <= log2_rounds <= MAX_LOG2_ROUNDS:
            raise ValueError(f"ln={log2_rounds} received, expected 1 to {MAX_LOG2_ROUNDS}")
        salt = secrets.token_bytes(_SALT_BYTES)
        digest = _scrypt(secret, salt, log2_rounds, _BLOCK_SIZE, _PARALLELISM)
        return cls(log2_rounds, _BLOCK_SIZE, _PARALLELISM, salt, digest)

    def matches(self, secret: str) -> bool:
        """Tell whether ``secret`` is the one; takes the same time whatever it is."""
        digest = _scrypt(secret, self.salt, self.log2_rounds, self.block_size, self.parallelism)
        return hmac.compare_digest(digest, self.digest)

    def stored(self) -> str:
        """Return the line to put into the configuration."""
        cost = f"ln={self.log2_rounds},r={self.block_size},p={self.parallelism}"
        return f"$scrypt${cost}${_to_base64(self.salt)}${_to_base64(self.digest)}"


def new_secret(length: int = LONGEST_SECRET) -> str:
    """Return a new secret: random letters, digits, ``-`` and ``_``, 6 bits in each, 32 bytes in 43 of them."""
    if not SHORTEST_SECRET <= length <= LONGEST_SECRET:
        raise ValueError(f"length {length} received, expected {SHORTEST_SECRET} to {LONGEST_SECRET}")
    return secrets.token_urlsafe(_SECRET_BYTES)[:length]


def _scrypt(secret: str, salt: bytes, log2_rounds: int, block_size: int, parallelism: int) -> bytes:
    return hashlib.scrypt(
        secret.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=1 << log2_rounds,
        r=block_size,
        p=parallelism,
        maxmem=_MAX_MEMORY_BYTES,
        dklen=_HASH_BYTES,
    )


def _to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii").rstrip("=")


def _from_base64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
