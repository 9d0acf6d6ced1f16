"""Each alert has a runbook with all its parts, and every command in one is a command that exists."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from fairlead.gateway.app import main
from fairlead.gateway.operations.alerts.rules import RULES, AlertRule
from fairlead.gateway.operations.metrics.families import METRICS, PREFIX

DOCS = Path(__file__).parents[4] / "docs"
FOLDER = DOCS / "runbooks"
HEADINGS = [
    *("What it means", "Confirm", "First step", "Next steps", "When to escalate", "How to see that it is over"),
    "What to write down",
]
COMMAND = re.compile(r"`(fairlead [^`]+)`")
LINK = re.compile(r"\]\(([\w./-]+\.md)\)")
PAGES = sorted([*FOLDER.glob("*.md"), DOCS / "incidents.md"])


def text_of(rule: AlertRule) -> str:
    return (FOLDER / f"{rule.name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_alert_has_one(rule: AlertRule) -> None:
    text = text_of(rule)
    assert text.splitlines()[0].lower() == f"# {rule.name}: {rule.summary}".lower()
    assert f"Severity: {rule.severity}." in text
    assert re.findall(r"^## (.+)$", text, re.M) == HEADINGS
    parts = re.split(r"^## .+$", text, flags=re.M)[1:]
    assert all(len(part.strip()) > 20 for part in parts)
    assert re.search(r"^1\. ", parts[HEADINGS.index("Next steps")], re.M)


def test_none_is_left_over_and_the_index_names_all() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == {"README", *(rule.name for rule in RULES)}
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    for rule in RULES:
        row = f"| [{rule.name}]({rule.name}.md) | {rule.severity} | {rule.summary} | {rule.first_step} |"
        assert row in index.splitlines()


def commands() -> Iterator[tuple[str, str]]:
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        lines = [line.partition("  #")[0].strip() for line in text.splitlines() if line.startswith("fairlead ")]
        # the index repeats first steps of the rules, which are no whole commands
        prose = "\n".join(line for line in text.splitlines() if not line.startswith("|"))
        for found in [*COMMAND.findall(prose), *lines]:
            yield path.name, found


def complaint(line: str) -> str:
    """Return what a command line has that the program does not take, "" where it takes it."""
    words = shlex.split(line)[1:]
    if words == ["--version"]:
        return ""
    command: click.Command = main
    context = click.Context(main)
    while isinstance(command, click.Group):
        found = command.get_command(context, words[0]) if words else None
        if found is None:
            return f"no command {words[:1]}"
        command, context = found, click.Context(found, parent=context, info_name=words.pop(0))
    try:
        given, rest, _ = command.make_parser(context).parse_args(words)
        missing = []
        for each in command.params:
            value = given.get(each.name or "")
            if not isinstance(value, str | list | tuple) or not value:
                missing += [each.name] if each.required else []
            elif not isinstance(each.type, click.Path):
                each.type_cast_value(context, value)
    except click.UsageError as error:
        return error.format_message()
    return f"without {missing}" if missing else f"{rest} too many" if rest else ""


def test_every_command_named_exists_with_its_options() -> None:
    found = list(commands())
    assert len(found) > 150
    assert [(page, line, wrong) for page, line in found if (wrong := complaint(line))] == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("fairlead venues fly XEXC", "no command ['fly']"),
        ("fairlead venues", "no command []"),
        ("fairlead venues logout XEXC --now", "No such option"),
        ("fairlead override grant alpha C1 buy 5 MSFT --check luck", "Invalid value"),
        ("fairlead venues logout", "without ['venue']"),
        ("fairlead venues logout XEXC XBRK", "['XBRK'] too many"),
    ],
)
def test_what_is_wrong_is_found(line: str, wrong: str) -> None:
    assert complaint(line).startswith(wrong)


def test_every_link_leads_somewhere() -> None:
    for path in PAGES:
        for link in LINK.findall(path.read_text(encoding="utf-8")):
            assert (path.parent / link).is_file(), f"{path.name}: {link}"


def test_every_metric_named_is_served() -> None:
    names = {PREFIX + metric.name for metric in METRICS}
    found = {name for path in PAGES for name in re.findall(r"`(gw_\w+)`", path.read_text(encoding="utf-8"))}
    assert len(found) > 8
    assert found <= names
