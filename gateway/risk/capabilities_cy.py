# cython: annotation_typing=False, overflowcheck=False
"""Judge whether a venue takes an order, and remember which shapes of orders it takes.

``adapters/capabilities_check`` judges, and says what is wrong. Two orders of one shape fare alike there: the shape is
all that it looks at but amounts, the kind of instrument and the length of Text, which are compared each time.
"""

from array import array

from fairlead.adapters.capabilities_check import check_new_order, check_replace
from fairlead.adapters.venue_session import Capabilities
from fairlead.codecs.vocabulary.constants import Refusal, RequestKind
from fairlead.codecs.vocabulary.messages_cy import NewOrder, ReplaceOrder
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.risk.check_cy import Check
from fairlead.gateway.risk.subject_cy import Refused, Subject

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1
SCALE = 100000000
# HandlInst 1, which every venue takes: it is how those treat orders that have no such field.
AUTOMATED = 49
NOT_PUT_OR_CALL = -1
# Codes are characters; a shape has seven bits for each.
MAX_CODE = 127
# Shapes that are remembered, each in its place: a power of two. Of two that share one, the later stays.
PLACES = 64
NO_SHAPE = -1


class TakenShapes:
    """Remember the shapes of orders that a venue's capabilities were found to take."""

    def __init__(self, capabilities: Capabilities) -> None:
        self.capabilities = capabilities
        self._max_text_length = capabilities.max_text_length
        self._whole_quantities = capabilities.whole_quantities
        self._shapes = array("q", [NO_SHAPE] * PLACES)
        self._kinds = [""] * PLACES

    def has(self, request: NewOrder) -> bool:
        """Tell whether an order is one that the venue takes; False where that has to be looked at."""
        shape = shape_of(request)
        if shape == NO_SHAPE:
            return False
        place = _place_of(shape)
        if self._shapes[place] != shape or self._kinds[place] != request.security_type:
            return False
        if self._whole_quantities and not self._has_whole(request):
            return False
        return len(request.text) <= self._max_text_length

    def remember(self, request: NewOrder) -> None:
        """Take down the shape of an order that the venue takes."""
        shape = shape_of(request)
        if shape != NO_SHAPE:
            place = _place_of(shape)
            self._shapes[place] = shape
            self._kinds[place] = request.security_type

    def _has_whole(self, request: NewOrder) -> bool:
        return (
            request.order_qty % SCALE == 0
            and (request.min_qty == ABSENT or request.min_qty % SCALE == 0)
            and (request.max_floor == ABSENT or request.max_floor % SCALE == 0)
        )


class Taken(Check):
    """Refuse what the venue does not take."""

    def __init__(self) -> None:
        self._shapes: "dict[str, TakenShapes]" = {}
        self._last: "TakenShapes | None" = None

    def judge(self, subject: Subject) -> "Refused | None":
        """Look the order's shape up, else judge it; a replace is judged each time."""
        session = subject.session
        if session is None:
            return None
        capabilities = subject.capabilities if subject.capabilities is not None else session.capabilities
        if subject.order is not None and subject.asked is not None:
            return _check_replace(subject, capabilities, subject.order, subject.asked)
        shapes = self._shapes_of(subject.venue, capabilities)
        if shapes.has(subject.request):
            return None
        text = check_new_order(shapes.capabilities, subject.request)
        if text:
            return _refuse(subject, text)
        shapes.remember(subject.request)
        return None

    def _shapes_of(self, venue: str, capabilities: Capabilities) -> TakenShapes:
        shapes = self._last
        if shapes is not None and shapes.capabilities is capabilities:
            return shapes
        shapes = self._shapes.get(venue)
        if shapes is None or shapes.capabilities is not capabilities:
            shapes = self._shapes[venue] = TakenShapes(capabilities)
        self._last = shapes
        return shapes


def _check_replace(subject: Subject, capabilities: Capabilities, order: Order, asked: ReplaceOrder) -> "Refused | None":
    pending = sum([in_flight.kind == RequestKind.REPLACE_ORDER for in_flight in order.requests])
    text = check_replace(capabilities, asked, order.terms, pending)
    return _refuse(subject, text) if text else None


def _refuse(subject: Subject, text: str) -> Refused:
    return Refused(Refusal.UNSUPPORTED, f"{subject.venue}: {text}")


def shape_of(request: NewOrder) -> int:
    """Return side, type and time in force of an order, and which fields it has, as one number; -1 where it has none."""
    if request.extras or not (
        0 <= request.side <= MAX_CODE and 0 <= request.ord_type <= MAX_CODE and 0 <= request.time_in_force <= MAX_CODE
    ):
        return NO_SHAPE
    return (
        request.side
        | request.ord_type << 7
        | request.time_in_force << 14
        | (request.price != ABSENT) << 21
        | (request.stop_px != ABSENT) << 22
        | (request.expire_time_ns != ABSENT) << 23
        | (request.min_qty != ABSENT) << 24
        | (request.max_floor != ABSENT) << 25
        | (len(request.account) != 0) << 26
        | (len(request.exec_inst) != 0) << 27
        | (request.handl_inst != 0 and request.handl_inst != AUTOMATED) << 28
        | (request.order_capacity != 0) << 29
        | (request.position_effect != 0) << 30
        | _instrument_given(request) << 31
    )


def _instrument_given(request: NewOrder) -> int:
    """Return which fields that say more of the instrument an order has, a bit for each."""
    return (
        (len(request.currency) != 0)
        | (len(request.maturity_month_year) != 0) << 1
        | (request.maturity_day != 0) << 2
        | (request.put_or_call != NOT_PUT_OR_CALL) << 3
        | (request.strike_price != ABSENT) << 4
        | (len(request.security_id) != 0) << 5
        | (len(request.security_id_source) != 0) << 6
        | (len(request.security_exchange) != 0) << 7
        | (request.locate_reqd != 0) << 8
        | (len(request.security_type) != 0) << 9
        | (len(request.text) != 0) << 10
    )


def _place_of(shape: int) -> int:
    return (shape ^ shape >> 7 ^ shape >> 14 ^ shape >> 21 ^ shape >> 31) & (PLACES - 1)
