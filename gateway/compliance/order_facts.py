"""State an order event as flat facts, from which every form of order record takes its columns.

Prices and quantities are Decimals (exact), times UTC nanoseconds; what does not apply is None.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fairlead.codecs.vocabulary.constants import ABSENT, OrdType, Side, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.compliance.order_attributes import AttributesInForce
from fairlead.gateway.compliance.order_events import OrderEvent
from fairlead.gateway.instruments.instrument import Instrument
from fairlead.gateway.orders.order_cy import Order

Facts = dict[str, Any]


def exact(value: int) -> Decimal | None:
    """Return a price or quantity of the books as a Decimal, None where it is absent."""
    return None if value == ABSENT else Decimal(value).scaleb(-8).normalize() + 0


def event_facts(event: OrderEvent, attributes: AttributesInForce, instruments: Mapping[str, Instrument]) -> Facts:
    """Return all that is known of an event, under the same names for every event."""
    facts: Facts = {"sequence": event.sequence, "utc_ns": event.utc_ns, "event": event.what}
    facts |= _from_order(event.order) if event.order is not None else _from_refusal(event.decision)
    facts |= _from_report(event)
    facts |= _names(event)
    instrument = instruments.get(facts["symbol"])
    facts |= {
        "isin": instrument.identifiers.get("isin") if instrument is not None else None,
        "currency": (instrument.currency or None) if instrument is not None else None,
        "mic": attributes.mic(facts["venue"]),
        "entity_id": attributes.entity_id,
        "imid": attributes.imid,
        "stamp_decimals": attributes.stamp_decimals,
        "has_attributes": attributes.is_known,
    }
    return facts | attributes.of(facts["strategy"]).model_dump()


def _from_order(order: Order) -> Facts:
    return {
        "strategy": order.strategy,
        "account": order.account,
        "venue": order.venue,
        "symbol": order.symbol,
        "order_id": order.order_id,
        "cl_ord_id": order.cl_ord_id,
        "venue_cl_ord_id": order.venue_cl_ord_id,
        "venue_order_id": order.venue_order_id or None,
        "order_qty": exact(order.order_qty),
        "leaves_qty": exact(order.leaves_qty),
        "cum_qty": exact(order.cum_qty),
        "opened_utc_ns": order.opened_utc_ns,
        "refusal": None,
        "reason": None,
        **_from_terms(order.terms),
    }


def _from_terms(terms: NewOrder) -> Facts:
    return {
        "side": Side(terms.side).name.lower(),
        "ord_type": OrdType(terms.ord_type).name.lower(),
        "time_in_force": TimeInForce(terms.time_in_force).name.lower(),
        "price": exact(terms.price),
        "stop_px": exact(terms.stop_px),
        "min_qty": exact(terms.min_qty),
        "display_qty": exact(terms.max_floor),
        "expire_utc_ns": None if terms.expire_time_ns == ABSENT else terms.expire_time_ns,
        "exec_inst": terms.exec_inst or None,
        "handl_inst": chr(terms.handl_inst) if terms.handl_inst else None,
    }


def _from_refusal(decision: Mapping[str, Any]) -> Facts:
    """Return the facts of an order that was refused before it was booked, as its DECISION has them."""
    told = dict.fromkeys(
        (
            "order_id",
            "venue_cl_ord_id",
            "venue_order_id",
            "leaves_qty",
            "cum_qty",
            "min_qty",
            "display_qty",
            "expire_utc_ns",
            "exec_inst",
            "handl_inst",
            "opened_utc_ns",
        )
    )
    texts = ("strategy", "account", "venue", "symbol", "cl_ord_id")
    amounts = {
        name: Decimal(decision[name]) if decision.get(name) else None for name in ("order_qty", "price", "stop_px")
    }
    codes = {name: decision.get(name) for name in ("side", "ord_type", "time_in_force")}
    return (
        told
        | {name: decision.get(name, "") for name in texts}
        | amounts
        | codes
        | {
            "refusal": decision.get("check"),
            "reason": decision.get("text"),
        }
    )


def _from_report(event: OrderEvent) -> Facts:
    report = event.report
    if report is None:
        return {"exec_id": None, "exec_ref_id": None, "last_qty": None, "last_px": None, "last_liquidity": None}
    return {
        "exec_id": report.exec_id or None,
        "exec_ref_id": report.exec_ref_id or None,
        "last_qty": exact(report.last_qty),
        "last_px": exact(report.last_px),
        "last_liquidity": chr(report.last_liquidity) if report.last_liquidity else None,
        "reason": report.text or None,
        "cl_ord_id": report.cl_ord_id,
        "is_answer": bool(report.orig_cl_ord_id),
        "venue_utc_ns": None if report.transact_time_ns == ABSENT else report.transact_time_ns,
    }


def _names(event: OrderEvent) -> Facts:
    facts: Facts = {"request_cl_ord_id": None, "is_answer": False, "venue_utc_ns": None}
    if event.report is not None:
        del facts["is_answer"], facts["venue_utc_ns"]
    if event.request is not None:
        facts["request_cl_ord_id"] = event.request.cl_ord_id
    return facts
