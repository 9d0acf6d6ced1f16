"""Rebuild sessions from the journal: numbers, sent messages, resets."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fairlead.adapters.session_store import MemoryStore, SessionStore
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.archive import compress_sealed, prune
from fairlead.gateway.journal.layout import segment_path, segment_paths
from fairlead.gateway.journal.session_store import JournalSessionStore, SessionStores
from fairlead.gateway.journal.writer_cy import JournalWriter

from .conftest import Journals, write_snapshot

DAY_NS = 86_400_000_000_000


class Gateway:
    """Start on a folder as a gateway does, and die."""

    def __init__(self, journals: Journals, folder: Path | None = None) -> None:
        recovery = journals.recover(folder)
        self.stores = SessionStores(recovery.settings.folder)
        for record in recovery.records():
            self.stores.replay(record)
        self.writer: JournalWriter = recovery.open_writer(utc_ns=1_000, now_ns=1)
        self.stores.attach(self.writer)

    def open(self, name: str = "venue:XBRK") -> JournalSessionStore:
        return self.stores.open(name, "FIX.4.4", 1_000)


@pytest.fixture
def start(journals: Journals) -> Callable[..., Gateway]:
    return lambda folder=None: Gateway(journals, folder)


def sent(store: SessionStore, begin: int = 1, end: int = 10**9) -> list[tuple[int, bytes]]:
    return list(store.sent_messages(begin, end))


def script(store: SessionStore) -> None:
    """Do what a session does in a day, resets and jumps included."""
    store.record_in(1, b"8=FIX.4.4|35=A|in", 10)
    store.advance_in(2, 11)
    for number in range(1, 40):
        store.record_out(number, b"frame %d " % number * 20, 20 + number)
    store.record_resent(7, b"gap fill", 70)
    store.set_next_out(50, 71)
    store.record_out(50, b"fifty", 72)
    store.set_next_out(30, 73)
    store.record_out(30, b"thirty anew", 74)
    store.record_event("logout", "MsgSeqNum too low, expecting 5 but received 4", 75)
    store.advance_in(9, 76)


def same(store: JournalSessionStore, expected: MemoryStore) -> None:
    assert (store.next_in, store.next_out, store.reset_utc_ns) == (
        expected.next_in,
        expected.next_out,
        expected.reset_utc_ns,
    )
    for bounds in ((1, 10**9), (5, 5), (6, 12), (38, 60), (51, 99), (9, 3)):
        assert sent(store, *bounds) == sent(expected, *bounds)


def test_agrees_with_the_store_in_memory_at_once_and_after_a_kill(
    journals: Journals, start: Callable[..., Gateway]
) -> None:
    gateway, expected = start(), MemoryStore()
    store = gateway.open()
    script(store)
    script(expected)
    same(store, expected)
    gateway.writer.commit()
    after = start(journals.crash())
    same(after.open(), expected)
    assert after.open("venue:OTHER").next_out == 1


def test_a_reset_forgets_for_good(journals: Journals, start: Callable[..., Gateway]) -> None:
    gateway, expected = start(), MemoryStore()
    store = gateway.open()
    for each in (store, expected):
        script(each)
        each.reset("weekly reset", 1_234_567)
        each.record_out(1, b"first of the new week", 1_234_568)
    gateway.writer.commit()
    same(store, expected)
    same(start(journals.crash()).open(), expected)
    assert store.reset_utc_ns == 1_234_567


def test_the_peers_session_survives_a_kill_and_older_segments_and_ends_with_a_reset(
    journals: Journals, start: Callable[..., Gateway]
) -> None:
    gateway = start()
    store, other = gateway.open(), gateway.open("venue:OTHER")
    store.set_peer_session("20260105A", 5)
    store.advance_in(9, 6)
    gateway.writer.commit()
    after = start(journals.crash())
    assert (after.open().peer_session, after.open().next_in) == ("20260105A", 9)
    assert other.peer_session == after.open("venue:OTHER").peer_session == ""
    # a checkpoint alone is enough: what was before it may be gone
    gateway.stores.write_checkpoints(7)
    gateway.writer.commit()
    restored = SessionStores(journals.folder)
    is_behind = False
    for record in journals.recover(journals.crash()).records():
        is_behind = is_behind or record.kind == kinds.CHECKPOINT
        if is_behind:
            restored.replay(record)
    assert restored.state(store.stream).peer_session == "20260105A"
    store.reset("the venue began anew", 8)
    gateway.writer.commit()
    assert start(journals.crash()).open().peer_session == ""


def test_what_was_not_committed_was_never_sent(journals: Journals, start: Callable[..., Gateway]) -> None:
    gateway = start()
    store = gateway.open()
    store.record_out(1, b"one", 1)
    gateway.writer.commit()
    store.record_out(2, b"two", 2)
    after = start(journals.crash()).open()
    assert (after.next_out, sent(after)) == (2, [(1, b"one")])


def test_sessions_do_not_mix(journals: Journals, start: Callable[..., Gateway]) -> None:
    gateway = start()
    first, second = gateway.open("venue:ONE"), gateway.open("venue:TWO")
    first.record_out(1, b"one of one", 1)
    second.record_out(1, b"one of two", 1)
    second.advance_in(5, 1)
    gateway.writer.commit()
    after = start(journals.crash())
    assert sent(after.open("venue:ONE")) == [(1, b"one of one")]
    assert sent(after.open("venue:TWO")) == [(1, b"one of two")]
    assert (after.open("venue:ONE").next_in, after.open("venue:TWO").next_in) == (1, 5)


def test_messages_are_read_back_from_compressed_segments(journals: Journals, start: Callable[..., Gateway]) -> None:
    gateway = start()
    store = gateway.open()
    for number in range(1, 200):
        store.record_out(number, b"%d " % number * 100, 1)
    gateway.writer.commit()
    expected = sent(store)
    gateway.writer.close()
    assert len(compress_sealed(journals.folder)) > 5
    assert sent(start().open()) == expected


def test_pruning_keeps_what_sessions_still_need(journals: Journals, start: Callable[..., Gateway]) -> None:
    gateway = start()
    store = gateway.open()
    for number in range(1, 100):
        store.record_out(number, b"%d " % number * 100, 1)
    store.advance_in(77, 1)
    gateway.writer.commit()
    gateway.writer.close()
    gateway = start()
    store = gateway.open()
    assert gateway.stores.oldest_segment_needed() == 0
    gateway.stores.write_checkpoints(2)
    gateway.writer.commit()
    assert gateway.stores.oldest_segment_needed() == 1
    assert prune(journals.folder, gateway.stores.oldest_segment_needed(), 9 * DAY_NS, keep_days=7) == []
    store.reset("daily reset", 3)
    store.advance_in(4, 4)
    gateway.stores.write_checkpoints(5)
    write_snapshot(gateway.writer)
    gateway.writer.commit()
    needed = gateway.stores.oldest_segment_needed()
    assert needed == gateway.writer.segment
    assert prune(journals.folder, needed, 5 * DAY_NS, keep_days=7) == []
    removed = prune(journals.folder, needed, 9 * DAY_NS, keep_days=7, keep_segments=3)
    assert removed == [segment_path(journals.folder, n) for n in range(1, needed - 2)]
    assert len(segment_paths(journals.folder)) == 3
    after = start(journals.crash())
    again = after.open()
    assert (again.next_in, again.next_out, again.reset_utc_ns, sent(again)) == (4, 1, 3, [])


def test_frames_are_stored_behind_their_number(journals: Journals, start: Callable[..., Gateway]) -> None:
    gateway = start()
    store = gateway.open()
    gateway.writer.now_ns = 99
    store.record_in(0, b"garbled", 5)
    gateway.writer.commit()
    last = list(journals.recover(journals.crash()).records())[-1]
    assert (last.kind, last.stream, last.payload) == (kinds.FRAME_IN, store.stream, bytes(8) + b"garbled")
    assert (last.utc_ns, last.now_ns) == (5, 99)
