"""Say over FIX what happens to orders."""

from __future__ import annotations

from collections.abc import Callable

from fairlead.certification.venues import reports
from fairlead.certification.venues.fix_session import FixVenueSession
from fairlead.certification.venues.happenings import (
    ORDER_STATUS,
    RESTATED,
    TRADE,
    TRADE_CANCEL,
    TRADE_CORRECT,
    Happening,
    Why,
)
from fairlead.certification.venues.order_desk import OrderDesk
from fairlead.certification.venues.orders import CANCELED, REJECTED, VenueOrder
from fairlead.certification.venues.session_records import Clock
from fairlead.certification.venues.wire import Field

# OrdRejReason(103); FIX 4.2 ends at 8: what it has no value for is 0 (broker option).
_REJECT_REASONS = {
    Why.UNKNOWN_SYMBOL: 1,
    Why.HALTED: 2,
    Why.DUPLICATE: 6,
    Why.UNSUPPORTED: 11,
    Why.QUANTITY: 13,
}
_LAST_REASON_42 = 8

# ExecRestatementReason(378): partial decline of OrderQty, else broker option.
_RESTATEMENT_REASONS = {Why.DECLINED: "5"}
_UNREPORTED = frozenset({Why.REFRESHED, Why.REPRICED})


class FixReports:
    """Turn happenings into ExecutionReports; `session` and `drop` are the venue's."""

    name = "fix"
    busts_return_quantity = True
    corrects = True
    busts = True

    def __init__(
        self,
        desk: OrderDesk,
        session: Callable[[str], FixVenueSession],
        drop: Callable[[str, bool], None],
        clock: Clock,
    ) -> None:
        self.session = session
        self._desk = desk
        self._drop = drop
        self._clock = clock

    def report(self, happening: Happening, extra: tuple[Field, ...] = ()) -> None:
        """Send the ExecutionReport, and its copy; an iceberg's next part is nobody's business in FIX."""
        if happening.kind == RESTATED and happening.why in _UNREPORTED:
            return
        body = self.body(happening, extra)
        self.session(happening.order.session).send("8", body)
        if self._desk.copier is not None and happening.kind in (TRADE, TRADE_CANCEL, TRADE_CORRECT):
            self._desk.copier.copy(happening.order, body)

    def body(self, happening: Happening, extra: tuple[Field, ...] = ()) -> list[Field]:
        """Return the ExecutionReport's fields."""
        order, execution, is_fix42 = happening.order, happening.execution, self._desk.profile.is_fix42
        kind = CANCELED if happening.why is Why.DEAD else happening.kind
        if kind == RESTATED:
            extra = ((378, _RESTATEMENT_REASONS.get(happening.why, "4")),)
        elif happening.kind == REJECTED:
            extra = ((103, str(self._reject_reason(happening.why))),)
        is_about_execution = happening.kind in (TRADE_CANCEL, TRADE_CORRECT)
        return reports.execution_report(
            order,
            kind,
            self._exec_id(happening),
            self._clock.utc_ns(),
            is_fix42=is_fix42,
            request=happening.request,
            last=(execution.quantity, execution.price) if execution else None,
            ref_exec_id=execution.exec_id if execution and is_about_execution else "",
            text=happening.text,
            extra=extra,
        )

    def _exec_id(self, happening: Happening) -> str:
        if happening.kind == ORDER_STATUS:
            return "0"
        is_trade = happening.kind == TRADE and happening.execution is not None
        return happening.execution.exec_id if is_trade and happening.execution else self._desk.next_id("E")

    def _reject_reason(self, why: Why) -> int:
        reason = _REJECT_REASONS.get(why, 0)
        return 0 if self._desk.profile.is_fix42 and reason > _LAST_REASON_42 else reason

    def stranger_id(self, order_id: str) -> str:
        """Return a ClOrdID that no client has used."""
        return f"X{order_id}"

    def drop(self, session: str, *, reset: bool) -> None:
        """Cut a session's connection."""
        self._drop(session, reset)

    def lose_next(self, session: str) -> None:
        """Number the next report, and never send it."""
        self.session(session).lose_next += 1

    def unread(self, order: VenueOrder) -> None:
        """Forget that the message in hand has come."""
        self.session(order.session).unread()
