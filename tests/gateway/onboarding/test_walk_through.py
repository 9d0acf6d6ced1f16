"""What docs/onboarding.md shows of the first steps is what the commands write."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from fairlead.gateway.commands.venue import venue

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "onboarding.md").read_text(encoding="utf-8")


def shown(command: str) -> str:
    found = re.search(rf"^\$ {re.escape(command)}\n(.*?)(?=^\$ |^```)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, command
    return found[1]


def changes() -> list[tuple[str, str]]:
    """Return the page's changes to the profile: each line that goes, with the one that comes, or nothing."""
    found = re.search(r"^```diff\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    made: list[tuple[str, str]] = []
    for line in found[1].splitlines():
        if line.startswith("-"):
            made.append((f"{line[1:]}\n", ""))
        else:
            made[-1] = (made[-1][0], f"{line[1:]}\n")
    return made


def test_first_steps_are_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(venue, ["new", "Harbour", "--like", "fix44"])
    assert told.output == shown("fairlead venue new Harbour --like fix44")
    path = tmp_path / "harbour" / "harbour.toml"
    text = path.read_text()
    for old, new in changes():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    told = CliRunner().invoke(venue, ["diff", "exchange44", "harbour/harbour.toml"])
    assert told.output == shown("fairlead venue diff exchange44 harbour/harbour.toml")
