"""Read what the system says of itself: files below a root folder, so that any machine can be looked at, or made up."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_RANGE: Final = re.compile(r"^(\d+)(?:-(\d+))?$")


@dataclass(frozen=True, slots=True)
class Host:
    """The files of one machine. ``before`` holds what some of them said before the probes ran."""

    root: Path = Path("/")
    before: dict[str, str] = field(default_factory=dict)

    def read(self, path: str) -> str | None:
        """Return a file's text without its last line end; None where it is not there or may not be read."""
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return None

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder, none where there is no such folder."""
        try:
            return sorted(path.name for path in (self.root / folder).iterdir())
        except OSError:
            return []

    def find(self, pattern: str) -> Iterator[tuple[str, str]]:
        """Yield path and text of the files that match, by path."""
        for path in sorted(self.root.glob(pattern)):
            name = str(path.relative_to(self.root))
            text = self.read(name)
            if text is not None:
                yield name, text

    def fields(self, path: str) -> dict[str, str]:
        """Return a file of lines ``Name: value`` by name, empty where it can't be read."""
        lines = (self.read(path) or "").splitlines()
        pairs = (line.partition(":") for line in lines)
        return {name.strip(): value.strip() for name, colon, value in pairs if colon}

    def holders(self, device: str) -> list[int]:
        """Return the ids of the processes that have a device open, as far as this user may see."""
        found: set[int] = set()
        for link in self.root.glob("proc/[0-9]*/fd/*"):
            try:
                if str(link.readlink()) == device:
                    found.add(int(link.parts[-3]))
            except OSError:
                continue
        return sorted(found)

    def remember(self, paths: Iterable[str]) -> None:
        """Keep what these files say now, to see later what has risen."""
        for path in paths:
            text = self.read(path)
            if text is not None:
                self.before[path] = text


def cpu_list(text: str) -> frozenset[int] | None:
    """Return the processors of a list as the kernel writes it (``0-3,8``); None where it is no such list."""
    found: set[int] = set()
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _RANGE.match(part)
        if match is None:
            return None
        first = int(match[1])
        found.update(range(first, int(match[2] or first) + 1))
    return frozenset(found)


def cpu_mask(text: str) -> frozenset[int] | None:
    """Return the processors of a mask as the kernel writes it (``ff,00000001``); None where it is no such mask."""
    try:
        number = int(text.replace(",", ""), 16)
    except ValueError:
        return None
    return frozenset(cpu for cpu in range(number.bit_length()) if number >> cpu & 1)


def shown(cpus: Iterable[int]) -> str:
    """Return processors as a list for people, "none" for none."""
    return ",".join(map(str, sorted(cpus))) or "none"
