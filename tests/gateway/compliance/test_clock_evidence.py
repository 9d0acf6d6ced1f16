"""The clock is read each minute; whoever must know is told once when it is off, and once when it is back."""

from typing import Any

from fairlead.gateway.compliance.clock_evidence import ClockReading, ClockWatch, read_clock

SECOND_NS = 1_000_000_000


class Desk:
    def __init__(self, max_offset_ns: int | None = 100_000) -> None:
        self.reading: ClockReading | OSError = ClockReading(0, 50_000, True)
        self.recorded: list[dict[str, Any]] = []
        self.alerts: list[str] = []
        self.watch = ClockWatch(max_offset_ns, lambda told, _: self.recorded.append(told), self._alert, self._read)

    def _alert(self, event: str, utc_ns: int, **fields: str) -> None:
        self.alerts.append(f"{event}: {fields['text']}")

    def _read(self) -> ClockReading:
        if isinstance(self.reading, OSError):
            raise self.reading
        return self.reading

    def tick(self, now_s: float) -> None:
        self.watch.tick(int(now_s * SECOND_NS), int(now_s * SECOND_NS))


def test_one_reading_a_minute() -> None:
    desk = Desk()
    for now_s in (0, 59.9, 60, 61, 120):
        desk.tick(now_s)
    assert len(desk.recorded) == 3
    assert desk.recorded[0] == {
        "event": "clock",
        "offset_ns": 0,
        "max_error_ns": 50_000,
        "is_synchronised": True,
        "source": "adjtimex",
    }
    assert desk.alerts == []


def test_alert_is_raised_beyond_the_bound_once_and_taken_back() -> None:
    desk = Desk()
    for minute, reading in enumerate(
        (
            ClockReading(100_000, 100_000, True),
            ClockReading(-100_001, 0, True),
            ClockReading(0, 100_001, True),
            ClockReading(0, 0, False),
            ClockReading(-100_000, 0, True),
        )
    ):
        desk.reading = reading
        desk.tick(minute * 60)
    assert desk.alerts == [
        "clock_unsynchronised: the clock may be 100001 ns off, expected at most 100000",
        "clock_synchronised: the clock is within 100000 ns",
    ]


def test_without_a_bound_nobody_is_told() -> None:
    desk = Desk(None)
    desk.reading = ClockReading(10**12, 10**12, False)
    desk.tick(0)
    assert (len(desk.recorded), desk.alerts) == (1, [])


def test_a_kernel_that_does_not_answer_is_an_alert() -> None:
    desk = Desk()
    desk.reading = OSError(1, "Operation not permitted")
    desk.tick(0)
    assert desk.alerts == ["clock_unsynchronised: the clock's state can't be read: Operation not permitted"]


def test_the_kernel_answers_here() -> None:
    reading = read_clock()
    assert reading.max_error_ns >= 0
    assert abs(reading.offset_ns) < 10 * SECOND_NS
