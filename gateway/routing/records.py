"""Lay out the journal's ROUTE records: JSON objects, told apart by ``event``.

``direct``    an order that goes where it, its instrument or its strategy says: ``by`` tells which
``decision``  what was seen (``seen``), what was chosen (``chosen``, one id a child in ``children``), for what (``why``)
``parent``    a parent was taken, after its first decision: the strategy's message is ``packed`` in base 64
``cancel``, ``replace``, ``ending``   a parent is to end, or to change, when its children have ended
``moving``    a parent's child is taken away, to rest at a better venue
``replaced``, ``kept``   the new terms hold; the request for them had no effect
``ended``     nothing more is sent for a parent
``outcome``   a child has ended: what was tried and filled; venues' histories are made of these
``keep_begin``, ``keep_parent``, ``keep_end``   all of the above as it stands, so that older records can go
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Final

import orjson

from fairlead.codecs.errors import ProtocolError
from fairlead.codecs.vocabulary.binary_cy import pack, unpack
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder
from fairlead.gateway.orders.journal_view import describe_record

DIRECT: Final = "direct"
DECISION: Final = "decision"
PARENT: Final = "parent"
CANCEL: Final = "cancel"
REPLACE: Final = "replace"
ENDING: Final = "ending"
MOVING: Final = "moving"
REPLACED: Final = "replaced"
KEPT: Final = "kept"
ENDED: Final = "ended"
OUTCOME: Final = "outcome"
KEEP_BEGIN: Final = "keep_begin"
KEEP_PARENT: Final = "keep_parent"
KEEP_END: Final = "keep_end"


def encode(event: str, facts: Mapping[str, Any]) -> bytes:
    """Return a record's payload."""
    return orjson.dumps({"event": event, **facts})


def decode(payload: bytes) -> dict[str, Any]:
    """Return what a record says. Raises ValueError for other bytes."""
    facts = orjson.loads(payload)
    if not isinstance(facts, dict) or not isinstance(facts.get("event"), str):
        raise ValueError("a ROUTE record that is no object with an event")
    return facts


def packed(message: NewOrder | CancelOrder | ReplaceOrder) -> str:
    """Return a message as text that loses nothing."""
    return b64encode(pack(message)).decode()


def unpacked(text: str) -> Any:
    """Return the message again. Raises ValueError."""
    try:
        return unpack(b64decode(text, validate=True))
    except ProtocolError as error:
        raise ValueError(f"a packed message that can't be read: {error}") from error


def describe_route(payload: bytes) -> dict[str, Any]:
    """Return what a record says, for people: packed messages are written out."""
    facts = decode(payload)
    if isinstance(facts.get("packed"), str):
        facts["request"] = describe_record(b64decode(facts.pop("packed")))
    return facts
