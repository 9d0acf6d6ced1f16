"""Secrets are named, never held: no message and no repr shows one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fairlead.gateway.config import load_config
from fairlead.gateway.config.secrets import SecretError, resolve_secret


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file\n")
    assert resolve_secret("env:NAME", {"NAME": "from outside"}) == "from outside"
    assert resolve_secret("file:secret", {}, tmp_path) == "from the file"
    assert resolve_secret(f"file:{tmp_path}/secret", {}) == "from the file"


def test_what_can_not_be_had_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"hunter2\xff")
    expected = {
        "env:NAME": "env:NAME: the environment has no variable NAME",
        "file:none": "file:none: No such file or directory",
        "file:empty": "file:empty: it is empty, expected a secret",
        "file:binary": "file:binary: it is not UTF-8",
    }
    for reference, text in expected.items():
        with pytest.raises(SecretError) as raised:
            resolve_secret(reference, {}, tmp_path)
        assert str(raised.value) == text
        assert raised.value.__suppress_context__ or raised.value.__context__ is None


@pytest.mark.parametrize("value", ['"hunter2"', '["hunter2"]', '{ value = "hunter2" }', '"env:hunter2 "'])
@pytest.mark.parametrize(
    ("line", "where"),
    [('password = "env:X_PASSWORD"', "venues[0].password"), ("secret_hash = ", "strategies[0].secret_hash")],
)
def test_a_secret_written_into_the_file_is_not_repeated(
    mistakes: Callable[[str], list[str]], good: str, value: str, line: str, where: str
) -> None:
    whole = next(text for text in good.splitlines() if text.startswith(line))
    (mistake,) = mistakes(good.replace(whole, f"{whole.partition(' ')[0]} = {value}"))
    assert mistake.startswith(f"{where}: expected ")
    assert "hunter2" not in mistake


def test_no_repr_shows_a_hash(write: Callable[[str], Path], good: str) -> None:
    config = load_config(write(good))
    assert config.strategies[0].secret_hash is not None
    assert config.strategies[0].secret_hash not in repr(config)
