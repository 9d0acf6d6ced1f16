"""Compare what a drop copy tells of a venue's executions with the books, all the time and across restarts.

Copies are COPY records before they are compared, so that a start finds them again; our own executions are the ledger's.
At a checkpoint what is still needed of the copies is recorded anew, with the sums of the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import ABSENT, ReportKind
from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report
from fairlead.gateway.orders.booking_cy import find_execution
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Execution, Order
from fairlead.gateway.orders.outcome_cy import DELIVER, Outcome
from fairlead.gateway.reconciliation.breaks import BreakQueue, Facts
from fairlead.gateway.reconciliation.copied_positions import CopiedPositions, sum_positions
from fairlead.gateway.reconciliation.copy_records import CopyMemory, CopyRecords
from fairlead.gateway.reconciliation.matcher import BUST, CORRECTION, FILL, NEVER_NS, Copy, Entry, Matcher, Trade

NS_PER_S: Final = 1_000_000_000
KEEP_NS: Final = 3 * 86_400 * NS_PER_S
"""How long an execution that agrees is remembered: a repetition or a bust may still come."""
CHECK_NS: Final = NS_PER_S
"""How often positions are compared."""

WHATS: Final = {
    int(ReportKind.FILLED): FILL,
    int(ReportKind.TRADE_CORRECTED): CORRECTION,
    int(ReportKind.TRADE_BUSTED): BUST,
}
"""Reports that are about an execution."""


@dataclass(frozen=True, slots=True)
class DropCopySettings:
    """Hold what the configuration says about one drop copy."""

    name: str
    venue: str
    match_within_ns: int
    stale_after_ns: int
    accounts: frozenset[str] = frozenset()
    on_behalf_of: frozenset[str] = frozenset()
    freezes: bool = False


class DropCopy:
    """Be a drop copy's ``CopySink`` and its matcher's listener.

    ``venue_symbol(terms)`` says what copies call an order's instrument; ``alert(event, utc_ns, **fields)`` tells
    people; ``freeze(account, reason, now_ns, utc_ns)`` blocks an account.
    """

    def __init__(
        self,
        settings: DropCopySettings,
        ledger: Ledger,
        breaks: BreakQueue,
        records: CopyRecords,
        alert: Callable[..., None],
        freeze: Callable[[str, str, int, int], object],
    ) -> None:
        self.settings = settings
        self.matcher = Matcher(settings.match_within_ns, self)
        self.positions = CopiedPositions()
        self.venue_symbol: Callable[[NewOrder], str] = lambda order: order.symbol
        self.is_up = False
        self.messages = self.others = self.unreadable = 0
        self.lag_ns = 0
        self.last_message_ns = 0
        self._ledger = ledger
        self._breaks = breaks
        self._records = records
        self._alert = alert
        self._freeze = freeze
        self._began_utc_ns = 0
        self._copies_since_ns = self._own_since_ns = NEVER_NS
        self._now_ns = self._utc_ns = 0
        self._silent_since_ns = NEVER_NS
        self._is_stale = False
        self._is_dirty = True
        self._next_check_ns = 0

    # What the drop copy says

    def on_copies_up(self, is_up: bool, now_ns: int, utc_ns: int) -> None:
        """Note that copies come from now on, or that none can."""
        self.is_up = is_up
        self._copies_since_ns = now_ns if is_up else NEVER_NS

    def on_copied_message(self, now_ns: int, utc_ns: int) -> None:
        """Note a sign of life."""
        self.messages += 1
        self.last_message_ns = now_ns
        self._silent_since_ns = NEVER_NS
        self._is_stale = False

    def on_copy_unreadable(self, text: str, now_ns: int, utc_ns: int) -> None:
        """Alarm: an execution may be in it, and will be missing."""
        self.unreadable += 1
        self._alert("copy_unreadable", utc_ns, drop_copy=self.settings.name, text=text)

    def on_copy(
        self, report: Report, venue_symbol: str, account: str, on_behalf_of: str, now_ns: int, utc_ns: int
    ) -> None:
        """Compare the copy of an execution; other reports, and those of others' orders, are passed over."""
        what = WHATS.get(report.kind)
        if what is None:
            return
        order = self._find_order(report)
        account = order.account if order is not None else account
        if not self._is_ours(account, on_behalf_of):
            self.others += 1
            return
        copy = Copy(what, report.exec_id, report.exec_ref_id, _copied_trade(report, venue_symbol, order))
        if order is not None and self._is_of_before(order, copy):
            return
        order_id = order.order_id if order is not None else ""
        symbol = order.symbol if order is not None else report.symbol
        self._set_time(now_ns, utc_ns)
        self._records.copied(order_id, copy, account, symbol, utc_ns)
        self.matcher.note_copy(order_id, copy, account, symbol, now_ns)

    def _is_ours(self, account: str, on_behalf_of: str) -> bool:
        settings = self.settings
        return (not settings.accounts or account in settings.accounts) and (
            not settings.on_behalf_of or on_behalf_of in settings.on_behalf_of
        )

    def _find_order(self, report: Report) -> Order | None:
        ledger, venue = self._ledger, self.settings.venue
        order: Order | None = ledger.find_by_venue_id(venue, report.cl_ord_id)
        if order is None and report.orig_cl_ord_id:
            order = ledger.find_by_venue_id(venue, report.orig_cl_ord_id)
        if order is None and report.venue_order_id:
            order = ledger.find_by_venue_order_id(venue, report.venue_order_id)
        return order

    def _is_of_before(self, order: Order, copy: Copy) -> bool:
        """Tell whether a copy is of an execution that we had before this drop copy began."""
        execution = find_execution(order, copy.root_id)
        return execution is not None and execution.utc_ns < self._began_utc_ns

    # What our own venue session says

    def take_own(self, venue: str, said: Report, outcome: Outcome, now_ns: int, utc_ns: int) -> None:
        """Compare an execution that was booked, corrected or busted."""
        order = outcome.order
        if venue != self.settings.venue or order is None or outcome.verdict != DELIVER or outcome.report is None:
            return
        what = WHATS.get(outcome.report.kind)
        if what is None:
            return
        execution = order.executions[-1] if what == FILL else find_execution(order, said.exec_ref_id)
        if execution is None or execution.utc_ns < self._began_utc_ns:
            return
        self._set_time(now_ns, utc_ns)
        entry = self._note_own(order, execution, now_ns)
        if self._silent_since_ns == NEVER_NS and not entry.agrees:
            self._silent_since_ns = now_ns

    def _note_own(self, order: Order, execution: Execution, at_ns: int) -> Entry:
        ids = execution.venue_exec_ids or (f"own {execution.exec_id}",)
        symbol = self.venue_symbol(order.terms)
        trade = Trade(symbol, order.side, execution.last_qty, execution.last_px, execution.is_busted)
        self._is_dirty = True
        return self.matcher.note_own(order.order_id, ids, order.account, order.symbol, trade, at_ns)

    # What the matcher finds

    def broke(self, entry: Entry) -> None:
        """Raise a break, or change the one that is there."""
        raised = self._breaks.note(self._facts(entry), self._utc_ns)
        if raised is not None:
            facts = raised.facts
            known = {"kind": facts.kind, "venue": facts.venue, "source": facts.source, "text": facts.text}
            self._alert("break_raised", self._utc_ns, break_id=raised.break_id, **known)
        self._is_dirty = True

    def settled(self, entry: Entry, was_broken: bool, lag_ns: int) -> None:
        """End the break of an execution whose sides agree."""
        self.lag_ns = lag_ns
        if was_broken:
            self._breaks.agree(self._key(entry), "both sides agree now", self._now_ns, self._utc_ns)

    def copied(self, entry: Entry) -> None:
        """Let the position follow."""
        self.positions.count(entry)
        self._is_dirty = True

    def joined(self, entry: Entry) -> None:
        """End the break of what has turned out to be a part of another execution."""
        self.positions.uncount(entry)
        if entry.is_broken:
            self._breaks.agree(self._key(entry), "it is a part of another execution", self._now_ns, self._utc_ns)

    def _key(self, entry: Entry) -> str:
        return f"copy {self.settings.name} {entry.key}"

    def _facts(self, entry: Entry) -> Facts:
        order: Order | None = self._ledger.find_by_order_id(entry.order) if entry.order else None
        what = {
            "missing_at_ours": f"copied execution {entry.root_id} is not in our books",
            "missing_at_theirs": f"no copy of execution {entry.root_id} came",
            "execution_differs": f"execution {entry.root_id} is copied otherwise than we have it",
        }[entry.kind]
        named = {"cl_ord_id": order.venue_cl_ord_id, "order_id": order.venue_order_id} if order is not None else {}
        return Facts(
            key=self._key(entry),
            kind=entry.kind,
            venue=self.settings.venue,
            source=f"drop_copy:{self.settings.name}",
            text=what,
            order_ids=(entry.order,) if entry.order else (),
            exec_ids=tuple(sorted(entry.exec_ids)),
            account=entry.account,
            symbol=entry.instrument,
            ours=_describe_trade(entry.own) | (named if entry.own is not None else {}),
            theirs=_describe_trade(entry.copy) | ({"conflict": "copied twice otherwise"} if entry.has_conflict else {}),
        )

    # Time

    def _set_time(self, now_ns: int, utc_ns: int) -> None:
        self._now_ns, self._utc_ns = now_ns, utc_ns

    def tick(self, venue_is_up: bool, now_ns: int, utc_ns: int) -> None:
        """Find what is overdue, compare positions, and note a drop copy that says nothing while we trade."""
        self._set_time(now_ns, utc_ns)
        if venue_is_up != (self._own_since_ns != NEVER_NS):
            self._own_since_ns = now_ns if venue_is_up else NEVER_NS
        self.matcher.tick(now_ns, self._own_since_ns, self._copies_since_ns)
        if self._is_dirty and now_ns >= self._next_check_ns:
            self._next_check_ns = now_ns + CHECK_NS
            self._compare_positions(now_ns, utc_ns)
        if now_ns - self._silent_since_ns >= self.settings.stale_after_ns and not self._is_stale:
            self._is_stale = True
            text = "executions come from the venue, and no copy of anything"
            self._alert("drop_copy_stale", utc_ns, drop_copy=self.settings.name, is_up=self.is_up, text=text)

    def _compare_positions(self, now_ns: int, utc_ns: int) -> None:
        pending = self.matcher.pending.values()
        # while something may still come, what it changes is looked at when it has
        self._is_dirty = bool(pending)
        ours = sum_positions(self._ledger.positions(venue=self.settings.venue))
        differences = self.positions.differences(ours, pending)
        for (account, symbol), (own, copied) in differences.items():
            if not self.settings.accounts or account in self.settings.accounts:
                self._position_broke(account, symbol, own, copied, now_ns, utc_ns)
        unsure = differences.keys() | {(entry.account, entry.instrument) for entry in pending}
        prefix = f"position {self.settings.name} "
        for known in self._breaks.unresolved():
            facts = known.facts
            if facts.key.startswith(prefix) and (facts.account, facts.symbol) not in unsure:
                self._breaks.agree(facts.key, "positions agree now", now_ns, utc_ns)

    def _position_broke(self, account: str, symbol: str, own: int, copied: int, now_ns: int, utc_ns: int) -> None:
        settings = self.settings
        ours, theirs = fixed_to_str(own), fixed_to_str(copied)
        text = f"position is {ours} in our books, {theirs} by the copies"
        facts = Facts(
            key=f"position {settings.name} {account} {symbol}",
            kind="position_differs",
            venue=settings.venue,
            source=f"drop_copy:{settings.name}",
            text=text,
            account=account,
            symbol=symbol,
            ours={"net_qty": ours},
            theirs={"net_qty": theirs},
        )
        raised = self._breaks.note(facts, utc_ns)
        if raised is None:
            return
        known = {"venue": settings.venue, "account": account, "symbol": symbol, "text": text}
        self._alert("position_break", utc_ns, break_id=raised.break_id, **known)
        if settings.freezes and account:
            self._freeze(account, f"{raised.break_id}: {symbol} at {settings.venue}: {text}", now_ns, utc_ns)

    def position_rows(self) -> list[dict[str, str]]:
        """Return our positions beside what the copies add up to, for people."""
        ours = sum_positions(self._ledger.positions(venue=self.settings.venue))
        rows = []
        for account, symbol in sorted(ours.keys() | self.positions.sums.keys()):
            own, copied = ours.get((account, symbol), 0), self.positions.sums.get((account, symbol), 0)
            rows.append(
                {
                    "drop_copy": self.settings.name,
                    "venue": self.settings.venue,
                    "account": account,
                    "symbol": symbol,
                    "ours": fixed_to_str(own),
                    "theirs": fixed_to_str(copied),
                    "difference": fixed_to_str(copied - own),
                }
            )
        return rows

    # Memory and recovery

    def restore(self, memory: CopyMemory, now_ns: int, utc_ns: int) -> None:
        """Take over what the journal has of copies, and our executions from the books, in the order of their times.

        A drop copy that is new begins here: what was executed before is not expected of it.
        """
        self._set_time(now_ns, utc_ns)
        self._began_utc_ns = memory.began_utc_ns or utc_ns
        if not memory.began_utc_ns:
            self.positions.sums = sum_positions(self._ledger.positions(venue=self.settings.venue))
            self._records.state(self._began_utc_ns, self.positions.sums, utc_ns)
        else:
            self.positions.sums = dict(memory.sums)

        events: list[tuple[int, Callable[[int], object]]] = [
            (kept.utc_ns, partial(self.matcher.note_copy, *kept.arguments)) for kept in memory.copies
        ]
        for order in self._ledger.orders():
            if order.venue == self.settings.venue:
                events += [
                    (execution.utc_ns, partial(self._note_own, order, execution))
                    for execution in order.executions
                    if execution.utc_ns >= self._began_utc_ns
                ]
        for event_utc_ns, take in sorted(events, key=lambda event: event[0]):
            take(now_ns - max(0, utc_ns - event_utc_ns))
        self.matcher.counts.duplicates = self.matcher.counts.settled = 0
        self._resume_breaks(now_ns, utc_ns)

    def _resume_breaks(self, now_ns: int, utc_ns: int) -> None:
        """Go on with the breaks of before; those whose sides agree by now are over."""
        for entry in self.matcher.entries:
            if entry.agrees:
                self._breaks.agree(self._key(entry), "both sides agree now", now_ns, utc_ns)
        for entry in list(self.matcher.pending.values()):
            if self._breaks.find(self._key(entry)) is not None:
                self.matcher.mark_broken(entry)

    def write_checkpoint(self, utc_ns: int) -> None:
        """Forget what has long agreed, and record what is kept."""
        now_ns = self._now_ns
        self.matcher.forget(now_ns - KEEP_NS)
        kept = [entry for entry in self.matcher.entries if entry.copies]
        self._records.state(self._began_utc_ns, self.positions.without(kept), utc_ns)
        self._records.kept(kept, now_ns, utc_ns)


def _copied_trade(report: Report, venue_symbol: str, order: Order | None) -> Trade:
    side = report.side or (order.side if order is not None else 0)
    last_qty = report.last_qty if report.last_qty != ABSENT else 0
    last_px = report.last_px if report.last_px != ABSENT else 0
    return Trade(venue_symbol, side, last_qty, last_px)


def _describe_trade(trade: Trade | None) -> dict[str, str]:
    if trade is None:
        return {}
    told = {
        "symbol": trade.symbol,
        "side": chr(trade.side) if trade.side else "",
        "last_qty": fixed_to_str(trade.last_qty),
        "last_px": fixed_to_str(trade.last_px),
        "busted": "yes" if trade.is_busted else "",
    }
    return {name: value for name, value in told.items() if value}
