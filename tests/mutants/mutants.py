"""Read the seeded defects, and make trees of the sources that have one of them. They run uncompiled."""

import os
import shutil
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("codecs", "adapters", "gateway", "certification", "client", "src", "examples")
_PASSED_OVER = shutil.ignore_patterns("*.so", "__pycache__", "*.c")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One defect: ``old`` in ``file`` becomes ``new``; ``subject`` says which suite is to notice."""

    id: str
    subject: str
    file: str
    what: str
    old: str
    new: str
    missing_case: str = ""
    """What a case would have to ask to notice it; "" where one does."""

    def mutated(self, source: str) -> str:
        """Return the file with the defect. Raises ValueError where it does not apply."""
        found = source.count(self.old)
        if found != 1:
            raise ValueError(f"{self.id}: its text stands in {self.file} {found} times, expected once")
        return source.replace(self.old, self.new)


def load_mutants(path: Path = Path(__file__).parent / "mutants.toml") -> list[Mutant]:
    """Return all mutants. Raises ValueError where two have one id."""
    mutants = [Mutant(**table) for table in tomllib.loads(path.read_text(encoding="utf-8"))["mutants"]]
    if len({mutant.id for mutant in mutants}) != len(mutants):
        raise ValueError("two mutants have one id")
    return mutants


def make_base(folder: Path) -> Path:
    """Copy the sources, without compiled modules, and return the folder."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=_PASSED_OVER)
    return folder


def make_tree(base: Path, folder: Path, mutants: Iterable[Mutant]) -> Path:
    """Make a tree of links to the base's files with some mutants' files changed, and return it."""
    shutil.copytree(base, folder, symlinks=True, copy_function=os.link)
    for mutant in mutants:
        path = folder / mutant.file
        source = mutant.mutated(path.read_text(encoding="utf-8"))
        path.unlink()  # the base's is another file with the same contents
        path.write_text(source, encoding="utf-8")
    return folder
