"""SX02, SX04, SX05, SX10: both sides recover at once, in order, and nothing is done twice or too late."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairlead.certification.engine.names import ADMIN
from fairlead.certification.model.case import Catalogue, case
from fairlead.certification.model.verdicts import Deviation, Unsupported

FIX = ("fix42", "fix44")
ORDERS = frozenset("DEFGs")


def add_to(catalogue: Catalogue) -> None:
    """Add this module's cases."""
    for add in (_add_traffic, _add_both, _add_stale, _add_next_expected):
        add(catalogue)


def _add_traffic(catalogue: Catalogue) -> None:
    @case(
        catalogue,
        "SX02",
        group="SX",
        title="New messages while a resend is under way",
        asks="Process every message once, in the order of the numbers.",
        why="A cancel that is processed before its order, or a fill counted twice, is money.",
        reference=["CME market integration"],
        protocols=FIX,
        subjects=["engine"],
    )
    async def traffic(stage: Any, variant: Mapping[str, Any]) -> None:
        await stage.do("peer.logon", {})
        await stage.do("peer.manual", ["ResendRequest"])
        ids = []
        for said in ({"lose": True, "as": "first"}, {"lose": True}, {}):
            await stage.do("peer.send", {"type": "order", **said})
            ids.append(stage.names["id"])
        await stage.do("expect.ResendRequest", {7: "$first"})
        first = int(stage.names["first"])
        await stage.do("peer.resend", {"from": first, "to": first})
        await stage.do("peer.send", {"type": "order"})
        ids.append(stage.names["id"])
        await stage.do("peer.resend", {"from": first + 1, "to": first + 2})
        await stage.do("peer.manual", [])
        await stage.do("expect.alive", {})
        answered = [
            got.message.get(11)
            for got in stage.peer.inbox
            if got.message is not None and got.msg_type not in ADMIN and got.message.get(11) in ids
        ]
        seen = list(dict.fromkeys(answered))
        if seen and seen != ids:
            raise Deviation(f"answers to the orders {', '.join(seen)}, expected {', '.join(ids)}, in this order")


def _add_both(catalogue: Catalogue) -> None:
    @case(
        catalogue,
        "SX04",
        group="SX",
        title="Both sides miss something",
        asks="Ask for what is missing and serve the peer's request, whichever comes first.",
        why="After a cut in both directions each side finds a gap at the same moment.",
        reference=["CME market integration", "FTC 20"],
        protocols=FIX,
        subjects=["engine"],
    )
    async def both(stage: Any, variant: Mapping[str, Any]) -> None:
        await stage.do("peer.logon", {})
        await stage.do("peer.cut", "fin")
        await stage.do("peer.connect", {})
        if stage.options.is_acceptor:
            await stage.do("peer.send_logon", {"ahead": 3, "continue": True})
            await stage.do("expect.Logon", {})
            stage.peer.begin_heartbeats()
        else:
            await stage.do("expect.Logon", {})
            await stage.do("peer.reply_logon", {"ahead": 3})
        await stage.do("peer.ask", {"from": 1, "to": 0})
        await stage.do("any", [
            [{"expect.ResendRequest": {}}, {"expect.resent": {}}],
            [{"expect.resent": {}}, {"expect.ResendRequest": {}}],
        ])  # fmt: skip
        stage.skip()
        await stage.do("expect.alive", {})


def _add_stale(catalogue: Catalogue) -> None:
    @case(
        catalogue,
        "SX05",
        group="SX",
        title="A stale order within the range that is asked for",
        asks="Fill over an order of an earlier connection; it is not sent late.",
        why="The market has moved on; an order that arrives minutes late trades at yesterday's price.",
        reference=["field practice"],
        protocols=FIX,
        subjects=["engine"],
    )
    async def stale(stage: Any, variant: Mapping[str, Any]) -> None:
        if "send" not in stage.options.triggers:
            raise Unsupported("nobody can make the engine send an order: no --trigger send=COMMAND was given")
        await stage.do("peer.logon", {})
        order = await stage.do("engine.application", {})
        if order.msg_type not in ORDERS:
            raise Unsupported(f"the engine sends no orders: it sent MsgType {order.msg_type!r}")
        await stage.do("peer.cut", "fin")
        await stage.do("peer.come_back", {})
        await stage.do("peer.ask", {"from": order.msg_seq_num})
        before = len(stage.tolerated)
        repeated = await stage.do("expect.resent", {})
        del stage.tolerated[before:]  # to be filled over is what is asked for here
        if any(message.msg_type in ORDERS for message in repeated):
            raise Deviation(f"order {order.get(11)!r} was repeated, expected a gap fill over it")
        await stage.do("expect.alive", {})


def _add_next_expected(catalogue: Catalogue) -> None:
    @case(
        catalogue,
        "SX10",
        group="SX",
        title="NextExpectedMsgSeqNum in the Logon",
        asks="Repeat what the peer says it misses, without a ResendRequest.",
        why="It saves a round trip, and the peer that sent it will not ask.",
        reference=["FIX 4.4 Logon, field 789"],
        protocols=("fix44",),
        subjects=["engine"],
        roles=("acceptor",),
    )
    async def next_expected(stage: Any, variant: Mapping[str, Any]) -> None:
        await stage.do("peer.logon", {})
        if 789 not in stage.last_message("A"):
            raise Unsupported("the engine's Logon has no NextExpectedMsgSeqNum(789)")
        sent = await stage.do("engine.application", {})
        await stage.do("peer.cut", "fin")
        stage.identity.next_in = sent.msg_seq_num
        await stage.do("peer.connect", {})
        await stage.do("peer.send_logon", {"continue": True, "fields": {789: sent.msg_seq_num}})
        await stage.do("expect.Logon", {789: "*"})
        stage.names |= {"asked_from": str(sent.msg_seq_num), "asked_to": str(sent.msg_seq_num)}
        await stage.do("expect.resent", {})
        stage.peer.begin_heartbeats()
        await stage.do("expect.alive", {})
