"""Failures of what the gateway stands on, over OUCH: a disk that is full.

The venue takes no questions, so what it never answered is cancelled under its token when the gateway is back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairlead.certification.cases.fr.bounds import (
    JOURNAL_FAILED,
    LARGEST_FILE,
    ROUNDS,
    trade_until_it_ends,
)
from fairlead.certification.model.case import Catalogue, case

OUCH = ("ouch42", "ouch50", "jnx_ouch")


async def end_what_was_sent(stage: Any, sent: list[str]) -> None:
    """Answer orders, obey the cancels that the gateway sends for them since it is back, and see each one ended."""
    for name in sent:
        await stage.do("venue.ack", name)
        await stage.do("venue.own_cancel", name)
        await stage.do("gw.expect", {"of": name, "type": "canceled", "leaves_qty": 0})
    await stage.do("expect.nothing", {})


async def play_full_disk(stage: Any, variant: Mapping[str, Any]) -> None:
    """Fill the journal until the disk gives no more; then every order that the venue has must be in it."""
    await stage.do("gateway.own", {"journal": {"segment_mib": 1}, "limits": {"max_open_orders": ROUNDS + 2}})
    await stage.do("gw.place", {"as": "A", "side": "buy", "qty": 100, "px": "10.00"})
    await stage.do("venue.ack", "A")
    await stage.do("gw.expect", {"of": "A", "type": "accepted"})
    await stage.do("gateway.disk_full", LARGEST_FILE[variant["log"]])
    placed = await trade_until_it_ends(stage)
    await stage.do("gateway.ended", JOURNAL_FAILED)
    await stage.do("venue.gone", {})
    sent = [name for name in placed if stage.cards[name].message is not None]
    for name in placed:
        if name not in sent:
            stage.venue.pending.remove(stage.cards[name])
    for name in sent:
        await stage.do("venue.got", name)
    await stage.do("gateway.start", {})
    await end_what_was_sent(stage, sent)
    await stage.do("settle", {"A": "new", "cum": 0})


def add_to(catalogue: Catalogue) -> None:
    """Add these cases."""
    case(
        catalogue,
        "FR18.ouch",
        group="FR",
        title="The journal can't be written any more",
        asks="Nothing more is sent, and the gateway ends. After its start it knows every order that the venue has.",
        why="An order that no record speaks of is nobody's, and trades all the same.",
        reference=["RTS 6 art. 28", "known field failure"],
        protocols=OUCH,
        timeout_s=120.0,
        vary={"log": tuple(LARGEST_FILE)},
    )(play_full_disk)
