"""Follow one order, or one request about orders, to its end."""

import asyncio
from collections.abc import AsyncIterator, Generator
from decimal import Decimal
from typing import Any, Final

from fairlead.client.errors import ClientError
from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import ABSENT, OrdStatus, Refusal, ReportKind, RequestKind, Side
from fairlead.codecs.vocabulary.messages_cy import Report

ENDED: Final = frozenset(
    (OrdStatus.FILLED, OrdStatus.CANCELED, OrdStatus.REJECTED, OrdStatus.EXPIRED, OrdStatus.DONE_FOR_DAY)
)
_STATUSES: Final = {status.value: status for status in OrdStatus}
_SIDES: Final = {side.value: side.name.lower() for side in Side}
_NOT_ABOUT_THE_ORDER: Final = frozenset((ReportKind.CANCEL_REJECTED,))
_NEW_ORDER_OR_UNSAID: Final = frozenset((0, RequestKind.NEW_ORDER))


def decimal(value: int) -> Decimal | None:
    """Return a price or quantity of a report as a Decimal without needless zeros, None where it is absent."""
    return None if value == ABSENT else Decimal(fixed_to_str(value))


class Order:
    """Be one order of the strategy, as far as the gateway has told.

    ``await order`` waits for the gateway's first word and returns the order; ``await order.done()`` waits for its
    end; ``async for report in order`` goes through all reports, those already there first, until the end.
    """

    def __init__(self, cl_ord_id: str, symbol: str, side: int) -> None:
        self.cl_ord_id = cl_ord_id
        """The current ClOrdID; a replace changes it."""
        self.cl_ord_ids: list[str] = []
        """All ClOrdIDs that it had, the current one included."""
        self.symbol = symbol
        self.side = side
        self.order_id = ""
        self.ord_status: OrdStatus | None = None
        """None until the gateway's first word."""
        self.order_qty: Decimal | None = None
        self.price: Decimal | None = None
        self.cum_qty = Decimal(0)
        self.leaves_qty: Decimal | None = None
        self.avg_px: Decimal | None = None
        self.text = ""
        self.refusal = Refusal.NONE
        self.reports: list[Report] = []
        self.error: ClientError | None = None
        self._changed = asyncio.Event()

    def __repr__(self) -> str:
        status = self.ord_status.name.lower() if self.ord_status else "sent"
        side = _SIDES.get(self.side, "?")
        return f"<Order {self.cl_ord_id} {side} {self.order_qty} {self.symbol} {status} cum_qty={self.cum_qty}>"

    @property
    def ended(self) -> bool:
        """Tell whether nothing more is to be expected: filled, canceled, rejected, expired or done for the day."""
        return self.ord_status in ENDED

    def __await__(self) -> Generator[Any, None, "Order"]:
        return self._first_word().__await__()

    async def _first_word(self) -> "Order":
        while self.ord_status is None:
            await self._wait()
        return self

    async def done(self) -> "Order":
        """Wait until the order has ended; raise what kept the client from knowing."""
        while not self.ended:
            await self._wait()
        return self

    async def __aiter__(self) -> AsyncIterator[Report]:
        seen = 0
        while True:
            while seen < len(self.reports):
                seen += 1
                yield self.reports[seen - 1]
            if self.ended:
                return
            await self._wait()

    async def _wait(self) -> None:
        if self.error is not None:
            raise self.error
        await self._changed.wait()

    def book(self, report: Report) -> None:
        """Take a report about this order."""
        self.reports.append(report)
        if report.kind not in _NOT_ABOUT_THE_ORDER and self._changes_order(report):
            self._take_state(report)
        self._notify()

    @staticmethod
    def _changes_order(report: Report) -> bool:
        if report.request_kind == RequestKind.STATUS_REQUEST and report.refusal:
            return False
        return report.kind != ReportKind.REJECTED or report.request_kind in _NEW_ORDER_OR_UNSAID

    def _take_state(self, report: Report) -> None:
        self.ord_status = _STATUSES.get(report.ord_status, self.ord_status)
        if report.kind == ReportKind.REPLACED and report.cl_ord_id:
            self.cl_ord_id = report.cl_ord_id
        self.order_id = report.order_id or self.order_id
        self.order_qty = self.order_qty if report.order_qty == ABSENT else decimal(report.order_qty)
        self.price = self.price if report.price == ABSENT else decimal(report.price)
        cum_qty = decimal(report.cum_qty)
        self.cum_qty = self.cum_qty if cum_qty is None else cum_qty
        self.leaves_qty = self.leaves_qty if report.leaves_qty == ABSENT else decimal(report.leaves_qty)
        self.avg_px = self.avg_px if report.avg_px == ABSENT else decimal(report.avg_px)
        self.text = report.text or self.text
        self.refusal = Refusal(report.refusal)

    def fail(self, error: ClientError) -> None:
        """Let everyone who waits know that the client can't follow the order any more."""
        self.error = error
        self._notify()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class Request:
    """Be a cancel, replace, mass cancel or status request; ``await request`` returns the report that answers it."""

    def __init__(self, id: str, kind: RequestKind, order: Order | None) -> None:
        self.id: Final = id
        self.kind: Final = kind
        self.order: Final = order
        self._answer: asyncio.Future[Report] = asyncio.get_running_loop().create_future()
        # An answer that nobody waits for is no error.
        self._answer.add_done_callback(lambda answer: answer.cancelled() or answer.exception())

    def __await__(self) -> Generator[Any, None, Report]:
        return asyncio.shield(self._answer).__await__()

    @property
    def answered(self) -> bool:
        """Tell whether the answer is there."""
        return self._answer.done()

    def answer(self, report: Report) -> None:
        """Take the report that answers the request."""
        if not self._answer.done():
            self._answer.set_result(report)

    def fail(self, error: ClientError) -> None:
        """Let everyone who waits know that no answer will come."""
        if not self._answer.done():
            self._answer.set_exception(error)
