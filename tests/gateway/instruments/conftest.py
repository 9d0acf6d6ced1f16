"""Give instrument tests a way to write and read reference files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fairlead.gateway.instruments.reference_file import ReferenceData, ReferenceError, load_reference

VENUES = ("X", "Y")


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., ReferenceData]:
    """Load CSV texts, one file each."""

    def load_texts(*texts: str) -> ReferenceData:
        paths = []
        for number, text in enumerate(texts, 1):
            path = tmp_path / f"{number}.csv"
            path.write_text(text, encoding="utf-8")
            paths.append((path, path.name))
        return load_reference(paths, VENUES, {"TAKEN": "instruments[0]"})

    return load_texts


@pytest.fixture
def mistakes(load: Callable[..., ReferenceData]) -> Callable[..., list[str]]:
    """Return every mistake of CSV texts."""

    def mistakes_in(*texts: str) -> list[str]:
        with pytest.raises(ReferenceError) as raised:
            load(*texts)
        return list(raised.value.mistakes)

    return mistakes_in
