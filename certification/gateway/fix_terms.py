"""Hold a request's message against the table of what the venue takes: names, account, length of ids.

Cases say what is theirs; this is what every request owes to every venue, so that a profile that says otherwise than the
venue's documents is found by whichever case comes first.
"""

from __future__ import annotations

from collections.abc import Iterator

from fairlead.certification.gateway.capabilities import Capabilities
from fairlead.certification.venues.wire import WireMessage

_REQUESTS = ("D", "F", "G")
_CL_ORD_ID, _SYMBOL, _SECURITY_ID, _ACCOUNT, _PARTY_ID = 11, 55, 48, 1, 448


def find_strange_terms(message: WireMessage, table: Capabilities, symbol: str) -> Iterator[str]:
    """Tell what a request has otherwise than the table says; nothing of other messages."""
    if message.msg_type not in _REQUESTS:
        return
    yield from _differs(message, "Symbol", _SYMBOL, table.venue_symbol.format(symbol=symbol))
    cl_ord_id = message.get(_CL_ORD_ID) or ""
    if len(cl_ord_id) > table.longest_cl_ord_id:
        yield f"ClOrdID(11) {cl_ord_id} received, expected {table.longest_cl_ord_id} characters at most"
    if message.msg_type != "D":
        return
    if table.security_id:
        yield from _differs(message, "SecurityID", _SECURITY_ID, table.security_id.format(symbol=symbol))
    if table.account_as:
        in_parties = table.account_as == "Parties"
        yield from _differs(message, "Account", _ACCOUNT, "" if in_parties else table.account)
        yield from _differs(message, "PartyID", _PARTY_ID, table.account if in_parties else "")


def _differs(message: WireMessage, name: str, tag: int, expected: str) -> Iterator[str]:
    received = message.get(tag) or ""
    if received != expected:
        yield f"{name}({tag}) {received or 'none'} received, expected {expected or 'none'} as the table has it"
