"""Be what every reader of logs makes: records in the order in which they were written, and notes of what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field

from fairlead.certification.passive.frames import Frame


class LogError(Exception):
    """Report a file that can't be read as a wire log: what was found, what was expected."""


@dataclass(slots=True)
class Logged:
    """One frame of a log. ``utc_ns`` is when it was recorded, 0 where the log doesn't say.

    ``stream`` names the file or connection it was on, ``opens`` says that a connection is known to begin with it,
    ``after_gap`` that bytes before it are missing from the recording.
    """

    place: str
    stream: str
    utc_ns: int
    frame: Frame
    opens: bool = False
    after_gap: bool = False


@dataclass(slots=True)
class WireLog:
    """A log as read: its form in words, its records, and what the reader had to leave out."""

    form: str
    records: list[Logged] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
