"""Operators' tables: what is wrong with them, and what `fairlead check` says of who can't be approved by anybody."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from fairlead.gateway.commands.check import check
from fairlead.gateway.config import load_config
from fairlead.gateway.ports.secret_hash import SecretHash

Write = Callable[[str], Path]
HASHES = {name: SecretHash.of(f"secret-of-{name}", 4).stored() for name in ("ann", "bob")}


def table(name: str, roles: str = '["risk"]', stored: str = "", more: str = "") -> str:
    return f'\n[[operators]]\nname = "{name}"\nroles = {roles}\nsecret_hash = "{stored or HASHES[name]}"\n{more}\n'


def test_operators_are_read(write: Write, good: str) -> None:
    config = load_config(write(good + table("ann", '["view", "risk"]', more="expires = 2026-12-31") + table("bob")))
    ann, bob = config.operators
    assert (ann.name, ann.roles, ann.expires) == ("ann", ("view", "risk"), date(2026, 12, 31))
    assert bob.expires is None
    assert "scrypt" not in repr(config)


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        (table("ann") + table("ann", stored=HASHES["bob"]), "operators[1].name: 'ann', expected one that"),
        (table("ann") + table("bob", stored=HASHES["ann"]), "operators[1].secret_hash: it is that of operators[0]"),
        (table("ann", "[]"), "operators[0].roles: "),
        (table("ann", '["boss"]'), "operators[0].roles[0]: 'boss', expected 'view', 'support', 'risk' or 'admin'"),
        (table("ann", more='expires = "soon"'), "operators[0].expires: 'soon', expected"),
        (table("ann", stored="secret-of-ann"), "operators[0].secret_hash: expected a hash as printed by"),
        (table("ann", stored=HASHES["ann"].replace("ln=4", "ln=13")), "operators[0].secret_hash: expected a hash with"),
        (table("os:root", stored=HASHES["ann"]), "operators[0].name: 'os:root', expected"),
        ("\n[control]\napproval_s = 5\n", "control.approval_s: 5, expected"),
    ],
)
def test_mistakes(mistakes: Callable[[str], list[str]], good: str, tables: str, expected: str) -> None:
    [line] = mistakes(good + tables)
    assert line.startswith(expected), line
    assert "secret-of" not in line
    assert "scrypt$ln" not in line


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ("", ["operators   none: the gateway's own user alone; what needs a second person can't be done"]),
        (
            table("ann") + table("bob", '["view"]'),
            [
                "operator    ann: risk",
                "operator    bob: view",
                "            what needs two people with role support can't be done: nobody has it",
                "            what needs two people with role risk can't be done: only ann has it",
            ],
        ),
        (table("ann", '["admin"]') + table("bob", '["risk", "support"]'), ["operator    ann: admin"]),
    ],
)
def test_check_says_for_what_there_is_no_second_person(
    write: Write, good: str, tables: str, expected: list[str]
) -> None:
    result = CliRunner().invoke(check, ["--no-secrets", str(write(good + tables))])
    assert result.exit_code == 0, result.output
    lines = [line.removeprefix("  ") for line in result.output.splitlines()]
    assert [line for line in expected if line not in lines] == []
    assert ("can't be done" in result.output) == any("can't be done" in line for line in expected)
