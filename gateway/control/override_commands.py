"""Offer the commands about overrides: grant (two persons), list, revoke."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import Field

from fairlead.codecs.vocabulary.constants import ABSENT, SCALE, Side
from fairlead.gateway.config.values import PositiveExact
from fairlead.gateway.control.commands import (
    RISK,
    VIEW,
    Arguments,
    ControlCommand,
    ControlCommands,
    ControlError,
    ControlRequest,
    NoArguments,
)
from fairlead.gateway.control.overrides import GRANT, REVOKE, REVOKED, Override, Overrides
from fairlead.gateway.risk.check_order import MAY_BE_OVERRIDDEN

NS_PER_S: Final = 1_000_000_000
_SIDES: Final = {side.name.lower(): side for side in Side}

Id = Annotated[str, Field(min_length=1, max_length=64)]


class Grant(Arguments):
    """Name one order to come, by its strategy and ClOrdID; what it may be at most; and the checks that it may pass."""

    strategy: Id
    cl_ord_id: Id
    symbol: Id
    side: Id
    max_qty: PositiveExact
    price: PositiveExact | None = None
    """The worst price: the highest of a buy, the lowest of a sell; none: an order without a price."""
    checks: Annotated[tuple[str, ...], Field(min_length=1)]
    valid_s: Annotated[int, Field(ge=1, le=86_400)] = 3600
    """From the approval on."""


class Token(Arguments):
    """Name an override by its order."""

    strategy: Id
    cl_ord_id: Id


def _scaled(value: Decimal | None) -> int:
    return ABSENT if value is None else int(value * SCALE)


class OverrideCommands:
    """Answer them; ``strategies`` and ``symbols`` are those of the gateway."""

    def __init__(self, overrides: Overrides, strategies: Collection[str], symbols: Collection[str]) -> None:
        self._overrides = overrides
        self._strategies = strategies
        self._symbols = symbols

    def register(self, commands: ControlCommands) -> None:
        """Add them to the gateway's commands."""
        commands.add(
            ControlCommand(
                GRANT,
                "Let one order to come past the checks named.",
                (RISK,),
                self.grant,
                Grant,
                needs_approval=True,
                preview=self.preview,
            )
        )
        commands.add(ControlCommand(REVOKE, "End an override that was not used.", (RISK,), self.revoke, Token))
        summary = "List overrides, and what became of those that ended."
        commands.add(ControlCommand("override.list", summary, (VIEW,), self.list, NoArguments, changes=False))

    def preview(self, request: ControlRequest) -> Mapping[str, Any]:
        """Tell what would be granted. Raises ControlError where it would not."""
        override = self._read(request)
        self._overrides.expect_free(*override.key)
        return {"order_may_pass": ", ".join(override.checks), "for_s": request.arguments.valid_s}

    def grant(self, request: ControlRequest) -> Mapping[str, Any]:
        """Grant what was approved."""
        override = self._read(request)
        self._overrides.grant(override)
        return {"before": None, "after": override.shown()}

    def revoke(self, request: ControlRequest) -> Mapping[str, Any]:
        """End one."""
        override = self._overrides.revoke(request.arguments.strategy, request.arguments.cl_ord_id)
        return {"before": override.shown(), "after": {**override.shown(), "state": REVOKED}}

    def list(self, request: ControlRequest) -> Mapping[str, Any]:
        """List them."""
        self._overrides.settle(request.utc_ns)
        return {"overrides": [override.shown() for override in self._overrides.all()]}

    def _read(self, request: ControlRequest) -> Override:
        asked: Grant = request.arguments
        mistakes = [
            f"{name} {value!r} received, expected {expected}"
            for name, value, known, expected in (
                ("strategy", asked.strategy, self._strategies, "one of this gateway"),
                ("symbol", asked.symbol, self._symbols, "an instrument of this gateway"),
                ("side", asked.side, _SIDES, f"one of {', '.join(_SIDES)}"),
                *(("check", check, MAY_BE_OVERRIDDEN, _overridable()) for check in asked.checks),
            )
            if value not in known
        ]
        if mistakes:
            raise ControlError("; ".join(mistakes))
        return Override(
            asked.strategy,
            asked.cl_ord_id,
            asked.symbol,
            int(_SIDES[asked.side]),
            _scaled(asked.max_qty),
            _scaled(asked.price),
            tuple(sorted(set(asked.checks))),
            request.utc_ns + asked.valid_s * NS_PER_S,
            request.operator,
            request.approver,
            request.reason,
        )


def _overridable() -> str:
    return f"one that may be overridden ({', '.join(sorted(MAY_BE_OVERRIDDEN))})"
