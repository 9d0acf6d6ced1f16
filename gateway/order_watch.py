"""Keep what needs time or a person: answers that are due, cancels that wait, and alerts.

Alerts go to the log and to the journal (DECISION records), so that nothing that should be seen depends on who looked.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol

import structlog

from fairlead.adapters.venue_session import ROUTINE_EVENTS
from fairlead.codecs.vocabulary.messages_cy import DontKnowTrade, Report
from fairlead.gateway.answers_due_cy import AnswersDue
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.orders.outcome_cy import Discrepancy, Outcome

log = structlog.get_logger()

MAX_CANCELS: Final = 3
"""Cancels of our own for one order, after which a person is needed."""

Recorder = Callable[[dict[str, Any], int], object]


class Overdue(Protocol):
    """What the watch tells when time is up; the order path's keeper implements it."""

    def answer_overdue(self, venue: str, venue_cl_ord_id: str, times: int, now_ns: int, utc_ns: int) -> bool:
        """Act on a request that the venue has not answered, for the ``times``-th time; return whether to go on."""

    def strategy_stays_away(self, strategy: str, now_ns: int, utc_ns: int) -> None:
        """Act on a strategy that did not come back in time."""


class OrderWatch(AnswersDue):
    """Watch requests until the venue answers, strategies until they return, cancels until the venue is up.

    ``ack_timeout_ns`` holds, per venue, how long an answer may take. ``record(decision, utc_ns)`` writes to the
    journal.
    """

    def __init__(self, ack_timeout_ns: dict[str, int], record: Recorder) -> None:
        super().__init__(ack_timeout_ns)
        self._record = record
        self._gone: dict[str, int] = {}
        self._cancels: dict[str, dict[str, str]] = {}
        self._ends: dict[str, tuple[str, int]] = {}

    # Strategies

    def strategy_connected(self, strategy: str) -> None:
        """Note that a strategy is here."""
        self._gone.pop(strategy, None)
        log.info("strategy_up", strategy=strategy)

    def strategy_disconnected(self, strategy: str, reason: str) -> None:
        """Note that a strategy has gone, whatever becomes of its orders."""
        log.info("strategy_down", strategy=strategy, reason=reason)

    def strategy_gone(self, strategy: str, deadline_ns: int) -> None:
        """Expect the strategy back before the deadline."""
        self._gone[strategy] = deadline_ns

    # Venues

    def cancel_when_up(self, venue: str, order_id: str, cause: str) -> None:
        """Keep a cancel that can't be sent now."""
        self._cancels.setdefault(venue, {})[order_id] = cause

    def take_cancels(self, venue: str) -> list[tuple[str, str]]:
        """Return and forget the cancels that wait for this venue: (OrderID, cause)."""
        return list(self._cancels.pop(venue, {}).items())

    def venue_up(self, venue: str, utc_ns: int) -> None:
        """Note that orders may be sent."""
        log.info("venue_up", venue=venue)

    def venue_down(self, venue: str, reason: str, in_doubt: int, utc_ns: int) -> None:
        """Note that a venue is gone; its unanswered requests are in doubt and asked for when it returns."""
        self.due[venue].clear()
        log.warning("venue_down", venue=venue, reason=reason, orders_in_doubt=in_doubt)

    # Ends

    def end_wanted(self, order_id: str, cause: str) -> None:
        """Note that an order is to end, whatever it takes."""
        self._ends.setdefault(order_id, (cause, 0))

    def end_reached(self, order_id: str) -> None:
        """Note that an order has ended."""
        self._ends.pop(order_id, None)

    def end_failed(self, order_id: str, venue: str, utc_ns: int) -> str:
        """Note that an order to be ended lives on; return why it is to end where it is worth another try, else ``""``.

        After ``MAX_CANCELS`` tries a person is told.
        """
        cause, failed = self._ends.get(order_id, ("", 0))
        if not cause:
            return ""
        if failed + 1 >= MAX_CANCELS:
            del self._ends[order_id]
            known = {"venue": venue, "order_id": order_id, "cancels": MAX_CANCELS}
            self.alert("order_outlives_cancels", utc_ns, **known, text=cause)
            return ""
        self._ends[order_id] = (cause, failed + 1)
        return cause

    # Time

    def tick(self, overdue: Overdue, now_ns: int, utc_ns: int) -> None:
        """Act on everything whose time is up."""
        for venue, requests in self.due.items():
            late = []
            for venue_cl_ord_id, (deadline_ns, times, sent_ns) in requests.items():
                if deadline_ns > now_ns:
                    break
                late.append((venue_cl_ord_id, times + 1, sent_ns))
            for venue_cl_ord_id, times, sent_ns in late:
                if requests.pop(venue_cl_ord_id, None) is None:
                    # settled by what was done about the one before
                    continue
                if overdue.answer_overdue(venue, venue_cl_ord_id, times, now_ns, utc_ns):
                    self.expect(venue, venue_cl_ord_id, times, sent_ns, now_ns)
        for strategy in [name for name, deadline_ns in self._gone.items() if deadline_ns <= now_ns]:
            del self._gone[strategy]
            overdue.strategy_stays_away(strategy, now_ns, utc_ns)

    # Alerts

    def alert(self, event: str, utc_ns: int, **fields: Any) -> None:
        """Tell the log and the journal."""
        log.warning(event, **fields)
        self._record({"event": event, **fields}, utc_ns)

    def alert_discrepancy(self, venue: str, discrepancy: int, text: str, order: Order | None, utc_ns: int) -> None:
        """Tell that a venue's word and the books differ."""
        order_id = order.order_id if order is not None else ""
        self.alert(
            "discrepancy", utc_ns, venue=venue, what=Discrepancy(discrepancy).name.lower(), order_id=order_id, text=text
        )

    def alert_quarantined(self, venue: str, outcome: Outcome, utc_ns: int) -> None:
        """Tell that a report was kept aside: it fits no order."""
        report = outcome.report
        fields = {"cl_ord_id": report.cl_ord_id, "exec_id": report.exec_id} if report is not None else {}
        self.alert("report_quarantined", utc_ns, venue=venue, **fields)

    def alert_trade_denied(self, strategy: str, denied: DontKnowTrade, order: Order | None, utc_ns: int) -> None:
        """Tell that a strategy denies an execution; ``order`` is its own that it names, None where it has none."""
        self.alert(
            "trade_denied",
            utc_ns,
            strategy=strategy,
            venue=order.venue if order is not None else "",
            order_id=order.order_id if order is not None else denied.order_id,
            is_order_known=order is not None,
            exec_id=denied.exec_id,
            is_booked=order is not None and any(each.exec_id == denied.exec_id for each in order.executions),
            dk_reason=chr(denied.dk_reason),
            text=denied.text,
        )

    def alert_no_strategy(self, strategy: str, report: Report, utc_ns: int) -> None:
        """Tell that a report has nobody to go to."""
        self.alert("report_without_strategy", utc_ns, strategy=strategy, cl_ord_id=report.cl_ord_id, kind=report.kind)

    def alert_venue_event(self, venue: str, event: str, text: str, cl_ord_id: str, utc_ns: int) -> None:
        """Tell what a venue's adapter found and no report can say; what belongs to every day does not warn."""
        fields = {"venue": venue, "cl_ord_id": cl_ord_id, "text": text}
        if event not in ROUTINE_EVENTS:
            self.alert(event, utc_ns, **fields)
            return
        log.info(event, **fields)
        self._record({"event": event, **fields}, utc_ns)
