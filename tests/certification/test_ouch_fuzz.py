"""Whatever a user sends over OUCH, the venue stands, and its books and streams hold together."""

from __future__ import annotations

from typing import Any

import pytest
from feed_book import FeedBook
from ouch_client import TABLES
from ouch_random import PROFILE, trade

from fairlead.adapters.itch.feed_books import FeedBooks
from fairlead.adapters.itch.mapping import load_mapping
from fairlead.adapters.market_data import ASK, BID
from fairlead.certification.venues.binary_wire import Table, load_table
from fairlead.certification.venues.itch_face import ItchFace, ItchSettings
from fairlead.certification.venues.itch_feed import LONGEST_SYMBOL
from fairlead.certification.venues.ouch_face import OuchFace, OuchSettings
from fairlead.certification.venues.venue import Venue, VenueSettings


@pytest.mark.parametrize("self_match", ["allow", "cancel_newest", "cancel_resting", "cancel_both"])
@pytest.mark.parametrize("version", ["4.2", "5.0", "JNX"])
async def test_random_messages(version: str, self_match: Any) -> None:
    venue = Venue(VenueSettings(profile=PROFILE, self_match=self_match, trigger_delay_s=0))
    face = OuchFace(venue, OuchSettings(version=version))
    itch = ItchFace(venue, ItchSettings())
    venue.begin()
    trade(venue, face, 1_500, f"{version}{self_match}")
    assert len(venue.executions) > 50 and len(face.ignored) > 50
    table = load_table(TABLES[version])
    codes = {
        str(Table.decode(table.client, payload)[1]["message_type"])
        for account in face.accounts.values()
        for payload in account.stream.messages
    }
    assert codes >= set("SAUCEJ")
    book = FeedBook()
    for payload in itch.feed.stream.messages:
        book.apply(payload)
    for symbol, own in venue.book.items():
        bids, offers = (own.shown_levels(side) for side in (True, False))
        if len(symbol) <= LONGEST_SYMBOL:  # others are not in the feed
            assert [book.levels(symbol, side) for side in (True, False)] == [bids, offers]
        assert not bids or not offers or bids[0][0] < offers[0][0]
        assert all(order.shown > 0 for side in (True, False) for order in own.resting(side))
    await venue.stop()


async def test_the_gateways_books_are_the_venues() -> None:
    """Two strangers agree: what the adapter makes of the feed, and what the simulator has."""
    venue = Venue(VenueSettings(profile=PROFILE, trigger_delay_s=0))
    face = OuchFace(venue, OuchSettings(version="5.0"))
    itch = ItchFace(venue, ItchSettings())
    venue.begin()
    events: list[object] = []
    ours = FeedBooks(load_mapping("itch_5_0"), "sim", "XNQ", events.append)
    taken = 0
    for part in range(10):
        trade(venue, face, 400, f"part {part}")
        messages = itch.feed.stream.messages
        for number in range(taken, len(messages)):
            ours.books.apply(messages[number], number + 1, venue.clock.utc_ns())
        taken = len(messages)
        for symbol, own in venue.book.items():
            book = ours.book(symbol)
            for side, is_buy in ((BID, True), (ASK, False)):
                assert (book.levels(side, 0) if book else []) == own.shown_levels(is_buy)
            assert book is None or not book.is_stale
    assert events == []
    await venue.stop()
