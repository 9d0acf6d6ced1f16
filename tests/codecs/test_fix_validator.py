"""Conditions 14a to 14m and 2p/2q of the FIX session test cases, as frames written by hand for both versions."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.errors import ProtocolError
from fairlead.codecs.fix.dialect import Dialect
from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.validator_cy import Validator
from fairlead.codecs.fix.violations import ValidatorOptions, Violation

CAPTURES = Path(__file__).resolve().parents[3] / "shared" / "data" / "fix_captures"
VERSIONS = ("FIX.4.2", "FIX.4.4")
HEADER = "34=2|49=TW|52=20260102-10:20:30.123|56=ISLD|"
ORDER = "11=A1|21=1|55=INTC|54=1|60=20260102-10:20:30|38=200|40=1|"
VALIDATORS = {version: Validator(load_dictionary(version)) for version in VERSIONS}

TEXTS = {
    0: "Invalid tag number",
    1: "Required tag missing",
    2: "Tag not defined for this message type",
    3: "Undefined Tag",
    4: "Tag specified without a value",
    5: "Value is incorrect (out of range) for this tag",
    6: "Incorrect data format for value",
    11: "Invalid MsgType",
    13: "Tag appears more than once",
    14: "Tag specified out of required order",
    15: "Repeating group fields out of order",
    16: "Incorrect NumInGroup count for repeating group",
}


def framed(begin_string: str, fields: bytes) -> bytes:
    """Frame fields from MsgType on: BodyLength and CheckSum by the definition of FIX 4.4 volume 2."""
    frame = b"8=%b\x019=%d\x01%b" % (begin_string.encode(), len(fields), fields)
    return frame + b"10=%03d\x01" % (sum(frame) % 256)


def message(begin_string: str, fields: str) -> FixMessage:
    return FixMessage.from_bytes(framed(begin_string, fields.replace("|", "\x01").encode("latin-1")))


def checked(begin_string: str, fields: str, options: ValidatorOptions | None = None) -> Violation | None:
    validator = VALIDATORS[begin_string]
    if options is not None:
        validator = Validator(load_dictionary(begin_string), options)
    return validator.check(message(begin_string, fields))


def order(body: str = ORDER, header: str = HEADER, msg_type: str = "D") -> str:
    return f"35={msg_type}|{header}{body}"


GROUPS_44 = "453=2|448=X|447=D|452=1|802=1|523=S|803=2|448=Y|447=D|452=3|"

GOOD = [
    pytest.param(VERSIONS, order(), id="order"),
    pytest.param(VERSIONS, f"35=0|{HEADER}", id="heartbeat"),
    pytest.param(VERSIONS, f"35=0|{HEADER}112=T|", id="heartbeat with TestReqID"),
    pytest.param(VERSIONS, f"35=A|{HEADER}98=0|108=30|141=Y|", id="logon"),
    pytest.param(VERSIONS, "35=0|56=ISLD|52=20260102-10:20:30|49=TW|34=2|", id="15 header in another order"),
    pytest.param(VERSIONS, order("40=1|38=200|60=20260102-10:20:30|54=1|55=INTC|21=1|11=A1|"), id="15 body reordered"),
    pytest.param(VERSIONS, order(ORDER + "386=0|"), id="group of none"),
    pytest.param(VERSIONS, order(ORDER + "386=2|336=PRE|336=AFTER|58=x|"), id="group of two"),
    pytest.param(("FIX.4.4",), order(ORDER + GROUPS_44), id="nested groups"),
    pytest.param(VERSIONS, order(ORDER + "354=5|355=a|b=c|"), id="data with the delimiter inside"),
    pytest.param(VERSIONS, order(ORDER + "18=1 G|"), id="several codes"),
    pytest.param(VERSIONS, order(ORDER + "9999=x|"), id="user-defined tag"),
    pytest.param(VERSIONS, order(ORDER.replace("40=1", "40=2") + "44=95.00|"), id="limit with Price"),
    pytest.param(VERSIONS, order(ORDER + "59=6|432=20260105|"), id="GTD with ExpireDate"),
    pytest.param(VERSIONS, f"35=j|{HEADER}45=3|372=UZ|380=0|", id="2p any type as RefMsgType"),
]


@pytest.mark.parametrize(("versions", "fields"), GOOD)
def test_a_good_message_has_no_violation(versions: tuple[str, ...], fields: str) -> None:
    for version in versions:
        assert checked(version, fields) is None, version


BAD: list[Any] = [
    # 14a, with the tag numbers that counterparties' conformance suites use
    ("14a", f"35=0|{HEADER}999=HI|", 0, 999, "0"),
    ("14a zero", f"35=0|{HEADER}0=HI|", 0, 0, "0"),
    # 14b
    ("14b header", "35=0|34=2|49=TW|52=20260102-10:20:30|", 1, 56, "0"),
    ("14b body", order(ORDER.replace("55=INTC|", "")), 1, 55, "D"),
    # 14c
    ("14c", f"35=0|{HEADER}55=MSFT|", 2, 55, "0"),
    ("14c group member outside its group", order(ORDER + "336=PRE|"), 2, 336, "D"),
    # 14d
    ("14d", order(ORDER + "58=|"), 4, 58, "D"),
    ("14d header", order(header=HEADER + "115=|"), 4, 115, "D"),
    ("14d user-defined", order(ORDER + "9999=|"), 4, 9999, "D"),
    # 14e
    ("14e char", order(ORDER.replace("21=1", "21=4")), 5, 21, "D"),
    ("14e String", order(ORDER + "167=BOO|"), 5, 167, "D"),
    ("14e int", f"35=A|{HEADER}98=99|108=30|", 5, 98, "A"),
    ("14e several", order(ORDER + "18=1 !|"), 5, 18, "D"),
    ("14e too many digits", f"35=2|{HEADER}7={'9' * 30}|16=0|", 5, 7, "2"),
    # 14g, by position in header, body and trailer
    ("14g MsgSeqNum behind the body", "35=D|11=A1|21=1|34=2|49=TW|52=20260102-10:20:30|56=ISLD|", 14, 34, "D"),
    ("14g body behind the trailer", order("11=A1|93=1|89=s|21=1|"), 14, 21, "D"),
    # 14h
    ("14h", order(ORDER.replace("40=1", "40=1|40=2")), 13, 40, "D"),
    ("14h header", order(header=HEADER + "49=TW|"), 13, 49, "D"),
    # 14i
    ("14i fewer entries", order(ORDER + "386=3|336=PRE|336=AFTER|58=x|"), 16, 386, "D"),
    ("14i fewer entries at the end", order(ORDER + "386=3|336=PRE|336=AFTER|"), 16, 386, "D"),
    ("14i more entries", order(ORDER + "386=1|336=PRE|336=AFTER|58=x|"), 16, 386, "D"),
    ("14i entries of none", order(ORDER + "386=0|336=PRE|"), 16, 386, "D"),
    ("14i no entry", order(ORDER + "386=1|58=x|"), 16, 386, "D"),
    # 2q
    ("2q", f"35=*|{HEADER}", 11, None, "*"),
    ("2q of two letters", f"35=ZZ|{HEADER}", 11, None, "ZZ"),
    # data fields and their lengths
    ("data without length", order(ORDER + "355=abc|"), 1, 354, "D"),
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("fields", "reason", "tag", "msg_type"), [pytest.param(*row[1:], id=row[0]) for row in BAD])
def test_a_bad_message_has_its_reason_tag_type_and_text(
    version: str, fields: str, reason: int, tag: int | None, msg_type: str
) -> None:
    assert checked(version, fields) == Violation(reason, None, tag, msg_type, TEXTS[reason])


# 14f and 14j: what FIX 4.4 alone has
BAD_44: list[Any] = [
    ("14j delimiter not first", order(ORDER + "453=1|447=D|448=X|452=1|"), 15, 447),
    ("14j inside an entry", order(ORDER + "453=1|448=X|452=1|447=D|"), 15, 447),
    ("14j nested", order(ORDER + "453=1|448=X|447=D|452=1|802=1|803=2|523=S|"), 15, 803),
    ("14h inside an entry", order(ORDER + "453=1|448=X|447=D|447=D|"), 13, 447),
    ("14i nested", order(ORDER + "453=1|448=X|447=D|802=2|523=S|803=2|58=x|"), 16, 802),
    ("14e inside a group", order(ORDER + "453=1|448=X|447=?|"), 5, 447),
    ("14e count", f"35=u|{HEADER}41=A|", 2, 41),
    ("14b inside a group", "35=V|" + HEADER + "262=R|263=0|264=1|267=1|269=0|146=1|55=|", 4, 55),
]


@pytest.mark.parametrize(("fields", "reason", "tag"), [pytest.param(*row[1:], id=row[0]) for row in BAD_44])
def test_a_bad_group_has_its_reason_and_tag(fields: str, reason: int, tag: int) -> None:
    found = checked("FIX.4.4", fields)
    assert found is not None
    assert (found.session_reject_reason, found.ref_tag_id) == (reason, tag)


def test_a_field_required_in_an_entry_is_missed() -> None:
    entry = "268=1|270=1.5|"
    found = checked("FIX.4.4", f"35=X|{HEADER}{entry}")
    assert found is not None and (found.session_reject_reason, found.ref_tag_id) == (15, 270)
    found = checked("FIX.4.2", f"35=E|{HEADER}66=L|394=1|68=1|73=1|11=A|55=X|54=1|")
    assert found is not None and (found.session_reject_reason, found.ref_tag_id) == (1, 67)


FORMATS = [
    ("int", 98, "A", "+1"),
    ("int", 98, "A", "1.0"),
    ("SeqNum", 36, "4", "1x"),
    ("NumInGroup", 386, "D", "x"),
    ("Qty", 38, "D", "+200.00"),
    ("Qty", 38, "D", "1e3"),
    ("Price", 44, "D", "1.2.3"),
    ("Price", 44, "D", "."),
    ("char", 54, "D", "11"),
    ("Boolean", 43, "D", "y"),
    ("UTCTimestamp", 60, "D", "20260230-10:00:00"),
    ("UTCTimestamp", 60, "D", "20260102-24:00:00"),
    ("UTCTimestamp", 60, "D", "20260102-10:00:00.1"),
    ("UTCTimestamp", 126, "D", "20040415"),
    ("LocalMktDate", 64, "D", "20261301"),
    ("LocalMktDate", 64, "D", "2026-01-02"),
    ("MonthYear", 200, "D", "202613"),
    ("Currency", 15, "D", "US"),
    ("Exchange", 100, "D", "A B"),
    ("MultipleValueString", 18, "D", "1  2"),
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("tag", "msg_type", "value"), [pytest.param(*row[1:], id=f"{row[0]} {row[3]}") for row in FORMATS]
)
def test_14f_a_value_of_the_wrong_form_is_refused(version: str, tag: int, msg_type: str, value: str) -> None:
    header = HEADER + f"{tag}={value}|" if tag == 43 else HEADER
    body = "" if tag == 43 else f"{tag}={value}|"
    if msg_type == "D":
        kept = "|".join(field for field in ORDER.split("|") if not field.startswith(f"{tag}="))
        body = kept + body
    assert checked(version, order(body, header, msg_type)) == Violation(6, None, tag, msg_type, TEXTS[6])


def test_month_year_takes_days_and_weeks_in_4_4_only() -> None:
    for value in ("20260115", "202601w3"):
        fields = order(ORDER + f"200={value}|")
        assert checked("FIX.4.4", fields) is None
        found = checked("FIX.4.2", fields)
        assert found is not None and found.session_reject_reason == 6


CONDITIONS = [
    ("limit without Price", "40=1|", "40=2|", 44),
    ("stop without StopPx", "40=1|", "40=3|", 99),
    ("stop limit without StopPx", "40=1|", "40=4|44=1|", 99),
    ("GTD without ExpireTime or ExpireDate", "40=1|", "40=1|59=6|", 432),
    ("no quantity", "38=200|", "", 38),
    ("SecurityID without its source", "55=INTC|", "55=INTC|48=4|", 22),
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("old", "new", "tag"), [pytest.param(*row[1:], id=row[0]) for row in CONDITIONS])
def test_14m_a_conditional_field_is_missed(version: str, old: str, new: str, tag: int) -> None:
    fields = order(ORDER.replace(old, new))
    text = f"Conditionally Required Field Missing ({tag})"
    assert checked(version, fields) == Violation(None, 5, tag, "D", text)
    assert checked(version, fields, ValidatorOptions(check_conditions=False)) is None


CONFORMANCE = ValidatorOptions(allow_user_defined=False, check_conditions=False)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param(
            f"35=d|{HEADER}320=J|322=1|323=6|55=TBS|22=8|167=CS|336=M|58=No products|454=0|", id="count of none"
        ),
        pytest.param(f"35=8|{HEADER}37=id|17=id|150=0|39=0|55=W|54=1|151=100|14=0|6=0.0|", id="report"),
        pytest.param(order("11=ID|21=3|40=1|54=1|55=INTC|60=20260102-10:20:30|"), id="order without quantity"),
    ],
)
def test_what_conformance_suites_send_passes_without_conditions(fields: str) -> None:
    assert checked("FIX.4.4", fields, CONFORMANCE) is None


def test_options_loosen_and_tighten() -> None:
    assert checked("FIX.4.4", order(ORDER + "5000=HI|"), ValidatorOptions(allow_user_defined=False)) == Violation(
        0, None, 5000, "D", TEXTS[0]
    )
    assert checked("FIX.4.4", order(ORDER + "999=HI|"), ValidatorOptions(allow_unknown_tags=True)) is None
    assert checked("FIX.4.4", order(ORDER + "167=BOO|"), ValidatorOptions(check_values=False)) is None
    disordered = order(ORDER + "453=2|447=D|448=X|452=1|447=D|452=3|448=Y|")
    assert checked("FIX.4.4", disordered, ValidatorOptions(check_group_order=False)) is None


def dialect(**parts: Any) -> Dialect:
    return Dialect.from_mapping({"name": "test", **parts})


def test_montran_order_entry_validates_clean() -> None:
    path = CAPTURES / "montran_fix44.log"
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    parts = {"fields": {"1300": {"name": "MarketSegmentID", "type": "String"}}, "messages": {"D": {"optional": [1300]}}}
    validator = Validator(load_dictionary("FIX.4.4", dialect(**parts)))
    frames = [
        line[line.index(b"8=FIX") :].rstrip(b"\r\n") for line in path.read_bytes().splitlines() if b"8=FIX" in line
    ]
    assert len(frames) == 12
    assert [validator.check(FixMessage.from_bytes(frame)) for frame in frames] == [None] * 12
    plain = VALIDATORS["FIX.4.4"].check(FixMessage.from_bytes(frames[2]))
    assert plain is not None and (plain.session_reject_reason, plain.ref_tag_id) == (0, 1300)


CME = {
    "fields": {
        "980": {"name": "SecurityUpdateAction", "type": "char", "values": {"A": "Add"}},
        "1180": {"name": "ApplID", "type": "String"},
        "1300": {"name": "MarketSegmentID", "type": "String"},
        "1151": {"name": "SecurityGroup", "type": "String"},
        "1142": {"name": "MatchAlgorithm", "type": "String"},
        "1140": {"name": "MaxTradeVol", "type": "Qty"},
        "969": {"name": "MinPriceIncrement", "type": "float"},
        "996": {"name": "UnitOfMeasure", "type": "String"},
        "1143": {"name": "MaxPriceVariation", "type": "float"},
        "1146": {"name": "MinPriceIncrementAmount", "type": "Amt"},
        "1147": {"name": "UnitOfMeasureQty", "type": "Qty"},
        "1148": {"name": "LowLimitPrice", "type": "Price"},
        "1149": {"name": "HighLimitPrice", "type": "Price"},
        "1150": {"name": "TradingReferencePrice", "type": "Price"},
        "1145": {"name": "EventTime", "type": "String"},
        "1141": {"name": "NoMDFeedTypes", "type": "NumInGroup"},
        "1022": {"name": "MDFeedType", "type": "String"},
        "1234": {"name": "NoLotTypeRules", "type": "NumInGroup"},
        "1093": {"name": "LotType", "type": "char"},
        "1231": {"name": "MinLotSize", "type": "Qty"},
        "1647": {"name": "NoRelatedInstruments", "type": "NumInGroup"},
        "779": {"type": "String"},
        "167": {"values": {"OOF": "OptionsOnFutures"}},
        "201": {"name": "PutOrCall", "type": "int"},
        "462": {"other_values": "int"},
        "731": {"type": "String", "other_values": "String"},
        "865": {"values": {"5": "Activation", "7": "LastEligibleTradeDate"}},
        "871": {"values": {"24": "TradeTypeEligibility"}},
    },
    "groups": {
        "864": {"members": [865, 1145]},
        "1141": {"members": [1022, 264]},
        "870": {"members": [871, 872]},
        "1234": {"members": [1093, 1231]},
        "555": {"members": [602, 603, 624, 623]},
        "711": {"members": [309, 305, 311]},
    },
    "messages": {
        "d": {
            "optional": [
                *(980, 779, 1180, 1300, 462, 1151, 1142, 562, 1140, 969, 996, 1147, 1150, 731, 1149, 1148, 1143, 1146),
                *(864, 1141, 870, 1234, 555, 711, 947, 1647, 320, 322, 323),
            ],
        }
    },
}


def test_cme_security_definitions_validate_clean_in_their_dialect() -> None:
    path = CAPTURES / "cme_secdef_first108.dat"
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    validator = Validator(load_dictionary("FIX.4.4", dialect(**CME)))
    header = HEADER.replace("|", "\x01").encode()
    # The file has bodies without a header; frame them.
    frames = [
        framed("FIX.4.4", b"35=d\x01" + header + line.removeprefix(b"35=d\x01"))
        for line in path.read_bytes().splitlines()
        if line
    ]
    assert len(frames) == 108
    assert [found for frame in frames if (found := validator.check(FixMessage.from_bytes(frame))) is not None] == []


def test_a_dialect_narrows_codes_and_drops_tags() -> None:
    parts = {"undefined": [100], "messages": {"D": {"values": {"59": ["0", "3"]}, "dropped": [110]}}}
    validator = Validator(load_dictionary("FIX.4.2", dialect(**parts)))
    found = [
        validator.check(message("FIX.4.2", order(ORDER + extra))) for extra in ("59=3|", "59=1|", "110=5|", "100=N|")
    ]
    assert found == [
        None,
        Violation(5, None, 59, "D", TEXTS[5]),
        Violation(2, None, 110, "D", TEXTS[2]),
        Violation(3, None, 100, "D", TEXTS[3]),
    ]


def test_a_tag_of_a_group_and_of_the_message_is_told_apart() -> None:
    validator = Validator(load_dictionary("FIX.4.2", dialect(groups={"386": {"members": [336, 58]}})))
    assert validator.check(message("FIX.4.2", order(ORDER + "386=2|336=A|336=B|58=in|58=out|"))) is None
    twice = order(ORDER + "386=2|336=A|336=B|58=in|58=out|58=out|")
    assert validator.check(message("FIX.4.2", twice)) == Violation(13, None, 58, "D", TEXTS[13])


def test_a_known_type_is_told_from_an_unknown_one() -> None:
    assert VALIDATORS["FIX.4.4"].is_known_msg_type("AE")
    assert not VALIDATORS["FIX.4.2"].is_known_msg_type("AE")


@given(st.sampled_from(VERSIONS), st.binary(max_size=200))
def test_no_bytes_raise_anything_but_protocol_errors(version: str, fields: bytes) -> None:
    """Whatever stands between BodyLength and CheckSum is garbled, good or one violation."""
    try:
        found = VALIDATORS[version].check(FixMessage.from_bytes(framed(version, b"35=D\x01" + fields + b"\x01")))
    except ProtocolError:
        return
    assert found is None or found.ref_msg_type == "D"


def checked_after_good(version: str, mutant: FixMessage) -> Violation | None:
    """Check what may be good after a message that is: the validator remembers the shape of the last good one."""
    validator = VALIDATORS[version]
    assert validator.check(message(version, order())) is None
    return validator.check(mutant)


SHAPED = [
    ("40=1", "40=2", None, 44),
    ("40=1", "40=!", 5, 40),
    ("40=1", "40=11", 6, 40),
    ("38=200", "38=2e2", 6, 38),
    ("38=200", "38=", 4, 38),
    ("10:20:30|38", "10:20:61|38", 6, 60),
    ("20260102-10:20:30|38", "20260229-10:20:30|38", 6, 60),
    ("21=1", "21=\xb1", 5, 21),
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("old", "new", "reason", "tag"), SHAPED)
def test_values_are_checked_though_the_tags_are_those_of_a_good_message(
    version: str, old: str, new: str, reason: int | None, tag: int
) -> None:
    validator = Validator(load_dictionary(version))
    seen = message(version, order())
    for _ in range(3):
        assert validator.check(seen) is None
    bad = framed(version, order(ORDER.replace(old, new)).replace("|", "\x01").encode("latin-1"))
    seen.load(bad)
    for candidate in (seen, FixMessage.from_bytes(bad)):
        found = validator.check(candidate)
        assert found is not None and (found.session_reject_reason, found.ref_tag_id) == (reason, tag)
    seen.load(framed(version, order().replace("|", "\x01").encode()))
    assert validator.check(seen) is None


def test_shapes_of_other_types_and_longer_messages_do_not_mix() -> None:
    validator = Validator(load_dictionary("FIX.4.4"))
    many = "".join(f"{9000 + n}=x|" for n in range(120))
    seen = message("FIX.4.4", order())
    for fields, is_good in (
        (order(), True),
        (order(msg_type="8"), False),
        (order(ORDER + many), True),
        (order(ORDER + many.replace("9119=x|", "9119=|")), False),
        (order(ORDER + "386=1|336=PRE|"), True),
        (order(ORDER + "386=2|336=PRE|"), False),
        (order(ORDER + "354=5|355=a|b=c|"), True),
        (order(ORDER + "354=5|355=a|b=c|").replace("21=1", "21=4"), False),
    ):
        seen.load(framed("FIX.4.4", fields.replace("|", "\x01").encode()))
        for _ in range(2):
            assert (validator.check(seen) is None) == is_good, fields


TAGS = st.sampled_from([1, 8, 10, 11, 18, 38, 40, 43, 44, 54, 55, 59, 60, 336, 354, 355, 386, 448, 453, 802, 999, 9000])
VALUES = st.sampled_from(["", "0", "1", "2", "99", "-1", "x", "X Y", "20260102", "20260102-10:20:30", "1.5", "ISLD"])


@given(st.sampled_from(VERSIONS), st.data())
def test_a_mutated_message_is_good_or_has_one_violation(version: str, data: st.DataObject) -> None:
    """A field replaced, removed, doubled, moved or put in leaves a good message or one whole violation."""
    fields = order(ORDER + "386=2|336=PRE|336=AFTER|58=x|").split("|")[:-1]
    for _ in range(data.draw(st.integers(1, 3))):
        index = data.draw(st.integers(1, len(fields) - 1))
        kind = data.draw(st.sampled_from(("replace", "remove", "double", "move", "insert")))
        if kind in ("replace", "insert"):
            fields[index : index + (kind == "replace")] = [f"{data.draw(TAGS)}={data.draw(VALUES)}"]
        elif kind == "remove" and len(fields) > 2:
            del fields[index]
        elif kind == "double":
            fields.insert(index, fields[index])
        else:
            fields.insert(data.draw(st.integers(1, len(fields) - 1)), fields.pop(index))
    try:
        mutant = message(version, "|".join(fields) + "|")
    except ProtocolError:
        return
    found = checked_after_good(version, mutant)
    assert found == checked_after_good(version, mutant) == Validator(load_dictionary(version)).check(mutant)
    if found is not None:
        assert (found.session_reject_reason is None) != (found.business_reject_reason is None)
        assert found.text and found.ref_msg_type == "D"
    assert VALIDATORS[version].check(message(version, order())) is None
