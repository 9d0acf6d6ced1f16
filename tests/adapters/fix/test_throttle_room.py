"""The throttle says how many messages it would let out, and keeps its word."""

from hypothesis import given
from hypothesis import strategies as st

from fairlead.adapters.fix.settings import Throttle
from fairlead.adapters.fix.throttle import OutboundThrottle

MS = 1_000_000


@given(
    st.integers(2, 6),
    st.integers(0, 5),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 1)), max_size=30),
    st.integers(0, 1),
)
def test_just_as_many_leave_as_there_is_room_for(
    messages: int, reserve: int, sent: list[tuple[int, int]], priority: int
) -> None:
    throttle = OutboundThrottle(Throttle(messages, 100, min(reserve, messages - 1), 0))
    now_ns = 0
    for after_ms, kind in sent:
        now_ns += after_ms * MS
        throttle.admit(kind, now_ns)
    room = throttle.room(priority, now_ns)
    assert [throttle.admit(priority, now_ns) for _ in range(room + 1)] == [True] * room + [False]


def test_there_is_none_while_cancels_wait() -> None:
    throttle = OutboundThrottle(Throttle(2, 100, 1, 5))
    assert throttle.admit(1, 0) and throttle.admit(1, 0)
    throttle.queue(b"waits", 1)
    assert throttle.room(1, 100 * MS) == 0
    assert throttle.release(100 * MS) == b"waits"
    assert throttle.room(1, 100 * MS) == 1
