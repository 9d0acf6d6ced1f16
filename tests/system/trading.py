"""Trade from two strategies until told to settle, then compare all books."""

import asyncio
from contextlib import suppress

from agreement import all_faults
from floor import Floor
from processes import until
from traders import ClientTrader, FixTrader

STEP_S = 0.004
_ALARMS = frozenset(
    (
        "answer_missing",
        "discrepancy",
        "fault_in_port",
        "fault_in_venue",
        "message_unexpected",
        "peer_fault",
        "reject_unmatched",
        "report_quarantined",
        "report_unreadable",
    )
)


class Trading:
    """Two strategies that trade as long as it lasts."""

    def __init__(self, floor: Floor, alpha: ClientTrader, beta: FixTrader) -> None:
        self.floor = floor
        self.alpha, self.beta = alpha, beta
        self._task = asyncio.create_task(self._trade())

    async def _trade(self) -> None:
        while True:
            self.alpha.step()
            self.beta.step()
            await asyncio.sleep(STEP_S)

    async def pause(self) -> None:
        """Send no more orders."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def settle(self) -> None:
        """Stop trading, cancel what is open, and wait until everything is answered."""
        await self.pause()
        await until(lambda: self.alpha.client and self.alpha.client.is_connected, "alpha's return")
        await until(lambda: self.beta.is_logged_on, "beta's return")
        await until(lambda: not self.beta.unanswered, "an answer to each of beta's requests")
        for _ in range(3):
            self.alpha.cancel_open()
            self.beta.cancel_open()
            with suppress(AssertionError):
                await until(lambda: not self.unsettled(), "the end of all orders", 4)
                return
        raise AssertionError(f"unsettled: {self.unsettled()}")

    def unsettled(self) -> list[str]:
        """Name what waits for an answer or its end."""
        return self.alpha.unsettled() + self.beta.unsettled()

    async def until_fills(self, count: int) -> None:
        """Wait until each strategy has had so many fills more."""
        books = (self.alpha.book, self.beta.book)
        wanted = [len(book.fills) + count for book in books]
        await until(
            lambda: all(len(book.fills) >= least for book, least in zip(books, wanted, strict=True)),
            f"{count} fills for each strategy",
            60,
        )

    async def stop_and_compare(self) -> None:
        """Settle, stop in order, and expect that all books agree and that no alarm was raised."""
        await self.settle()
        assert await self.floor.gateway.stop() == 0
        self.compare()

    def compare(self) -> None:
        """Expect that venues, journal and strategies agree, and that no run of the gateway raised an alarm."""
        floor = self.floor
        faults = all_faults(floor.state / "journal", floor.venues.values(), (self.alpha.book, self.beta.book))
        faults += self.beta.faults
        for run in floor.runs:
            if "Traceback" in run.log_text():
                faults.append(run.log_text())
            faults += [str(event) for event in run.events() if event.get("event") in _ALARMS]
        assert not faults, "\n".join(faults)


async def start_trading(
    floor: Floor,
    is_binary: bool = False,
    make_alpha: type[ClientTrader] = ClientTrader,
    make_beta: type[FixTrader] = FixTrader,
) -> Trading:
    """Start the gateway and both strategies; alpha comes over JSON, or over the binary port."""
    if is_binary:
        floor.use_binary_port("alpha")
    await floor.start()
    alpha = make_alpha("alpha", 1)
    connect = floor.binary_client if is_binary else floor.json_client
    alpha.client = await connect("alpha", alpha.on_report, alpha.on_event)
    beta = await floor.fix_client("BETA", make_beta)
    assert isinstance(beta, FixTrader)
    return Trading(floor, alpha, beta)
