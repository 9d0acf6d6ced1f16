"""Put the parts of a release check on one page, and in one JSON file (form ``fairlead-release-1``)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from fairlead.certification.release.parts import Part, PartVerdict, worst
from fairlead.certification.reports.page import render

FORM = "fairlead-release-1"
WORDS = {
    PartVerdict.PASS: "may be released",
    PartVerdict.FAIL: "must not be released",
    PartVerdict.BROKEN: "can't be judged",
}


@dataclass(frozen=True, slots=True)
class Release:
    """What was checked, and what was found; ``not_held`` names the parts that were left out."""

    version: str
    last_version: str
    config: str
    baseline: str
    checked: str
    build: str
    parts: list[Part]
    not_held: list[str]

    @property
    def verdict(self) -> PartVerdict:
        """Return the verdict of all parts."""
        return worst(self.parts)

    def to_json(self) -> str:
        """Return the check as JSON text."""
        return json.dumps({"form": FORM, "verdict": self.verdict, **asdict(self)}, indent=1)

    def to_html(self) -> str:
        """Return the page."""
        return render("release.html.j2", title=f"Release check {self.version}", release=self, words=WORDS)
