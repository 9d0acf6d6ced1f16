"""Put the strategy ports behind real sockets and the real driver, with a market picture that a test sets by hand."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

from market_fakes import FakeBook, FakeMarketData

from fairlead.adapters.fix.settings import SessionId, SessionSettings
from fairlead.adapters.session_store import MemoryStore
from fairlead.adapters.slow_consumer import SlowConsumerPolicy
from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.fix.validator_cy import Validator
from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.gateway.clock import Clock
from fairlead.gateway.links.link_cy import Link
from fairlead.gateway.links.listener import Listener
from fairlead.gateway.links.turn_cy import Turn
from fairlead.gateway.market_data.subscriptions import MarketDataSubscriptions
from fairlead.gateway.ports.binary_port import BinaryPort
from fairlead.gateway.ports.binary_session import BinaryStrategySession
from fairlead.gateway.ports.fix_port import FixPort, FixStrategy, FixStrategySession
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.ports.json_port import JsonPort, JsonPortSettings
from fairlead.gateway.ports.json_session import JsonStrategySession
from fairlead.gateway.ports.secret_hash import SecretHash

LINK_BYTES = 8 * 1024 * 1024


def accepted(cl_ord_id: str) -> Report:
    """Return an acknowledgement with all that either version of FIX asks for."""
    return Report(
        kind=ReportKind.ACCEPTED,
        exec_type=ExecType.NEW,
        ord_status=OrdStatus.NEW,
        cl_ord_id=cl_ord_id,
        order_id="F1",
        exec_id=f"E-{cl_ord_id}",
        symbol="MSFT",
        side=Side.BUY,
        order_qty=100 * SCALE,
        price=10 * SCALE,
        leaves_qty=100 * SCALE,
        cum_qty=0,
    )


class NoJournal:
    """Commit nothing."""

    def __init__(self) -> None:
        self.now_ns = 0

    def commit(self) -> None:
        return None


class NoDesk:
    """Take every request and do nothing, as an order path in which nothing happens."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments: None


class MarketFloor:
    """Hold a strategy on each port, and books: alpha (JSON), gamma (binary), secret sesame; QUICK (FIX)."""

    def __init__(
        self,
        *books: FakeBook,
        version: str = "FIX.4.4",
        slow: SlowConsumerPolicy | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.faults: list[BaseException] = []
        self.market = FakeMarketData(*books)
        self.turn = Turn(Clock(), NoJournal(), self.faults.append, lambda now_ns: None)
        alpha = StrategyIdentity("alpha", SecretHash.of("sesame", 1))
        beta = StrategyIdentity("beta")
        gamma = StrategyIdentity("gamma", SecretHash.of("sesame", 1))
        identities = {"alpha": alpha, "beta": beta, "gamma": gamma}
        subscriptions = MarketDataSubscriptions(self.market, {"XNAS"}, identities, {"IBM"}, lambda name: 10_000)
        policy = slow or SlowConsumerPolicy()
        desk: Any = NoDesk()
        self.json_session = JsonStrategySession(alpha, MemoryStore())
        json_port = JsonPort(
            [self.json_session], desk, JsonPortSettings(slow_consumer=policy), market_data=subscriptions
        )
        settings = SessionSettings(SessionId(version, "FAIRLEAD", "QUICK"), is_initiator=False)
        self.fix_store = MemoryStore()
        validator = Validator(load_dictionary(version))
        self.fix_session = FixStrategySession(
            FixStrategy(beta, settings), self.fix_store, desk, validator, subscriptions
        )
        fix_port = FixPort([self.fix_session], lambda text, utc_ns: None, policy)
        self.json = Listener("json", self.turn, json_port.connection, LINK_BYTES, tls)
        self.fix = Listener("fix", self.turn, fix_port.connection, LINK_BYTES)
        self.binary_session = BinaryStrategySession(gamma, "gamma", MemoryStore())
        binary_port = BinaryPort([self.binary_session], desk, market_data=subscriptions)
        self.binary = Listener("binary", self.turn, binary_port.connection, LINK_BYTES)
        self.binary_address = ("", 0)
        self.json_address = ("", 0)
        self.fix_address = ("", 0)

    async def __aenter__(self) -> "MarketFloor":
        self.json_address = self.json.listen("127.0.0.1", 0)
        self.fix_address = self.fix.listen("127.0.0.1", 0)
        self.binary_address = self.binary.listen("127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        for listener in (self.json, self.fix, self.binary):
            listener.close("the test is over")
        await asyncio.sleep(0)
        assert not self.faults

    def links(self) -> list[Link]:
        """Return the links of all strategies."""
        return [*self.json.links, *self.fix.links, *self.binary.links]

    def do(self, change: Callable[[int, int], None]) -> None:
        """Make a change of the market, or a report, as one turn of its own."""
        now_ns, utc_ns = self.turn.begin(), self.turn.clock.utc_ns()
        change(now_ns, utc_ns)
        self.turn.finish(now_ns, utc_ns)

    def level(self, book: FakeBook, side: int, price: int, quantity: int, orders: int = 1) -> None:
        """Set a price level in a turn of its own."""
        self.do(lambda now_ns, utc_ns: self.market.level(book, side, price, quantity, orders))
