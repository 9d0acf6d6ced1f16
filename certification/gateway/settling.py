"""Check how orders stand at the end of a case: what the case says, and what must hold whatever it was about."""

from __future__ import annotations

import time
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fairlead.certification.gateway.arguments import same
from fairlead.certification.gateway.control import ControlFailed
from fairlead.certification.gateway.strategy import Strategy, StrategyLost
from fairlead.certification.gateway.venue_side import PLACE, Booked, Card
from fairlead.certification.model.stage import NotingStage
from fairlead.certification.model.verdicts import Deviation

if TYPE_CHECKING:
    from fairlead.certification.gateway.attachment import Attachment
    from fairlead.certification.gateway.installation import Installation
    from fairlead.certification.gateway.venue_side import VenueSide

PATIENCE_S = 3.0
_WORDS = {"cancelled": "canceled", "partial": "partially_filled", "part-filled": "partially_filled"}


class Settling(NotingStage):
    """The words and checks of the end."""

    cards: dict[str, Card]
    book: dict[str, Booked]
    venue: VenueSide
    installation: Installation | Attachment
    strategy: Strategy
    other: Strategy

    def card(self, name: str) -> Card:
        """Return a request by its name."""
        raise NotImplementedError

    def root(self, name: str) -> str:
        """Return the name of the request that began an order."""
        raise NotImplementedError

    async def do(self, verb: str, arguments: Any) -> Any:
        """Play one step; ``settle`` is a word of cases and a check of the end."""
        return await super().do("settled" if verb == "settle" else verb, arguments)

    async def settled(self, arguments: Any) -> None:
        """Expect that orders stand so in the gateway: ``{A: filled, cum: 300, fills: 3}``."""
        table = dict(arguments)
        wants = {key: table.pop(key) for key in ("cum", "fills", "leaves", "avg_px", "doubt") if key in table}
        for name, word in table.items():
            await self._expect_order(name, str(_WORDS.get(word, word)), wants)

    async def _expect_order(self, name: str, status: str, wants: dict[str, Any]) -> None:
        """Ask the gateway until it says so: the last report may still be on its way."""
        deadline = time.monotonic() + PATIENCE_S
        await self._drain()
        while True:
            shown = await self._shown(name)
            complaint = self._complaint(name, status, wants, shown)
            if not complaint:
                return
            if time.monotonic() > deadline:
                raise Deviation(complaint)
            await self.venue.sync()

    async def _shown(self, name: str) -> dict[str, Any]:
        card = self.card(self.root(name))
        try:
            return await self.installation.control.call(
                "orders.show", {"strategy": card.strategy, "cl_ord_id": card.cl_ord_id}
            )
        except ControlFailed as error:
            raise Deviation(f"the gateway does not know order {name}: {error}") from None

    def _complaint(self, name: str, status: str, wants: dict[str, Any], shown: dict[str, Any]) -> str:
        order = shown["order"]
        found = {
            "cum": order["cum_qty"],
            "leaves": order["leaves_qty"],
            "fills": sum(1 for each in shown["executions"] if not each["busted"]),
            "doubt": order["in_doubt"],
        }
        if order["status"] != status:
            return f"order {name} is {order['status']} in the gateway, expected {status}"
        for key, wanted in wants.items():
            if key in found and not same(found[key], wanted):
                return f"order {name} has {key} {found[key]} in the gateway, expected {wanted}"
        return ""

    async def _drain(self) -> None:
        """Wait until what was under way has come."""
        await self.venue.sync()
        for strategy in (self.strategy, self.other):
            if strategy.is_connected:
                try:
                    await strategy.ping()
                except StrategyLost as error:
                    raise Deviation(str(error)) from None

    async def settle(self) -> None:
        """Check what must hold after every case. Raises Deviation."""
        if not self.installation.is_running:
            raise Deviation("the gateway's process has ended")
        await self._drain()
        faults = [
            *(f"{text} received, which no step asked for" for text in self.venue.unexpected()),
            *self.venue.number_faults(),
            *self._twice_sent(),
            *self._book_faults(),
            *self._wrong_sums(self.strategy),
            *self._wrong_sums(self.other),
            *await self._disagreements(),
        ]
        if faults:
            raise Deviation("; ".join(faults))

    def _book_faults(self) -> list[str]:
        """Return what must not be in a venue's price-time book at the end."""
        raise NotImplementedError

    def _twice_sent(self) -> list[str]:
        """Return the ids that went to the venue for more than one request."""
        ids = Counter(card.venue_id for card in self.cards.values() if card.venue_id and card.kind != "status")
        return [f"ClOrdID {venue_id} was sent for {count} requests" for venue_id, count in ids.items() if count > 1]

    def _wrong_sums(self, strategy: Strategy) -> list[str]:
        """Return where what a strategy was told does not add up: fills against CumQty, and quantities below zero."""
        sums: dict[str, Decimal] = {}
        faults = []
        for report in strategy.reports:
            order = report.get("order_id", "")
            for name in ("leaves_qty", "cum_qty", "last_qty"):
                if Decimal(report.get(name, "0")) < 0:
                    faults.append(f"{name} {report[name]} was reported for order {order}")
            if report["type"] == "filled":
                sums[order] = sums.get(order, Decimal(0)) + Decimal(report["last_qty"])
                if sums[order] != Decimal(report["cum_qty"]):
                    faults.append(
                        f"fills of order {order} add up to {sums[order]}, cum_qty {report['cum_qty']} reported"
                    )
            elif report["type"] in ("trade_busted", "trade_corrected", "status_report", "restated"):
                sums[order] = Decimal(report.get("cum_qty", sums.get(order, 0)))
        return faults

    def _different_executions(self, name: str, booked: Booked, told: list[dict[str, Any]]) -> list[str]:
        """Return where the executions that stand are not the same ones, by quantity and price."""
        ours = sorted((Decimal(each["last_qty"]), Decimal(each["last_px"])) for each in told if not each["busted"])
        theirs = sorted((trade.qty, trade.px) for trade in booked.trades if not trade.is_busted)
        if ours == theirs:
            return []
        in_words = [", ".join(f"{qty:f} at {px:f}" for qty, px in each) or "none" for each in (ours, theirs)]
        return [f"order {name}: executions of {in_words[0]} in the gateway, {in_words[1]} at the venue"]

    async def _disagreements(self) -> list[str]:
        """Return where gateway and venue do not agree on an order that the venue has."""
        faults = []
        for name, booked in self.book.items():
            if name not in self.cards or self.cards[name].kind != PLACE:
                continue
            shown = await self._shown(name)
            order = shown["order"]
            faults += self._different_executions(name, booked, shown["executions"])
            if Decimal(order["cum_qty"]) != booked.cum:
                faults.append(f"order {name}: cum_qty {order['cum_qty']} in the gateway, {booked.cum} at the venue")
            if Decimal(order["leaves_qty"]) != booked.leaves:
                faults.append(
                    f"order {name}: leaves {order['leaves_qty']} in the gateway, {booked.leaves} at the venue"
                )
        return faults
