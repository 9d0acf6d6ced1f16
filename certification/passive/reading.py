"""Read a file that holds a wire log, whichever form it has."""

from __future__ import annotations

from pathlib import Path

from fairlead.certification.passive.captures import read_capture
from fairlead.certification.passive.packets import is_capture
from fairlead.certification.passive.records import LogError, WireLog
from fairlead.certification.passive.text_logs import read_journal_json, read_text_log


def read_log(path: Path) -> WireLog:
    """Read one file. Raises LogError, in one line, where it is none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LogError(f"{path} can't be read: {error.strerror or error}") from error
    return read_log_bytes(data, path.name)


def read_log_bytes(data: bytes, name: str) -> WireLog:
    """Read a file's bytes; its form is told by how they begin."""
    if is_capture(data):
        return read_capture(data, name)
    if data[:16].lstrip().startswith(b"{"):
        return read_journal_json(data, name)
    return read_text_log(data, name)
