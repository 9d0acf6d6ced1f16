"""What the configuration says about the binary port, and every mistake in it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from fairlead.gateway.config import load_config
from fairlead.gateway.config.models import BinaryPort
from fairlead.gateway.ports.secret_hash import SecretHash

HASH = SecretHash.of("not so secret", 1).stored()
PORT = '[ports.binary]\nlisten = "127.0.0.1:7003"\n'


def strategy(name: str, rest: str = "", secret: bool = True) -> str:
    secret_hash = f'secret_hash = "{HASH}"\n' if secret else ""
    return f'[[strategies]]\nname = "{name}"\nport = "binary"\n{secret_hash}accounts = ["ACC"]\n{rest}\n'


def username(name: str) -> str:
    return f'binary = {{ username = "{name}" }}'


def test_short_name_is_the_username(good: str, write: Callable[[str], Path]) -> None:
    config = load_config(write(good + PORT + strategy("gamma") + strategy("market-maker", username("mm1"))))
    assert [each.binary_username for each in config.strategies[2:]] == ["gamma", "mm1"]
    assert config.ports.binary is not None
    assert (config.ports.binary.heartbeat_s, config.ports.binary.silence_s) == (1, 15)


@pytest.mark.parametrize(
    ("added", "text"),
    [
        (
            PORT + strategy("market-maker"),
            "strategies[2]: expected a table `binary` with a username of at most 6 characters, since its name, "
            "which is its username otherwise, has 12",
        ),
        (
            PORT + strategy("gamma", username("toolong")),
            "strategies[2].binary.username: 'toolong', expected 1 to 6 printable ASCII characters: "
            "a login has room for no more",
        ),
        (
            PORT + strategy("gamma") + strategy("delta", username("GAMMA")),
            "strategies[3].binary.username: 'GAMMA', expected one that strategies[2] has not taken",
        ),
        (
            PORT + strategy("gamma", secret=False),
            "strategies[2]: expected `secret_hash` (run `fairlead secret new --length 10`), since its port is binary",
        ),
        (
            PORT + strategy("gamma", 'fix = { sender_comp_id = "A", target_comp_id = "B" }'),
            "strategies[2]: expected no table `fix`, since its port is binary",
        ),
        (strategy("gamma"), "strategies[2].port: 'binary', expected a port of this file: add [ports.binary]"),
        (
            PORT.replace("127.0.0.1:7003", "[::1]:9802") + strategy("gamma"),
            "ports.binary.listen: '[::1]:9802', expected another address than that of ports.fix",
        ),
        (
            PORT + "silence_s = 5\nheartbeat_s = 5\n" + strategy("gamma"),
            "ports.binary: expected heartbeat_s of less than silence_s (5)",
        ),
    ],
)
def test_mistake_is_told(good: str, mistakes: Callable[[str], list[str]], added: str, text: str) -> None:
    assert mistakes(good + added) == [text]


def test_port_does_not_take_longer_messages_than_packets_hold() -> None:
    with pytest.raises(ValidationError):
        BinaryPort(listen="127.0.0.1:0", max_message_bytes=65_535)
