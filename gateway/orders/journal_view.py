"""Show the journal's REQUEST, REPORT and SNAPSHOT records to people."""

from typing import TYPE_CHECKING, Final

import orjson

from fairlead.codecs.json_lines.encoding import encode_message, encode_report
from fairlead.codecs.vocabulary.binary_cy import unpack
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.gateway.orders import records_cy, snapshot_cy

if TYPE_CHECKING:
    from fairlead.codecs.vocabulary.binary_cy import Message

_OPERATIONS: Final = {
    records_cy.OPEN: ("open", ("strategy", "venue", "order_id", "venue_cl_ord_id")),
    records_cy.CANCEL: ("cancel", ("order_id", "venue_cl_ord_id")),
    records_cy.REPLACE: ("replace", ("order_id", "venue_cl_ord_id")),
    records_cy.UNSENT: ("unsent", ("order_id", "venue_cl_ord_id", "exec_id", "refusal", "text")),
    records_cy.VENUE_REPORT: ("venue_report", ("venue", "exec_id")),
    records_cy.IN_DOUBT: ("in_doubt", ("venue",)),
    records_cy.TRADING_DAY: ("trading_day", ("venue",)),
    records_cy.FORGET: ("forget", ("before_utc_ns",)),
    records_cy.REQUEST_IN_DOUBT: ("request_in_doubt", ("venue", "venue_cl_ord_id")),
    records_cy.REQUEST_RESENT: ("request_resent", ("venue", "venue_cl_ord_id")),
    records_cy.CAUGHT_UP: ("caught_up", ("venue",)),
    records_cy.REPORTS_LOST: ("reports_lost", ("venue",)),
    records_cy.OPEN_VALUED: ("open", ("strategy", "venue", "order_id", "venue_cl_ord_id", "risk_px")),
}


def describe_record(payload: bytes) -> dict[str, object]:
    """Return what a REQUEST or REPORT record says: of the ledger's, or a packed message alone.

    What the ledger decided stands under ``decided``. Raises DecodeError for other bytes.
    """
    if len(payload) < 2 or payload[1] not in _OPERATIONS:
        return _describe_message(unpack(payload))
    operation, texts, message = records_cy.decode(payload)
    name, text_names = _OPERATIONS[operation]
    decided = {key: text for key, text in zip(text_names, texts, strict=True) if text}
    described: dict[str, object] = {"operation": name, "decided": decided}
    return described if message is None else described | _describe_message(message)


def describe_snapshot(payload: bytes) -> dict[str, object]:
    """Return what part of a snapshot a record is, and whose. Raises DecodeError."""
    part = snapshot_cy.part_of(payload)
    described: dict[str, object] = {"part": snapshot_cy.PART_NAMES[part]}
    if part == snapshot_cy.END:
        return described | {"records": snapshot_cy.record_count(payload)}
    return described | snapshot_cy.owner_of(payload)


def _describe_message(message: "Message") -> dict[str, object]:
    line = encode_report(message, 0) if isinstance(message, Report) else encode_message(message)
    described: dict[str, object] = orjson.loads(line)
    # a sequence number belongs to a strategy's session, not to the record
    described.pop("seq", None)
    return {"message": described.pop("type"), **described}
