"""Open pages in headless Chromium, and read what a page is made of."""

import re
import shutil
import subprocess
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed: tests/peers/chromium/install.sh"
)
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--enable-logging=stderr",
    "--window-size=1280,2400",
)


@dataclass
class Page:
    """What a page holds, as the browser or the parser sees it."""

    text: str = ""
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    handlers: list[str] = field(default_factory=list)
    open_cases: list[str] = field(default_factory=list)

    def dead_anchors(self) -> set[str]:
        return {link[1:] for link in self.links if link.startswith("#")} - set(self.ids)


def open_page(path: Path, profile: Path, at: str = "") -> tuple[Page, list[str]]:
    """Return the page as Chromium renders it, and what its console said."""
    command = [CHROMIUM or "", *OPTIONS, f"--user-data-dir={profile}", "--dump-dom", f"{path.as_uri()}#{at}"]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    said = [line for line in done.stderr.decode(errors="replace").splitlines() if re.search(r":CONSOLE[:(]", line)]
    return read_page(done.stdout.decode()), said


def read_page(html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._is_hidden = self._is_open = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.page.tags.append(tag)
        self._is_hidden = tag in ("style", "script")
        if tag == "details":
            self._is_open = ("class", "case") in attributes and "open" in dict(attributes)
        elif self._is_open and ("class", "body") in attributes:
            self.page.open_cases.append(dict(attributes)["id"] or "")
        for name, value in attributes:
            kept = {"id": self.page.ids, "href": self.page.links, "src": self.page.sources}.get(name)
            if kept is not None:
                kept.append(value or "")
            if name.startswith("on"):
                self.page.handlers.append(name)

    def handle_endtag(self, tag: str) -> None:
        self._is_hidden = False

    def handle_data(self, data: str) -> None:
        if not self._is_hidden:
            self.page.text += data
