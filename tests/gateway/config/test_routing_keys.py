"""Routes and fees: every mistake is named."""

from pathlib import Path

import pytest

from fairlead.gateway.config import ConfigError, load_config

BASE = """
[gateway]
state_dir = "s"
[ports.json]
listen = "127.0.0.1:0"
[[venues]]
name = "XBRK"
profile = "broker42"
hosts = ["127.0.0.1:9"]
sender_comp_id = "A"
target_comp_id = "B"
[[instruments]]
symbol = "MSFT"
venues = ["XBRK"]
default_venue = "{instrument}"
[[strategies]]
name = "a"
port = "json"
secret_hash = "x"
venues = ["XBRK"]
default_venue = "{strategy}"
"""


def load(tmp_path: Path, text: str, instrument: str = "", strategy: str = "") -> tuple[str, ...]:
    from fairlead.gateway.ports.secret_hash import SecretHash

    stored = SecretHash.of("secret", 4).stored()
    lines = [f'secret_hash = "{stored}"' if line.startswith("secret_hash") else line for line in BASE.splitlines()]
    path = tmp_path / "g.toml"
    path.write_text("\n".join(lines).format(instrument=instrument, strategy=strategy) + text)
    try:
        load_config(path)
    except ConfigError as error:
        return error.mistakes
    return ()


ROUTE = '\n[[routes]]\nname = "SMART"\nkind = "best"\n'


def test_each_of_the_three_may_name_a_route(tmp_path: Path) -> None:
    assert load(tmp_path, ROUTE, "SMART", "SMART") == ()


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (ROUTE.replace("SMART", "XBRK"), "routes[0].name: 'XBRK', expected a name that no venue has"),
        (ROUTE + 'venues = ["NONE"]', "routes[0].venues: 'NONE', expected a venue of this file (XBRK)"),
        (ROUTE + ROUTE, "routes[1].name: 'SMART', expected one that routes[0] has not taken"),
        (
            '\n[[fees]]\nname = "f"\nvenue = "NONE"\ntiers = [{}]',
            "fees[0].venue: 'NONE', expected a venue of this file (XBRK)",
        ),
        (
            '\n[[fees]]\nname = "f"\nvenue = "XBRK"\ntiers = [{ from_volume = "5" }]',
            "fees[0]: expected tiers whose from_volume rises from 0",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, mistake: str) -> None:
    assert mistake in load(tmp_path, text)


def test_a_default_that_is_neither_is_named_with_what_there_is(tmp_path: Path) -> None:
    mistakes = load(tmp_path, ROUTE, "NOPE", "NOPE")
    assert any("or a route (SMART)" in line for line in mistakes)
