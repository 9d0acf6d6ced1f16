"""A FixVenue on the real session, against a venue whose messages are written by simplefix."""

from typing import Any

from order_bench import NOW_NS, SHARE, STAMP, UTC_NS, RecordingSink
from simplefix_frames import frame, messages_in

from fairlead.adapters.fix.profiles import load_profile
from fairlead.adapters.fix.venue import FixVenue, VenueCredentials
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import MemoryStore
from fairlead.codecs.vocabulary.constants import OrdType, Refusal, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder


class Peer:
    """The venue's side: numbers its messages, reads ours."""

    def __init__(self, profile: str, store: MemoryStore | None = None) -> None:
        self.sink = RecordingSink()
        self.events: list[SessionEvent] = []
        self.store = store or MemoryStore()
        self.profile = load_profile(profile)
        credentials = VenueCredentials("FLD", "XV", username="me", password="hush")
        self.venue = FixVenue("XV", self.profile, credentials, self.store, self.sink)
        self.venue.observer = self.events.append
        self.next_out = self.store.next_in

    def sent(self) -> list[dict[int, str]]:
        return [
            {int(tag): value.decode("latin-1") for tag, value in message.pairs}
            for message in messages_in(self.venue.take_output())
        ]

    def say(self, text: str) -> list[dict[int, str]]:
        msg_type, *pairs = text.split("|")
        fields = [(int(tag), value) for tag, _, value in (pair.partition("=") for pair in pairs)]
        data = frame(self.profile.begin_string, msg_type, self.next_out, "XV", "FLD", fields, STAMP)
        self.next_out += 1
        self.venue.receive_data(data, NOW_NS, UTC_NS)
        return self.sent()

    def log_on(self) -> dict[int, str]:
        self.venue.receive_connected(NOW_NS, UTC_NS)
        (logon,) = self.sent()
        assert self.say(f"A|98=0|108={logon[108]}") == []
        return logon


def order(cl_ord_id: str = "F1", **fields: Any) -> NewOrder:
    return NewOrder(
        cl_ord_id=cl_ord_id,
        symbol="MSFT",
        side=Side.BUY,
        order_qty=100 * SHARE,
        ord_type=OrdType.LIMIT,
        price=10 * SHARE,
        account="ACC1",
        **fields,
    )


def test_an_order_from_logon_to_fill() -> None:
    peer = Peer("exchange44")
    logon = peer.log_on()
    assert (logon[553], logon[554], logon[108]) == ("me", "hush", "10")
    assert (peer.sink.ups, peer.venue.is_up) == (1, True)
    peer.venue.submit(order(), NOW_NS, UTC_NS)
    (sent,) = peer.sent()
    assert (sent[35], sent[34], sent[11], sent[55]) == ("D", "2", "F1", "MSFT.X")
    assert peer.say("8|37=X1|11=F1|17=E1|150=0|39=0|55=MSFT.X|54=1|38=100|151=100|14=0|6=0") == []
    assert peer.say("8|37=X1|11=F1|17=E2|150=F|39=2|55=MSFT.X|54=1|38=100|32=100|31=10|151=0|14=100|6=10") == []
    assert [report.kind for report in peer.sink.reports] == [ReportKind.ACCEPTED, ReportKind.FILLED]


def test_session_and_business_rejects_reach_the_order() -> None:
    peer = Peer("broker42")
    peer.log_on()
    peer.venue.submit(order("F1"), NOW_NS, UTC_NS)
    peer.venue.submit(order("F2"), NOW_NS, UTC_NS)
    peer.venue.cancel(CancelOrder(cl_ord_id="F3", orig_cl_ord_id="F1"), order("F1"), NOW_NS, UTC_NS)
    assert [sent[34] for sent in peer.sent()] == ["2", "3", "4"]
    peer.say("3|45=2|371=38|372=D|373=5|58=too odd")
    peer.say("j|45=3|372=D|380=4|58=closed")
    peer.say("3|45=4|372=F|58=what")
    assert [(report.kind, report.cl_ord_id) for report in peer.sink.reports] == [
        (ReportKind.REJECTED, "F1"),
        (ReportKind.REJECTED, "F2"),
        (ReportKind.CANCEL_REJECTED, "F3"),
    ]
    assert "tag 38: too odd" in peer.sink.reports[0].text


def test_an_order_that_cannot_be_written_takes_no_number() -> None:
    peer = Peer("broker42")
    peer.log_on()
    peer.venue.submit(order("F1", text="a\x01b"), NOW_NS, UTC_NS)
    peer.venue.submit(order("F2"), NOW_NS, UTC_NS)
    (sent,) = peer.sent()
    assert (sent[34], sent[11]) == ("2", "F2")
    assert [(report.cl_ord_id, report.refusal) for report in peer.sink.reports] == [("F1", Refusal.UNSUPPORTED)]


def test_invalid_report_is_told_by_the_session() -> None:
    peer = Peer("exchange44")
    peer.log_on()
    (answer,) = peer.say("8|37=X1|11=F1|17=E1|150=Z|39=0|55=MSFT.X|54=1|151=1|14=0|6=0")
    assert (answer[35], answer[371], answer[373]) == ("3", "150", "5")
    assert [event for event, _, _ in peer.sink.events] == ["peer_fault"]
    assert EventKind.PEER_FAULT in [event.kind for event in peer.events]


def test_old_orders_are_gap_filled_and_asked_about() -> None:
    before = Peer("broker42")
    before.log_on()
    before.venue.submit(order(), NOW_NS, UTC_NS)
    before.venue.receive_eof(NOW_NS, UTC_NS)
    assert len(before.sink.downs) == 1
    before.venue.submit(order("F2"), NOW_NS, UTC_NS)
    assert [report.refusal for report in before.sink.reports] == [Refusal.VENUE_DOWN]

    after = Peer("broker42", before.store)
    after.log_on()
    sent = after.say("2|7=2|16=0")
    while after.venue.next_deadline_ns() <= NOW_NS:
        after.venue.on_timer(NOW_NS, UTC_NS)
        sent += after.sent()
    assert [message[35] for message in sent] == ["4", "H"]
    gap_fill, status = sent
    assert (gap_fill[34], gap_fill[43], gap_fill[123], gap_fill[36]) == ("2", "Y", "Y", "4")
    assert (status[34], status[11], status[55], status[1]) == ("4", "F1", "MSFT", "ACC1")
    assert [(event, cl_ord_id) for event, _, cl_ord_id in after.sink.events] == [("request_not_resent", "F1")]
