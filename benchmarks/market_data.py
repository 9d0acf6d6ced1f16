"""Time what a subscriber costs: one change of a book, told over a port, from the mark to the bytes."""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from benchmarks.tables import Table
from fairlead.adapters.endpoint import PacedEndpoint
from fairlead.adapters.fix.settings import SessionId, SessionSettings
from fairlead.adapters.market_data import BID, DirectoryEntry, MarketBook, SymbolStatus
from fairlead.adapters.market_data_outlet import PORTION_BYTES
from fairlead.adapters.session_store import MemoryStore
from fairlead.codecs.fix.writer_cy import MessageWriter
from fairlead.codecs.vocabulary.constants import ABSENT, SCALE
from fairlead.gateway.market_data.subscriptions import MarketDataSubscriptions
from fairlead.gateway.ports.fix_port import FixPort, FixStrategy, FixStrategySession
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.ports.json_port import JsonPort
from fairlead.gateway.ports.json_session import JsonStrategySession
from fairlead.gateway.ports.secret_hash import SecretHash

UPDATES: Final = 4000
ROUNDS: Final = 7
DEPTHS: Final = (1, 5, 0)
UTC_NS: Final = 1_763_800_000_000_000_000
LEVELS: Final = 50


class _Book:
    """Be a book of ``LEVELS`` a side whose best bid changes its quantity."""

    def __init__(self) -> None:
        self.symbol, self.venue, self.feed = "MSFT", "XNAS", "itch"
        self.status = SymbolStatus()
        self.is_stale = self.is_suspect = False
        self.stale_reason = self.suspect_reason = ""
        self.is_reliable = True
        self.last_px = self.last_qty = ABSENT
        self.last_utc_ns = self.trade_count = self.volume = 0
        self.change_number = self.top_change_number = 0
        self.update_venue_utc_ns = UTC_NS
        self._bids = [((430 * 100 - n) * SCALE // 100, 100 * SCALE, 1) for n in range(LEVELS)]
        self._asks = [((431 * 100 + n) * SCALE // 100, 100 * SCALE, 1) for n in range(LEVELS)]

    def change(self) -> None:
        self.change_number += 1
        self.top_change_number += 1
        price, quantity, orders = self._bids[0]
        self._bids[0] = (price, quantity + SCALE, orders)

    def levels(self, side: int, depth: int) -> list[tuple[int, int, int]]:
        found = self._bids if side == BID else self._asks
        return found[:depth] if depth else list(found)


class _Picture:
    def __init__(self, book: Any) -> None:
        self._book = book
        self.tell: Callable[[MarketBook, int, int], None] = lambda book, now_ns, utc_ns: None

    def book(self, symbol: str, venue: str = "") -> MarketBook | None:
        found: MarketBook = self._book
        return found

    def books(self, symbol: str) -> list[MarketBook]:
        return [self._book]

    def watch(self, listener: Callable[[MarketBook, int, int], None]) -> None:
        self.tell = listener

    def directory(self, symbol: str) -> list[DirectoryEntry]:
        return []


class _Desk:
    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments: None


def _json(subscriptions: MarketDataSubscriptions, identity: StrategyIdentity, depth: int) -> PacedEndpoint:
    desk: Any = _Desk()
    port = JsonPort([JsonStrategySession(identity, MemoryStore())], desk, market_data=subscriptions)
    connection = port.connection("127.0.0.1")
    connection.receive_connected(0, UTC_NS)
    asked = b'{"type":"market_data_request","md_req_id":"M","subscription_request_type":"subscribe","symbols":["MSFT"]'
    login = b'{"type":"login","strategy":"alpha","secret":"sesame","heartbeat_interval_s":0}\n'
    connection.receive_data(login + asked + b',"market_depth":%d}\n' % depth, 0, UTC_NS)
    return connection


def _fix(subscriptions: MarketDataSubscriptions, identity: StrategyIdentity, depth: int) -> PacedEndpoint:
    desk: Any = _Desk()
    settings = SessionSettings(SessionId("FIX.4.4", "FAIRLEAD", "ALPHA"), is_initiator=False)
    strategy = FixStrategy(StrategyIdentity("alpha"), settings)
    session = FixStrategySession(strategy, MemoryStore(), desk, None, subscriptions)
    connection = FixPort([session], lambda text, utc_ns: None).connection("127.0.0.1")
    connection.receive_connected(0, UTC_NS)
    writer = MessageWriter("FIX.4.4", "ALPHA", "FAIRLEAD")
    asked = ((262, "M"), (263, "1"), (264, str(depth)), (265, "1"), (267, "3"), (269, "0"), (269, "1"), (269, "2"))
    bodies = (("A", ((98, "0"), (108, "0"))), ("V", (*asked, (146, "1"), (55, "MSFT"))))
    for number, (msg_type, fields) in enumerate(bodies, 1):
        writer.start(msg_type, number, UTC_NS)
        for tag, value in fields:
            writer.put_str(tag, value)
        connection.receive_data(writer.finish(), 0, UTC_NS)
    return connection


PORTS: Final = {"FIX 4.4": _fix, "JSON": _json}


def _rounds(port: str, depth: int, updates: int, rounds: int) -> Iterator[tuple[float, float]]:
    """Yield (us an update, bytes an update) of each round."""
    book = _Book()
    picture = _Picture(book)
    identity = StrategyIdentity("alpha", SecretHash.of("sesame", 1))
    subscriptions = MarketDataSubscriptions(picture, {"XNAS"}, {"alpha": identity}, ())
    connection = PORTS[port](subscriptions, identity, depth)
    connection.take_output()  # what answers the logon goes first
    told: Any = book
    for _ in range(rounds):
        sent = 0
        begin = time.perf_counter_ns()
        for _ in range(updates):
            book.change()
            picture.tell(told, 0, UTC_NS)
            while connection.next_deadline_ns() == 0:
                connection.on_timer(0, UTC_NS)
                sent += len(connection.take_output())
        yield (time.perf_counter_ns() - begin) / updates / 1000, sent / updates


def main(updates: int = UPDATES, rounds: int = ROUNDS) -> list[Table]:
    """Measure and return the table, medians of the rounds."""
    rows = []
    for port in PORTS:
        for depth in DEPTHS:
            found = list(_rounds(port, depth, updates, rounds))
            cost_us = statistics.median(us for us, _ in found)
            size = statistics.median(size for _, size in found)
            portion_us = cost_us * PORTION_BYTES / size
            name = f"{depth} of {LEVELS}" if depth else f"all {LEVELS}"
            rows.append([port, name, f"{cost_us:.1f}", f"{size:.0f}", f"{portion_us:.0f}"])
    return [Table("one change told to one subscriber", ["port", "levels", "us", "bytes", "us a turn at most"], rows)]
