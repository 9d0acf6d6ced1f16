# cython: annotation_typing=False, boundscheck=False, wraparound=False, cdivision=True
"""Time each append to a journal from within, for the benchmark: what a caller in the order path waits for it."""

from array import array

import cython

from fairlead.gateway.journal.writer_cy import JournalWriter

if not cython.compiled:
    from time import monotonic_ns


def time_appends(writer: JournalWriter, payload: bytes, times_ns: "array[int]", turn: int) -> None:
    """Append ``payload`` once for each place of ``times_ns``, an array of 'q', and put in what it took.

    Every ``turn`` appends the turn ends, as in the gateway: it is committed and one slice of the slow work is done
    ahead, which is not timed.
    """
    for at in range(len(times_ns)):
        begin = monotonic_ns()
        writer.append(1, 11, payload, begin, begin)
        times_ns[at] = monotonic_ns() - begin
        if at % turn == turn - 1:
            writer.commit()
            writer.prepare(1 << 18, begin)


def time_clock(times_ns: "array[int]") -> None:
    """Put in what the clock alone takes, which is part of every time of ``time_appends``."""
    for at in range(len(times_ns)):
        begin = monotonic_ns()
        times_ns[at] = monotonic_ns() - begin
