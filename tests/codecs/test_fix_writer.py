"""The writer's frames, read back by simplefix and by our own index."""

import pytest
import simplefix
from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.errors import DecodeError, EncodeError
from fairlead.codecs.fix.message_cy import DATA_TAGS, FixMessage
from fairlead.codecs.fix.writer_cy import MessageWriter
from fairlead.codecs.vocabulary.constants import ABSENT

NOON_NS = 1_594_662_688_127_000_000  # 20200713-17:51:28.127


def real_order(writer: MessageWriter) -> bytes:
    writer.start("D", 2, NOON_NS)
    writer.put_str(1, "GE05FIXTXXXGOP00000005")
    writer.put_str(11, "FIXTESTA05")
    writer.put_int(38, 100)
    writer.put_char(40, ord("2"))
    writer.put_str(44, "95.00")
    writer.put_char(54, ord("1"))
    writer.put_str(55, "ADB03M")
    writer.put_utc(60, NOON_NS - 14_400_003_000_000)
    writer.put_str(528, "P")
    writer.put_bytes(1300, b"GelODebtM")
    return writer.finish()


def test_writes_a_captured_order_byte_for_byte(order_session: list[bytes]) -> None:
    writer = MessageWriter("FIX.4.4", "FIXTESTA", "MONTRANTS")
    assert real_order(writer) == order_session[2]
    assert real_order(writer) == order_session[2]


def test_writes_a_captured_logon_and_logout(order_session: list[bytes]) -> None:
    writer = MessageWriter("FIX.4.4", "FIXTESTA", "MONTRANTS")
    writer.start("A", 1, NOON_NS - 4_018_000_000)
    writer.put_int(98, 0)
    writer.put_int(108, 30)
    assert writer.finish() == order_session[0]
    writer.start("5", 4, NOON_NS + 10_961_000_000)
    writer.put_str(58, "user requested")
    assert writer.finish() == order_session[10]


def pairs(frame: bytes) -> list[tuple[int, bytes]]:
    parser = simplefix.FixParser()
    parser.append_buffer(frame)
    return [(int(tag), value) for tag, value in parser.get_message().pairs]


def test_header_order_and_extras() -> None:
    writer = MessageWriter("FIX.4.2", "ME", "YOU", [(50, "desk"), (57, "GW")], timestamp_digits=9)
    writer.start("8", 2**40, NOON_NS + 1, poss_dup=True, orig_sending_time_ns=NOON_NS)
    writer.put_str(128, "CLIENT")
    writer.put_bool(114, False)
    writer.put_fixed(44, -1)
    frame = writer.finish()
    assert pairs(frame)[2:-1] == [
        (35, b"8"),
        (34, b"1099511627776"),
        (49, b"ME"),
        (52, b"20200713-17:51:28.127000001"),
        (56, b"YOU"),
        (50, b"desk"),
        (57, b"GW"),
        (43, b"Y"),
        (122, b"20200713-17:51:28.127000000"),
        (128, b"CLIENT"),
        (114, b"N"),
        (44, b"-0.00000001"),
    ]
    assert FixMessage.from_bytes(frame).poss_dup


@pytest.mark.parametrize(
    ("digits", "text"),
    [(0, b"20200713-17:51:28"), (3, b"20200713-17:51:28.127"), (6, b"20200713-17:51:28.127000")],
)
def test_sending_time_precision(digits: int, text: bytes) -> None:
    writer = MessageWriter("FIX.4.4", "ME", "YOU", timestamp_digits=digits)
    writer.start("0", 1, NOON_NS)
    assert dict(pairs(writer.finish()))[52] == text


def test_sending_time_over_midnight_and_back() -> None:
    writer = MessageWriter("FIX.4.4", "ME", "YOU")
    midnight = 1_594_684_800_000_000_000
    expected = [b"20200713-23:59:59.999", b"20200714-00:00:00.000", b"20200714-00:00:00.000", b"20200713-23:59:59.999"]
    for utc_ns, text in zip([midnight - 1, midnight, midnight, midnight - 1], expected, strict=True):
        writer.start("0", 1, utc_ns)
        assert dict(pairs(writer.finish()))[52] == text


def test_body_length_at_digit_boundaries() -> None:
    writer = MessageWriter("FIX.4.4", "ME", "YOU")
    for size in (*range(35, 70), *range(930, 970), 9_900, 99_990, 200_000):
        writer.start("0", 1, NOON_NS)
        writer.put_str(58, "x" * size)
        assert FixMessage.from_bytes(writer.finish()).get_str(58) == "x" * size


def test_refused_values_leave_the_message_as_it_was() -> None:
    writer = MessageWriter("FIX.4.4", "ME", "YOU")
    writer.start("0", 1, NOON_NS)
    for put, tag, value in [
        (writer.put_str, 58, ""),
        (writer.put_str, 58, "a\x01b"),
        (writer.put_str, 58, "abc€"),
        (writer.put_bytes, 58, b""),
        (writer.put_bytes, 58, b"a\x01"),
        (writer.put_char, 54, 0),
        (writer.put_char, 54, 1),
        (writer.put_char, 54, 256),
        (writer.put_int, 38, ABSENT),
        (writer.put_fixed, 44, ABSENT),
        (writer.put_utc, 60, ABSENT),
        (writer.put_utc, 60, -1),
        (writer.put_data, 96, b""),
        (writer.put_data, 5001, b"x"),
        (writer.put_str, 0, "x"),
        (writer.put_str, -1, "x"),
        (writer.put_str, 10**9, "x"),
    ]:
        with pytest.raises(EncodeError, match="expected"):
            put(tag, value)
    writer.put_str(112, "t")
    assert [tag for tag, _ in pairs(writer.finish())] == [8, 9, 35, 34, 49, 52, 56, 112, 10]


def test_numbers_beyond_int64_are_refused() -> None:
    writer = MessageWriter("FIX.4.4", "ME", "YOU")
    writer.start("0", 1, NOON_NS)
    for put in (writer.put_int, writer.put_fixed):
        with pytest.raises((EncodeError, OverflowError)):
            put(38, 2**63)


def test_tags_at_digit_boundaries() -> None:
    writer = MessageWriter("FIX.4.4", "ME", "YOU")
    tags = [1, 7, 11, 99, 100, 999, 1000, 9999, 10_000, 99_999, 100_000, 999_999_999]
    writer.start("D", 1, NOON_NS)
    for tag in tags:
        writer.put_str(tag, "x")
    assert b"".join(b"%d=x\x01" % tag for tag in tags) in writer.finish()


@pytest.mark.parametrize("exponent", range(19))
def test_ints_at_digit_boundaries(exponent: int) -> None:
    writer = MessageWriter("FIX.4.4", "ME", "YOU")
    writer.start("D", 1, NOON_NS)
    values = [10**exponent - 1, 10**exponent, -(10**exponent), 2**63 - 1, 1 - 2**63]
    for value in values:
        writer.put_int(38, value)
    assert b"".join(b"38=%d\x01" % value for value in values) in writer.finish()


def test_any_latin_1_text_is_written_and_no_other() -> None:
    writer = MessageWriter("FIX.4.4", "ME", "YOU")
    text = "".join(chr(code) for code in range(256) if code != 1)
    writer.start("B", 1, NOON_NS)
    writer.put_str(58, text)
    for wrong, code in (("\x01", 1), ("a\x01", 1), ("\u0100", 256), ("a\U0001f600", 0x1F600)):
        with pytest.raises(EncodeError, match=f"character {code} received in 58"):
            writer.put_str(58, wrong)
    assert b"\x0158=" + text.encode("latin-1") + b"\x0110=" in writer.finish()


def test_a_time_of_the_same_day_or_another() -> None:
    day_ns = 86_400 * 10**9
    writer = MessageWriter("FIX.4.4", "ME", "YOU")
    writer.start("D", 1, NOON_NS)
    for utc_ns in (NOON_NS, NOON_NS + 1_234_567, NOON_NS + day_ns, NOON_NS - day_ns, 0):
        writer.put_utc(60, utc_ns)
    for utc_ns in (-1, -day_ns, 2**63 - 1):
        with pytest.raises(EncodeError):
            writer.put_utc(60, utc_ns)
    assert [value for tag, value in pairs(writer.finish()) if tag == 60] == [
        b"20200713-17:51:28.127",
        b"20200713-17:51:28.128",
        b"20200714-17:51:28.127",
        b"20200712-17:51:28.127",
        b"19700101-00:00:00.000",
    ]


def test_no_sending_time_before_the_epoch() -> None:
    writer = MessageWriter("FIX.4.4", "ME", "YOU")
    for utc_ns in (-1, -(2**63)):
        with pytest.raises(EncodeError, match="years 1970 to 2261"):
            writer.start("0", 1, utc_ns)
    writer.start("0", 1, 0)
    assert (52, b"19700101-00:00:00.000") in pairs(writer.finish())


def test_secrets_stay_out_of_errors() -> None:
    writer = MessageWriter("FIX.4.4", "ME", "YOU")
    writer.start("A", 1, NOON_NS)
    with pytest.raises(EncodeError) as caught:
        writer.put_str(554, "s3cret\x01")
    assert "s3cret" not in str(caught.value)


def test_misuse_is_refused() -> None:
    writer = MessageWriter("FIX.4.4", "ME", "YOU")
    for call in (writer.finish, lambda: writer.put_int(38, 1)):
        with pytest.raises(EncodeError, match=r"start\(\)"):
            call()
    for msg_type in ("", "A\x01", "x" * 17):
        with pytest.raises(EncodeError):
            writer.start(msg_type, 1, NOON_NS)
    with pytest.raises(EncodeError):
        writer.start("0", -1, NOON_NS)
    with pytest.raises(EncodeError):
        MessageWriter("FIX.4.4", "", "YOU")
    with pytest.raises(EncodeError):
        MessageWriter("FIX.4.4", "ME", "YOU", timestamp_digits=4)


def test_every_data_field_gets_its_length() -> None:
    writer = MessageWriter("FIX.4.4", "ME", "YOU")
    for length_tag, data_tag in DATA_TAGS.items():
        writer.start("B", 1, NOON_NS)
        writer.put_data(data_tag, b"\x01a=\xff\x0110=000\x01")
        message = FixMessage.from_bytes(writer.finish())
        assert message.get_int(length_tag) == 12
        assert message.get_bytes(data_tag) == b"\x01a=\xff\x0110=000\x01"
    writer.start("B", 1, NOON_NS)
    writer.put_data(5001, b"x", 5000)
    assert pairs(writer.finish())[-3:-1] == [(5000, b"1"), (5001, b"x")]


def test_resend_of_a_captured_order(order_session: list[bytes]) -> None:
    writer = MessageWriter("FIX.4.4", "FIXTESTA", "MONTRANTS")
    resent = writer.rewrite_as_poss_dup(order_session[2], NOON_NS + 10**9)
    expected = pairs(order_session[2])
    changed = pairs(resent)
    assert changed[3:9] == [
        (34, b"2"),
        (49, b"FIXTESTA"),
        (52, b"20200713-17:51:29.127"),
        (56, b"MONTRANTS"),
        (43, b"Y"),
        (122, b"20200713-17:51:28.127"),
    ]
    assert changed[9:-1] == expected[7:-1]
    again = writer.rewrite_as_poss_dup(resent, NOON_NS + 2 * 10**9)
    assert [tag for tag, _ in pairs(again)] == [tag for tag, _ in changed]
    assert dict(pairs(again))[122] == b"20200713-17:51:29.127"


def test_resend_does_not_disturb_the_message_being_written(order_session: list[bytes]) -> None:
    writer = MessageWriter("FIX.4.4", "ME", "YOU")
    writer.start("0", 9, NOON_NS)
    writer.rewrite_as_poss_dup(order_session[2], NOON_NS)
    writer.put_str(112, "t")
    message = FixMessage.from_bytes(writer.finish())
    assert (message.msg_seq_num, message.get_str(112), message.poss_dup) == (9, "t", False)


def test_resend_of_what_was_never_sent(order_session: list[bytes]) -> None:
    writer = MessageWriter("FIX.4.4", "ME", "YOU")
    with pytest.raises(EncodeError, match="SendingTime"):
        writer.rewrite_as_poss_dup(b"8=FIX.4.4\x019=5\x0135=0\x0110=163\x01", NOON_NS)
    with pytest.raises(DecodeError):
        writer.rewrite_as_poss_dup(order_session[0][:-2], NOON_NS)


TEXT = st.text(st.characters(codec="latin-1", exclude_characters="\x01"), min_size=1, max_size=30)
INT64 = st.integers(-(2**63) + 1, 2**63 - 1)
TAGS = st.sampled_from([11, 44, 58, 999, 1023, 1024, 5001, 99_999, 999_999_999])
PUTS = st.one_of(
    st.tuples(st.just("str"), TAGS, TEXT),
    st.tuples(st.just("int"), TAGS, INT64),
    st.tuples(st.just("fixed"), TAGS, INT64),
    st.tuples(st.just("data"), st.sampled_from(sorted(DATA_TAGS.values())), st.binary(min_size=1, max_size=40)),
)


@given(st.lists(PUTS, max_size=30), st.integers(0, 2**63 - 1), st.integers(0, 2**62))
def test_what_is_written_is_read(puts: list[tuple[str, int, object]], msg_seq_num: int, utc_ns: int) -> None:
    """decode(encode(m)) == m: every field comes back, in order, with its value."""
    writer = MessageWriter("FIX.4.4", "ME", "YOU", timestamp_digits=9)
    writer.start("D", msg_seq_num, utc_ns)
    for kind, tag, value in puts:
        getattr(writer, f"put_{kind}")(tag, value)
    message = FixMessage.from_bytes(writer.finish())
    assert (message.msg_type, message.msg_seq_num, message.get_utc_ns(52)) == ("D", msg_seq_num, utc_ns)
    data_tags = set(DATA_TAGS)
    body = [(tag, value) for tag, value in list(message.fields())[7:-1] if tag not in data_tags]
    assert [tag for tag, _ in body] == [tag for _, tag, _ in puts]
    for (kind, tag, value), (_, wire) in zip(puts, body, strict=True):
        if kind == "str":
            assert wire.decode("latin-1") == value
        elif kind == "data":
            assert wire == value
        elif sum(1 for _, other, _ in puts if other == tag) == 1:
            assert (message.get_int(tag) if kind == "int" else message.get_fixed(tag)) == value
