"""Look-ups, names for people, group layouts and the shape of the tables. Facts: FIX 4.2 and FIX 4.4 volumes 2 to 6."""

import pytest

from fairlead.codecs.fix.definitions import TYPES, walk
from fairlead.codecs.fix.dialect import Dialect
from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.fix.message_cy import FixMessage

VERSIONS = ("FIX.4.2", "FIX.4.4")

# The example order of a public FIX 4.4 order entry capture (montran), one line of it.
ORDER = (
    b"8=FIX.4.4|9=181|35=D|34=2|49=FIXTESTA|52=20200713-17:51:28.127|56=MONTRANTS|1=GE05FIXTXXXGOP00000005|11=FIXTESTA05|"
    b"38=100|40=2|44=95.00|54=1|55=ADB03M|60=20200713-13:51:28.124|528=P|1300=GelODebtM|10=155|"
).replace(b"|", b"\x01")


@pytest.mark.parametrize(("begin_string", "field_count", "message_count"), [("FIX.4.2", 405, 46), ("FIX.4.4", 912, 93)])
def test_a_version_has_all_its_fields_and_messages(begin_string: str, field_count: int, message_count: int) -> None:
    dictionary = load_dictionary(begin_string)
    assert len(dictionary.fields) == field_count
    assert len(dictionary.messages) == message_count


@pytest.mark.parametrize("begin_string", VERSIONS)
def test_every_place_of_a_field_is_defined(begin_string: str) -> None:
    dictionary = load_dictionary(begin_string)
    for message in dictionary.messages.values():
        for member in walk((*dictionary.header, *message.members, *dictionary.trailer)):
            assert dictionary.fields[member.tag].type in TYPES
            if member.group is not None:
                assert dictionary.fields[member.tag].type == "NumInGroup"
        tags = [member.tag for member in message.members]
        assert len(tags) == len(set(tags)), message.msg_type


def test_fields_and_messages_are_found_by_name_and_number() -> None:
    dictionary = load_dictionary("FIX.4.4")
    assert dictionary.field(54) is dictionary.field("Side")
    assert dictionary.tag("ClOrdID") == 11
    assert dictionary.message("NewOrderSingle") is dictionary.message("D")
    assert dictionary.message("D").required == (11, 55, 54, 60, 40)
    assert dictionary.data_tags()[95] == 96
    with pytest.raises(KeyError):
        dictionary.field("NoSuchField")


def test_admin_messages_are_the_session_layers_own() -> None:
    dictionary = load_dictionary("FIX.4.4")
    # XMLnonFIX (n) is listed among the session messages but carries an application's content.
    assert "".join(msg_type for msg_type in dictionary.messages if dictionary.is_admin(msg_type)) == "012345A"
    assert dictionary.is_known_msg_type("AE") and not load_dictionary("FIX.4.2").is_known_msg_type("AE")


def test_an_unknown_version_is_named() -> None:
    with pytest.raises(KeyError, match="FIX.5.0"):
        load_dictionary("FIX.5.0")


def test_a_dictionary_is_made_once() -> None:
    dialect = Dialect.from_mapping({"name": "x"})
    assert load_dictionary("FIX.4.2") is load_dictionary("FIX.4.2")
    assert load_dictionary("FIX.4.2", dialect) is load_dictionary("FIX.4.2", dialect)


def test_codes_have_names_for_people() -> None:
    dictionary = load_dictionary("FIX.4.2")
    assert dictionary.meaning(54, "1") == "Buy"
    assert dictionary.meaning(18, "1 G") == "NotHeld AllOrNone"
    assert dictionary.meaning(54, "?") == ""
    assert dictionary.meaning(55, "INTC") == ""
    assert dictionary.meaning(9999, "x") == ""


def test_a_message_is_described_in_wire_order() -> None:
    rows = list(load_dictionary("FIX.4.4").describe(FixMessage.from_bytes(ORDER)))
    assert [row[0] for row in rows] == [8, 9, 35, 34, 49, 52, 56, 1, 11, 38, 40, 44, 54, 55, 60, 528, 1300, 10]
    assert (35, "MsgType", "D", "NewOrderSingle") in rows
    assert (40, "OrdType", "2", "Limit") in rows
    assert (528, "OrderCapacity", "P", "Principal") in rows
    assert (1300, "", "GelODebtM", "") in rows


def test_group_layouts_nest() -> None:
    layout = load_dictionary("FIX.4.4").group_layout("D", 453)
    assert (layout.count_tag, layout.first_tag) == (453, 448)
    assert layout.members == {448, 447, 452, 802}
    assert layout.nested[802].first_tag == 523
    with pytest.raises(KeyError, match="group 453"):
        load_dictionary("FIX.4.2").group_layout("D", 453)


def test_group_layouts_cut_entries_of_a_message() -> None:
    body = b"35=D\x01453=2\x01448=X\x01447=D\x01452=1\x01802=1\x01523=S\x01803=2\x01448=Y\x01447=D\x01452=3\x0158=t\x01"
    frame = b"8=FIX.4.4\x019=%d\x01%b" % (len(body), body)
    message = FixMessage.from_bytes(frame + b"10=%03d\x01" % (sum(frame) % 256))
    entries = message.group(453, load_dictionary("FIX.4.4").group_layout("D", 453))
    assert [entry.get_str(448) for entry in entries] == ["X", "Y"]
    assert [sub.get_str(523) for sub in entries[0].group(802)] == ["S"]
    assert not entries[1].has(58)
