"""Be what every reader of logs makes: records in the order in which they were written, and notes of what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field

from fairlead.certification.passive.frames import Frame
from fairlead.certification.passive.native.packets import MoldFeed, SoupConnection


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
    """A log as read: its form in words, its records, and what the reader had to leave out.

    ``records`` are FIX frames, ``soup`` the packets of SoupBinTCP connections, ``mold`` those of MoldUDP64 feeds.
    """

    form: str
    records: list[Logged] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    soup: list[SoupConnection] = field(default_factory=list)
    mold: list[MoldFeed] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Return how many messages and packets there are."""
        soup, mold = (sum(len(one.packets) for one in self.soup), sum(len(feed.packets) for feed in self.mold))
        return len(self.records) + soup + mold

    def described(self) -> str:
        """Return what the log holds, for people."""
        native = [(len(self.soup), "SoupBinTCP connections"), (len(self.mold), "MoldUDP64 feeds")]
        parts = [f"{len(self.records)} FIX messages"] if self.records or not self.count else []
        parts += [f"{count} {what}" for count, what in native if count]
        return f"{self.form}, {', '.join(parts)}"
