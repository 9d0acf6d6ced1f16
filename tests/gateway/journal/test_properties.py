"""Let hypothesis write and crash journals."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.gateway.journal.fix_text import fix_fields, mask_secrets
from fairlead.gateway.journal.reader import JournalReader

from .conftest import KIND, Journals

ACTIONS = st.lists(
    st.one_of(
        st.binary(max_size=3000).map(lambda payload: ("append", payload)),
        st.just(("commit", b"")),
        st.just(("prepare", b"")),
        st.just(("crash", b"")),
        st.just(("restart", b"")),
    ),
    max_size=30,
)


@settings(deadline=None, max_examples=25)  # each example syncs files
@given(ACTIONS)
def test_exactly_the_committed_prefix_survives(actions: list[tuple[str, bytes]]) -> None:
    """Whatever is appended, committed, rolled, closed or killed: recovery and a reader find what was committed."""
    with tempfile.TemporaryDirectory() as root:
        journals = Journals(Path(root))
        writer = journals.open()
        committed: list[bytes] = []
        turn: list[bytes] = []
        for action, payload in actions:
            if action == "append":
                writer.append(0, KIND, payload, 1, 1)
                turn.append(payload)
            elif action == "commit":
                writer.commit()
                committed += turn
                turn = []
            elif action == "prepare":
                writer.prepare(8192, 1)
            elif action == "crash":
                assert journals.payloads(journals.crash()) == committed
            else:
                writer.close()
                writer = journals.open()
                turn = []
        reader = JournalReader(journals.folder)
        found = []
        while (record := reader.next_record()) is not None:
            found.append(record.payload)
        assert found == committed
        writer.close()
        assert journals.payloads() == committed


@given(st.binary())
def test_any_frame_can_be_shown(frame: bytes) -> None:
    """No bytes make the lenient reader fail, and nothing but secrets is left out or changed."""
    fields = fix_fields(frame)
    assert len(mask_secrets(b"8=" + frame)) == len(frame) + 2
    if not any(value == b"***" for _, value in fields):
        shown = b"\x01".join(b"%d=" % tag + value if tag else value for tag, value in fields)
        # leading zeros of a tag are not shown
        assert len(shown) <= len(frame)
