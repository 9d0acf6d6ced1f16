"""FTC 8, 16, 19, 20: what was sent is repeated, queued, or asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairlead.certification.model.case import Catalogue, case
from fairlead.certification.model.verdicts import Blocked, Deviation, Unsupported
from fairlead.certification.venues.wire import read_utc_timestamp

FIX = ("fix42", "fix44")
NS_PER_S = 1_000_000_000
AGE_LIMIT_S = 5


def add_to(catalogue: Catalogue) -> None:
    """Add this module's cases."""
    for add in (_add_resend, _add_queue, _add_seen, _add_new, _add_crossing):
        add(catalogue)


def _add_resend(catalogue: Catalogue) -> None:
    @case(
        catalogue,
        "FS-8",
        group="FS",
        title="A ResendRequest is served",
        asks="Repeat application messages with PossDupFlag and OrigSendingTime; fill over those of the session.",
        why="What the peer lost may have been a fill; a Heartbeat that is repeated says nothing.",
        reference=["FTC 8"],
        protocols=FIX,
        subjects=["engine"],
        vary={"holds": ("administrative", "application")},
    )
    async def resend(stage: Any, variant: Mapping[str, Any]) -> None:
        await stage.do("peer.logon", {})
        if variant["holds"] == "application":
            await stage.do("engine.application", {})
        await stage.do("peer.send", {"type": "TestRequest", "fields": {112: "BETWEEN"}})
        await stage.do("expect.Heartbeat", {112: "BETWEEN"})
        await stage.do("peer.ask", {})
        await stage.do("expect.resent", {})
        await stage.do("expect.alive", {})


def _add_queue(catalogue: Catalogue) -> None:
    shared: dict[str, Any] = {"group": "FS", "protocols": FIX, "subjects": ["engine"]}

    @case(
        catalogue,
        "FS-16a",
        title="What is to be sent while the line is down is kept",
        asks="Queue it, or repeat it on request, once the session is up again.",
        why="A report that is lost with the line leaves a position that nobody knows.",
        reference=["FTC 16a"],
        **shared,
    )
    async def kept(stage: Any, variant: Mapping[str, Any]) -> None:
        await _lose_and_come_back(stage)

    @case(
        catalogue,
        "FS-16b",
        title="After a reconnect both sides get in step first",
        asks="Send what is queued under new numbers, or repeat it as PossDup; SendingTime is when it leaves.",
        why="Old messages that look new are acted on as if they were.",
        reference=["FTC 16b"],
        **shared,
    )
    async def in_step(stage: Any, variant: Mapping[str, Any]) -> None:
        late = await _lose_and_come_back(stage)
        logon = stage.last_message("A")
        logon_ns = read_utc_timestamp(logon.get(52)) or 0
        for message in late:
            sent_ns = read_utc_timestamp(message.get(52)) or 0
            if sent_ns < logon_ns - NS_PER_S // 1000:
                raise Deviation(
                    f"SendingTime {message.get(52)} of MsgSeqNum {message.msg_seq_num} is before the Logon's"
                )


async def _lose_and_come_back(stage: Any) -> list[Any]:
    """Have the engine owe something over a reconnect; return it as it came late."""
    await stage.do("peer.logon", {})
    if "send" in stage.options.triggers:
        await stage.do("peer.cut", "fin")
        await stage.do("engine.trigger", "send")
    else:
        await stage.do("engine.application", {})
        await stage.do("peer.lose_answer", {})
    missing = await stage.do("peer.come_back", {})
    late = []
    if missing:
        await stage.do("peer.ask", {"from": stage.names["asked_from"]})
        late = await stage.do("expect.resent", {})
    if not late:
        late = [(await stage.do("expect.application", {})).message]
    await stage.do("expect.alive", {})
    return late


def _add_seen(catalogue: Catalogue) -> None:
    @case(
        catalogue,
        "FS-19a",
        title="A PossResend message that was seen",
        asks="Notice that its content was acted on, and do not act again.",
        why="The sender did not know whether its order had arrived; two orders would.",
        reference=["FTC 19a"],
        group="FS",
        protocols=FIX,
        subjects=["engine"],
    )
    async def seen(stage: Any, variant: Mapping[str, Any]) -> None:
        await stage.do("peer.logon", {})
        await stage.do("peer.send", {"type": "order", "id": "A"})
        try:
            await stage.do("expect.sent", {})
        except Blocked as blocked:
            raise Unsupported("what the application does can't be seen: it answers nothing") from blocked
        await stage.do("peer.send", {"type": "order", "id": "A", "resend": True})
        await stage.do("expect.not_done_again", {})
        await stage.do("expect.alive", {})


def _add_new(catalogue: Catalogue) -> None:
    @case(
        catalogue,
        "FS-19b",
        title="A PossResend message that is new",
        asks="Process it as any other.",
        why="The first copy may have been lost.",
        reference=["FTC 19b"],
        group="FS",
        protocols=FIX,
        subjects=["engine"],
    )
    async def new(stage: Any, variant: Mapping[str, Any]) -> None:
        await stage.do("peer.logon", {})
        await stage.do("peer.send", {"type": "order", "resend": True})
        await stage.do("expect.alive", {})


def _add_crossing(catalogue: Catalogue) -> None:
    @case(
        catalogue,
        "FS-20",
        group="FS",
        title="A ResendRequest while its own is open",
        asks="Serve it, then ask again for what is still missing.",
        why="Two sides that each wait for the other wait for ever.",
        reference=["FTC 20"],
        protocols=FIX,
        subjects=["engine"],
    )
    async def crossing(stage: Any, variant: Mapping[str, Any]) -> None:
        await stage.do("peer.logon", {})
        await stage.do("peer.manual", ["ResendRequest"])
        await stage.do("peer.send", {"type": "Heartbeat", "ahead": 2})
        await stage.do("expect.ResendRequest", {7: "$gap"})
        await stage.do("peer.ask", {})
        await stage.do("expect.resent", {})
        await stage.do("peer.resend", {"from": "$gap"})
        await stage.do("peer.manual", [])
        await stage.do(
            "any",
            [[{"expect.alive": {}}], [{"expect.ResendRequest": {}}, {"expect.alive": {}}]],
        )
