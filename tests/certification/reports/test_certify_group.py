"""``fairlead certify`` loads its parts one by one: a broken one takes no other down."""

import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from fairlead.certification import commands
from fairlead.certification.commands import certify


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "part_sound.py").write_text(
        "import click\n@click.command()\ndef sound():\n    '''Do it.'''\n    click.echo('played')\n"
    )
    (tmp_path / "part_failing.py").write_text(
        "import click\n@click.command()\n@click.argument('error')\ndef failing(error):\n    raise eval(error)\n"
    )
    (tmp_path / "part_broken.py").write_text("import no_such_library\n")
    (tmp_path / "part_wrong.py").write_text("wrong = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    made = {"missing": "part_missing:missing", "missing2": "fairlead.certification.nowhere.commands:missing"}
    made |= {name: f"part_{name}:{name}" for name in ("sound", "failing", "broken", "wrong")}
    monkeypatch.setattr(commands, "PARTS", made)
    yield
    for name in ("part_sound", "part_failing", "part_broken", "part_wrong"):
        sys.modules.pop(name, None)


@pytest.mark.usefixtures("parts")
def test_parts_that_are_there_are_listed_and_broken_ones_named() -> None:
    told = CliRunner().invoke(certify, ["--help"])
    assert told.exit_code == 0
    assert "Do it." in told.output
    assert "(can't be loaded: ModuleNotFoundError" in told.output
    assert "missing" not in told.output


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize(
    ("name", "exit_code", "text"),
    [
        ("sound", 0, "played"),
        ("broken", 2, "certify broken can't be loaded: ModuleNotFoundError: No module named 'no_such_library'"),
        ("wrong", 2, "expected a click command"),
        ("missing", 2, "No such command 'missing'"),
        ("other", 2, "No such command 'other'"),
    ],
)
def test_each_part_answers_for_itself(name: str, exit_code: int, text: str) -> None:
    told = CliRunner().invoke(certify, [name, *(["--fast", "x"] if name == "broken" else [])])
    assert told.exit_code == exit_code
    assert text in told.output


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize(
    ("error", "exit_code", "text"),
    [
        ("KeyError('a')", 2, "the certification itself failed"),
        ("KeyboardInterrupt()", 2, "stopped before the end"),
        ("SystemExit(1)", 1, ""),
        ("click.UsageError('so not')", 2, "so not"),
    ],
)
def test_mistake_in_a_part_is_no_failed_case(error: str, exit_code: int, text: str) -> None:
    told = CliRunner().invoke(certify, ["failing", error])
    assert told.exit_code == exit_code
    assert text in told.output


def test_every_part_of_this_repository_that_is_there_loads() -> None:
    with click.Context(certify) as context:
        for name in certify.list_commands(context):
            command = certify.get_command(context, name)
            assert command is not None
            assert "can't be loaded" not in (command.short_help or "")
