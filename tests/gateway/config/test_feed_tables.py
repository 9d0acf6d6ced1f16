"""A feed's table: what is right, and every mistake with its path."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from fairlead.gateway.commands.check import check
from fairlead.gateway.config import load_config
from fairlead.gateway.market_data.building import mold_settings, soup_settings

FEEDS = """
[[feeds]]
name = "tv"
venue = "X"
mapping = "itch_5_0"
transport = "soup"
hosts = ["feed.example:9000"]
username = "FEED"
password = "env:FEED_PASSWORD"

[[feeds]]
name = "tv-mold"
venue = "X"
mapping = "itch_5_0"
transport = "mold"
lines = ["233.54.12.111:26477", "233.86.230.111:26477"]
interface = "eth1"
request_servers = ["10.0.0.1:18000"]
symbols = ["MSFT"]
"""


def test_feeds_are_read(write: Callable[[str], Path], good: str) -> None:
    soup, mold = load_config(write(good + FEEDS)).feeds
    assert soup_settings(soup, "secret").silence_s == 5
    settings = mold_settings(mold)
    assert (settings.lines, settings.request_servers, settings.silence_ms) == (2, 1, 5000)


MISTAKES = {
    "unknown venue": ('venue = "X"\nmapping', 'venue = "Y"\nmapping', "venue: 'Y', expected a venue of this file (X)"),
    "unknown mapping": ('"itch_5_0"', '"itch_7"', "feeds[0].mapping: 'itch_7', No such file or directory, expected"),
    "no hosts": ('hosts = ["feed.example:9000"]\n', "", "feeds[0]: expected hosts, since its transport is soup"),
    "lines of soup": ('username = "FEED"', 'username = "FEED"\nlines = ["1.1.1.1:1"]', "feeds[0]: expected no lines"),
    "no username": ('username = "FEED"\n', "", "feeds[0]: expected username, since its transport is soup"),
    "long username": ('"FEED"', '"TOOLONG"', "feeds[0].username: 'TOOLONG', expected at most 6 characters"),
    "a secret": ('"env:FEED_PASSWORD"', '"hunter2"', "feeds[0].password: expected env:NAME or file:PATH"),
    "name twice": ('name = "tv-mold"', 'name = "tv"', "feeds[1].name: 'tv', expected one that feeds[0] has not taken"),
    "unknown key": ('interface = "eth1"', 'interfaces = "eth1"', "feeds[1].interfaces"),
    "no transport": ('transport = "mold"', 'transport = "udp"', "feeds[1].transport: 'udp', expected 'soup' or 'mold'"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named(name: str, mistakes: Callable[[str], list[str]], good: str) -> None:
    old, new, expected = MISTAKES[name]
    text = good + FEEDS
    at = text.index("[[feeds]]")
    assert old in text[at:]
    found = mistakes(text[:at] + text[at:].replace(old, new, 1))
    assert any(expected in line for line in found), found


def test_a_mapping_of_ones_own_lies_beside_the_file(write: Callable[[str], Path], good: str, tmp_path: Path) -> None:
    source = Path(__file__).parents[3] / "adapters/itch/mappings/itch_5_0.toml"
    (tmp_path / "mine.toml").write_text(source.read_text())
    config = load_config(write(good + FEEDS.replace('"itch_5_0"', '"mine.toml"', 1)))
    assert config.feeds[0].mapping == str(tmp_path.resolve() / "mine.toml")


def test_check_shows_feeds_and_asks_for_their_secrets(write: Callable[[str], Path], good: str) -> None:
    path = str(write(good + FEEDS))
    shown = CliRunner().invoke(check, [path, "--no-secrets"])
    assert shown.exit_code == 0
    assert "tv: itch_5_0 of X over SoupBinTCP at feed.example:9000" in shown.output
    assert "tv-mold: itch_5_0 of X over MoldUDP64 on 233.54.12.111:26477, 233.86.230.111:26477" in shown.output
    refused = CliRunner().invoke(check, [path], env={"X_PASSWORD": "x"})
    assert "feeds[0].password: env:FEED_PASSWORD: the environment has no variable FEED_PASSWORD" in refused.output
