"""Let one specific order past checks that refuse it: granted in advance by two people, good once, for a time.

The order's ClOrdID is the token, so an override works on every port, and it can't serve twice: the books take an id
once. What it is good for, and what has become of it, stands in the audit chain, from which a start rebuilds it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Protocol

from fairlead.codecs.fixed_point_cy import fixed_from_str, fixed_to_str
from fairlead.codecs.vocabulary.constants import ABSENT, Side
from fairlead.gateway.control.audit import CHECKPOINT, AuditChain
from fairlead.gateway.control.commands import ControlError
from fairlead.gateway.risk.subject_cy import Subject

USED_EVENT: Final = "override_used"
GRANT: Final = "override.grant"
REVOKE: Final = "override.revoke"
MAX_KEPT: Final = 100
"""Overrides kept at a time, those that have ended not counted."""
MAX_ENDED: Final = 100

GRANTED: Final = "granted"
USED: Final = "used"
REVOKED: Final = "revoked"
EXPIRED: Final = "expired"


class UsedIds(Protocol):
    """What overrides need of the books."""

    def has_cl_ord_id(self, strategy: str, cl_ord_id: str) -> bool:
        """Tell whether a strategy used the id."""


@dataclass(frozen=True, slots=True)
class Override:
    """Say which order may pass which checks: of these terms or less. Quantity and price are in units of 10^-8.

    ``price`` is the worst that counts: the highest of a buy, the lowest of a sell; ``ABSENT``: the order is one without
    a price. ``verified_by`` asked for it, ``authorised_by`` approved.
    """

    strategy: str
    cl_ord_id: str
    symbol: str
    side: int
    max_qty: int
    price: int
    checks: tuple[str, ...]
    expires_utc_ns: int
    verified_by: str
    authorised_by: str
    reason: str
    state: str = GRANTED

    @property
    def key(self) -> tuple[str, str]:
        """Return what it is found by."""
        return self.strategy, self.cl_ord_id

    def covers(self, subject: Subject, check_name: str) -> bool:
        """Tell whether an order is the one, with such terms, and the check one of those named."""
        request = subject.request
        return (
            self.state == GRANTED
            and check_name in self.checks
            and subject.utc_ns < self.expires_utc_ns
            and request.symbol == self.symbol
            and request.side == self.side
            and request.order_qty <= self.max_qty
            and self._covers_price(request.price)
        )

    def _covers_price(self, price: int) -> bool:
        if price == ABSENT or self.price == ABSENT:
            return price == self.price
        return price <= self.price if self.side == Side.BUY else price >= self.price

    def shown(self) -> dict[str, Any]:
        """Return it as JSON has it, and the audit chain, from which a start restores it."""
        return {
            **asdict(self),
            "side": Side(self.side).name.lower(),
            "max_qty": fixed_to_str(self.max_qty),
            "price": "" if self.price == ABSENT else fixed_to_str(self.price),
        }


class Overrides:
    """Keep overrides by strategy and ClOrdID; ``books`` know which ids are used.

    Make it before the journal is replayed into ``chain``.
    """

    def __init__(self, chain: AuditChain, books: UsedIds) -> None:
        self._chain = chain
        self._books = books
        self._kept: dict[tuple[str, str], Override] = {}
        self._ended: dict[tuple[str, str], Override] = {}
        chain.on_replay.append(self._replay)
        chain.states["overrides"] = lambda: [override.shown() for override in self._kept.values()]

    def covers(self, subject: Subject, check_name: str) -> bool:
        """Tell whether two people have allowed this order past this check."""
        cl_ord_id = subject.asked.cl_ord_id if subject.asked is not None else subject.request.cl_ord_id
        override = self._kept.get((subject.strategy, cl_ord_id))
        if override is None or not override.covers(subject, check_name):
            return False
        return not self._books.has_cl_ord_id(subject.strategy, cl_ord_id)

    def identities(self, subject: Subject) -> tuple[str, str]:
        """Return who verified the override that covers an order, and who authorised it; empty where none does."""
        override = self._kept.get((subject.strategy, subject.request.cl_ord_id))
        return (override.verified_by, override.authorised_by) if override is not None else ("", "")

    def expect_free(self, strategy: str, cl_ord_id: str) -> None:
        """Raise ControlError where no override can be granted for the id."""
        if (strategy, cl_ord_id) in self._kept:
            raise ControlError(f"order {cl_ord_id} of {strategy} has an override already: revoke it first")
        if self._books.has_cl_ord_id(strategy, cl_ord_id):
            raise ControlError(f"ClOrdID {cl_ord_id} of {strategy} was used before, expected that of an order to come")
        if len(self._kept) >= MAX_KEPT:
            raise ControlError(f"{MAX_KEPT} overrides are kept, expected fewer: revoke what is not needed")

    def grant(self, override: Override) -> None:
        """Keep an override. Raises ControlError."""
        self.expect_free(*override.key)
        self._ended.pop(override.key, None)
        self._kept[override.key] = override

    def revoke(self, strategy: str, cl_ord_id: str) -> Override:
        """End an override that was not used, and return it as it was. Raises ControlError."""
        override = self._kept.get((strategy, cl_ord_id))
        if override is None:
            raise ControlError(f"order {cl_ord_id} of {strategy} has no override that could be revoked")
        self._end(override, REVOKED)
        return override

    def all(self) -> list[Override]:
        """Return what is kept, then what has ended lately."""
        return [*self._kept.values(), *self._ended.values()]

    def settle(self, utc_ns: int) -> None:
        """Note which were used or have expired; to be called between turns and before books forget an id."""
        for override in tuple(self._kept.values()):
            if self._books.has_cl_ord_id(*override.key):
                facts = {"strategy": override.strategy, "cl_ord_id": override.cl_ord_id}
                self._chain.write({"event": USED_EVENT, **facts}, utc_ns)
                self._end(override, USED)
            elif utc_ns >= override.expires_utc_ns:
                self._end(override, EXPIRED)

    def _end(self, override: Override, state: str) -> None:
        self._kept.pop(override.key, None)
        self._ended.pop(override.key, None)
        self._ended[override.key] = replace(override, state=state)
        while len(self._ended) > MAX_ENDED:
            self._ended.pop(next(iter(self._ended)))

    def _replay(self, facts: Mapping[str, Any], utc_ns: int) -> None:
        event, command = facts.get("event"), facts.get("command")
        if event == CHECKPOINT:
            found = [_read(shown) for shown in facts.get("overrides", ())]
            self._kept = {override.key: override for override in found}
        elif event == USED_EVENT:
            self._end_known(facts["strategy"], facts["cl_ord_id"], USED)
        elif event == "command" and facts.get("outcome") == "done":
            if command == GRANT:
                override = _read(facts["after"])
                self._kept[override.key] = override
            elif command == REVOKE:
                self._end_known(facts["after"]["strategy"], facts["after"]["cl_ord_id"], REVOKED)

    def _end_known(self, strategy: str, cl_ord_id: str, state: str) -> None:
        override = self._kept.get((strategy, cl_ord_id))
        if override is not None:
            self._end(override, state)


def _read(shown: Mapping[str, Any]) -> Override:
    return Override(
        **{
            **shown,
            "side": int(Side[shown["side"].upper()]),
            "max_qty": fixed_from_str(shown["max_qty"]),
            "price": fixed_from_str(shown["price"]) if shown["price"] else ABSENT,
            "checks": tuple(shown["checks"]),
        }
    )
