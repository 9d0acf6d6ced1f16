"""Find out which request of ours a venue speaks of by its MsgSeqNum, from the session's own message store.

The store outlives connections and restarts, so there is no second memory that could be lost or disagree.
"""

from dataclasses import dataclass
from typing import Final

from fairlead.adapters.session_store import SessionStore
from fairlead.codecs.errors import ProtocolError
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.writer_cy import MessageWriter
from fairlead.codecs.vocabulary.constants import ExecType, OrdStatus, ReportKind, RequestKind
from fairlead.codecs.vocabulary.messages_cy import Report

REQUEST_KINDS: Final[dict[str, int]] = {
    "D": RequestKind.NEW_ORDER,
    "F": RequestKind.CANCEL_ORDER,
    "G": RequestKind.REPLACE_ORDER,
    "q": RequestKind.MASS_CANCEL,
    "H": RequestKind.STATUS_REQUEST,
    "AF": RequestKind.STATUS_REQUEST,
}
"""What each of our application messages asks for."""

# What a status request repeats of the order it asks about: account or Parties, instrument, Side.
_STATUS_TAGS: Final = frozenset((1, 453, 448, 447, 452, 55, 48, 22, 461, 167, 200, 205, 541, 201, 202, 207, 54))


@dataclass(frozen=True, slots=True)
class SentRequest:
    """Name a request that went to the venue; ``orig_cl_ord_id`` is ``""`` unless it is a cancel or replace."""

    msg_type: str
    cl_ord_id: str
    orig_cl_ord_id: str = ""

    @property
    def ids(self) -> tuple[str, str]:
        """Return the ids that a venue may name the request by."""
        return (self.cl_ord_id, self.orig_cl_ord_id)

    def refused(self, venue: str, text: str, refusal: int = 0) -> Report | None:
        """Return the report that the request was refused, by Fairlead itself if ``refusal`` is given.

        None for a status request, which has no such report. OrdStatus is 0 in a CANCEL_REJECTED: such a refusal does
        not say how the order stands.
        """
        kind = REQUEST_KINDS[self.msg_type]
        if kind == RequestKind.STATUS_REQUEST:
            return None
        is_order = kind == RequestKind.NEW_ORDER
        return Report(
            kind=ReportKind.REJECTED if is_order else ReportKind.CANCEL_REJECTED,
            exec_type=ExecType.REJECTED,
            ord_status=OrdStatus.REJECTED if is_order else 0,
            cl_ord_id=self.cl_ord_id,
            orig_cl_ord_id=self.orig_cl_ord_id,
            venue=venue,
            request_kind=kind,
            refusal=refusal,
            text=text,
        )


@dataclass(frozen=True, slots=True)
class OrderInQuestion:
    """Hold what an OrderStatusRequest(H) needs of the order whose request was not sent again."""

    msg_type: str
    request_cl_ord_id: str
    cl_ord_id: str
    fields: tuple[tuple[int, bytes], ...]

    def put(self, writer: MessageWriter) -> None:
        """Put the body of an OrderStatusRequest(H)."""
        writer.put_str(11, self.cl_ord_id)
        for tag, value in self.fields:
            writer.put_bytes(tag, value)


def find_sent_request(store: SessionStore, msg_seq_num: int) -> SentRequest | None:
    """Return our order request with this MsgSeqNum; None if there is none or it is no order request."""
    if msg_seq_num < 1:
        return None
    for _, frame in store.sent_messages(msg_seq_num, msg_seq_num):
        try:
            return request_of(FixMessage.from_bytes(frame))
        except ProtocolError:
            return None
    return None


def request_of(message: FixMessage) -> SentRequest | None:
    """Return which request a message of ours is; None if it is none."""
    if message.msg_type not in REQUEST_KINDS:
        return None
    cl_ord_id = message.get_str(584) if message.msg_type == "AF" else message.get_str(11)
    return SentRequest(message.msg_type, cl_ord_id, message.get_str(41))


def order_in_question(message: FixMessage) -> OrderInQuestion:
    """Return the order that a new order, cancel or replace of ours is about."""
    fields = tuple((tag, value) for tag, value in message.fields() if tag in _STATUS_TAGS)
    request_cl_ord_id = message.get_str(11)
    return OrderInQuestion(message.msg_type, request_cl_ord_id, message.get_str(41) or request_cl_ord_id, fields)
