"""Lay out the ledger's journal records: an operation, what was decided about it, and the message it is about.

::

    version    1 byte     1
    operation  1 byte     one of the constants below; above all message types, so that a bare message is told apart
    texts      each a length in base 128 and UTF-8: as many as the operation has
    message    the packed vocabulary message (codecs/vocabulary/binary_cy), where the operation has one

An operation's texts are what can't be worked out again from the message: ids that were made for it, and for whom.
"""

from typing import TYPE_CHECKING

import cython

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.vocabulary.binary_cy import pack_into, unpack_from
from fairlead.codecs.vocabulary.packing_cy import Packer, Unpacker

if TYPE_CHECKING:
    from fairlead.codecs.vocabulary.binary_cy import Message

VERSION = 1

OPEN = 101
"""Texts: strategy, venue, OrderID, venue ClOrdID. Message: the NewOrder."""
CANCEL = 102
"""Texts: OrderID, venue ClOrdID. Message: the CancelOrder."""
REPLACE = 103
"""Texts: OrderID, venue ClOrdID. Message: the ReplaceOrder."""
UNSENT = 104
"""Texts: OrderID, venue ClOrdID, ExecID made for the report, Refusal in decimal digits, text. No message."""
VENUE_REPORT = 105
"""Texts: venue, ExecID made for the report ("" where the venue's serves). Message: the Report."""
IN_DOUBT = 106
"""Texts: venue. No message."""
TRADING_DAY = 107
"""Texts: venue. No message."""
FORGET = 108
"""Texts: UTC ns in decimal digits. No message."""
REQUEST_IN_DOUBT = 109
"""Texts: venue, venue ClOrdID. No message."""
REQUEST_RESENT = 110
"""Texts: venue, venue ClOrdID. No message."""
CAUGHT_UP = 111
"""Texts: venue. No message."""
REPORTS_LOST = 112
"""Texts: venue. No message."""
OPEN_VALUED = 113
"""As OPEN, for an order without a price. A fifth text: the price that risk values it by, 10^-8 in decimal digits."""

TEXTS = {
    OPEN: 4,
    CANCEL: 2,
    REPLACE: 2,
    UNSENT: 5,
    VENUE_REPORT: 2,
    IN_DOUBT: 1,
    TRADING_DAY: 1,
    FORGET: 1,
    REQUEST_IN_DOUBT: 2,
    REQUEST_RESENT: 2,
    CAUGHT_UP: 1,
    REPORTS_LOST: 1,
    OPEN_VALUED: 5,
}
WITH_MESSAGE = frozenset((OPEN, OPEN_VALUED, CANCEL, REPLACE, VENUE_REPORT))


def encode(operation: cython.int, texts: "tuple[str, ...]", message: "Message | None") -> bytes:
    """Return the record's payload; ``message`` is None where the operation has none."""
    fields = Packer()
    fields.data.append(VERSION)
    fields.data.append(operation)
    for text in texts:
        fields.append_text(text)
    if message is not None:
        pack_into(fields, message)
    return bytes(fields.data)


def decode(payload: bytes) -> "tuple[int, tuple[str, ...], Message | None]":
    """Return operation, texts and message of a record's payload. Raises DecodeError."""
    fields = Unpacker(payload)
    version: cython.int = fields.take_byte()
    if version != VERSION:
        raise DecodeError(f"version {version} of a ledger record received, expected {VERSION}", 0)
    operation: cython.int = fields.take_byte()
    count = TEXTS.get(operation)
    if count is None:
        raise DecodeError(f"operation {operation} of a ledger record received, expected one of {sorted(TEXTS)}", 1)
    texts = tuple([fields.take_text() for _ in range(count)])
    if operation in WITH_MESSAGE:
        return operation, texts, unpack_from(fields)
    fields.expect_end()
    return operation, texts, None
