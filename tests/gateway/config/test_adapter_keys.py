"""A venue's table in the light of its adapter: what each needs, what it does not know, and what fits it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from fairlead.gateway.app import main
from fairlead.gateway.config import ConfigError, load_config

FIX = 'sender_comp_id = "FL"\ntarget_comp_id = "X"\n'
OUCH = 'adapter = "ouch"\nusername = "FIRM01"\n'
PROFILE = 'profile = "broker42"'


@pytest.fixture
def ouch(good: str) -> str:
    """Return a file whose venue speaks OUCH."""
    return good.replace(PROFILE, 'profile = "nasdaq_ouch42"').replace(FIX, OUCH)


def test_an_ouch_venue_needs_no_comp_ids(ouch: str, write: Callable[[str], Path]) -> None:
    (venue,) = load_config(write(ouch)).venues
    assert (venue.adapter, venue.username, venue.sender_comp_id) == ("ouch", "FIRM01", None)
    result = CliRunner().invoke(main, ["check", "--no-secrets", str(write(ouch))])
    assert result.exit_code == 0
    assert "venue       X: nasdaq_ouch42 (ouch), FIRM01 at primary.example:9842" in result.output


SPOILED = {
    "user": ('username = "FIRM01"\n', "", "venues[0].username: it is missing, the adapter ouch needs it"),
    "length": ('"FIRM01"', '"FIRM001"', "venues[0].username: 'FIRM001', "),
    "none": ('"FIRM01"', '""', "venues[0].username: '', expected 1 to 6 characters"),
    "comp id": (
        OUCH,
        OUCH + FIX.splitlines(keepends=True)[0],
        "venues[0].sender_comp_id: the adapter ouch knows no such key",
    ),
    "reset": (OUCH, OUCH + "reset_on_logon = true\n", "venues[0].reset_on_logon: the adapter ouch knows no such key"),
    "throttle": (
        OUCH,
        OUCH + "throttle = { messages = 1 }\n",
        "venues[0].throttle: the adapter ouch knows no such key",
    ),
    "option": (OUCH, OUCH + 'options = { color = "red" }\n', "venues[0].options.color: 'red', expected one of firm"),
    "value": (
        OUCH,
        OUCH + 'options = { firm = "ABCDE" }\n',
        "venues[0].options: firm 'ABCDE' of 5 characters received",
    ),
    "profile": ('"nasdaq_ouch42"', '"broker42"', "venues[0].profile: 'broker42', No such file or directory, expected"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_mistake_in_an_ouch_venue_is_told(ouch: str, write: Callable[[str], Path], name: str) -> None:
    before, after, mistake = SPOILED[name]
    assert before in ouch
    with pytest.raises(ConfigError) as caught:
        load_config(write(ouch.replace(before, after, 1)))
    (told,) = caught.value.mistakes
    assert told.startswith(mistake)


def test_a_fix_venue_has_no_options(good: str, write: Callable[[str], Path]) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write(good.replace(FIX, FIX + "options = { lane = 1 }\n", 1)))
    assert caught.value.mistakes == ("venues[0].options: the adapter fix knows no such key",)
