"""Write the tables of docs/strategy-protocol.md from the table of the protocol, fairlead_strategy_1_0.

    python tools/make_strategy_protocol_doc.py

What stands between the two marks of the document is made; the rest is written by hand. A test compares.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fairlead.codecs.binary import Direction, Field, Layout, Protocol, load_protocol
from fairlead.codecs.binary.layout_cy import GROUP, INT, OPTIONS, TEXT, UINT

DOCUMENT: Final = Path(__file__).resolve().parent.parent / "docs" / "strategy-protocol.md"
BEGIN: Final = "<!-- made by tools/make_strategy_protocol_doc.py from here -->\n"
END: Final = "<!-- to here -->\n"
HEAD: Final = ("| offset | length | field | type | |", "|---|---|---|---|---|")

MESSAGES: Final = {
    "new_order": "Ask for a new order.",
    "cancel_order": "Ask for the end of an order.",
    "replace_order": "Ask for new terms of an order. What is not given stays as it is; `order_qty` is the new total, "
    "with what was executed already. The instrument, the account and other terms that no replace changes may be said "
    "again as the order has them.",
    "mass_cancel": "Ask for the end of many orders.",
    "status_request": "Ask how an order stands, or, without `cl_ord_id`, all open ones.",
    "dont_know_trade": "Deny an execution that was reported; people have to settle it, and nothing answers.",
    "market_data_request": "Subscribe to books, take a snapshot, or unsubscribe. Entries: `symbol_count` symbols.",
    "report": "What became of an order or a request; `kind` says what. Sequenced.",
    "refused": "A message could not be read, and nothing was done. Sequenced, and repeated like a report.",
    "market_data_reject": "A market data request is refused, or its subscription has ended. Not sequenced.",
    "market_data_snapshot": "How a book stands: it replaces all that was told before. Not sequenced. Entries: "
    "`level_count` price levels, bids before offers, best first.",
    "market_data_increment": "What changed in a book since the last message about it, to be applied in order. Not "
    "sequenced. Entries: `change_count` changes.",
    "security_status": "A symbol's state on a feed: first of all, and whenever it changes. Not sequenced.",
}

FIELDS: Final = {
    "cl_ord_id": "ClOrdID: the strategy's own id of order or request, never used again",
    "orig_cl_ord_id": "OrigClOrdID: the order's current ClOrdID",
    "order_id": "OrderID, Fairlead's own",
    "exec_id": "ExecID",
    "exec_ref_id": "the execution that is busted or corrected",
    "venue_order_id": "the venue's OrderID",
    "request_id": "comes back in each report that answers",
    "symbol": "as the configuration names it",
    "account": "the strategy's default where it is not given",
    "venue": "the configuration's name; a default or a route where it is not given",
    "side": "Side(54)",
    "ord_type": "OrdType(40)",
    "time_in_force": "TimeInForce(59); of a new order that gives none: day",
    "handl_inst": "HandlInst(21)",
    "order_capacity": "OrderCapacity(528)",
    "position_effect": "PositionEffect(77)",
    "locate_reqd": "LocateReqd(114)",
    "poss_resend": "PossResend(97): this may have been sent before",
    "poss_dup": "the venue says that it sent this before",
    "order_qty": "OrderQty(38)",
    "price": "Price(44); of an entry, its price",
    "stop_px": "StopPx(99)",
    "min_qty": "MinQty(110)",
    "max_floor": "MaxFloor(111): the quantity shown",
    "expire_time": "ExpireTime(126)",
    "transact_time": "TransactTime(60): when this happened, or the message was made",
    "exec_inst": "ExecInst(18)",
    "currency": "Currency(15)",
    "security_type": "SecurityType(167)",
    "maturity_month_year": "MaturityMonthYear(200)",
    "maturity_day": "MaturityDay(205), 1 to 31",
    "put_or_call": "PutOrCall(201)",
    "strike_price": "StrikePrice(202)",
    "security_id": "SecurityID(48)",
    "security_id_source": "SecurityIDSource(22)",
    "security_exchange": "SecurityExchange(207)",
    "text": "Text(58)",
    "extra": "a further FIX field for the venue, as `tag=value`",
    "scope": "all orders, or those of a symbol",
    "dk_reason": "DKReason(127)",
    "kind": "what the report says",
    "exec_type": "ExecType(150), in FIX 4.4's manner; a venue's code without a name is passed on",
    "ord_status": "OrdStatus(39); zero for an order that nobody knows",
    "request_kind": "what a rejected or cancel_rejected answers; zero where it does not apply",
    "refusal": "why Fairlead itself refused; zero where it did not",
    "limit": "what was breached, where Fairlead refused",
    "value": "by what",
    "last_liquidity": "LastLiquidityInd(851)",
    "last_qty": "LastQty(32): of one execution",
    "last_px": "LastPx(31)",
    "last_mkt": "LastMkt(30)",
    "leaves_qty": "LeavesQty(151)",
    "cum_qty": "CumQty(14)",
    "avg_px": "AvgPx(6), rounded, for people",
    "ord_rej_reason": "OrdRejReason(103) or CxlRejReason(102), from a venue",
    "restatement_reason": "ExecRestatementReason(378), from a venue",
    "refused_type": "the type byte of the refused message",
    "message_number": "which of the connection's unsequenced messages it was, from 1",
    "mistake": "`field: what was received and what was expected`; the field is `message` where no one is at fault",
    "md_req_id": "MDReqID(262): the strategy's own id of the subscription",
    "subscription_request_type": "SubscriptionRequestType(263)",
    "md_update_type": "MDUpdateType(265)",
    "market_depth": "how many levels; 0: the whole book",
    "md_entry_types": "the codes wanted of MDEntryType(269): `012` is all",
    "md_req_rej_reason": "MDReqRejReason(281)",
    "trading_state": "whether the symbol trades",
    "is_stale": "the feed is not current: the market may be elsewhere",
    "is_suspect": "a message contradicted the book",
    "more": "Y: the next message of this type and MDReqID goes on with the entries",
    "last_time": "the venue's time of the last execution",
    "trade_count": "executions so far",
    "total_volume": "their quantity",
    "change_number": "the book's count of its changes: it rises, not by one",
    "conflated": "changes that are in this message and were not told one by one",
    "update_time": "the venue's time of the last change",
    "md_entry_type": "MDEntryType(269)",
    "md_update_action": "MDUpdateAction(279)",
    "quantity": "the level's quantity",
    "orders": "how many orders it is made of",
    "position": "the level's place in the new book, from 1; 0 for one that is gone",
    "short_restriction": "whether short sales are restricted by price",
    "state_time": "the venue's time of the state",
    "state_code": "the venue's own word for the state",
    "state_reason": "and its reason",
    "operational_halt": "the code of a halted market",
    "reference_prices": "entries of name, price, the venue's time and the time of receipt (0: none)",
    "name": "of the reference price",
    "time": "the venue's",
    "received": "by Fairlead",
    "appendage_length": "bytes of the options that follow",
    "appendage": "options, in any order",
    "symbol_count": "how many entries follow",
    "level_count": "how many entries follow",
    "change_count": "how many entries follow",
    "message_type": "",
}


def made(protocol: Protocol) -> str:
    """Return what the document has between its marks."""
    parts = ["## Messages to the gateway\n"]
    parts += [_message(layout) for layout in protocol.layouts_of(Direction.TO_VENUE)]
    parts.append("## Messages to the strategy\n")
    parts += [_message(layout) for layout in protocol.layouts_of(Direction.TO_CLIENT)]
    parts += ["## Options\n", _options(protocol), "## Codes\n", _codes(protocol)]
    return "\n".join(parts)


def _message(layout: Layout) -> str:
    lines = [
        f"### {layout.name}, type `{chr(layout.type_code)}`",
        "",
        MESSAGES[layout.name],
        "",
        *HEAD,
        *_rows(layout.fields),
    ]
    own = [option for option in layout.options if option.name not in {field.name for field in layout.fields}]
    if own:
        lines += ["", f"Options: {', '.join(f'`{option.name}`' for option in own)}."]
    return "\n".join(lines) + "\n"


def _rows(fields: tuple[Field, ...], entry: str = "") -> Iterator[str]:
    for field in fields:
        if field.kind == GROUP:
            yield from _rows(field.fields, f"{field.name}, {field.entry_length} bytes each: ")
            continue
        length = field.length if field.length >= 0 else ""
        meaning = f"`{field.const}`" if field.const is not None else FIELDS[field.name]
        yield f"| {field.offset} | {length} | {entry}`{field.name}` | {_type(field)} | {meaning} |"


def _type(field: Field) -> str:
    if field.kind == OPTIONS:
        return "options"
    if field.kind == GROUP:
        return f"entries of {field.entry_length} bytes"
    if field.enum:
        return f"[{field.enum}](#{field.enum})"
    if field.kind == TEXT:
        return "code" if field.length == 1 else "text"
    if field.scale:
        return "decimal"
    if field.unit == "ns":
        return "time"
    return {UINT: "uint", INT: "int"}[field.kind]


def _options(protocol: Protocol) -> str:
    found = {option.tag: option for layout in protocol.layouts for option in layout.options}
    lines = ["| tag | option | bytes | type | |", "|---|---|---|---|---|"]
    for tag, option in sorted(found.items()):
        length = str(option.length) if option.length >= 0 else "any"
        times = "; may come more than once" if option.is_repeated else ""
        lines.append(f"| {tag} | `{option.name}` | {length} | {_type(option)} | {FIELDS[option.name]}{times} |")
    for option in found.values():
        if option.kind == GROUP:
            lines += ["", f"Each entry of `{option.name}`:", "", *HEAD, *_rows(option.fields)]
    return "\n".join(lines) + "\n"


def _codes(protocol: Protocol) -> str:
    parts = []
    for name, values in protocol.enums.items():
        codes = ", ".join(f"`{code}` {meaning}" for code, meaning in values.items())
        parts.append(f"### {name}\n\n{codes}\n")
    return "\n".join(parts)


def document(text: str, protocol: Protocol) -> str:
    """Return the document's text with its tables made anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, behind = rest.partition(END)
    return f"{before}{BEGIN}\n{made(protocol)}\n{END}{behind}"


def main() -> int:
    """Write the document."""
    text = document(DOCUMENT.read_text(encoding="utf-8"), load_protocol("fairlead_strategy_1_0"))
    DOCUMENT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
