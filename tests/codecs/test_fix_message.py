"""The message index: typed access, data fields, groups, sections."""

import pytest
import simplefix
from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.errors import DecodeError, LocalProtocolError, ProtocolError
from fairlead.codecs.fix.fields_cy import GroupLayout
from fairlead.codecs.fix.message_cy import BODY, HEADER, TRAILER, FixMessage
from fairlead.codecs.vocabulary.constants import ABSENT


def framed(*fields: tuple[int, str | bytes], msg_type: str = "D", begin_string: str = "FIX.4.4") -> bytes:
    message = simplefix.FixMessage()
    message.append_pair(8, begin_string)
    message.append_pair(35, msg_type)
    for tag, value in fields:
        message.append_pair(tag, value)
    return bytes(message.encode())


def test_hand_checked_heartbeat() -> None:
    # 35=0 and SOH are 53 + 51 + 61 + 48 + 1 = 214; "8=FIX.4.4", "9=5" and their SOH bring it to 928 = 3 * 256 + 160.
    message = FixMessage.from_bytes(b"8=FIX.4.4\x019=5\x0135=0\x0110=163\x01")
    assert (message.begin_string, message.msg_type, message.field_count) == ("FIX.4.4", "0", 4)
    assert message.msg_seq_num == 0


def test_real_session_reads_as_simplefix_does(frames: list[bytes]) -> None:
    for frame in frames:
        parser = simplefix.FixParser()
        parser.append_buffer(frame)
        theirs = [(int(tag), value) for tag, value in parser.get_message().pairs]
        message = FixMessage.from_bytes(frame)
        assert list(message.fields()) == theirs
        assert message.raw() == frame
        for tag, _ in reversed(theirs):
            assert message.has(tag)
            assert message.count(tag) == sum(1 for other, _ in theirs if other == tag)
        for tag in {tag for tag, _ in theirs}:
            assert message.get_bytes(tag) == next(value for other, value in theirs if other == tag)


def test_real_execution_report(order_session: list[bytes]) -> None:
    message = FixMessage.from_bytes(order_session[6])
    assert (message.msg_type, message.msg_seq_num, message.poss_dup) == ("8", 4, False)
    assert message.get_fixed(6) == 95 * 10**8
    assert message.get_int(32) == 100
    assert message.get_char(150) == ord("0")
    assert message.get_str(37) == "20200525O4000007"
    assert message.get_utc_ns(52) == 1_594_662_705_941_000_000


def test_absent_fields_give_the_default() -> None:
    message = FixMessage.from_bytes(framed())
    assert message.get_int(38) == message.get_fixed(44) == message.get_utc_ns(60) == ABSENT
    assert (message.get_int(38, 7), message.get_str(58), message.get_str(58, "x"), message.get_bytes(58)) == (
        7,
        "",
        "x",
        b"",
    )
    assert (message.get_char(54), message.get_bool(43), message.get_bool(43, True)) == (0, False, True)
    assert not message.has(5799)
    assert message.count(5799) == 0
    assert message.group(453) == []


def test_wrong_values_are_refused() -> None:
    message = FixMessage.from_bytes(framed((54, "12"), (38, "1x"), (44, ""), (60, "now"), (43, "y"), (34, "")))
    for read, tag in [
        (message.get_char, 54),
        (message.get_int, 38),
        (message.get_fixed, 44),
        (message.get_int, 44),
        (message.get_utc_ns, 60),
        (message.get_bool, 43),
        (message.get_char, 44),
    ]:
        with pytest.raises(DecodeError) as caught:
            read(tag)
        assert caught.value.offset == message.start_at(message.find(tag))
    assert message.has(44)
    assert message.msg_seq_num == 0
    assert not message.poss_dup


@pytest.mark.parametrize("value", [0, -1, 2**31 - 1, 2**31, 2**63 - 1, -(2**63 - 1)])
def test_int_boundaries(value: int) -> None:
    assert FixMessage.from_bytes(framed((38, str(value)))).get_int(38) == value


@pytest.mark.parametrize("text", [str(2**63), str(-(2**63) - 1), "9" * 300, "+1", "", "-", "1.0", " 1"])
def test_ints_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        FixMessage.from_bytes(framed((38, text))).get_int(38)


def test_data_fields_may_hold_soh() -> None:
    message = FixMessage.from_bytes(framed((95, "10"), (96, b"a\x0110=000\x01b"), (58, "t"), (354, "0"), (355, b"")))
    assert message.get_bytes(96) == b"a\x0110=000\x01b"
    assert message.get_str(58) == "t"
    assert message.get_bytes(355) == b""
    assert message.field_count == 9


def test_signature_in_the_trailer_may_hold_soh() -> None:
    message = FixMessage.from_bytes(framed((11, "a"), (93, "3"), (89, b"\x01=\x01")))
    assert message.get_bytes(89) == b"\x01=\x01"
    assert message.section_at(message.find(93)) == TRAILER


def test_data_field_with_a_wrong_length_is_garbled() -> None:
    for length in ("2", "4", "999999999", str(2**31 - 1)):
        with pytest.raises(DecodeError, match="as the length of 96"):
            FixMessage.from_bytes(framed((95, length), (96, b"abc")))


def test_length_field_without_a_length_counts_nothing() -> None:
    assert FixMessage.from_bytes(framed((95, "x"), (96, b"abc"))).get_bytes(96) == b"abc"
    assert FixMessage.from_bytes(framed((95, "3"), (58, "abcd"))).get_str(58) == "abcd"


def test_a_dialect_adds_data_fields() -> None:
    frame = framed((1000, "3"), (5001, b"a\x01b"))
    assert FixMessage.from_bytes(frame, {1000: 5001}).get_bytes(5001) == b"a\x01b"
    with pytest.raises(DecodeError):
        FixMessage.from_bytes(frame)


def test_a_dialect_adds_data_fields_of_any_tag() -> None:
    frame = framed((1024, "3"), (5001, b"a\x01b"), (999_999_999, "2"), (7, b"\x01\x01"), (1025, "3"), (11, "x"))
    message = FixMessage.from_bytes(frame, {1024: 5001, 999_999_999: 7})
    assert (message.get_bytes(5001), message.get_bytes(7), message.get_str(11)) == (b"a\x01b", b"\x01\x01", "x")


def test_holds_compares_the_first_value() -> None:
    message = FixMessage.from_bytes(framed((49, "ME"), (56, ""), (11, "a"), (11, "b")))
    assert message.holds(49, b"ME")
    assert message.holds(56, b"")
    assert message.holds(11, b"a")
    for tag, value in ((49, b"M"), (49, b"MEE"), (49, b""), (11, b"b"), (50, b""), (50, b"ME")):
        assert not message.holds(tag, value)


def test_names_follow_the_frame() -> None:
    message = FixMessage()
    for begin_string, msg_type in (("FIX.4.4", "D"), ("FIX.4.4", "AE"), ("FIX.4.2", "AE"), ("FIX.4.2", "8")):
        message.load(framed(msg_type=msg_type, begin_string=begin_string))
        assert (message.begin_string, message.msg_type) == (begin_string, msg_type)
    with pytest.raises(DecodeError):
        message.load(b"8=FIX.4.2\x019=5\x0135=0\x0110=000\x01")
    assert (message.begin_string, message.msg_type, message.field_count, message.msg_seq_num) == ("", "", 0, 0)


def test_first_of_repeated_fields_answers() -> None:
    message = FixMessage.from_bytes(framed((11, "first"), (11, "second"), (9001, "x"), (9001, "y")))
    assert message.get_str(11) == "first"
    assert message.get_str(9001) == "x"
    assert message.count(11) == message.count(9001) == 2


def test_reuse_forgets_the_message_before(order_session: list[bytes]) -> None:
    message = FixMessage.from_bytes(order_session[2])
    message.load(order_session[10])
    assert message.msg_type == "5"
    assert not message.has(11)
    assert message.get_str(58) == "user requested"
    with pytest.raises(DecodeError):
        message.load(order_session[2][:-1])
    assert list(message.fields()) == []


def test_sections_by_position() -> None:
    message = FixMessage.from_bytes(framed((34, "1"), (49, "A"), (11, "x"), (50, "late"), (93, "1"), (89, b"s")))
    sections = [message.section_at(field) for field in range(message.field_count)]
    assert sections == [HEADER] * 5 + [BODY] * 2 + [TRAILER] * 3


def test_positions_outside_the_message() -> None:
    message = FixMessage.from_bytes(framed())
    for field in (-1, message.field_count, 2**40):
        with pytest.raises(IndexError):
            message.tag_at(field)


PARTIES = GroupLayout(453, 448, (448, 447, 452, 802), {802: GroupLayout(802, 523, (523, 803))})
TWO_PARTIES = (
    *((453, "2"), (448, "a"), (447, "D"), (452, "1"), (802, "2"), (523, "s1"), (803, "1"), (523, "s2"), (803, "2")),
    *((448, "b"), (452, "3"), (55, "IBM"), (448, "after")),
)


def test_group_with_a_nested_group() -> None:
    message = FixMessage.from_bytes(framed(*TWO_PARTIES))
    first, second = message.group(453, PARTIES)
    assert [first.get_str(448), second.get_str(448)] == ["a", "b"]
    assert [entry.get_str(523) for entry in first.group(802)] == ["s1", "s2"]
    assert [entry.get_int(803) for entry in first.group(802)] == [1, 2]
    assert second.group(802) == []
    assert not second.has(55)
    assert list(second.fields()) == [(448, b"b"), (452, b"3")]


def test_group_without_a_layout_goes_by_its_first_tag() -> None:
    message = FixMessage.from_bytes(framed((146, "2"), (55, "A"), (54, "1"), (55, "B")))
    assert [entry.get_str(55) for entry in message.group(146)] == ["A", "B"]
    assert not message.group(146)[1].has(10)


def test_real_groups(security_definitions: list[bytes]) -> None:
    events = GroupLayout(864, 865, (865, 866, 1145))
    legs = GroupLayout(555, 602, (602, 603, 624, 623))
    seen = 0
    for frame in security_definitions:
        message = FixMessage.from_bytes(frame)
        assert len(message.group(864, events)) == message.get_int(864, 0)
        assert len(message.group(555, legs)) == message.get_int(555, 0)
        seen += len(message.group(555, legs))
    assert seen == 20


@pytest.mark.parametrize("count", ["0", "1", "3", "-1", "2147483648"])
def test_group_count_that_is_not_so(count: str) -> None:
    message = FixMessage.from_bytes(framed((453, count), *TWO_PARTIES[1:]))
    with pytest.raises(DecodeError, match="entries received"):
        message.group(453, PARTIES)


def test_group_count_of_zero() -> None:
    message = FixMessage.from_bytes(framed((453, "0"), (55, "IBM")))
    assert message.group(453) == message.group(453, PARTIES) == []


def test_group_entry_outlived_by_its_message(order_session: list[bytes]) -> None:
    message = FixMessage.from_bytes(framed(*TWO_PARTIES))
    entry = message.group(453, PARTIES)[0]
    message.load(order_session[0])
    with pytest.raises(LocalProtocolError):
        entry.get_str(448)
    with pytest.raises(LocalProtocolError):
        entry.fields()


def test_index_grows() -> None:
    fields = [(5000 + i, str(i)) for i in range(3000)]
    message = FixMessage.from_bytes(framed(*fields))
    assert message.field_count == 3004
    assert message.get_int(7999) == 2999


def with_checksum(text: bytes) -> bytes:
    return text + b"10=%03d\x01" % (sum(text) % 256)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"8=FIX.4.4\x01",
        b"8=FIX.4.4\x019=5\x0135=0\x0110=162\x01",
        with_checksum(b"8=FIX.4.4\x019=6\x0135=0\x01"),
        with_checksum(b"8=FIX.4.4\x019=\x0135=0\x01"),
        with_checksum(b"8=FIX.4.4\x019=-5\x0135=0\x01"),
        with_checksum(b"8=FIX.4.4\x0135=0\x019=5\x01"),
        with_checksum(b"9=5\x018=FIX.4.4\x0135=0\x01"),
        with_checksum(b"8=FIX.4.4\x019=10\x0135=0\x01x=12\x01"),
        with_checksum(b"8=FIX.4.4\x019=9\x0135=0\x01=12\x01"),
        with_checksum(b"8=FIX.4.4\x019=8\x0135=0\x0155\x01"),
        with_checksum(b"8=FIX.4.4\x019=12\x0135=0\x0110=000\x01"),
        b"8=FIX.4.4\x019=5\x0135=0\x0110=163\x01x",
    ],
)
def test_garbled_frames(frame: bytes) -> None:
    with pytest.raises(DecodeError, match="expected|before the end"):
        FixMessage.from_bytes(frame)


def test_tags_with_leading_zeros_or_too_long_are_no_tags() -> None:
    message = FixMessage.from_bytes(with_checksum(b"8=FIX.4.4\x019=30\x0135=0\x01038=1\x010=2\x01123456789012=3\x01"))
    assert [message.tag_at(field) for field in range(3, 6)] == [0, 0, 0]
    assert not message.has(38)


@given(st.binary(max_size=200))
def test_any_bytes_are_indexed_or_refused(data: bytes) -> None:
    """Whatever the content of a well-framed body, only ProtocolError comes out, and what is indexed is there."""
    body = b"35=D\x01" + data
    frame = with_checksum(b"8=FIX.4.4\x019=%d\x01" % (len(body) + 1) + body + b"\x01")
    try:
        message = FixMessage.from_bytes(frame)
        for tag, value in message.fields():
            assert value in frame
            for read in (message.get_int, message.get_fixed, message.get_utc_ns, message.get_char, message.get_bool):
                try:
                    read(tag)
                except DecodeError as error:
                    assert 0 <= error.offset < len(frame)
            message.group(tag)
    except ProtocolError:
        return


LIKE = (
    framed((34, "1"), (49, "A"), (55, "X"), (38, "100"), (44, "1.5")),
    framed((34, "2"), (49, "A"), (55, "YY"), (38, "1"), (44, "")),
    framed((34, "3"), (49, "A"), (55, "X"), (44, "1.5"), (38, "7"), (55, "twice")),
    framed((34, "4"), (49, "A"), (55, "X")),
    framed((34, "5"), (95, "3"), (96, "a\x01b"), (55, "X")),
    framed((34, "5"), (95, "4"), (96, "a\x0155"), (55, "X")),
    framed((34, "6"), (12345678, "long"), (55, "X"), (1234567, "shorter")),
    framed(*((5000 + n, "v") for n in range(60))),
    framed(*((5000 + n, "v") for n in range(97))),
)


@given(st.lists(st.sampled_from(LIKE), max_size=12))
def test_a_message_says_the_same_whatever_was_loaded_before(frames: list[bytes]) -> None:
    used, numbers = FixMessage(), {}
    for frame in frames:
        used.load(frame)
        fresh = FixMessage.from_bytes(frame)
        tags = [tag for tag, _ in fresh.fields()]
        assert list(used.fields()) == list(fresh.fields())
        assert [used.find(tag) for tag in (*tags, 44, 96)] == [fresh.find(tag) for tag in (*tags, 44, 96)]
        assert used.has_empty == fresh.has_empty == any(value == b"" for _, value in fresh.fields())
        assert numbers.setdefault(used.tags_number, tags) == tags
        assert fresh.tags_number != used.tags_number


def test_frames_of_the_same_tags_have_one_number() -> None:
    message = FixMessage.from_bytes(LIKE[0])
    first = message.tags_number
    message.load(LIKE[1])
    assert message.tags_number == first
    message.load(LIKE[2])
    assert message.tags_number != first


def test_a_garbled_frame_leaves_nothing_known() -> None:
    message = FixMessage.from_bytes(LIKE[0])
    garbled = LIKE[1].replace(b"55=", b"5x=")
    with pytest.raises(DecodeError):
        message.load(garbled[:-7] + b"10=%03d\x01" % (sum(garbled[:-7]) % 256))
    assert message.field_count == 0 and not message.has(34)
    message.load(LIKE[3])
    assert list(message.fields()) == list(FixMessage.from_bytes(LIKE[3]).fields())


def test_what_is_no_tag_never_passes_for_one_seen_before() -> None:
    good = framed((34, "1"), (12345678, "x"))
    message = FixMessage.from_bytes(good)
    body = good[good.index(b"35=") : -7].replace(b"12345678=x", b"\x01\x00\x00\x00\x00\x00\x00\x00")
    frame = b"8=FIX.4.4\x019=%d\x01%b" % (len(body), body)
    with pytest.raises(DecodeError):
        message.load(frame + b"10=%03d\x01" % (sum(frame) % 256))
