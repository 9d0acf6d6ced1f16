"""Hold a request's OUCH message against the table of what the venue takes, as ``fix_terms`` does with FIX.

Names and lengths of tokens hold for every message of a case; what the table says that is ``sent`` holds where the case
has not asked for something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fairlead.certification.gateway.arguments import same
from fairlead.certification.gateway.capabilities import Capabilities
from fairlead.certification.gateway.ouch_dialects import DIALECTS, MESSAGES
from fairlead.certification.venues.binary_wire import Message


def find_strange_requests(requests: Iterable[tuple[str, Message]], table: Capabilities, symbol: str) -> Iterator[str]:
    """Tell which requests name an instrument, or themselves, otherwise than the table says."""
    dialect = DIALECTS[table.protocol]
    for name, message in requests:
        code = MESSAGES.get(name, "")
        if name == "Enter" and not same(message[dialect.symbol], symbol):
            yield f"{name}: {dialect.symbol} {message[dialect.symbol]} received, expected {symbol} as the table has it"
        own = dialect.own_token(code)
        token = str(message[own]) if own else ""
        if own and not 0 < len(token) <= table.longest_cl_ord_id:
            yield f"{name}: {own} {token!r} received, expected 1 to {table.longest_cl_ord_id} characters"
        if not token.replace(" ", "").isalnum() and own:
            yield f"{name}: {own} {token!r} received, expected letters and digits"


def find_strange_terms(name: str, message: Message, table: Capabilities, asked: Iterable[str]) -> Iterator[str]:
    """Tell what a message has otherwise than the table's ``sent``, but for fields that its case has ``asked`` for."""
    dialect = DIALECTS[table.protocol]
    known = {dialect.field(key, str(message["message_type"])) for key in asked}
    for key, expected in table.sent.get(name, {}).items():
        received = message.get(key)
        if key not in known and received != expected:
            yield f"{key} {received!r} received, expected {expected!r} as the table has it"
