"""Say over OUCH what happens to orders, in any of its versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.binary_wire import Shape, Table, load_table
from fairlead.certification.venues.day_clock import DayClock
from fairlead.certification.venues.happenings import (
    RESTATED,
    TRADE,
    TRADE_CANCEL,
    TRADE_CORRECT,
    Happening,
    Why,
)
from fairlead.certification.venues.orders import (
    CANCELED,
    DONE_FOR_DAY,
    EXPIRED,
    NEW,
    PENDING_CANCEL,
    REJECTED,
    REPLACED,
    Request,
    VenueOrder,
)
from fairlead.certification.venues.ouch_dialects import NAMES, SIDES, OuchDialect
from fairlead.certification.venues.soup import SoupStream

_LETTERS = {side: letter for letter, side in SIDES.items()}
_TYPES = {
    NEW: "A",
    REPLACED: "U",
    CANCELED: "C",
    EXPIRED: "C",
    DONE_FOR_DAY: "C",
    REJECTED: "J",
    TRADE: "E",
    TRADE_CANCEL: "B",
    TRADE_CORRECT: "F",
    PENDING_CANCEL: "P",
}
_RESTATED_AS = {Why.DECLINED: "C", Why.REFRESHED: "R", Why.REPRICED: "T"}
_STRANGE_TOKEN = 4_000_000_000


@dataclass(slots=True, eq=False)
class OuchAccount:
    """Hold what the venue keeps of one user: its stream, and which tokens it has used.

    `highest` has the highest integer token by UserRefIdx (0 where there is none), `disabled` the firms that may enter
    no order, `lost` tokens of orders that were lost before they came in.
    """

    user: str
    stream: SoupStream
    highest: dict[int, int] = field(default_factory=dict)
    disabled: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    lose_next: int = 0

    @property
    def session(self) -> str:
        """Return what the desk knows orders of this user and day by."""
        return f"{self.user}@{self.stream.session}"


class OuchReports:
    """Turn happenings into messages of a user's stream."""

    name = "ouch"
    busts_return_quantity = False

    def __init__(
        self,
        dialect: OuchDialect,
        account: Callable[[str], OuchAccount],
        drop: Callable[[str, bool], None],
        clock: DayClock,
    ) -> None:
        self._dialect = dialect
        self._shapes = load_table(dialect.table).client
        self._account = account
        self._drop = drop
        self._clock = clock

    @property
    def corrects(self) -> bool:
        """Tell whether there is a message for a corrected trade."""
        return "F" in self._shapes

    @property
    def busts(self) -> bool:
        """Tell whether there is a message for a broken trade."""
        return "B" in self._shapes

    # -- the desk's happenings -----------------------------------------------------------------------------------

    def report(self, happening: Happening) -> None:
        """Say what has happened, where the version has a message for it."""
        kind, order = happening.kind, happening.order
        code = _RESTATED_AS.get(happening.why, "") if kind == RESTATED else _TYPES.get(kind, "")
        if code == "C" and happening.why is Why.SELF_MATCH and "D" in self._shapes:
            code = "D"
        if code:
            self.say(code, order, **self._particulars(code, happening))

    def _particulars(self, code: str, happening: Happening) -> dict[str, int | str]:
        """Return the fields of a message that are not the order's."""
        order, why = happening.order, happening.why
        if code == "A":
            return {"quantity": _whole(order.terms.quantity), "order_state": "D" if why is Why.DEAD else "L"}
        if code == "U" and happening.request is not None:
            existing = self.token(order.cl_ord_ids[-2])
            state = "D" if why is Why.DEAD else "L"
            return {"existing": existing, "quantity": _whole(order.leaves), "order_state": state}
        if code in "CD":
            return self._end(happening)
        if code == "J":
            return {"reason": _code(self._dialect.rejects, why)}
        if code in "EBF":
            return self._execution(code, happening)
        if code == "R":
            return {"reason": "R", **self._display(order)}
        return {}

    def _end(self, happening: Happening) -> dict[str, int | str]:
        return {
            "quantity": _whole(happening.quantity),
            "reason": _code(self._dialect.cancels, happening.why),
            "quantity_prevented_from_trading": _whole(happening.prevented),
            "price": happening.price,
            "liquidity": "R",
            "aiq_strategy": "",
        }

    def _execution(self, code: str, happening: Happening) -> dict[str, int | str]:
        execution = happening.execution
        assert execution is not None
        rested = self._dialect.hidden_liquidity if happening.order.terms.is_hidden else "A"
        return {
            "token": self.token(execution.cl_ord_id),
            "quantity": _whole(execution.quantity),
            "price": execution.price,
            "liquidity": execution.cross or (rested if execution.added else "R"),
            "match_number": execution.match_number,
            "reason": {"B": "S" if happening.why is Why.SUPERVISORY else "E", "F": "N"}.get(code, ""),
        }

    def _display(self, order: VenueOrder) -> dict[str, int | str]:
        """Return what the options of a restatement say: the reference, price and quantity that the market sees."""
        terms = order.terms
        shown = {"display_quantity": _whole(terms.shown), "display_price": terms.price}
        return {"secondary_ord_ref_num": terms.reference, **shown}

    # -- messages ------------------------------------------------------------------------------------------------

    def say(self, code: str, order: VenueOrder, **particulars: int | str) -> None:
        """Add a message about an order to its user's stream; a version that has no such message says nothing."""
        terms = order.terms
        values: dict[str, int | str] = {
            **order.details,
            "token": self.token(order.cl_ord_id),
            "side": _LETTERS[order.side],
            "symbol": order.symbol,
            "reference": terms.reference,
            "price": order.details["price"],
            **particulars,
        }
        self.tell(str(order.details["user"]), code, values)

    def tell(self, user: str, code: str, values: dict[str, int | str]) -> None:
        """Add a message to a user's stream, by the venue's names of its fields."""
        shape, account = self._shapes.get(code), self._account(user)
        if shape is None:
            return
        if account.lose_next:
            account.lose_next -= 1
            return
        values = {"timestamp": self._clock.since_midnight_ns(), **values}
        account.stream.append(Table.encode(self._shapes, code, _named(shape, values, self._dialect.defaults)))

    def token(self, cl_ord_id: str) -> int | str:
        """Return an id as the wire has it; that of a channel (UserRefIdx) is behind its number and a stroke."""
        return cl_ord_id if self._dialect.has_text_tokens else int(cl_ord_id.rpartition("/")[2])

    def refuse_replace(self, order: VenueOrder, request: Request, why: Why) -> None:
        """Say that a replace is refused, and the order is as it was."""
        self.say("J", order, token=self.token(request.cl_ord_id), reason=_code(self._dialect.rejects, why))

    @staticmethod
    def letter(order: VenueOrder) -> str:
        """Return an order's side as OUCH has it."""
        return _LETTERS[order.side]

    # -- what scripts ask for ------------------------------------------------------------------------------------

    def stranger_id(self, order_id: str) -> str:
        """Return a token that no client has used."""
        number = int(order_id.lstrip("O"))
        return f"X{number:013d}" if self._dialect.has_text_tokens else str(_STRANGE_TOKEN + number % 100_000_000)

    def drop(self, session: str, *, reset: bool) -> None:
        """Cut a user's connection."""
        self._drop(session.partition("@")[0], reset)

    def lose_next(self, session: str) -> None:
        """Say the next message to nobody: a stream without gaps has no other way to lose one."""
        self._account(session.partition("@")[0]).lose_next += 1

    def unread(self, order: VenueOrder) -> None:
        """Forget an order's token, so that it may come again."""
        account = self._account(str(order.details["user"]))
        account.lost.add(order.cl_ord_id)
        if not self._dialect.has_text_tokens:
            channel = int(order.details.get("user_ref_idx", 0))
            account.highest[channel] = int(self.token(order.cl_ord_id)) - 1


def _code(codes: Mapping[Why, int | str], why: Why) -> int | str:
    return codes.get(why, codes[Why.OTHER])


def _named(shape: Shape, values: dict[str, int | str], defaults: dict[str, int | str]) -> dict[str, int | str]:
    """Return values by the names of a message's fields, options by their own."""
    named = defaults | values
    for field_name in shape.names:
        name = NAMES.get(field_name)
        if name in values:
            named[field_name] = values[name]
    return named


def _whole(amount: int) -> int:
    """Return a quantity in whole units."""
    return amount // UNITS
