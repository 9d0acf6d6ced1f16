"""Explain decisions from the journal: decide again from what was seen, and say what became of the children.

The records are enough: the question is in the decision, the code is the one that decided, and the books tell what the
children executed. A replay that chooses otherwise than the record says so; after a change of the code that is what to
look at.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import ABSENT, SCALE, OrdStatus
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.reader import JournalReader
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.routing import records
from fairlead.gateway.routing.decision import decide
from fairlead.gateway.routing.fees import UNIT
from fairlead.gateway.routing.history import PPM
from fairlead.gateway.routing.question import Question, Row

READ_KINDS: Final = frozenset((kinds.ROUTE, kinds.REQUEST, kinds.REPORT, kinds.SNAPSHOT))
_BY: Final = {"order": "the order itself", "instrument": "its instrument's table", "strategy": "its strategy's default"}


@dataclass(slots=True)
class Recorded:
    """What a journal holds about routing: decisions and direct orders, and the books they led to."""

    ledger: Ledger
    decisions: list[dict[str, Any]] = field(default_factory=list)
    direct: list[dict[str, Any]] = field(default_factory=list)
    children: dict[str, str] = field(default_factory=dict)
    """Child id and ended parent's text are found by id: child id -> parent."""
    ends: dict[str, str] = field(default_factory=dict)
    """Parent -> why it ended."""


def read_journal(folder: Path) -> Recorded:
    """Read the journal of a gateway that runs or has stopped. Raises JournalError."""
    found = Recorded(Ledger(lambda kind, payload, utc_ns: None, epoch=0))
    reader = JournalReader(folder, kinds=READ_KINDS)
    while (record := reader.next_record()) is not None:
        if record.kind == kinds.ROUTE:
            _take(found, records.decode(record.payload))
        elif record.kind in READ_KINDS:
            try:
                found.ledger.replay(record.kind, record.payload, record.utc_ns)
            except DecodeError:
                # of before the oldest segment that is kept: the next snapshot has what it led to
                continue
    return found


def _take(found: Recorded, facts: dict[str, Any]) -> None:
    event = facts["event"]
    if event == records.DECISION:
        found.decisions.append(facts)
        found.children.update(dict.fromkeys(facts["children"], facts["parent"]))
    elif event == records.DIRECT:
        found.direct.append(facts)
    elif event == records.ENDED:
        found.ends[facts["parent"]] = facts["text"]


def find_decisions(found: Recorded, name: str) -> list[dict[str, Any]]:
    """Return the decisions about an order, oldest first, by any id: the strategy's, the parent's, a child's."""
    order = found.ledger.find_by_order_id(name)
    names = {name, order.all_requests[0].cl_ord_id if order is not None else name}
    parents = {found.children[each] for each in names if each in found.children}
    return [
        facts
        for facts in found.decisions
        if facts["parent"] == name or facts["parent"] in parents or facts["cl_ord_id"] == name
    ]


def find_direct(found: Recorded, name: str) -> list[dict[str, Any]]:
    """Return where orders of that name went that took no route."""
    return [facts for facts in found.direct if name in (facts["order_id"], facts["cl_ord_id"])]


def explain(facts: Mapping[str, Any], ledger: Ledger | None) -> dict[str, Any]:
    """Return one decision in JSON values for people: the ranking, what was chosen, what came of it."""
    question = Question.from_json(dict(facts["seen"]))
    answer = decide(question)
    chosen = facts["chosen"]
    by_venue = {wanted["venue"]: (child, wanted) for child, wanted in zip(facts["children"], chosen, strict=False)}
    return {
        "parent": facts["parent"],
        "strategy": facts["strategy"],
        "cl_ord_id": facts["cl_ord_id"],
        "symbol": facts["symbol"],
        "route": facts["route"],
        "kind": question.kind,
        "why": facts["why"],
        "number": facts["number"],
        "side": "buy" if question.is_buy else "sell",
        "quantity": fixed_to_str(question.quantity),
        "limit": _px(facts["limit"]),
        "text": facts["text"],
        "replay_agrees": answer.chosen() == list(chosen) and answer.limit == facts["limit"],
        "replay_chose": answer.chosen(),
        "venues": [_row(row, question, by_venue.get(row.venue), facts, ledger) for row in answer.rows],
    }


def explain_direct(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return where an order without a route went, and what named the venue."""
    return {**facts, "text": f"{facts['venue']}, named by {_BY[facts['by']]}"}


def _row(
    row: Row,
    question: Question,
    chosen: tuple[str, Mapping[str, Any]] | None,
    facts: Mapping[str, Any],
    ledger: Ledger | None,
) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "venue": row.venue,
        "eligible": not row.why_not,
        "why_not": row.why_not,
        "quote": _px(row.quote),
        "size": fixed_to_str(row.size),
        "fee": "" if row.why_not else money(row.fee),
        "all_in": "" if row.why_not else money(row.all_in),
        "fill_percent": "" if row.why_not else f"{row.fill_ppm * 100 / PPM:.1f}",
        "ack_p50_us": row.ack_p50_ns // 1000,
        "rank": row.rank,
        "chosen": chosen is not None,
    }
    if chosen is not None:
        child_id, wanted = chosen
        shown |= {
            "child": child_id,
            "sent_qty": fixed_to_str(wanted["quantity"]),
            "sent_px": fixed_to_str(wanted["price"]),
        }
        order = ledger.find(facts["strategy"], child_id) if ledger is not None else None
        shown |= _came_of(order, wanted, question)
    return shown


def _came_of(order: Order | None, wanted: Mapping[str, Any], question: Question) -> dict[str, Any]:
    """Return what a child came to; slippage is in ticks (money where the instrument has none), above 0 is worse."""
    if order is None:
        return {"state": "not in the journal's books", "filled_qty": "", "avg_px": "", "slippage_ticks": ""}
    slippage = ""
    if order.cum_qty:
        worse = order.avg_px - wanted["quote"] if question.is_buy else wanted["quote"] - order.avg_px
        slippage = f"{Decimal(worse) / (question.tick or SCALE):+.2f}"
    return {
        "state": OrdStatus(order.ord_status).name.lower(),
        "filled_qty": fixed_to_str(order.cum_qty),
        "avg_px": fixed_to_str(order.avg_px) if order.cum_qty else "",
        "slippage_ticks": slippage,
    }


def _px(price: int) -> str:
    return "" if price == ABSENT else fixed_to_str(price)


def money(value: int) -> str:
    """Return money in 10^-28 as a decimal text with eight places at most, towards zero."""
    sign = "-" if value < 0 else ""
    return sign + fixed_to_str(abs(value) // (UNIT // SCALE))


def newest(decisions: Iterable[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Return the last decisions, oldest first."""
    return list(decisions)[-count:]
