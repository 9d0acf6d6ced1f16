"""Whatever strategies ask and venues say, in whatever order, nothing is lost."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from path_bench import Bench

from fairlead.codecs.vocabulary.constants import SCALE, OrdStatus

NAMES = st.sampled_from(["1", "2", "3", "4"])
STEPS = st.tuples(
    st.sampled_from(
        ["order", "cancel", "replace", "accept", "fill", "confirm", "refuse", "state", "down", "up", "wait"]
    ),
    NAMES,
    NAMES,
)


@given(st.lists(STEPS, max_size=25))
def test_every_request_is_answered_or_sent_and_every_report_accounted_for(steps: list[tuple[str, str, str]]) -> None:
    """A request adds one report or one call to a venue; a venue's report is delivered, a duplicate or quarantined."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for number, (step, name, other) in enumerate(steps):
            _take(bench, step, name, other, number)
        counted = bench.counters().counters
        assert counted["venue.X.duplicates"] == bench.ledger.duplicates
        assert counted["venue.X.quarantined"] == len(bench.ledger.quarantined())


def _take(bench: Bench, step: str, name: str, other: str, number: int) -> None:
    calls, reports = len(bench.x.calls), len(bench.strategies["a"].reports)
    set_aside = bench.ledger.duplicates + len(bench.ledger.quarantined())
    known = next((sent.cl_ord_id for _, sent in reversed(bench.x.calls) if hasattr(sent, "text")), "STRANGER")
    if step == "order":
        bench.order(cl_ord_id=name)
    elif step == "cancel":
        bench.cancel(name, other)
    elif step == "replace":
        bench.replace(name, other, price=11 * SCALE)
    elif step in ("down", "up"):
        (bench.go_down if step == "down" else bench.come_up)(bench.x)
        return
    elif step == "wait":
        bench.pass_time(4)
        return
    elif step == "accept":
        bench.accept(bench.x, known)
    elif step == "fill":
        bench.fill(bench.x, known, 10, f"E{name}", OrdStatus.PARTIALLY_FILLED)
    elif step == "confirm":
        bench.confirm_cancel(bench.x, known, "")
    elif step == "refuse":
        bench.refuse_cancel(bench.x, known, "")
    else:
        bench.state(bench.x, known, OrdStatus.NEW)
    came = len(bench.strategies["a"].reports) - reports
    if step in ("order", "cancel", "replace"):
        assert (len(bench.x.calls) - calls) + came == 1
    else:
        put_aside = bench.ledger.duplicates + len(bench.ledger.quarantined()) - set_aside
        # a status report may bring requests that the venue never had to their end as well
        assert put_aside == 1 or came >= 1
