"""What venues say, in the manners of FIX 4.2 (Appendix D) and 4.4, and what becomes of it."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_bench import NOW_NS, SHARE, STAMP, UTC_NS, RecordingSession, VenueBench, message

from fairlead.adapters.fix import venue as venue_module
from fairlead.adapters.fix.profiles import load_profile, parse_profile
from fairlead.adapters.fix.symbols import SymbolBook
from fairlead.adapters.fix.venue_decode_cy import ReportDecoder
from fairlead.adapters.session_events import EventKind
from fairlead.codecs.errors import ProtocolError
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.vocabulary.constants import ABSENT, ExecType, OrdStatus, ReportKind, RequestKind, Side
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, MassCancel, NewOrder, StatusRequest

CAPTURE = Path(__file__).parents[3].parent / "shared/data/fix_captures/montran_fix44.log"


@pytest.fixture(autouse=True)
def recording_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venue_module, "FixSession", RecordingSession)


@pytest.fixture
def broker() -> VenueBench:
    return VenueBench("broker42")


@pytest.fixture
def exchange() -> VenueBench:
    return VenueBench("exchange44")


# Rows of FIX 4.2 Appendix D: what ExecTransType(20), ExecType(150), OrdStatus(39) and the quantities say in turn.
ROWS_4_2 = {
    "D1 new": ("20=0|150=0|39=0|38=10000|14=0|151=10000|6=0", ReportKind.ACCEPTED, ExecType.NEW),
    "D1 rejected": ("20=0|150=8|39=8|38=10000|14=0|151=0|6=0|103=3", ReportKind.REJECTED, ExecType.REJECTED),
    "D1 partial": (
        "20=0|150=1|39=1|38=10000|14=2000|151=8000|32=2000|31=10.5|6=10.5",
        ReportKind.FILLED,
        ExecType.TRADE,
    ),
    "D1 fill": ("20=0|150=2|39=2|38=10000|14=10000|151=0|32=7000|31=10.5|6=10.5", ReportKind.FILLED, ExecType.TRADE),
    "D2 done": ("20=0|150=3|39=3|38=10000|14=2000|151=0|6=10.5", ReportKind.DONE_FOR_DAY, ExecType.DONE_FOR_DAY),
    "D3 pending": ("20=0|150=6|39=6|38=10000|14=0|151=10000|6=0", ReportKind.STATUS_REPORT, ExecType.PENDING_CANCEL),
    "D3 canceled": ("20=0|150=4|39=4|38=10000|14=0|151=0|6=0", ReportKind.CANCELED, ExecType.CANCELED),
    "D4 fill pending": (
        "20=0|150=1|39=6|38=10000|14=5000|151=5000|32=3000|31=10|6=10",
        ReportKind.FILLED,
        ExecType.TRADE,
    ),
    "D6 pending": ("20=0|150=E|39=E|38=10000|14=0|151=10000|6=0", ReportKind.STATUS_REPORT, ExecType.PENDING_REPLACE),
    "D6 replaced": ("20=0|150=5|39=5|38=11000|14=0|151=11000|6=0", ReportKind.REPLACED, ExecType.REPLACED),
    "D20 restated": ("20=0|150=D|39=0|38=9000|14=0|151=9000|6=0|378=3", ReportKind.RESTATED, ExecType.RESTATED),
    "D22 pending new": ("20=0|150=A|39=A|38=10000|14=0|151=10000|6=0", ReportKind.STATUS_REPORT, ExecType.PENDING_NEW),
    "D24 unknown": ("20=3|150=8|39=8|38=0|14=0|151=0|6=0|58=unknown", ReportKind.STATUS_REPORT, ExecType.ORDER_STATUS),
    "D26 status": ("20=3|150=1|39=1|38=10000|14=2000|151=8000|6=10", ReportKind.STATUS_REPORT, ExecType.ORDER_STATUS),
    "D31 expired": ("20=0|150=C|39=C|38=10000|14=0|151=0|6=0", ReportKind.EXPIRED, ExecType.EXPIRED),
    "D34 corrected": (
        "20=2|150=1|39=1|19=E0|38=10000|14=1000|151=9000|32=1000|31=10.5|6=10.5",
        ReportKind.TRADE_CORRECTED,
        ExecType.TRADE_CORRECT,
    ),
    "D34 busted": (
        "20=1|150=0|39=0|19=E0|38=10000|14=0|151=10000|6=0",
        ReportKind.TRADE_BUSTED,
        ExecType.TRADE_CANCEL,
    ),
    "D suspended": ("20=0|150=9|39=9|38=10000|14=0|151=10000|6=0", ReportKind.STATUS_REPORT, ExecType.SUSPENDED),
    "D stopped": ("20=0|150=7|39=7|38=10000|14=0|151=10000|6=0", ReportKind.STATUS_REPORT, ExecType.STOPPED),
}


@pytest.mark.parametrize(("row", "kind", "exec_type"), ROWS_4_2.values(), ids=ROWS_4_2)
def test_execution_reports_of_4_2(broker: VenueBench, row: str, kind: ReportKind, exec_type: ExecType) -> None:
    report = broker.receive(f"35=8|37=B1|11=F1|17=E1|{row}|55=IBM|54=1|60={STAMP}")
    assert report is not None
    assert (report.kind, report.exec_type) == (kind, exec_type)
    fields = dict(pair.split("=") for pair in row.split("|"))
    assert chr(report.ord_status) == fields["39"]
    for tag, value in ((38, report.order_qty), (14, report.cum_qty), (151, report.leaves_qty)):
        assert value == int(fields[str(tag)]) * SHARE
    assert report.last_qty == (int(fields["32"]) * SHARE if "32" in fields else ABSENT)
    assert (report.cl_ord_id, report.order_id, report.venue_order_id, report.exec_id) == ("F1", "B1", "B1", "E1")
    assert (report.symbol, report.side, report.venue) == ("IBM", Side.BUY, "XV")
    assert report.exec_ref_id == fields.get("19", "")
    assert report.transact_time_ns == UTC_NS
    assert broker.sink.events == []


ROWS_4_4 = {
    "new": ("150=0|39=0", ReportKind.ACCEPTED),
    "trade": ("150=F|39=1|32=100|31=95.125|851=1", ReportKind.FILLED),
    "correct": ("150=G|39=1|19=E0|32=90|31=95.25", ReportKind.TRADE_CORRECTED),
    "bust": ("150=H|39=0|19=E0", ReportKind.TRADE_BUSTED),
    "status": ("150=I|39=0|790=S1", ReportKind.STATUS_REPORT),
    "canceled": ("150=4|39=4|41=F0", ReportKind.CANCELED),
    "replaced": ("150=5|39=1|41=F0", ReportKind.REPLACED),
    "rejected": ("150=8|39=8|103=99", ReportKind.REJECTED),
    "expired": ("150=C|39=C", ReportKind.EXPIRED),
    "restated": ("150=D|39=0|378=8", ReportKind.RESTATED),
    "done": ("150=3|39=3", ReportKind.DONE_FOR_DAY),
    "triggered": ("150=L|39=0", ReportKind.STATUS_REPORT),
    "pending new": ("150=A|39=A", ReportKind.STATUS_REPORT),
}


@pytest.mark.parametrize(("row", "kind"), ROWS_4_4.values(), ids=ROWS_4_4)
def test_execution_reports_of_4_4(exchange: VenueBench, row: str, kind: ReportKind) -> None:
    report = exchange.receive(f"35=8|37=X1|11=F1|17=E1|{row}|55=MSFT.X|54=2|151=100|14=0|6=0")
    assert report is not None
    assert (report.kind, chr(report.exec_type)) == (kind, row[4])
    fields = dict(pair.split("=") for pair in row.split("|"))
    assert report.symbol == "MSFT"
    assert report.orig_cl_ord_id == fields.get("41", "")
    assert report.request_id == fields.get("790", "")
    assert report.restatement_reason == int(fields.get("378", -1))
    assert report.ord_rej_reason == int(fields.get("103", -1))
    assert report.last_liquidity == ord(fields.get("851", "\0"))


def test_trade_in_full(broker: VenueBench) -> None:
    report = broker.receive(
        "35=8|97=Y|37=B1|11=F2|41=F1|17=E9|20=0|150=1|39=1|1=ACC1|55=MSFT|54=5|38=300|40=2|44=10.01|59=1|32=100"
        "|31=10.005|30=N|151=200|14=100|6=10.005|60=20260302-14:29:59.123|58=half way"
    )
    assert report is not None
    expected = {
        "poss_resend": True,
        "poss_dup": False,
        "cl_ord_id": "F2",
        "orig_cl_ord_id": "F1",
        "account": "ACC1",
        "side": Side.SELL_SHORT,
        "ord_type": ord("2"),
        "price": 1_001_000_000,
        "stop_px": ABSENT,
        "time_in_force": ord("1"),
        "last_px": 1_000_500_000,
        "last_mkt": "N",
        "avg_px": 1_000_500_000,
        "text": "half way",
        "transact_time_ns": UTC_NS - 877_000_000,
    }
    assert {name: getattr(report, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("avg_px", "expected"),
    [
        ("33.333333333333", 3_333_333_333),
        ("0.000000005", 1),
        ("0.0000000049999", 0),
        ("-1.234567895", -123_456_790),
        ("12", 12 * SHARE),
    ],
)
def test_average_price_alone_is_rounded(broker: VenueBench, avg_px: str, expected: int) -> None:
    report = broker.receive(f"35=8|37=B1|11=F1|17=E1|20=0|150=0|39=0|55=IBM|54=1|151=1|14=0|6={avg_px}")
    assert report is not None
    assert report.avg_px == expected


FILL_4_2 = "37=B1|11=F1|17=E1|20=0|150=1|39=1|55=IBM|54=1|32=100|31=10|151=100|14=100|6=10"


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("150=1", "150=F", "ExecType(150) 'F'"),
        ("150=1|", "", "ExecType(150) nothing"),
        ("20=0", "20=9", "ExecTransType(20) '9'"),
        ("39=1", "39=Z", "39 'Z'"),
        ("39=1|", "", "39 nothing"),
        ("54=1", "54=3", "54 '3'"),
        ("32=100", "32=0", "LastQty(32)"),
        ("|31=10|", "|", "LastPx(31)"),
        ("31=10", "31=10.123456789", "10.123456789"),
        ("37=B1|11=F1|", "", "ClOrdID(11)"),
        ("20=0", "20=1", "ExecRefID(19)"),
        ("6=10", "6=ten", "ten"),
        ("14=100", "14=99999999999999999999", "99999999999999999999"),
    ],
)
def test_unreadable_report_is_an_event_with_the_reason(broker: VenueBench, old: str, new: str, names: str) -> None:
    assert old in FILL_4_2
    assert broker.receive(f"35=8|{FILL_4_2.replace(old, new)}") is None
    ((event, text, cl_ord_id),) = broker.sink.events
    assert event == "report_unreadable"
    assert names in text
    assert "MsgSeqNum 7" in text
    assert cl_ord_id == ("" if "11=" not in FILL_4_2.replace(old, new) else "F1")


@cache
def shared_bench(profile: str) -> VenueBench:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(venue_module, "FixSession", RecordingSession)
        return VenueBench(profile)


@given(
    fields=st.lists(
        st.tuples(
            st.sampled_from([1, 6, 11, 14, 17, 19, 20, 31, 32, 37, 38, 39, 41, 44, 45, 54, 55, 60, 97, 102, 103, 150])
            | st.sampled_from([151, 372, 378, 379, 380, 434, 530, 531, 533, 584, 911, 912]),
            st.text(st.characters(max_codepoint=255, exclude_characters="\x01|"), min_size=1, max_size=12)
            | st.sampled_from(["0", "1", "2", "F", "4", "8", "Y", "-1", "1.5", "20260302-14:30:00"]),
        ),
        max_size=20,
        unique_by=lambda pair: pair[0],
    ),
    msg_type=st.sampled_from(["8", "9", "j", "r", "B"]),
    profile=st.sampled_from(["broker42", "exchange44"]),
)
def test_garbage_never_raises_and_never_vanishes(fields: list[tuple[int, str]], msg_type: str, profile: str) -> None:
    """Each message of a venue becomes a report or an event, and raises nothing."""
    bench = shared_bench(profile)
    before = len(bench.sink.reports) + len(bench.sink.events)
    bench.receive("|".join([f"35={msg_type}", "58=x", *(f"{tag}={value}" for tag, value in fields)]))
    assert len(bench.sink.reports) + len(bench.sink.events) > before


@pytest.mark.parametrize(
    ("profile", "response_to", "kind"),
    [("broker42", 1, RequestKind.CANCEL_ORDER), ("exchange44", 2, RequestKind.REPLACE_ORDER)],
)
def test_cancel_reject(profile: str, response_to: int, kind: RequestKind) -> None:
    report = VenueBench(profile).receive(f"35=9|37=B1|11=F2|41=F1|39=2|434={response_to}|102=0|60={STAMP}")
    assert report is not None
    assert (report.kind, report.request_kind) == (ReportKind.CANCEL_REJECTED, kind)
    assert (report.cl_ord_id, report.orig_cl_ord_id, report.order_id) == ("F2", "F1", "B1")
    assert (report.ord_status, report.ord_rej_reason) == (OrdStatus.FILLED, 0)


@pytest.mark.parametrize("row", ["11=F2|41=F1|39=2|434=3", "11=F2|41=F1|39=2", "41=F1|39=2|434=1", "11=F2|434=1"])
def test_unreadable_cancel_reject(broker: VenueBench, row: str) -> None:
    assert broker.receive(f"35=9|37=B1|{row}") is None
    assert [event for event, _, _ in broker.sink.events] == ["report_unreadable"]


def test_reason_codes_are_explained_where_the_venue_says_nothing() -> None:
    meanings = {"OrdRejReason": {"99": "outside hours"}}
    data = {
        "name": "X",
        "begin_string": "FIX.4.4",
        "orders": {"ord_types": ["LIMIT"], "times_in_force": ["DAY"]},
        "reject_meanings": meanings,
    }
    profile = parse_profile(data, "test")
    decoder = ReportDecoder("XV", False, SymbolBook(profile.symbology), profile.reject_meanings)
    rejected = "8=FIX.4.4|35=8|34=2|49=PEER|52=20260302-14:30:00|56=FLD|37=X|11=F|17=E|150=8|39=8|103=99"
    assert decoder.decode_execution(message(rejected)).text == "outside hours"
    assert decoder.decode_execution(message(f"{rejected}|58=too late")).text == "too late"


# Rejects that name a message by its number


def sent_requests(bench: VenueBench) -> None:
    order = NewOrder(cl_ord_id="F1", symbol="MSFT", side=49, order_qty=SHARE, ord_type=49, account="A")
    bench.venue.submit(order, NOW_NS, UTC_NS)
    bench.venue.cancel(CancelOrder(cl_ord_id="F2", orig_cl_ord_id="F1"), order, NOW_NS, UTC_NS)
    bench.venue.request_status(StatusRequest(cl_ord_id="F1"), order, NOW_NS, UTC_NS)
    if bench.version == "FIX.4.4":
        bench.venue.mass_cancel(MassCancel(cl_ord_id="M1", scope=ord("7")), NOW_NS, UTC_NS)


EXPECTED_OF = {
    1: (ReportKind.REJECTED, RequestKind.NEW_ORDER, "F1", "", OrdStatus.REJECTED),
    2: (ReportKind.CANCEL_REJECTED, RequestKind.CANCEL_ORDER, "F2", "F1", 0),
    4: (ReportKind.CANCEL_REJECTED, RequestKind.MASS_CANCEL, "M1", "", 0),
}


@pytest.mark.parametrize("number", [1, 2, 4])
@pytest.mark.parametrize("is_business", [False, True])
def test_rejects_find_their_request_even_after_a_restart(number: int, is_business: bool) -> None:
    before = VenueBench("exchange44")
    sent_requests(before)
    after = VenueBench("exchange44", store=before.store)
    msg_type = {1: "D", 2: "F", 4: "q"}[number]
    if is_business:
        after.receive(f"35=j|45={number}|372={msg_type}|380=4|58=closed")
    else:
        after.event(
            EventKind.REJECTED, ref_seq_num=number, ref_msg_type=msg_type, ref_tag_id=38, reject_reason=5, text="bad"
        )
    (report,) = after.sink.reports
    assert (
        report.kind,
        report.request_kind,
        report.cl_ord_id,
        report.orig_cl_ord_id,
        report.ord_status,
    ) == EXPECTED_OF[number]
    expected = (
        "BusinessRejectReason 4: closed"
        if is_business
        else f"Reject of MsgSeqNum {number}, SessionRejectReason 5, tag 38: bad"
    )
    assert report.text == expected


def test_business_reject_by_reference_id_alone(broker: VenueBench) -> None:
    report = broker.receive("35=j|372=F|379=F2|380=0|58=no")
    assert report is not None
    assert (report.kind, report.cl_ord_id) == (ReportKind.CANCEL_REJECTED, "F2")


@pytest.mark.parametrize(
    "row", ["45=99|372=D|380=0", "45=1|372=F|380=0", "45=1|372=D|379=F9|380=0", "372=B|379=F1|380=0", "372=D|380=0"]
)
def test_reject_of_no_order_is_an_event(broker: VenueBench, row: str) -> None:
    sent_requests(broker)
    assert broker.receive(f"35=j|{row}|58=no") is None
    assert [event for event, _, _ in broker.sink.events] == ["reject_unmatched"]


def test_refused_status_request_is_an_event(broker: VenueBench) -> None:
    sent_requests(broker)
    broker.event(EventKind.REJECTED, ref_seq_num=3, ref_msg_type="H", text="what?")
    broker.event(EventKind.REJECTED, ref_seq_num=77, text="what?")
    assert [(event, cl_ord_id) for event, _, cl_ord_id in broker.sink.events] == [
        ("status_refused", "F1"),
        ("reject_unmatched", ""),
    ]


def test_mass_reports(exchange: VenueBench) -> None:
    assert exchange.receive("35=r|37=M|11=M1|530=7|531=7|533=12") is None
    report = exchange.receive("35=r|37=M|11=M2|530=7|531=0|532=99|58=closed")
    assert report is not None
    assert (report.request_kind, report.cl_ord_id) == (RequestKind.MASS_CANCEL, "M2")
    assert report.text == "MassCancelRejectReason 99: closed"
    assert exchange.receive("35=r|37=M|11=M3|530=7|531=x") is None
    assert exchange.receive("35=8|37=NONE|17=0|150=I|39=8|584=S1|911=0|912=Y|55=[N/A]|54=7|151=0|14=0|6=0") is None
    status = "35=8|37=X1|11=F1|17=0|150=I|39=0|584=S2|911=2|55=MSFT.X|54=1|151=1|14=0|6=0"
    assert exchange.receive(f"{status}|912=N") is not None
    assert exchange.receive(f"{status}|912=Y") is not None
    assert [(event, cl_ord_id) for event, _, cl_ord_id in exchange.sink.events] == [
        ("mass_cancel_taken", "M1"),
        ("report_unreadable", "M3"),
        ("status_complete", "S1"),
        ("status_complete", "S2"),
    ]


def test_unexpected_message_is_answered_and_told(broker: VenueBench) -> None:
    assert broker.receive("35=B|148=hello|33=1|58=x") is None
    assert broker.session.rejects == [("B", 3, "Unsupported Message Type", "")]
    assert [event for event, _, _ in broker.sink.events] == ["message_unexpected"]


# Ups, downs and what is sent again


def test_up_and_down(broker: VenueBench) -> None:
    broker.event(EventKind.SYNCHRONISED)
    assert (broker.sink.ups, broker.venue.is_up) == (1, True)
    broker.event(EventKind.LOGGED_OUT, text="bye")
    broker.event(EventKind.LOGGED_OUT, text="again")
    assert (broker.sink.downs, broker.venue.is_up) == (["bye"], False)


def test_old_requests_are_not_resent_but_asked_about(broker: VenueBench) -> None:
    sent_requests(broker)
    frames = [FixMessage.from_bytes(data) for data in broker.session.frames]
    assert [broker.venue.may_resend(sent, UTC_NS + 1) for sent in frames] == [False, False, False]
    assert len(broker.session.frames) == 3
    broker.event(EventKind.RESEND_SERVED)
    assert [(event, cl_ord_id) for event, _, cl_ord_id in broker.sink.events] == [
        ("request_not_resent", "F1"),
        ("request_not_resent", "F2"),
    ]
    assert [FixMessage.from_bytes(data).get_str(11) for data in broker.session.frames[3:]] == ["F1", "F1"]
    assert broker.last == "35=H|11=F1|1=A|55=MSFT|54=1"
    broker.event(EventKind.RESEND_SERVED)
    assert len(broker.session.frames) == 5


def test_young_orders_may_be_resent_where_the_profile_says_so() -> None:
    bench = VenueBench("broker42")
    sent_requests(bench)
    bench.venue._profile = replace(load_profile("broker42"), resend_orders_within_s=5)
    order, cancel, status = (FixMessage.from_bytes(data) for data in bench.session.frames)
    assert bench.venue.may_resend(order, UTC_NS + 4_999_999_999)
    assert bench.venue.may_resend(cancel, UTC_NS)
    assert not bench.venue.may_resend(order, UTC_NS + 5_000_000_000)
    assert not bench.venue.may_resend(order, UTC_NS - 1)
    assert not bench.venue.may_resend(status, UTC_NS)


def test_what_was_sent_since_the_logon_is_repeated_while_fresh() -> None:
    bench = VenueBench("broker42", is_up=False)
    bench.event(EventKind.LOGGED_ON)
    bench.event(EventKind.SYNCHRONISED)
    sent_requests(bench)
    frames = [FixMessage.from_bytes(data) for data in bench.session.frames]
    assert all(bench.venue.may_resend(sent, UTC_NS + 4_999_999_999) for sent in frames)
    assert not any(bench.venue.may_resend(sent, UTC_NS + 5_000_000_000) for sent in frames)
    bench.store.next_out = frames[-1].msg_seq_num + 1
    bench.event(EventKind.LOGGED_ON)
    assert not any(bench.venue.may_resend(sent, UTC_NS) for sent in frames)


@pytest.mark.skipif(not CAPTURE.exists(), reason="the Montran capture is not on this machine")
def test_reports_of_a_real_exchange_decode() -> None:
    decoder = ReportDecoder("MTS", False, SymbolBook(load_profile("exchange44").symbology), {})
    frames = [line.split(" ", 2)[2].encode("latin-1") for line in CAPTURE.read_text("latin-1").splitlines()]
    found = [FixMessage.from_bytes(data) for data in frames]
    reports = [decoder.decode_execution(each) for each in found if each.msg_type == "8"]
    assert [(report.kind, chr(report.ord_status)) for report in reports] == [
        (ReportKind.STATUS_REPORT, "A"),
        (ReportKind.STATUS_REPORT, "A"),
        (ReportKind.ACCEPTED, "0"),
        (ReportKind.ACCEPTED, "0"),
        (ReportKind.FILLED, "2"),
        (ReportKind.FILLED, "2"),
    ]
    buy = reports[4]
    assert (buy.cl_ord_id, buy.symbol, buy.last_qty, buy.last_px) == ("FIXTESTA05", "ADB03M", 100 * SHARE, 95 * SHARE)
    assert (buy.leaves_qty, buy.cum_qty, buy.order_id) == (0, 100 * SHARE, "20200525O4000007")


def test_decoder_raises_protocol_errors_only() -> None:
    decoder = ReportDecoder("XV", True, SymbolBook(load_profile("broker42").symbology), {})
    with pytest.raises(ProtocolError, match=r"ExecType\(150\)"):
        decoder.decode_execution(message("8=FIX.4.2|35=8|34=2|49=PEER|52=20260302-14:30:00|56=FLD|37=X"))
