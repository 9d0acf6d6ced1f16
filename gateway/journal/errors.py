"""Name what can go wrong with the journal."""

import os


class JournalError(Exception):
    """Report that the journal can't be written or read; the text says what, where, how much and why.

    After a writer raised it, that writer stays failed: nothing more is written, and nothing that would have been
    journaled may be sent.
    """


class JournalDamage(JournalError):
    """Report committed records that are not what was written; start-up refuses to go on."""


def disk_problem(action: str, path: object, wanted_bytes: int, error: OSError) -> str:
    """Return one line that says what failed, where, how many bytes were wanted and the system's reason."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    wanted = f", {wanted_bytes} bytes wanted" if wanted_bytes else ""
    return f"can't {action} {path}{wanted}: {reason}"
