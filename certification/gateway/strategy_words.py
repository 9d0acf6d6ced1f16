"""Say what a case's strategy does and what it must be told: ``gw.place``, ``gw.cancel``, ``gw.expect`` ..."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

from fairlead.certification.gateway.arguments import decimal_of, same, table_of
from fairlead.certification.gateway.strategy import Strategy, StrategyLost
from fairlead.certification.gateway.venue_side import CANCEL, MASS_CANCEL, PLACE, REPLACE, STATUS, Card
from fairlead.certification.model.stage import NotingStage
from fairlead.certification.model.verdicts import Blocked, Deviation

if TYPE_CHECKING:
    from fairlead.certification.gateway.attachment import Attachment
    from fairlead.certification.gateway.installation import Installation, Place
    from fairlead.certification.gateway.venue_side import VenueSide

PATIENCE_S = 5.0
MISFIT_S = 0.5
_PLACE = "as side qty px type tif stop_px by symbol account fields"
_REPLACE = "of as qty px stop_px by fields"


class StrategyWords(NotingStage):
    """The words of the strategy's side."""

    cards: dict[str, Card]
    place: Place
    installation: Installation | Attachment
    strategy: Strategy
    other: Strategy
    venue: VenueSide

    def card(self, name: str) -> Card:
        """Return a request by its name."""
        raise NotImplementedError

    def root(self, name: str) -> str:
        """Return the name of the request that began an order."""
        raise NotImplementedError

    def _by(self, name: str) -> Strategy:
        found = {"": self.strategy, "other": self.other}
        if name not in found:
            raise Blocked(f"strategy {name!r} in the case, expected other, or none")
        return found[name]

    def _new_card(self, table: dict[str, Any], kind: str, of: str = "") -> Card:
        name = str(table.get("as") or f"{kind}-{of}")
        if name in self.cards:
            raise Blocked(f"request {name!r} is there already: expected another name in `as`")
        before = self.cards.get(of)
        strategy = self._by(table.get("by", ""))
        card = Card(
            name=name,
            kind=kind,
            cl_ord_id=self._new_id(name),
            strategy=strategy.name,
            symbol=str(table.get("symbol", self.place.symbol)),
            of=of,
            side=str(table.get("side", before.side if before else "")),
            qty=decimal_of(table.get("qty", before.qty if before else 0)),
            px=decimal_of(table["px"]) if "px" in table else before.px if before else None,
            stop_px=decimal_of(table["stop_px"]) if "stop_px" in table else before.stop_px if before else None,
            ord_type=str(table.get("type", before.ord_type if before else "limit" if "px" in table else "market")),
            tif=str(table.get("tif", before.tif if before else "day")),
            fields=dict(table.get("fields", before.fields if before else {})),
        )
        self.cards[name] = card
        self.venue.pending.append(card)
        return card

    def _send(self, card: Card, request: dict[str, Any], more: dict[str, Any]) -> None:
        strategy = self.strategy if card.strategy == self.strategy.name else self.other
        try:
            own = {key: self._id_of(value[1:]) if _is_name(value) else value for key, value in more.items()}
            strategy.send({**{key: value for key, value in request.items() if value is not None}, **own})
            card.cl_ord_id = own.get("cl_ord_id", card.cl_ord_id)
        except StrategyLost as error:
            raise Blocked(str(error)) from None

    async def gw_place(self, arguments: Any) -> Card:
        """Enter an order; a limit order unless there is no ``px``, or ``type`` says so."""
        table = table_of(arguments, _PLACE)
        card = self._new_card(table, PLACE)
        request = {
            "type": "new_order",
            "cl_ord_id": card.cl_ord_id,
            "symbol": card.symbol,
            "side": card.side,
            "order_qty": str(card.qty),
            "ord_type": card.ord_type,
            "price": _text(card.px),
            "stop_px": _text(card.stop_px),
            "time_in_force": card.tif,
            "account": table.get("account"),
        }
        self._send(card, request, table.get("fields", {}))
        return card

    async def gw_cancel(self, arguments: Any) -> Card:
        """Ask for an order's cancel."""
        table = table_of(arguments, "of as by fields")
        of = str(table["of"])
        card = self._new_card(table, CANCEL, of)
        request = {"type": "cancel_order", "cl_ord_id": card.cl_ord_id, "orig_cl_ord_id": self._id_of(of)}
        self._send(card, request, table.get("fields", {}))
        return card

    async def gw_replace(self, arguments: Any) -> Card:
        """Ask for other terms; what is not said stays."""
        table = table_of(arguments, _REPLACE)
        of = str(table["of"])
        card = self._new_card(table, REPLACE, of)
        request = {
            "type": "replace_order",
            "cl_ord_id": card.cl_ord_id,
            "orig_cl_ord_id": self._id_of(of),
            "order_qty": str(card.qty) if "qty" in table else None,
            "price": _text(card.px) if "px" in table else None,
            "stop_px": _text(card.stop_px) if "stop_px" in table else None,
        }
        self._send(card, request, table.get("fields", {}))
        return card

    async def gw_mass_cancel(self, arguments: Any) -> Card:
        """Ask for the end of all orders of the strategy."""
        table = table_of(arguments, "as by scope fields")
        card = self._new_card({"as": "mass", **table}, MASS_CANCEL)
        scope = str(table.get("scope", "all"))
        request = {"type": "mass_cancel", "cl_ord_id": card.cl_ord_id, "scope": scope}
        self._send(card, {**request, "symbol": card.symbol if scope == "symbol" else None}, table.get("fields", {}))
        return card

    async def gw_status(self, arguments: Any) -> Card:
        """Ask how an order stands; without ``of``, how all do."""
        table = table_of(arguments, "of as by fields")
        of = str(table.get("of", ""))
        card = self._new_card({"as": f"status{len(self.cards)}", **table}, STATUS, of)
        request = {"type": "status_request", "cl_ord_id": self._id_of(of) if of else None, "request_id": card.cl_ord_id}
        self._send(card, request, table.get("fields", {}))
        return card

    def _new_id(self, name: str) -> str:
        return f"{self.place.prefix or self.place.strategy}-{name}"

    def _id_of(self, name: str) -> str:
        # an id that nobody has used may be asked for on purpose
        return self.cards[name].cl_ord_id if name in self.cards else self._new_id(name)

    async def gw_expect(self, arguments: Any) -> dict[str, Any]:
        """Expect a report of this ``type`` (about ``of``) that no step took, whose other fields are as said."""
        table = table_of(arguments)
        strategy, kind, of = self._by(table.pop("by", "")), table.pop("type", ""), table.pop("of", "")
        if not kind:
            raise Blocked("gw.expect without a type of report")
        began = time.monotonic()
        while True:
            strategy.came.clear()
            found = [r for r in strategy.reports if r["type"] == kind and "taken" not in r and self._fits(r, of)]
            complaints = [self._complaint_of(report, kind, table) for report in found]
            if "" in complaints:
                report = found[complaints.index("")]
                report["taken"] = True
                self._forget_refused(report)
                return report
            # where there is one already, a second one that fits better is on its way or does not come
            if time.monotonic() - began > (MISFIT_S if found else PATIENCE_S) or not strategy.is_connected:
                raise Deviation(complaints[0] if found else self._nothing_of(strategy, kind, of))
            await self._wait(strategy)

    def _fits(self, report: dict[str, Any], of: str) -> bool:
        return not of or self._is_about(report, of)

    def _complaint_of(self, report: dict[str, Any], kind: str, wants: dict[str, Any]) -> str:
        """Return what is not as said of a report, "" where all is."""
        for name, wanted in wants.items():
            value = self._id_of(wanted[1:]) if _is_name(wanted) else wanted
            if name == "text" and value not in (None, "*"):
                fits = str(value).lower() in str(report.get("text", "")).lower()
            else:
                fits = same(report.get(name), value)
            if not fits:
                return f"{kind} with {name} {report.get(name, 'none')} received, expected {value}"
        return ""

    def _nothing_of(self, strategy: Strategy, kind: str, of: str) -> str:
        told = [report["type"] for report in strategy.reports if "taken" not in report]
        told += [f"error: {error.get('mistakes')}" for error in strategy.errors]
        return f"no {kind}{f' for {of}' if of else ''} received, only {', '.join(told) or 'nothing'}"

    def _forget_refused(self, report: dict[str, Any]) -> None:
        """Expect no message of a request that the gateway itself refused."""
        if "refusal" in report:
            kept = [card for card in self.venue.pending if card.cl_ord_id != report.get("cl_ord_id")]
            self.venue.pending[:] = kept

    async def _wait(self, strategy: Strategy) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(strategy.came.wait(), 0.25)

    def _is_about(self, report: dict[str, Any], name: str) -> bool:
        """Tell whether a report carries the id of a request, or of one that its order had before or has since."""
        root = self.root(name)
        ids = {card.cl_ord_id for card in self.cards.values() if self.root(card.name) == root}
        return report.get("cl_ord_id") in ids or report.get("orig_cl_ord_id") in ids

    async def gw_expect_none(self, arguments: Any) -> None:
        """Expect that no report of this ``type`` (about ``of``) has come that no step took."""
        table = table_of(arguments, "type of by")
        strategy = self._by(table.get("by", ""))
        await self.venue.sync()
        await strategy.ping()
        for report in strategy.reports:
            about = not table.get("of") or self._is_about(report, table["of"])
            if report["type"] == table["type"] and "taken" not in report and about:
                raise Deviation(f"{report['type']} received, expected none: {report}")

    async def gw_connect(self, arguments: Any) -> None:
        """Log the strategy in (again), for all that it has not heard."""
        await self._by((table_of(arguments, "by")).get("by", "")).log_in(self.installation.json_port)

    async def gw_disconnect(self, arguments: Any) -> None:
        """Have the strategy die: its connection is reset."""
        await self._by((table_of(arguments, "by")).get("by", "")).close(abort=True)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("$")


def _text(value: object) -> str | None:
    return None if value is None else str(value)
