"""Write each request that a profile maps, from the vocabulary's messages."""

from typing import Final

from fairlead.adapters.ouch.mapping import RequestPlan
from fairlead.adapters.ouch.profiles import OuchProfile
from fairlead.adapters.ouch.symbols import SymbolNames
from fairlead.adapters.ouch.venue_encode_cy import RequestEncoder, Terms
from fairlead.adapters.venue_books import BookedOrder
from fairlead.adapters.venue_session import is_unseen
from fairlead.codecs.errors import EncodeError
from fairlead.codecs.vocabulary.constants import ABSENT, RequestKind
from fairlead.codecs.vocabulary.messages_cy import MassCancel, NewOrder, ReplaceOrder

_NO_CODE: Final = 0


class RequestWriter:
    """Write one venue's requests; each method returns a message, or raises EncodeError for what can't be said."""

    def __init__(self, profile: OuchProfile, symbols: SymbolNames) -> None:
        self._new_order = RequestEncoder(profile.new_order, symbols, profile.kept, profile.max_quantity)
        self._cancel = RequestEncoder(profile.cancel, symbols, {})
        self._replace = self._optional(profile.replace, symbols, profile.max_quantity)
        self._mass_cancel = self._optional(profile.mass_cancel, symbols)
        self._account_query = self._optional(profile.account_query, symbols)
        self._disable_entry = self._optional(profile.disable_entry, symbols)
        self._enable_entry = self._optional(profile.enable_entry, symbols)

    @staticmethod
    def _optional(plan: RequestPlan | None, symbols: SymbolNames, max_quantity: int = 0) -> RequestEncoder | None:
        return None if plan is None else RequestEncoder(plan, symbols, {}, max_quantity)

    def new_order(self, order: NewOrder, utc_ns: int) -> bytes:
        """Return a new order's message."""
        terms = Terms(
            order.cl_ord_id,
            "",
            order.order_qty,
            order.price,
            order.ord_type,
            order.time_in_force,
            order.min_qty,
            order.max_floor,
            order.expire_time_ns,
        )
        return self._new_order.encode(order, terms, utc_ns)

    def cancel(self, cl_ord_id: str, order_qty: int, utc_ns: int) -> bytes:
        """Return the cancel of an order, down to the ``order_qty`` that it may trade in total."""
        return self._cancel.encode(_bare(), _id_terms(cl_ord_id, order_qty), utc_ns)

    def replace(self, request: ReplaceOrder, order: NewOrder, utc_ns: int) -> bytes:
        """Return a replace of ``order``, whose id is the one that the venue knows it by.

        OrderQty is the total in both languages: what was executed counts. One that lowers it alone is the cancel of a
        part, in which its own id has no place.
        """
        if self._replace is None:
            raise EncodeError("the venue replaces no orders")
        if is_unseen(request.cl_ord_id):
            return self.cancel(order.cl_ord_id, request.order_qty, utc_ns)
        terms = Terms(
            request.cl_ord_id,
            order.cl_ord_id,
            request.order_qty,
            request.price,
            request.ord_type,
            request.time_in_force,
            request.min_qty,
            request.max_floor,
            request.expire_time_ns,
        )
        return self._replace.encode(order, terms, utc_ns)

    def living_ids(self, order: BookedOrder) -> list[str]:
        """Return the ids under which an order may live: its present one, and those of replaces in flight."""
        replaces = [request for request in order.requests if request.kind == RequestKind.REPLACE_ORDER]
        new_ids = [request.venue_cl_ord_id for request in replaces if not is_unseen(request.venue_cl_ord_id)]
        return [order.venue_cl_ord_id, *new_ids]

    def mass_cancel(self, request: MassCancel, utc_ns: int) -> bytes:
        """Return a cancel of all orders, or of one symbol's."""
        if self._mass_cancel is None:
            raise EncodeError("the venue takes no mass cancel")
        if request.side or request.account:
            raise EncodeError("Side or Account given, the venue's mass cancel has neither")
        return self._mass_cancel.encode(_bare(symbol=request.symbol), _id_terms(request.cl_ord_id), utc_ns)

    def account_query(self) -> bytes | None:
        """Return the question for the next number, None where the venue answers none."""
        return None if self._account_query is None else self._account_query.encode(_bare(), _id_terms(""), 0)

    def disable_entry(self, cl_ord_id: str, firm: str, utc_ns: int) -> bytes:
        """Return the request to take no orders of a firm."""
        return self._entry(self._disable_entry, cl_ord_id, firm, utc_ns)

    def enable_entry(self, cl_ord_id: str, firm: str, utc_ns: int) -> bytes:
        """Return the request to take orders of a firm again."""
        return self._entry(self._enable_entry, cl_ord_id, firm, utc_ns)

    def _entry(self, encoder: RequestEncoder | None, cl_ord_id: str, firm: str, utc_ns: int) -> bytes:
        if encoder is None:
            raise EncodeError("the venue can't be told to take no orders")
        return encoder.encode(_bare(account=firm), _id_terms(cl_ord_id), utc_ns)


def _id_terms(cl_ord_id: str, order_qty: int = ABSENT) -> Terms:
    return Terms(cl_ord_id, "", order_qty, ABSENT, _NO_CODE, _NO_CODE, ABSENT, ABSENT, ABSENT)


def _bare(symbol: str = "", account: str = "") -> NewOrder:
    return NewOrder(cl_ord_id="", symbol=symbol, side=0, order_qty=0, ord_type=0, account=account)
