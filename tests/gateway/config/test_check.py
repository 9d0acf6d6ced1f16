"""`fairlead check`: 0 and a summary, or 1 and every mistake."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from fairlead.gateway.commands.check import check

Write = Callable[[str], Path]


def test_a_correct_file(write: Write, good: str) -> None:
    path = write(good)
    result = CliRunner().invoke(check, [str(path)], env={"X_PASSWORD": "hunter2"})
    assert result.exit_code == 0
    first, *summary = result.output.splitlines()
    assert first == f"{path}: correct"
    assert summary[0] == "  ports       fix [::1]:9802, json 127.0.0.1:0"
    assert summary[1] == "  venue       X: broker42 (fix), FL -> X at primary.example:9842, [2001:db8::1]:9842"
    assert summary[2:4] == [
        "  strategy    alpha: port json, accounts ACC",
        "  strategy    beta: port fix, accounts ACC-*",
    ]
    assert "hunter2" not in result.output


def test_every_mistake_and_exit_code_1(write: Write, good: str) -> None:
    path = write(good.replace('"broker42"', '"nope"').replace('tick = "0.01"', "tick = 0.01"))
    result = CliRunner().invoke(check, [str(path)])
    assert result.exit_code == 1
    first, *lines = result.output.splitlines()
    assert first == f"Error: {path}: 2 mistakes"
    assert [line.partition(":")[0] for line in lines] == ["  instruments[0].tick", "  venues[0].profile"]


def test_secrets_that_can_not_be_had(write: Write, good: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("X_PASSWORD", raising=False)
    path = write(good)
    result = CliRunner().invoke(check, [str(path)])
    assert result.exit_code == 1
    assert "venues[0].password: env:X_PASSWORD: the environment has no variable X_PASSWORD" in result.output
    assert CliRunner().invoke(check, ["--no-secrets", str(path)]).exit_code == 0


def test_certificates_that_can_not_be_used(write: Write, good: str) -> None:
    text = good.replace("[ports.fix]", '[ports.fix]\ntls = { certificate = "none.pem", key = "none.key" }')
    result = CliRunner().invoke(check, [str(write(text))], env={"X_PASSWORD": "hunter2"})
    assert result.exit_code == 1
    assert "ports.fix.tls: certificate " in result.output
    assert "No such file or directory" in result.output
    assert CliRunner().invoke(check, ["--no-secrets", str(write(text))]).exit_code == 0


def test_a_missing_file(tmp_path: Path) -> None:
    result = CliRunner().invoke(check, [str(tmp_path / "none.toml")])
    assert result.exit_code == 1
    assert "can't be read: No such file or directory" in result.output
