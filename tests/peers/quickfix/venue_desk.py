"""Play a venue's application behind a QuickFIX acceptor: read requests, write reports in either version's manner."""

from collections.abc import Mapping
from decimal import Decimal

from engine import Engine, Fields
from simplefix_frames import stamp


class VenueDesk:
    """Report what a test says; numbers for OrderID and ExecID are its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_4_2 = engine.settings.begin_string == "FIX.4.2"
        self._executions = 0

    async def order(self) -> Fields:
        """Wait for a new order."""
        return await self.engine.saw("in", {35: "D"})

    async def cancel(self) -> Fields:
        """Wait for a cancel."""
        return await self.engine.saw("in", {35: "F"})

    async def replace(self) -> Fields:
        """Wait for a replace."""
        return await self.engine.saw("in", {35: "G"})

    def report(
        self,
        request: Fields,
        exec_type: str,
        ord_status: str,
        *,
        cum: str = "0",
        leaves: str | None = None,
        avg: str = "0",
        more: Mapping[int, object] | None = None,
        trans_type: str = "0",
    ) -> str:
        """Send an ExecutionReport about a request (D, F or G) and return its ExecID."""
        self._executions += 1
        exec_id = f"E{self._executions}"
        left = leaves if leaves is not None else str(Decimal(request[38]) - Decimal(cum))
        original = request[41] if 41 in request else request[11]
        fields: dict[int, object] = {37: f"V-{original}", 11: request[11], 17: exec_id}
        if 41 in request:
            fields[41] = request[41]
        if self.is_4_2:
            fields[20] = trans_type
        fields |= {150: exec_type, 39: ord_status, 55: request[55], 54: request[54], 38: request[38]}
        fields |= {151: left, 14: cum, 6: avg, 60: stamp(), **(more or {})}
        self.engine.send("8", *fields.items())
        return exec_id

    def accept(self, order: Fields) -> str:
        """Acknowledge a new order."""
        return self.report(order, "0", "0")

    def fill(self, order: Fields, qty: str, price: str, *, cum: str, avg: str) -> str:
        """Report an execution."""
        is_whole = Decimal(cum) == Decimal(order[38])
        status = "2" if is_whole else "1"
        more = {32: qty, 31: price}
        return self.report(order, status if self.is_4_2 else "F", status, cum=cum, avg=avg, more=more)

    def bust(self, order: Fields, exec_ref_id: str, status: str, *, cum: str, avg: str) -> str:
        """Take an execution back."""
        more = {19: exec_ref_id, 32: "0", 31: "0"}
        exec_type = status if self.is_4_2 else "H"
        return self.report(order, exec_type, status, cum=cum, avg=avg, more=more, trans_type="1")

    def correct(self, order: Fields, exec_ref_id: str, qty: str, price: str, status: str, *, cum: str, avg: str) -> str:
        """Correct an execution."""
        more = {19: exec_ref_id, 32: qty, 31: price}
        exec_type = status if self.is_4_2 else "G"
        return self.report(order, exec_type, status, cum=cum, avg=avg, more=more, trans_type="2")

    def refuse_change(self, request: Fields, ord_status: str, reason: str, text: str) -> None:
        """Send an OrderCancelReject for a cancel or replace."""
        kind = "2" if request[35] == "G" else "1"
        ids = ((37, f"V-{request[41]}"), (11, request[11]), (41, request[41]))
        self.engine.send("9", *ids, (39, ord_status), (434, kind), (102, reason), (58, text), (60, stamp()))
