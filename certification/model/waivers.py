"""Read waivers: known deviations that somebody answers for, until a day.

::

    [[waivers]]
    case = "FS-2c"            # or with a protocol: "FS-2c fix42"
    owner = "Jane Doe, Connectivity"
    reason = "The broker closes without Logout; ticket 4711"
    expires = 2026-12-31
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fairlead.certification.model.results import CaseResult
from fairlead.certification.model.verdicts import Verdict

_WAIVABLE = (Verdict.FAIL, Verdict.NON_STRICT, Verdict.BLOCKED)
_KEYS = {"case": str, "owner": str, "reason": str, "expires": date}


class WaiverError(Exception):
    """Report a waivers file with mistakes, one line each."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waiver; ``case`` begins the key of the results that it covers."""

    case: str
    owner: str
    reason: str
    expires: date

    def covers(self, result: CaseResult, today: date) -> bool:
        """Tell whether a result is covered: to the end of the day on which it expires."""
        is_named = result.key == self.case or result.key.startswith(f"{self.case} ")
        return is_named and today <= self.expires


def read_waivers(path: Path) -> list[Waiver]:
    """Return the waivers of a TOML file. Raises WaiverError."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WaiverError(f"{path} can't be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WaiverError(f"{path} is not TOML: {error}") from error
    mistakes = [f"no such key as {key!r}" for key in raw if key != "waivers"]
    entries = raw.get("waivers", [])
    for number, entry in enumerate(entries, 1):
        mistakes += [f"waiver {number}: no such key as {key!r}" for key in entry if key not in _KEYS]
        mistakes += [
            f"waiver {number}: {key}, expected {type_.__name__}"
            for key, type_ in _KEYS.items()
            if not isinstance(entry.get(key), type_) or entry.get(key) == ""
        ]
    if mistakes:
        raise WaiverError(f"{path}: " + "; ".join(mistakes))
    return [Waiver(**entry) for entry in entries]


def apply_waivers(results: list[CaseResult], waivers: list[Waiver], today: date) -> list[str]:
    """Note on each bad result the waiver that covers it; return what is amiss with the waivers themselves."""
    used: set[Waiver] = set()
    for result in (result for result in results if result.verdict in _WAIVABLE):
        for waiver in waivers:
            if waiver.covers(result, today):
                used.add(waiver)
                result.waiver = {
                    "owner": waiver.owner,
                    "reason": waiver.reason,
                    "expires": waiver.expires.isoformat(),
                }
    expired = [f"the waiver of {w.case} expired on {w.expires}: {w.owner}" for w in waivers if today > w.expires]
    unused = [
        f"the waiver of {w.case} covers nothing in this run" for w in waivers if w not in used and today <= w.expires
    ]
    return expired + unused
