"""Venue profiles: the two that come along, and what a wrong one is told."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.adapters.fix.profiles import ProfileError, load_profile, parse_profile, shipped_profiles
from fairlead.adapters.fix.settings import Throttle, WhileLoggedOut
from fairlead.adapters.fix.venue import VenueCredentials, session_settings
from fairlead.codecs.vocabulary.constants import OrdType, TimeInForce

SMALL: dict[str, Any] = {
    "name": "X",
    "begin_string": "FIX.4.2",
    "orders": {"ord_types": ["LIMIT"], "times_in_force": ["DAY"]},
}


def test_the_two_that_come_along_differ_as_stated() -> None:
    assert shipped_profiles() == ("broker42", "exchange44")
    broker, exchange = load_profile("broker42"), load_profile("exchange44")
    assert (broker.name, broker.begin_string) == ("XBRK", "FIX.4.2")
    assert (exchange.name, exchange.begin_string) == ("XEXC", "FIX.4.4")
    assert broker.capabilities.cl_ord_id.length == 20
    assert exchange.capabilities.cl_ord_id.length == 14
    assert broker.capabilities.ord_types == {OrdType.MARKET, OrdType.LIMIT, OrdType.STOP}
    assert exchange.capabilities.times_in_force == {
        TimeInForce.DAY,
        TimeInForce.IMMEDIATE_OR_CANCEL,
        TimeInForce.FILL_OR_KILL,
        TimeInForce.GOOD_TILL_DATE,
    }
    assert not broker.capabilities.replace_while_pending
    assert exchange.capabilities.replace_while_pending
    assert (broker.capabilities.mass_cancel, exchange.capabilities.mass_cancel) == (False, True)
    assert (broker.account.party_role, exchange.account.party_role) == (0, 24)
    assert broker.resend_orders_within_s == 0


def test_small_profile_gets_its_versions_defaults() -> None:
    old = parse_profile(SMALL, "test")
    new = parse_profile(SMALL | {"begin_string": "FIX.4.4"}, "test")
    assert (old.capacity_tag, old.symbology.maturity_day_tag, old.symbology.put_or_call_tag) == (47, 205, 201)
    assert (new.capacity_tag, new.symbology.maturity_day_tag, new.symbology.put_or_call_tag) == (528, 541, 461)
    assert (old.handl_inst, new.handl_inst) == (ord("1"), 0)


@pytest.mark.parametrize(
    ("changes", "mistake"),
    [
        ({"name": 5}, "name: 5 received, expected text"),
        ({"begin_string": "FIX.4.3"}, "begin_string: 'FIX.4.3' received, expected one of FIX.4.2, FIX.4.4"),
        ({"colour": "red"}, "colour: 'red' received, expected no such key"),
        ({"orders": {"ord_types": ["LIMIT"]}}, "orders.times_in_force: nothing received"),
        (
            {"orders": {"ord_types": ["LIMITED"], "times_in_force": []}},
            "orders.ord_types: ['LIMITED'] received, expected a list of MARKET",
        ),
        ({"orders": 7}, "orders: 7 received, expected a table"),
        ({"cl_ord_id": {"length": 5}}, "cl_ord_id.length: 5 received, expected a number from 8 to 64"),
        ({"cl_ord_id": {"length": True}}, "cl_ord_id.length: True received"),
        ({"cl_ord_id": {"alphabet": "0011223344"}}, "cl_ord_id.alphabet: '0011223344' received"),
        ({"mass_cancel": {"supported": True}}, "mass_cancel.supported: True received, expected false, as FIX.4.2"),
        ({"status": {"mass": True}}, "status.mass: True received"),
        ({"account": {"placement": "Parties"}}, "account.placement: 'Parties' received"),
        ({"capacity": {"tag": "OrderCapacity"}}, "capacity.tag: 528 received"),
        ({"capacity": {"default": "P"}}, "capacity.default: 'P' received, expected a key of capacity.codes"),
        ({"capacity": {"codes": {"AA": "A"}}}, "capacity.codes: 'AA' received"),
        ({"symbology": {"put_or_call": "CFICode"}}, "symbology.put_or_call: 461 received"),
        ({"symbology": {"map": {"A": "X", "B": "X"}}}, "symbology.map: 'X' received, expected each symbol"),
        ({"session": {"next_expected": True}}, "session.next_expected: True received"),
        ({"session": {"timestamps": "days"}}, "session.timestamps: 'days' received, expected one of seconds"),
        ({"session": {"logon_fields": {"x": "y"}}}, "session.logon_fields: 'x' received, expected tag numbers"),
        (
            {"session": {"throttle": {"messages": 5, "cancel_reserve": 5}}},
            "session.throttle.cancel_reserve: 5 received",
        ),
        ({"reject_meanings": {"OrdRejReason": {"x": "y"}}}, "reject_meanings.OrdRejReason: 'x' received"),
        ({"dialect": {"fields": {"x": {}}}}, "dialect.fields"),
    ],
)
def test_mistakes_name_path_value_and_expectation(changes: dict[str, Any], mistake: str) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(SMALL | changes, "test")
    assert [line for line in caught.value.mistakes if line.startswith(mistake)], caught.value.mistakes


def test_all_mistakes_at_once() -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile({"name": 1, "orders": {"sides": "BUY"}, "zebra": 1, "status": {"order": 1}}, "test.toml")
    paths = {line.partition(":")[0] for line in caught.value.mistakes}
    assert paths == {"name", "begin_string", "orders.sides", "orders.ord_types", "orders.times_in_force"} | {
        "zebra",
        "status.order",
    }
    assert "test.toml" in str(caught.value)


def test_files(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'name = "MINE"\nbegin_string = "FIX.4.4"\norders = {ord_types = ["LIMIT"], times_in_force = ["DAY"]}'
    )
    assert load_profile(str(mine)).name == "MINE"
    mine.write_text("name =")
    with pytest.raises(ProfileError, match="no TOML"):
        load_profile(str(mine))
    with pytest.raises(ProfileError, match="expected broker42, exchange44 or the path of a TOML file"):
        load_profile(str(tmp_path / "none.toml"))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["LIMIT", "DAY", "FIX.4.2"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(
    ["name", "begin_string", "orders", "session", "symbology", "account", "capacity", "replace", "cl_ord_id", "dialect"]
)
inner_keys = st.sampled_from(["ord_types", "refused_combinations", "extra_tags", "map", "codes", "default", "throttle"])


@given(st.dictionaries(keys, values | st.dictionaries(inner_keys, values, max_size=3), max_size=5))
def test_any_data_is_a_profile_or_a_list_of_mistakes(data: dict[str, Any]) -> None:
    """Whatever TOML can hold parses, or raises ProfileError with at least one mistake; nothing else."""
    try:
        parse_profile(SMALL | data, "test")
    except ProfileError as error:
        assert error.mistakes


def test_session_settings_follow_profile_and_credentials() -> None:
    credentials = VenueCredentials("FLD", "XEXC", username="me", password="hush", raw_data="hush")
    exchange = session_settings(load_profile("exchange44"), credentials)
    assert (exchange.logon.username, exchange.logon.password, exchange.logon.raw_data) == ("me", "hush", b"")
    assert (exchange.heart_bt_int_s, exchange.subsecond_digits, exchange.is_initiator) == (10, 6, True)
    assert exchange.while_logged_out == WhileLoggedOut.REFUSE
    broker = session_settings(load_profile("broker42"), credentials)
    assert (broker.logon.username, broker.logon.password) == ("", "")
    assert "hush" not in repr(credentials) + repr(exchange)
    session = {
        "credentials": "raw_data",
        "throttle": {"messages": 50, "cancel_reserve": 5},
        "logon_fields": {"464": "Y"},
    }
    custom = session_settings(parse_profile(SMALL | {"session": session}, "test"), credentials)
    assert custom.logon.raw_data == b"hush"
    assert custom.logon.extra_fields == ((464, "Y"),)
    assert custom.throttle == Throttle(50, 1000, 5, 0)


def test_what_the_venue_does_when_it_loses_us_is_one_of_three() -> None:
    assert load_profile("exchange44").capabilities.cancel_on_disconnect == "ungraceful"
    assert load_profile("broker42").capabilities.cancel_on_disconnect == "none"
    wrong = SMALL | {"orders": SMALL["orders"] | {"cancel_on_disconnect": "perhaps"}}
    with pytest.raises(ProfileError, match="'perhaps' received, expected one of none, ungraceful, any"):
        parse_profile(wrong, "test")


def test_a_mass_cancel_may_be_ours_alone() -> None:
    profile = SMALL | {"begin_string": "FIX.4.4", "mass_cancel": {"supported": True, "is_ours": True}}
    assert parse_profile(profile, "test").capabilities.mass_cancel_is_ours
    assert not load_profile("exchange44").capabilities.mass_cancel_is_ours
