"""Run simulated OUCH venues inside the test, remember what they were asked, and compare books with the gateway's."""

import struct
from collections import Counter
from collections.abc import Mapping

from venues import MIDS

from fairlead.certification.venues.market_maker import Quote
from fairlead.certification.venues.ouch_face import OuchFace, OuchSettings
from fairlead.certification.venues.profile import VenueProfile
from fairlead.certification.venues.soup import SoupSettings
from fairlead.certification.venues.venue import Venue, VenueSettings
from fairlead.gateway.orders.ledger_cy import Ledger

USER = "FIRM01"
PASSWORD = "OPENSESAME"
VERSIONS = {"XO42": "4.2", "XO50": "5.0"}
# where a request's own token stands: after the type, and in a replace after the existing one's
_TOKENS = {"4.2": ("14s", "15x14s"), "5.0": (">I", ">5xI")}


class CountingFace(OuchFace):
    """A face that counts the messages that reach it, by type, and the tokens of orders and replaces."""

    def __init__(self, venue: Venue, settings: OuchSettings) -> None:
        self.received: Counter[tuple[str, str]] = Counter()
        self.kinds: Counter[str] = Counter()
        super().__init__(venue, settings)

    def on_unsequenced(self, user: str, payload: bytes) -> None:
        """Count, then act."""
        kind = payload[:1].decode()
        self.kinds[kind] += 1
        if kind in "OU":
            form = _TOKENS[self.settings.version][kind == "U"]
            (token,) = struct.unpack_from(form, payload, 1 if kind == "O" else 0)
            text = str(token) if isinstance(token, int) else token.decode().strip()
            self.received[kind, text] += 1
        super().on_unsequenced(user, payload)


class RecordingOuchVenue(Venue):
    """A venue that is met over OUCH, with quotes to trade against."""

    def __init__(
        self,
        name: str,
        mids: Mapping[str, str] = MIDS,
        *,
        is_quoted: bool = True,
        profile: VenueProfile | None = None,
    ) -> None:
        quoted = mids.items() if is_quoted else ()
        quotes = tuple(Quote.read(f"{symbol}:{mid}:0.06:200") for symbol, mid in quoted)
        profile = profile or VenueProfile(name="XNQ", whole_quantities=True, price_places=4)
        super().__init__(VenueSettings(profile=profile, quotes=quotes))
        self.name = name
        self.port = 0
        settings = OuchSettings(version=VERSIONS[name], soup=SoupSettings(credentials={USER: PASSWORD}))
        self.face = CountingFace(self, settings)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen, and return the port."""
        bound = await self.face.listen(host, port)
        self.begin()
        return bound

    @property
    def is_logged_on(self) -> bool:
        """Tell whether the gateway is logged on."""
        return self.face.server.is_connected(USER)

    def disconnect(self, user: str = USER, *, reset: bool = False) -> None:
        """Cut the gateway's connection."""
        self.face.disconnect(USER, reset=reset)

    def faults(self, ledger: Ledger) -> list[str]:
        """Name every difference between the venue's books and the gateway's."""
        faults = [f"{key} received {count} times" for key, count in self.face.received.items() if count > 1]
        faults += [f"ignored: {text}" for text in self.face.ignored if "token" not in text]
        ours = {order.venue_order_id: order for order in ledger.orders() if order.venue == self.name}
        theirs = [order for order in self.orders if order.face == self.face.reports.name]
        for there in theirs:
            order = ours.get(str(there.terms.reference))
            if order is None:
                faults.append(f"order {there.cl_ord_id} is in no book of the gateway")
                continue
            here = (order.venue_cl_ord_id, order.cum_qty, order.leaves_qty, order.notional, order.is_ended)
            said = (there.cl_ord_id, there.terms.cum, there.leaves, there.notional, not there.is_open)
            if here != said:
                faults.append(f"{order!r}: the gateway has {here}, the venue {said}")
        known = {cl_ord_id for there in theirs for cl_ord_id in there.cl_ord_ids}
        for order in ledger.orders():
            if order.venue == self.name and not order.venue_order_id and order.venue_cl_ord_id in known:
                faults.append(f"{order!r} was given up, but the venue has it")
        return faults + self._execution_faults(ledger, {there.cl_ord_id: there.session for there in theirs})

    def _execution_faults(self, ledger: Ledger, sessions: dict[str, str]) -> list[str]:
        here = Counter(
            (execution.venue_exec_ids[0][:-1], execution.last_qty, execution.last_px)
            for order in ledger.orders()
            if order.venue == self.name
            for execution in order.executions
        )
        ours = set(sessions.values())
        there = Counter(
            (str(execution.match_number), execution.quantity, execution.price)
            for execution in self.executions
            if execution.session in ours
        )
        missing = [f"execution {key} of {self.name} is not in the gateway's books" for key in there - here]
        return missing + [f"execution {key} is not in {self.name}'s books" for key in here - there]
