"""Compare three sets of books after a stop: the venues', the journal's, and the strategies' own.

The gateway's books are rebuilt from its journal, read-only, as a start would rebuild them.
"""

import struct
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from ouch_venues import RecordingOuchVenue
from traders import Book
from venues import GATEWAY, RecordingVenue

from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.gateway.assembly import replay
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.reader import JournalReader
from fairlead.gateway.journal.recovery import recover
from fairlead.gateway.journal.segments import JournalSettings
from fairlead.gateway.journal.session_store import SessionStores
from fairlead.gateway.orders.ledger_cy import Ledger

_U64 = struct.Struct("<Q")


def read_ledger(journal: Path) -> Ledger:
    """Return the books that the journal holds."""

    def never(kind: int, payload: bytes, utc_ns: int) -> None:
        raise AssertionError("a replay records nothing")

    recovery = recover(JournalSettings(journal))
    try:
        ledger = Ledger(never, recovery.next_epoch)
        replay(recovery, SessionStores(journal), ledger)
    finally:
        recovery.close()
    return ledger


def journal_faults(journal: Path) -> list[str]:
    """Name every place where a session's numbers do not continue, in either direction."""
    reader = JournalReader(journal)
    next_out: dict[int, int] = {}
    next_in: dict[int, int] = {}
    faults = []
    while (record := reader.next_record()) is not None:
        stream = record.stream
        if record.kind == kinds.FRAME_OUT:
            number = _U64.unpack_from(record.payload)[0]
            if number != next_out.get(stream, 1):
                faults.append(f"stream {stream}: message {number} recorded, expected {next_out.get(stream, 1)}")
            next_out[stream] = number + 1
        elif record.kind == kinds.NEXT_IN:
            number = _U64.unpack(record.payload)[0]
            if number < next_in.get(stream, 1):
                faults.append(f"stream {stream}: expected number fell from {next_in[stream]} to {number}")
            next_in[stream] = number
        elif record.kind in (kinds.RESET, kinds.NEXT_OUT):
            faults.append(f"stream {stream}: {kinds.kind_name(record.kind)}, which nobody asked for")
    return faults


def venue_faults(venue: RecordingVenue | RecordingOuchVenue, ledger: Ledger) -> list[str]:
    """Name every difference between a venue's books and the gateway's."""
    if isinstance(venue, RecordingOuchVenue):
        return venue.faults(ledger)
    faults = [f"{key} received {count} times" for key, count in venue.received.items() if count > 1]
    session = venue.sessions[GATEWAY]
    faults += [event for event in session.events if "too low" in event or "Reject" in event]
    ours = {order.venue_order_id: order for order in ledger.orders() if order.venue == venue.name}
    for theirs in venue.orders:
        order = ours.get(theirs.order_id)
        if order is None:
            faults.append(f"order {theirs.order_id} ({theirs.cl_ord_id}) is in no book of the gateway")
            continue
        here = (order.venue_cl_ord_id, order.cum_qty, order.leaves_qty, order.notional, order.is_ended)
        there = (theirs.cl_ord_id, theirs.terms.cum, theirs.leaves, theirs.notional, not theirs.is_open)
        if here != there:
            faults.append(f"{order!r}: the gateway has {here}, the venue {there}")
    ids_there = {cl_ord_id for theirs in venue.orders for cl_ord_id in theirs.cl_ord_ids}
    for order in ledger.orders():
        if order.venue == venue.name and not order.venue_order_id and order.venue_cl_ord_id in ids_there:
            faults.append(f"{order!r} was given up, but the venue has it")
    return faults + _execution_faults(venue, ledger)


def _execution_faults(venue: RecordingVenue, ledger: Ledger) -> list[str]:
    here = Counter(
        (execution.venue_exec_ids[0], execution.last_qty, execution.last_px)
        for order in ledger.orders()
        if order.venue == venue.name
        for execution in order.executions
    )
    there = Counter((execution.exec_id, execution.quantity, execution.price) for execution in venue.executions)
    missing = [f"execution {key} of {venue.name} is not in the gateway's books" for key in there - here]
    return missing + [f"execution {key} is not in {venue.name}'s books" for key in here - there]


def ledger_faults(ledger: Ledger, venues: Iterable[str]) -> list[str]:
    """Name what is unfinished or unexplained in the gateway's books."""
    faults = [f"quarantined: {kept}" for kept in ledger.quarantined()]
    faults += [f"in doubt: {order!r}" for venue in venues for order in ledger.orders_in_doubt(venue)]
    return faults + [f"in flight: {request!r}" for order in ledger.orders() for request in order.requests]


def strategy_faults(book: Book, ledger: Ledger) -> list[str]:
    """Name every difference between a strategy's books and the gateway's."""
    faults = list(book.faults)
    faults += [
        f"{cl_ord_id} was acknowledged to {book.strategy} and is unknown"
        for cl_ord_id in sorted(book.acknowledged)
        if not ledger.has_cl_ord_id(book.strategy, cl_ord_id)
    ]
    here = {
        execution.exec_id: (Decimal(fixed_to_str(execution.last_qty)), Decimal(fixed_to_str(execution.last_px)))
        for order in ledger.orders()
        if order.strategy == book.strategy
        for execution in order.executions
    }
    for exec_id in here.keys() ^ book.fills.keys():
        faults.append(f"fill {exec_id}: {book.strategy} has {book.fills.get(exec_id)}, the gateway {here.get(exec_id)}")
    faults += [
        f"fill {exec_id} differs" for exec_id in here.keys() & book.fills.keys() if here[exec_id] != book.fills[exec_id]
    ]
    positions = {p.symbol: 0 for p in ledger.positions(strategy=book.strategy)}
    for position in ledger.positions(strategy=book.strategy):
        positions[position.symbol] += int(Decimal(fixed_to_str(position.net_qty)))
    if {symbol: net for symbol, net in positions.items() if net} != {s: n for s, n in book.positions.items() if n}:
        faults.append(f"{book.strategy}'s positions are {dict(book.positions)}, the gateway's {positions}")
    return faults


def all_faults(
    journal: Path, venues: Iterable[RecordingVenue | RecordingOuchVenue], books: Iterable[Book]
) -> list[str]:
    """Name every difference between any two sides."""
    venues = list(venues)
    ledger = read_ledger(journal)
    faults = journal_faults(journal) + ledger_faults(ledger, [venue.name for venue in venues])
    for venue in venues:
        faults += venue_faults(venue, ledger)
    for book in books:
        faults += strategy_faults(book, ledger)
    return faults
