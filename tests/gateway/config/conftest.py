"""Give configuration tests a complete file to spoil."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fairlead.gateway.config import ConfigError, load_config
from fairlead.gateway.ports.secret_hash import SecretHash

HASH = SecretHash.of("not so secret").stored()

GOOD = f"""
[gateway]
state_dir = "var"

[ports.json]
listen = "127.0.0.1:0"

[ports.fix]
listen = "[::1]:9802"

[[venues]]
name = "X"
profile = "broker42"
hosts = ["primary.example:9842", "[2001:db8::1]:9842"]
sender_comp_id = "FL"
target_comp_id = "X"
password = "env:X_PASSWORD"

[[strategies]]
name = "alpha"
port = "json"
secret_hash = "{HASH}"
accounts = ["ACC"]

[[strategies]]
name = "beta"
port = "fix"
accounts = ["ACC-*"]
default_account = "ACC-1"
fix = {{ sender_comp_id = "BETA", target_comp_id = "FL" }}

[[instruments]]
symbol = "MSFT"
tick = "0.01"
venues = ["X"]
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def write_config(text: str) -> Path:
        path = tmp_path / "gateway.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_config


@pytest.fixture
def good() -> str:
    return GOOD


@pytest.fixture
def mistakes(write: Callable[[str], Path]) -> Callable[[str], list[str]]:
    """Return every mistake that a file has."""

    def load(text: str) -> list[str]:
        with pytest.raises(ConfigError) as raised:
            load_config(write(text))
        return list(raised.value.mistakes)

    return load
