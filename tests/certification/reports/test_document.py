"""docs/certification.md is true: its commands say what it shows, its tables are whole, its examples work."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import pytest

from fairlead.certification.model import dialogues
from fairlead.certification.model.case import Catalogue
from fairlead.certification.model.verdicts import Level, Verdict
from fairlead.certification.model.waivers import read_waivers
from fairlead.certification.reports import words
from fairlead.certification.reports.comparison import Kind
from fairlead.certification.reports.output import output_options

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docs" / "certification.md").read_text(encoding="utf-8")
PORT = "9876"
TIME = re.compile(r"\b\d+(\.\d)? (ms|s)$")


def blocks(language: str = "") -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    return [block for named, block in found if named == language]


def rows(heading: str) -> list[str]:
    """Return the first cells of the table whose header begins with a heading."""
    table = TEXT.partition(f"| {heading} |")[2].partition("\n\n")[0]
    return [line.split("|")[1].strip().strip("`") for line in table.splitlines()[2:]]


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield each command of the document with the lines that it is said to write."""
    for block in blocks():
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.splitlines()
            yield command, [line.rstrip() for line in lines if line.strip()]


@contextmanager
def acceptor(command: str) -> Iterator[str]:
    """Start the document's engine on a free port, and yield that."""
    _, script, *arguments = shlex.split(command.replace(f":{PORT}", ":0"))
    engine = subprocess.Popen(
        [sys.executable, ROOT / script, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert engine.stdout is not None
        yield engine.stdout.readline().strip().rpartition(":")[2]
    finally:
        engine.kill()
        engine.wait()


def said(line: str) -> str:
    return TIME.sub("TIME", line.rstrip())


def test_commands_write_what_is_shown(tmp_path: Path) -> None:
    code, port = 0, ""
    program = str(Path(sys.executable).parent / "fairlead")
    with ExitStack() as engines:
        for command, expected in commands():
            if command.startswith("python "):
                engines.close()
                port = engines.enter_context(acceptor(command))
            elif command == "echo $?":
                assert [str(code)] == expected
            else:
                arguments = shlex.split(command.replace(f":{PORT}", f":{port}"))[1:]
                done = subprocess.run([program, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=120)
                code = done.returncode
                written = [said(line.replace(f":{port}", f":{PORT}")) for line in done.stdout.splitlines()]
                missing = [line for line in map(said, expected) if line not in written]
                assert missing == [], done.stdout + done.stderr
    assert {path.name for path in tmp_path.iterdir()} >= {"before.xml", "compared.html", "matrix.md", "matrix.html"}


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("verdict", list(Verdict)),
        ("level", list(Level)),
        ("exit code", ["0", "1", "2"]),
        ("group", list(words.GROUPS)),
        ("change", list(Kind)),
        ("key | default", [*dialogues._REQUIRED, *dialogues._OPTIONAL]),
        ("key | meaning", ["case", "owner", "reason", "expires"]),
    ],
)
def test_tables_are_whole(heading: str, expected: list[str]) -> None:
    assert sorted(rows(heading)) == sorted(expected)


def test_every_option_is_told() -> None:
    @click.command()
    @output_options
    def command() -> None:
        raise AssertionError

    options = {name for parameter in command.params for name in parameter.opts}
    assert {row.split()[0] for row in rows("option")} == options


def test_yaml_example_is_a_case_of_the_catalogue(tmp_path: Path) -> None:
    (example,) = blocks("yaml")
    (tmp_path / "case.yaml").write_text(example)
    (found,) = dialogues.read_cases(tmp_path / "case.yaml")
    assert found.id == "FS-14b"


def test_python_example_adds_a_case() -> None:
    (example,) = blocks("python")
    names: dict[str, object] = {"__name__": "example"}
    exec(compile(example, "certification.md", "exec"), names)
    catalogue = Catalogue()
    names["add_to"](catalogue)  # type: ignore[operator]
    (found,) = catalogue.cases.values()
    assert (found.id, found.level, len(list(found.variants()))) == ("SX99", Level.SHOULD, 2)


def test_waivers_example_is_one(tmp_path: Path) -> None:
    (example,) = blocks("toml")
    (tmp_path / "waivers.toml").write_text(example)
    assert [waiver.case for waiver in read_waivers(tmp_path / "waivers.toml")] == ["FS-14b"]
