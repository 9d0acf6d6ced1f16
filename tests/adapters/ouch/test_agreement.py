"""Whatever is asked, answered, lost and repeated, in whatever order: in the end the books say what the venue says.

A model venue (the documents' rules, hand-made frames) and the gateway's core are driven at random: requests that wait,
fills in between, busts, dead acceptances, refusals, links that break with requests in them, processes that die.
"""

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_venue import ModelVenue
from ouch_bench import ACK_TIMEOUT_S, FRAMES, Frames, OuchBench
from ouch_frames import Jnx, packet

from fairlead.codecs.vocabulary.constants import SCALE, ReportKind

NUMBERS = st.integers(0, 9)
STEPS = st.tuples(
    st.sampled_from(
        ("new", "new", "cancel", "price", "less", "more", "take", "take", "hear", "hear")
        + ("fill", "fill", "reduce", "end", "aiq", "bust", "cut", "kill", "back")
    ),
    NUMBERS,
    NUMBERS,
)


class Play:
    """Drive one gateway and one venue."""

    def __init__(self, frames: Frames, resend_s: int) -> None:
        self.bench = OuchBench(frames, resend_orders_within_s=resend_s)
        self.venue = ModelVenue(frames)
        self.waiting: list[bytes] = []
        self.asked = 0
        self.heard = 0
        self.fills: Counter[tuple[str, int]] = Counter()
        self.is_linked = False
        self.back(0, 0)

    def do(self, step: str, a: int, b: int) -> None:
        getattr(self, step)(a, b)
        self.bench.pass_time(0.01)
        if self.is_linked:
            self.waiting += self.bench.sent()
        for report in self.bench.reports():
            if report.kind == ReportKind.FILLED:
                self.fills[report.exec_id, report.last_qty // SCALE] += 1

    # The strategy

    def _id(self) -> str:
        self.asked += 1
        return f"S{self.asked}"

    def _order(self, number: int) -> Any:
        orders = self.bench.ledger.open_orders()
        return orders[number % len(orders)] if orders else None

    def new(self, a: int, b: int) -> None:
        self.bench.new(self._id(), 10 + 10 * a, str(10 + b))

    def cancel(self, a: int, b: int) -> None:
        order = self._order(a)
        if order is not None:
            self.bench.cancel(self._id(), order.cl_ord_id)

    def price(self, a: int, b: int) -> None:
        order = self._order(a)
        if order is not None:
            self.bench.replace(self._id(), order.cl_ord_id, price=str(20 + b))

    def less(self, a: int, b: int) -> None:
        order = self._order(a)
        if order is not None:
            left = order.leaves_qty // SCALE
            self.bench.replace(self._id(), order.cl_ord_id, order.cum_qty // SCALE + max(1, left * b // 10))

    def more(self, a: int, b: int) -> None:
        order = self._order(a)
        if order is not None:
            self.bench.replace(self._id(), order.cl_ord_id, order.order_qty // SCALE + 10 + b)

    # The venue

    def take(self, a: int, b: int) -> None:
        if self.waiting:
            self.venue.take(self.waiting.pop(0), b)

    def hear(self, a: int, b: int) -> None:
        if self.is_linked:
            news = self.venue.said[self.heard : self.heard + 1 + a]
            self.heard += len(news)
            self.bench.say(*news)

    def _living(self, number: int) -> Any:
        living = self.venue.living
        return living[number % len(living)] if living else None

    def fill(self, a: int, b: int) -> None:
        chain = self._living(a)
        if chain is not None:
            self.venue.fill(chain, max(1, chain.open * (1 + b) // 10))

    def reduce(self, a: int, b: int) -> None:
        chain = self._living(a)
        if chain is not None:
            self.venue.reduce(chain, max(1, chain.open * (1 + b) // 10), "S")

    def end(self, a: int, b: int) -> None:
        chain = self._living(a)
        if chain is not None:
            self.venue.end(chain, "ISZ"[b % 3])

    def aiq(self, a: int, b: int) -> None:
        chain = self._living(a)
        if chain is not None:
            self.venue.prevent(chain, max(1, chain.open * (1 + b) // 10))

    def bust(self, a: int, b: int) -> None:
        if self.venue.fills and not isinstance(self.venue.frames, Jnx):
            matches = list(self.venue.fills)
            self.venue.bust(matches[a % len(matches)])

    # The link: what waits when it breaks reaches the venue up to some request, the rest is lost

    def _lose(self, kept: int) -> None:
        if self.is_linked:
            self.waiting += self.bench.sent()
        for payload in self.waiting[:kept]:
            self.venue.take(payload, 0)
        self.waiting = []
        self.is_linked = False

    def cut(self, a: int, b: int) -> None:
        self._lose(b)
        self.bench.cut()

    def kill(self, a: int, b: int) -> None:
        self._lose(b)
        self.bench.restart()

    def back(self, a: int, b: int) -> None:
        if self.is_linked:
            return
        self.heard = self.bench.store.next_in - 1
        self.is_linked = True
        missed = tuple(self.venue.said[self.heard :])
        self.heard += len(missed)
        self.waiting = self.bench.connect(missed=missed)
        # the heartbeat comes behind what the venue said while it sent the rest
        while self.waiting and self.waiting[0] == b"Q":
            self.venue.take(self.waiting.pop(0), 0)
        self.hear(len(self.venue.said), 0)
        self.bench.feed(packet("H"))
        self.waiting += self.bench.sent()

    def finish(self) -> None:
        """Let everything be answered that ever will be."""
        self.do("back", 0, 0)
        for _ in range(3):
            while self.waiting:
                self.do("take", 0, 0)
            self.do("hear", len(self.venue.said), 0)
            self.bench.pass_time(ACK_TIMEOUT_S)
            self.do("hear", len(self.venue.said), 0)


@pytest.mark.parametrize("frames", FRAMES, ids=lambda frames: frames.profile)
@given(st.lists(STEPS, max_size=40), st.sampled_from((0, 3600)))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_in_the_end_all_books_agree(frames: Frames, steps: list[tuple[str, int, int]], resend_s: int) -> None:
    play = Play(frames, resend_s)
    for step in steps:
        play.do(*step)
    play.finish()
    ledger = play.bench.ledger
    there = {chain.tokens[-1]: (chain.standing, chain.open, bool(chain.open)) for chain in play.venue.chains}
    here = {
        order.venue_cl_ord_id: (order.cum_qty // SCALE, order.leaves_qty // SCALE, not order.is_ended)
        for order in ledger.orders()
    }
    assert {token: standing for token, standing in here.items() if token in there} == there
    # what the venue has not, it never had
    assert all(standing == (0, 0, False) for token, standing in here.items() if token not in there)
    assert ledger.quarantined() == []
    assert ledger.requests_in_flight("X") == []
    assert ledger.orders_in_doubt("X") == []
    assert set(play.bench.events) <= {"request_resent", "request_not_resent", "orders_in_doubt"}
    # each fill was told once
    assert set(play.fills.values()) <= {1}
    assert len(play.fills) == play.venue.matches
