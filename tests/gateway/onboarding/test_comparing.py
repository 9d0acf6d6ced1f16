"""Differences between profiles, in words."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fairlead.gateway.commands.venue import venue
from fairlead.gateway.onboarding.likes import LIKES


def diff(*arguments: str) -> Result:
    return CliRunner().invoke(venue, ["diff", *arguments])


@pytest.mark.parametrize("like", LIKES.values(), ids=list(LIKES))
def test_a_profile_is_like_itself(like: object, tmp_path: Path) -> None:
    profile = like.profile  # type: ignore[attr-defined]
    told = diff(profile, profile)
    assert (told.exit_code, told.output) == (0, f"{profile} and {profile} say the same\n")


def test_left_out_keys_count_as_their_defaults(tmp_path: Path) -> None:
    text = LIKES["fix42"].text()
    one, other = tmp_path / "one.toml", tmp_path / "other.toml"
    one.write_text(text)
    other.write_text(text.replace("heart_bt_int_s = 30\n", "").replace("[account]\n", "[account]\nparty_role = 24\n"))
    assert diff(str(one), str(other)).exit_code == 0


def test_order_of_lists_is_no_difference(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(LIKES["fix42"].text().replace('["MARKET", "LIMIT", "STOP"]', '["STOP", "LIMIT", "MARKET"]'))
    assert diff("broker42", str(other)).exit_code == 0


def test_difference_says_both_values_and_what_the_key_means() -> None:
    told = diff("broker42", "exchange44")
    lines = told.output.splitlines()
    assert told.exit_code == 1
    assert "session.heart_bt_int_s: 30 in broker42, 10 in exchange44" in lines
    assert "    HeartBtInt(108) of our Logon, in seconds." in lines
    assert "orders.ord_types: only broker42 has STOP; only exchange44 has STOP_LIMIT" in lines
    assert 'orders.handl_inst: 1 in broker42, "" in exchange44' in lines
    assert not any(line.startswith("name:") for line in lines)


def test_json_has_a_line_a_difference() -> None:
    rows = [json.loads(line) for line in diff("nasdaq_ouch42", "nasdaq_ouch50", "--json").output.splitlines()]
    found = {row["key"]: row for row in rows}
    assert (found["protocol"]["first"], found["protocol"]["second"]) == ("ouch_4_2", "ouch_5_0")
    assert found["cl_ord_id.form"]["words"] == "text in nasdaq_ouch42, rising in nasdaq_ouch50"


def test_other_languages_have_nothing_to_compare() -> None:
    told = diff("broker42", "nasdaq_ouch50")
    assert told.exit_code == 1
    assert told.output == "protocol: broker42 speaks FIX.4.2, nasdaq_ouch50 ouch_5_0: they have no key in common\n"


@pytest.mark.parametrize("text", ["", "begin_string = 1", "not toml", 'protocol = "nothing"'])
def test_profiles_with_mistakes_are_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    assert diff("broker42", str(path)).exit_code == 2
    assert diff(str(tmp_path / "none.toml"), "broker42").exit_code == 2
