"""Dialects: what they change, and that every mistake is named with its path, what was there and what was expected."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.fix.dialect import Dialect, DialectError
from fairlead.codecs.fix.dictionary import Dictionary, load_dictionary
from fairlead.codecs.fix.validator_cy import Validator

EXCHANGE = """
name = "exchange-x"
begin_string = "FIX.4.4"
undefined = [201]

[fields.1300]
name = "MarketSegmentID"
type = "String"
[fields.5800]
name = "BlobLength"
type = "Length"
[fields.5801]
name = "Blob"
type = "data"
length_tag = 5800
[fields.40]
values = {M = "Midpoint"}
drop_values = ["G"]
[fields.5900]
name = "NoLimits"
type = "NumInGroup"
[fields.5901]
name = "LimitName"
type = "String"

[groups.453]
members = [448, 452]
required = [448, 452]
[groups.5900]
members = [5901, 453]

[header]
required = [50]
dropped = [90, 91]

[messages.D]
required = [1, 1300]
optional = [60, 5800, 5801, 5900]
dropped = [110]
values = {59 = ["0", "3"]}
drop_conditions = [44]
conditions = [{any_of = [1300], when = 40, values = ["M"]}]

[messages.U1]
name = "Risk"
required = [11]
"""


def merged(text: str, begin_string: str = "FIX.4.4") -> Dictionary:
    return load_dictionary(begin_string, Dialect.from_mapping(tomllib.loads(text)))


def problems(text: str, begin_string: str = "FIX.4.4") -> tuple[str, ...]:
    with pytest.raises(DialectError) as caught:
        merged(text, begin_string)
    return caught.value.problems


def test_a_dialect_changes_what_it_names() -> None:
    dictionary = merged(EXCHANGE)
    order = dictionary.message("D")
    tags = {member.tag for member in order.members}
    assert dictionary.name == "exchange-x"
    assert 201 not in dictionary.fields and 201 not in tags and dictionary.undefined == {201}
    assert dictionary.field("MarketSegmentID").tag == 1300
    assert dictionary.data_tags()[5800] == 5801
    assert dictionary.meaning(40, "M") == "Midpoint" and dictionary.meaning(40, "G") == ""
    assert {1, 1300} <= set(order.required) and 60 not in order.required
    assert {5800, 5801, 60} <= tags and 110 not in tags
    assert order.values == {59: {"0", "3"}}
    assert [member.tag for member in dictionary.header if member.tag in (50, 90, 91)] == [50]
    assert all(condition.any_of != (44,) for condition in order.conditions)
    assert order.conditions[-1].any_of == (1300,)
    assert dictionary.message("Risk").required == (11,)
    assert dictionary.meaning(35, "U1") == "Risk"


def test_a_group_changes_wherever_it_occurs() -> None:
    dictionary = merged(EXCHANGE)
    for msg_type in ("D", "8"):
        group = dictionary.group(msg_type, 453)
        assert [(member.tag, member.required) for member in group.members] == [(448, True), (452, True)]
    nested = dictionary.group_layout("D", 5900).nested[453]
    assert nested.first_tag == 448


def test_a_dialect_leaves_the_standard_alone() -> None:
    before = load_dictionary("FIX.4.4").message("D")
    merged(EXCHANGE)
    assert load_dictionary("FIX.4.4").message("D") is before
    assert 1300 not in load_dictionary("FIX.4.4").fields


def test_a_condition_loses_the_tags_that_are_gone() -> None:
    dictionary = merged('name = "x"\nundefined = [126]\n[messages.D]\ndropped = [516]')
    wanted = [condition.any_of for condition in dictionary.message("D").conditions]
    assert (432,) in wanted and (38, 152) in wanted
    validator = Validator(dictionary)
    assert validator.is_known_msg_type("D")


SHAPES = [
    ("", "name: missing, expected text"),
    ("name = 3", "name: received 3, expected text"),
    ('name = "x"\nbegin_string = "FIX.9"', "begin_string: received 'FIX.9', expected FIX.4.2 or FIX.4.4"),
    ('name = "x"\nfeilds = 1', "feilds: unknown key, expected one of name, begin_string, undefined, fields,"),
    ('name = "x"\n[fields.Side]\nname = "S"', "fields.Side: received key 'Side', expected"),
    ('name = "x"\n[fields.5000]\ntype = "Strnig"', "fields.5000.type: received 'Strnig', expected one of Amt,"),
    ('name = "x"\n[messages.D]\nrequired = "1"', "messages.D.required: received '1', expected a list of tags"),
    (
        'name = "x"\n[messages.D]\nconditions = [{when = 40}]',
        "messages.D.conditions: received [{'when': 40}], expected",
    ),
    ('name = "x"\n[groups.453]\nrequired = [448]', "groups.453.members: missing, expected a list of tags, not empty"),
    (
        'name = "x"\n[fields.40]\nvalues = {"\u20ac" = "Euro"}',
        "fields.40.values: received {'\u20ac': 'Euro'}, expected a table",
    ),
    ('name = "x"\nheader = []', "header: received [], expected a table"),
]


@pytest.mark.parametrize(("text", "problem"), SHAPES)
def test_a_mistake_of_shape_is_named(text: str, problem: str) -> None:
    (found,) = problems(text)
    assert found.startswith(problem)


FITS = [
    ('begin_string = "FIX.4.2"', "begin_string: received 'FIX.4.2', expected 'FIX.4.4', the session's"),
    ("undefined = [35]", "undefined: received 35, expected"),
    ("undefined = [5000]", "undefined: received 5000, expected"),
    ('[fields.5000]\nname = "X"', "fields.5000.type: missing, expected for the custom field 5000"),
    ('[fields.5000]\nname = "Side"\ntype = "char"', "fields.5000.name: received 'Side', expected a name that no other"),
    ('[fields.5000]\nname = "X"\ntype = "data"', "fields.5000: received type data and length_tag 0, expected both"),
    ('[fields.40]\ndrop_values = ["!"]', "fields.40.drop_values: received '!', expected a code of OrdType"),
    ("[header]\ndropped = [34]", "header.dropped: received 34, expected a tag that is there and can be spared"),
    ("[messages.D]\nrequired = [5000]", "messages.D.required: received 5000, expected a tag of the version"),
    ("[messages.D]\ndropped = [150]", "messages.D.dropped: received 150, expected a tag that is there"),
    ("[messages.D]\nrequired = [1]\ndropped = [1]", "messages.D.required: received 1, expected a tag in one list only"),
    ("[messages.D]\noptional = [50]", "messages.D.optional: received 50, expected no tag of the header"),
    ('[messages.D.values]\n59 = ["!"]', "messages.D.values.59: received '!', expected a code of TimeInForce"),
    ('[messages.D.values]\n150 = ["0"]', "messages.D.values.150: received 150, expected a tag of the message"),
    ("[messages.D]\nconditions = [{any_of = [150]}]", "messages.D.conditions[0]: received 150, expected a tag of the"),
    ("[messages.U1]\nrequired = [11]", "messages.U1.name: missing, expected the name of the custom message"),
    ("undefined = [95]", "fields.96.length_tag: received 95, an undefined tag, expected a Length field"),
    ('[fields.95]\ntype = "String"', "fields.96.length_tag: received 95, String, expected a Length field"),
    ('[fields.453]\ntype = "String"', "fields.453.type: received String, expected NumInGroup of a count"),
    ("[groups.453]\nmembers = [5000]", "groups.453.members: received 5000, expected a tag of the version"),
    ("[groups.453]\nmembers = [448]\nrequired = [447]", "groups.453.required: received 447, expected one of members"),
    ("[groups.453]\nmembers = [448, 448]", "groups.453.members: received a tag twice, expected each once"),
    ("[groups.453]\nmembers = [448, 453]", "groups.453: received 453 within itself, expected groups that end"),
]


@pytest.mark.parametrize(("text", "problem"), FITS)
def test_a_dialect_that_does_not_fit_is_told_so(text: str, problem: str) -> None:
    found = problems('name = "x"\n' + text)
    assert any(line.startswith(problem) for line in found), found


def test_all_mistakes_come_at_once() -> None:
    found = problems('name = "x"\nundefined = [5000]\n[header]\ndropped = [34]\n[messages.D]\nrequired = [5000]')
    assert len(found) == 3


KEYS = st.sampled_from(
    ["name", "fields", "groups", "messages", "header", "required", "453", "5000", "D", "members", "x"]
)
LEAVES = st.one_of(st.none(), st.integers(-1, 6000), st.text(max_size=3), st.lists(st.integers(0, 6000), max_size=3))
TREES = st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=4), max_leaves=20)


@given(st.dictionaries(KEYS, TREES, max_size=5))
def test_any_data_is_a_dialect_or_a_named_mistake(data: dict[str, Any]) -> None:
    """Whatever stands in a file, the outcome is a dictionary or a DialectError with at least one problem."""
    try:
        load_dictionary("FIX.4.4", Dialect.from_mapping(data))
    except DialectError as error:
        assert error.problems
