"""Offer the kill switch to operators: preview, engage, status, list, resolve, release."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import Field

from fairlead.gateway.control.commands import (
    ADMIN,
    RISK,
    SUPPORT,
    VIEW,
    Arguments,
    ControlCommand,
    ControlCommands,
    ControlError,
    ControlRequest,
    NoArguments,
)
from fairlead.gateway.kill.blocks import Scope
from fairlead.gateway.kill.campaign import Campaign, describe
from fairlead.gateway.kill.switch import KillError, KillSwitch
from fairlead.gateway.kill.views import KillViews, count_by, preview
from fairlead.gateway.order_path_cy import OrderPath
from fairlead.gateway.orders.order_cy import Order

Text = Annotated[str, Field(max_length=256)]
T = TypeVar("T")
KillId = Annotated[str, Field(min_length=1, max_length=32)]


class WhatToKill(Arguments):
    """Name a scope (an order is meant where all that is named fits it; nothing named is everything), or orders.

    An order is named by its OrderID, or as STRATEGY/CLORDID.
    """

    strategy: Text = ""
    account: Text = ""
    venue: Text = ""
    symbol: Text = ""
    orders: Annotated[tuple[Text, ...], Field(max_length=1000)] = ()


class Engagement(WhatToKill):
    """Say what to kill, and whether orders are to be cancelled besides being blocked."""

    cancel: bool = True


class WhichKill(Arguments):
    """Name a kill; ``lines`` bounds its escalation list in the answer."""

    kill: KillId
    lines: Annotated[int, Field(ge=0, le=5000)] = 50


class Resolution(Arguments):
    """Name a kill, and orders of its escalation list by OrderID or all of them at a venue."""

    kill: KillId
    orders: Annotated[tuple[Text, ...], Field(max_length=5000)] = ()
    venue: Text = ""


class Release(Arguments):
    """Name a kill; ``with_live`` releases it though orders of its scope live."""

    kill: KillId
    with_live: bool = False


class KillCommands:
    """Answer them; the order path says which names there are."""

    def __init__(self, switch: KillSwitch, path: OrderPath) -> None:
        self._switch = switch
        self._path = path
        self._views = KillViews(switch, path.venues)

    def register(self, commands: ControlCommands) -> None:
        """Add them to what the control socket serves."""
        act, release = (SUPPORT, RISK, ADMIN), (RISK, ADMIN)
        for command in (
            ControlCommand(
                "kill.preview", "Count what a kill would end.", (VIEW,), self.preview, WhatToKill, changes=False
            ),
            ControlCommand("kill.engage", "Block, and cancel what is open.", act, self.engage, Engagement),
            ControlCommand(
                "kill.status", "Tell how far a kill has come.", (VIEW,), self.status, WhichKill, changes=False
            ),
            ControlCommand("kill.list", "List the kills.", (VIEW,), self.list_kills, NoArguments, changes=False),
            ControlCommand(
                "kill.resolve", "Take orders off the escalation list on a person's word.", act, self.resolve, Resolution
            ),
            ControlCommand(
                "kill.release",
                "End a kill and lift its block.",
                release,
                self.release,
                Release,
                needs_approval=True,
                preview=self.preview_release,
            ),
        ):
            commands.add(command)

    def preview(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``kill.preview``."""
        what: WhatToKill = request.arguments
        if what.orders:
            orders = self._named_orders(what)
            text = f"order {orders[0].order_id}" if len(orders) == 1 else f"{len(orders)} orders"
            return preview(text, orders, self._path.venues, "")
        scope = self._scope(what)
        standing = (each.campaign_id for each in self._switch.kills.values() if _is_kill_of(each, scope))
        return preview(str(scope), self._switch.open_in(scope), self._path.venues, next(standing, ""))

    def engage(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``kill.engage``."""
        what: Engagement = request.arguments
        times = request.now_ns, request.utc_ns
        before = sorted(self._switch.blocks.in_force)
        if what.orders:
            if not what.cancel:
                raise ControlError("orders named without cancel, expected a scope: single orders can't be blocked")
            orders = [order.order_id for order in self._named_orders(what)]
            kill_id = _tell(lambda: self._switch.kill_orders(orders, request.operator, request.reason, *times))
        else:
            scope = self._scope(what)
            kill_id = self._switch.engage(scope, request.operator, request.reason, *times, cancel=what.cancel)
        campaign = self._switch.kills[kill_id]
        return self._views.summary(campaign) | {
            "kill": kill_id,
            "before": {"blocks": before},
            "after": {"blocks": sorted(self._switch.blocks.in_force), "orders": campaign.tallies[""].total},
        }

    def status(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``kill.status``."""
        return self._views.status(self._find(request.arguments.kill), request.arguments.lines)

    def list_kills(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``kill.list``: those in force, then the last released ones."""
        found = [*self._switch.kills.values(), *reversed(self._switch.past)]
        return {"kills": [self._views.summary(campaign) for campaign in found]}

    def resolve(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``kill.resolve``."""
        what: Resolution = request.arguments
        campaign = self._find(what.kill)
        if bool(what.orders) == bool(what.venue):
            raise ControlError("expected orders or a venue, one of the two")
        order_ids = what.orders
        if what.venue:
            listed = self._switch.escalations.listed()
            own = (line.order for line in listed if campaign in line.campaigns)
            order_ids = tuple(order.order_id for order in own if order.venue == what.venue)
        if not order_ids:
            raise ControlError(f"kill {what.kill} has no order at {what.venue} on its escalation list")
        orders = _tell(lambda: self._switch.resolve(order_ids, request.operator, request.reason, request.utc_ns))
        return {"kill": what.kill, "resolved": len(orders), "orders": [order.order_id for order in orders[:100]]}

    def preview_release(self, request: ControlRequest) -> Mapping[str, Any]:
        """Tell the second person what a release would do."""
        what: Release = request.arguments
        campaign = self._find(what.kill)
        live = self._switch.open_orders(campaign)
        if live and not what.with_live:
            raise ControlError(f"{len(live)} orders of kill {what.kill} live, expected none, or with_live")
        block = campaign.block
        return {"scope": describe(campaign), "by": block.by, "reason": block.reason, "live": len(live)}

    def release(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``kill.release``, once the second person has approved."""
        what: Release = request.arguments
        live = count_by(self._switch.open_orders(self._find(what.kill)), "venue")
        campaign = _tell(
            lambda: self._switch.release(
                what.kill,
                request.operator,
                request.approver,
                request.reason,
                request.utc_ns,
                with_live=what.with_live,
            )
        )
        return self._views.summary(campaign) | {"live_by_venue": live}

    def _find(self, kill_id: str) -> Campaign:
        for campaign in (*self._switch.kills.values(), *self._switch.past):
            if campaign.campaign_id == kill_id:
                return campaign
        listed = ", ".join(self._switch.kills) or "none is in force"
        raise ControlError(f"kill {kill_id!r} received, expected one of: {listed}")

    def _scope(self, what: WhatToKill) -> Scope:
        """Return the scope; a name that nobody has is a mistake, not a kill of nothing."""
        path = self._path
        known: Mapping[str, Mapping[str, Any]] = {
            "strategy": path.identities,
            "venue": path.venues,
            "symbol": path.instruments,
        }
        for label, names in known.items():
            name = getattr(what, label)
            if name and name not in names and not self._path.ledger.open_orders(**{label: name}):
                some = ", ".join(sorted(names)[:20])
                raise ControlError(f"{label} {name!r} received, expected one of: {some}")
        if what.account and not self._is_account(what.account):
            raise ControlError(f"account {what.account!r} received, expected one that a strategy may use or uses")
        return Scope(what.strategy, what.account, what.venue, what.symbol)

    def _is_account(self, account: str) -> bool:
        if self._path.ledger.open_orders(account=account):
            return True
        return any(
            account == identity.default_account or identity.entitlements.accounts.match(account)
            for identity in self._path.identities.values()
        )

    def _named_orders(self, what: WhatToKill) -> list[Order]:
        if what.strategy or what.account or what.venue or what.symbol:
            raise ControlError("orders and a scope received, expected one of the two")
        return [self._order(name) for name in dict.fromkeys(what.orders)]

    def _order(self, name: str) -> Order:
        strategy, slash, cl_ord_id = name.partition("/")
        ledger = self._path.ledger
        order: Order | None = ledger.find(strategy, cl_ord_id) if slash else ledger.find_by_order_id(name)
        if order is None:
            raise ControlError(f"order {name!r} received, expected an OrderID, or STRATEGY/CLORDID")
        return order


def _is_kill_of(campaign: Campaign, scope: Scope) -> bool:
    return campaign.scope == scope and not campaign.order_ids


def _tell(do: Callable[[], T]) -> T:
    """Do it; what the switch refuses goes to the operator."""
    try:
        return do()
    except KillError as error:
        raise ControlError(str(error)) from None
