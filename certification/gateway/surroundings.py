"""Say what happens around a case's venue: a second host, copies of executions over a session of their own, a feed.

They belong to a gateway of the case's own (``own_gateway``), whose configuration has them.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from fairlead.certification.gateway.arguments import decimal_of, table_of
from fairlead.certification.gateway.fix_line import FixLine
from fairlead.certification.gateway.fix_venue import BEGIN_STRINGS, FixVenue
from fairlead.certification.gateway.own_gateway import OwnGatewayWords
from fairlead.certification.model.verdicts import Deviation, Unsupported
from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.book_records import BookOrder
from fairlead.certification.venues.itch_face import ItchFace, ItchSettings
from fairlead.certification.venues.profile import VenueProfile
from fairlead.certification.venues.session_records import SessionRecord, SessionSettings
from fairlead.certification.venues.venue import Venue, VenueSettings
from fairlead.certification.venues.wire import Field

if TYPE_CHECKING:
    from fairlead.certification.gateway.capabilities import Capabilities
    from fairlead.certification.gateway.venue_side import Booked, Trade
    from fairlead.certification.model.results import WireRecord
    from fairlead.certification.runner import Playing

_EXEC_ID, _LAST_QTY, _LAST_PX = 17, 32, 31
_LARGEST_PRICE = 199_999 * UNITS
_OTHERS = "OTHERS"


class Surroundings(OwnGatewayWords):
    """The words about what is around. ``copies`` and ``feed`` are None until a case has them up."""

    capabilities: Capabilities
    playing: Playing
    copies: FixLine | None = None
    feed: Venue | None = None

    def _trade(self, name: str) -> tuple[Booked, Trade]:
        raise NotImplementedError

    async def control(self, arguments: Any) -> dict[str, Any]:
        """Ask at the control socket."""
        raise NotImplementedError

    async def until(self, holds: Any, what: str) -> None:
        """Wait in real time."""
        raise NotImplementedError

    def _fix_line(self) -> FixLine:
        if not isinstance(self.venue, FixVenue):
            raise Unsupported(f"this is played over FIX, not over {self.playing.protocol}")
        return self.venue.line

    # the other host

    async def venue_moves(self, arguments: Any) -> None:
        """Be at the second host from now on; who connects to the first one is refused."""
        self._fix_line().move(self.the_own().second)

    async def venue_loses_tail(self, arguments: Any) -> None:
        """Forget the last messages: ``sent`` so many of our own, ``received`` so many of the gateway's."""
        table = table_of(arguments, "sent received")
        record = self._fix_line().session.record
        record.next_out -= int(table.get("sent", 0))
        record.next_in -= int(table.get("received", 0))
        for number in [number for number in record.sent if number >= record.next_out]:
            del record.sent[number]

    async def venue_is_refused(self, arguments: Any) -> None:
        """Be there again once, and expect that the gateway logs out with this ``text`` and leaves."""
        text, before = str(table_of(arguments, "text")["text"]), len(self.wire)

        def is_told() -> bool:
            said = [each for each in self.wire[before:] if each.kind == "Logout" and each.direction == "in"]
            return any(text in each.raw for each in said)

        await self.venue.again()
        await self.installation.connect_venue(self.place.venue)
        await self.until(is_told, f"a Logout of the gateway that says {text!r}")
        await self.venue.cut("rst")

    async def venue_agrees(self, arguments: Any) -> None:
        """Take the numbers over that the gateway has, as two desks agree on them by telephone."""
        told = await self.control({"command": "venues.list"})
        (shown,) = [each for each in told["venues"] if each["venue"] == self.place.venue]
        record = self._fix_line().session.record
        record.next_out, record.next_in = shown["next_in"], shown["next_out"]

    async def venue_stops_reading(self, arguments: Any) -> None:
        """Read nothing more from the connection, and leave it open."""
        self._fix_line().pause_reading(True)

    async def venue_reads_again(self, arguments: Any) -> None:
        """Read what has come meanwhile."""
        self._fix_line().pause_reading(False)

    # copies of executions

    async def copy_up(self, arguments: Any) -> None:
        """Let the gateway connect for copies."""
        own, venue = self.the_own(), self.place.venue
        protocol = self.playing.protocol

        def note(record: WireRecord) -> WireRecord:
            record.link = "copies"
            return self.note_wire(record)

        settings = SessionSettings(BEGIN_STRINGS[protocol], f"{venue}-DC")
        self.copies = FixLine(own.copies, settings, SessionRecord("FAIRLEAD"), self.clock, note, lambda message: None)
        await self.copies.open()
        await self.until(lambda: self.copies and self.copies.session.is_logged_on, "the Logon for copies")

    async def copy_of(self, arguments: Any) -> None:
        """Send a copy of an execution: ``times`` over, another ``px``, or one that gets lost (``lose``)."""
        table = table_of(arguments, "exec times px lose")
        body = [(115, "FAIRLEAD"), *self._trade(table["exec"])[1].body]
        if "px" in table:
            body = [(tag, str(table["px"]) if tag == _LAST_PX else value) for tag, value in body]
        for _ in range(int(table.get("times", 1))):
            self._send_copy(body, lose=bool(table.get("lose")))

    async def copy_invented(self, arguments: Any) -> None:
        """Send a copy of an execution of an order of ours that the order session says nothing of."""
        table = table_of(arguments, "like qty")
        changed = {_EXEC_ID: self.venue.new_id("T"), _LAST_QTY: str(table["qty"])}
        body = self._trade(table["like"])[1].body
        self._send_copy([(115, "FAIRLEAD"), *((tag, changed.get(tag, value)) for tag, value in body)], lose=False)

    def _send_copy(self, body: list[Field], *, lose: bool) -> None:
        assert self.copies is not None
        self.copies.session.lose_next += lose
        self.copies.session.send("8", body)
        self.copies.flush()

    async def copy_asked_again(self, arguments: Any) -> None:
        """Expect that the gateway has asked for what was lost."""
        await self._sync_copies()
        assert self.copies is not None
        if not any(message.msg_type == "2" for message in self.copies.admin):
            raise Deviation("no ResendRequest over the copies' session, expected one for what was lost")

    async def _sync_copies(self) -> None:
        line = self.copies
        assert line is not None
        name = f"COPIES{time.monotonic_ns()}"
        line.session.send("1", [(112, name)])
        line.flush()
        await self.until(lambda: name in line.pongs, f"the Heartbeat that answers TestRequest {name}")

    async def desk_no_break(self, arguments: Any) -> None:
        """Expect that no break at the case's venue is open, once what was copied has been compared."""
        if self.copies is not None:
            await self._sync_copies()
        told = await self.control({"command": "breaks.list", "arguments": {"venue": "$venue"}})
        found = [f"{each['kind']}" for each in told["breaks"] if each.get("state") != "resolved"]
        if found:
            raise Deviation(f"breaks {', '.join(found)} on the list, expected none")

    # the feed

    async def feed_up(self, arguments: Any) -> None:
        """Let the market be seen, and wait until the gateway sees it."""
        own = self.the_own()
        profile = VenueProfile(
            symbols=frozenset((self.place.symbol,)), whole_quantities=True, price_places=4, largest_price=_LARGEST_PRICE
        )
        self.feed = Venue(VenueSettings(profile=profile), self.clock)
        face = ItchFace(self.feed, ItchSettings("OWN"))
        port = own.feed.getsockname()[1]
        own.feed.close()
        await face.listen("127.0.0.1", port)
        self.feed.begin()
        request = {"md_req_id": "FEED", "subscription_request_type": "subscribe", "symbols": [self.place.symbol]}
        self.strategy.send({"type": "market_data_request", **request})
        await self._until_seen("trading_state", "trading")

    def _the_feed(self) -> Venue:
        assert self.feed is not None
        return self.feed

    async def _until_seen(self, name: str, wanted: str) -> None:
        """Wait until the strategy's latest word of a field of the market is this."""

        def latest() -> str:
            told = [line[name] for line in self.strategy.market if name in line]
            return str(told[-1]) if told else ""

        await self.until(lambda: latest() == wanted, f"{name} {wanted} in the market data")

    async def feed_trades(self, arguments: Any) -> None:
        """Have others trade at a price, and wait until it is seen."""
        px = decimal_of(arguments)
        book, venue = self._the_feed().desk.book(self.place.symbol), self._the_feed()
        for is_buy in (False, True):
            book.submit(BookOrder(venue.desk.next_id("M"), _OTHERS, is_buy, 100 * UNITS, price=int(px * UNITS)))
        venue.end_turn()
        await self._until_seen("last_px", f"{px.normalize():f}")

    async def feed_halts(self, arguments: Any) -> None:
        """Halt trading, and wait until it is seen."""
        self._the_feed().halt(self.place.symbol)
        await self._until_seen("trading_state", "halted")

    async def feed_resumes(self, arguments: Any) -> None:
        """Let trading go on, and wait until it is seen."""
        self._the_feed().resume(self.place.symbol)
        await self._until_seen("trading_state", "trading")

    async def close_own(self) -> None:
        """End what is around, and the case's own gateway."""
        if self.copies is not None:
            await self.copies.close()
        if self.feed is not None:
            await self.feed.stop()
        await super().close_own()
