"""Find the file of a profile: one that comes with Fairlead by its name, another by its path."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

ENDING = ".toml"


def profile_name(name_or_path: str) -> str:
    """Return what a profile is called: its file's name without the ending."""
    return Path(name_or_path).stem if name_or_path.endswith(ENDING) else name_or_path


def find_profile(name_or_path: str) -> Path | None:
    """Return a profile's file, None where there is none. It is only read, never understood."""
    if name_or_path.endswith(ENDING):
        path = Path(name_or_path)
        return path if path.is_file() else None
    adapters = Path(str(files("fairlead"))) / "adapters"
    return next(iter(sorted(adapters.glob(f"*/profiles/{name_or_path}{ENDING}"))), None)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal. Raises OSError."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
