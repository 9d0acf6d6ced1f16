"""The MoldUDP64 sender and request server: exact bytes, fake time."""

import pytest
from mold_bench import MS, end, heartbeat, packet, request

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.mold.request_server import MoldRequestServer
from fairlead.adapters.mold.sender import MoldSender
from fairlead.adapters.mold.settings import MoldSenderSettings, MoldSettingsError
from fairlead.adapters.session_store import MemoryStore
from fairlead.codecs.errors import LocalProtocolError


def new_sender(max_packet_bytes: int = 40, store: MemoryStore | None = None, **changes: int) -> MoldSender:
    settings = MoldSenderSettings(max_packet_bytes=max_packet_bytes, **changes)
    return MoldSender(settings, "S1", store or MemoryStore())


def test_messages_of_one_turn_share_packets_up_to_their_limit() -> None:
    sender = new_sender()
    for number, message in enumerate((b"12345678", b"12345678", b"", b"x"), start=1):
        assert sender.send(message, 0, 0) == number
    assert sender.take_datagrams() == [packet(1, b"12345678", b"12345678"), packet(3, b"", b"x")]
    assert sender.take_datagrams() == []
    sender.send(b"y", 0, 0)
    assert sender.take_datagrams() == [packet(5, b"y")]


def test_message_is_recorded_and_numbers_go_on_where_the_store_stands() -> None:
    store = MemoryStore()
    new_sender(store=store).send(b"a", 0, 0)
    assert list(store.sent_messages(1, 9)) == [(1, b"a")]
    sender = new_sender(store=store)
    assert sender.send(b"b", 0, 0) == 2
    assert sender.take_datagrams() == [packet(2, b"b")]


def test_heartbeat_after_a_second_of_silence() -> None:
    sender = new_sender()
    assert sender.next_deadline_ns() == NEVER_NS
    sender.start(0)
    sender.on_timer(999 * MS)
    assert sender.take_datagrams() == []
    sender.on_timer(1000 * MS)
    assert sender.take_datagrams() == [heartbeat(1)]
    sender.send(b"a", 1500 * MS, 0)
    assert sender.next_deadline_ns() == 2500 * MS
    sender.on_timer(2500 * MS)
    assert sender.take_datagrams() == [packet(1, b"a"), heartbeat(2)]


def test_end_of_session_is_repeated_and_then_all_is_quiet() -> None:
    sender = new_sender(end_repeats=3)
    sender.start(0)
    sender.send(b"a", 0, 0)
    sender.end(0)
    assert sender.take_datagrams() == [packet(1, b"a"), end(2)]
    for _ in range(2):
        now_ns = sender.next_deadline_ns()
        sender.on_timer(now_ns)
        assert sender.take_datagrams() == [end(2)]
    assert now_ns == 2000 * MS
    assert sender.next_deadline_ns() == NEVER_NS
    with pytest.raises(LocalProtocolError, match="message of 1 bytes to be sent, the session has ended"):
        sender.send(b"b", 0, 0)


def test_message_that_fits_no_datagram_is_refused_and_not_recorded() -> None:
    store = MemoryStore()
    sender = new_sender(store=store)
    assert sender.send(bytes(18), 0, 0) == 1
    with pytest.raises(LocalProtocolError, match="message of 19 bytes to be sent, expected at most 18 bytes"):
        sender.send(bytes(19), 0, 0)
    assert store.next_out == 2


@pytest.mark.parametrize("changes", [{"max_packet_bytes": 22}, {"heartbeat_ms": 0}, {"end_repeats": 0}])
def test_settings_that_can_not_be(changes: dict[str, int]) -> None:
    with pytest.raises(MoldSettingsError, match=next(iter(changes))):
        MoldSenderSettings(**changes)


# The request server


def new_server(*messages: bytes, max_packet_bytes: int = 40) -> tuple[MoldRequestServer, list[str], MemoryStore]:
    store = MemoryStore()
    for number, message in enumerate(messages, start=1):
        store.record_out(number, message, 0)
    faults: list[str] = []
    return MoldRequestServer("S1", store, faults.append, max_packet_bytes), faults, store


def test_what_was_asked_for_and_fits_is_sent() -> None:
    server, faults, _ = new_server(b"one", b"two", b"three", b"four", b"five")
    assert server.answer(request(2, 2)) == packet(2, b"two", b"three")
    assert server.answer(request(1, 5)) == packet(1, b"one", b"two", b"three")
    assert server.answer(request(5, 65535)) == packet(5, b"five")
    assert (server.requests, server.messages, server.faults, faults) == (3, 6, 0, [])


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (request(3, 1), "1 messages from 3 on requested, expected at least 1 of 1 to 2"),
        (request(0, 1), "1 messages from 0 on requested, expected at least 1 of 1 to 2"),
        (request(1, 0), "0 messages from 1 on requested, expected at least 1 of 1 to 2"),
        (request(1, 1, session="S2"), "session 'S2' requested, expected 'S1'"),
        (request(1, 1)[:-1], "request of 19 bytes received, expected 20"),
        (b"", "request of 0 bytes received, expected 20"),
        (
            b"S1        " + b"\xff" * 10,
            "sequence number 18446744073709551615 requested, expected at most 9223372036854710272 (offset 10)",
        ),
    ],
)
def test_request_that_can_not_be_served_is_told_and_not_answered(data: bytes, fault: str) -> None:
    server, faults, _ = new_server(b"one", b"two")
    assert server.answer(data) == b""
    assert (faults, server.faults) == ([fault], 1)


def test_messages_that_are_no_longer_kept() -> None:
    server, faults, store = new_server(b"one", b"two", b"three", b"four")
    del store._sent[1], store._sent[3]
    assert server.answer(request(1, 2)) == b""
    assert faults == ["message 1 requested, which is not kept, or fits no datagram"]
    assert server.answer(request(2, 3)) == packet(2, b"two")


def test_message_longer_than_a_datagram_of_this_server() -> None:
    server, faults, _ = new_server(bytes(100))
    assert server.answer(request(1, 1)) == b""
    assert faults == ["message 1 requested, which is not kept, or fits no datagram"]
