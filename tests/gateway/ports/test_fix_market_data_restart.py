"""A gateway that is killed while it sends market data over FIX: no number twice, no report lost."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import simplefix
from market_fakes import FakeBook, FakeMarketData
from order_desk import SECOND_NS, UTC_NS, OrderDesk, Stream, accepted
from simplefix_frames import frame, messages_in, stamp

from fairlead.adapters.fix.settings import SessionId, SessionSettings
from fairlead.adapters.market_data import BID
from fairlead.gateway.journal.recovery import recover
from fairlead.gateway.journal.segments import JournalSettings
from fairlead.gateway.journal.session_store import SessionStores
from fairlead.gateway.market_data.subscriptions import MarketDataSubscriptions
from fairlead.gateway.ports.fix_port import FixPort, FixStrategy, FixStrategySession
from fairlead.gateway.ports.identity import StrategyIdentity


class Gateway:
    """Be one run on a journal: recovered, with one FIX strategy and one book."""

    def __init__(self, folder: Path) -> None:
        recovery = recover(JournalSettings(folder, 1 << 20, "async"))
        self.stores = SessionStores(folder)
        for record in recovery.records():
            self.stores.replay(record)
        self.writer = recovery.open_writer(UTC_NS, 1)
        self.stores.attach(self.writer)
        store = self.stores.open("strategy:alpha", "FIX.4.4", UTC_NS)
        self.book = FakeBook("MSFT")
        self.market = FakeMarketData(self.book)
        identity = StrategyIdentity("alpha")
        subscriptions = MarketDataSubscriptions(self.market, {"XNAS"}, {"alpha": identity}, ())
        settings = SessionSettings(SessionId("FIX.4.4", "FAIRLEAD", "ALPHA"), is_initiator=False)
        self.session = FixStrategySession(FixStrategy(identity, settings), store, OrderDesk(), None, subscriptions)
        self.stream = Stream(FixPort([self.session], lambda text, utc_ns: None).connection("10.0.0.1"))

    def turn(self, output: bytes) -> list[simplefix.FixMessage]:
        """Commit, then hand on what may leave now."""
        self.writer.commit()
        return messages_in(output)

    def tell(self, price: int) -> list[simplefix.FixMessage]:
        self.market.level(self.book, BID, price, 1)
        return self.turn(self.stream.at(0))

    def report(self, number: int) -> list[simplefix.FixMessage]:
        self.session.send_report(accepted(number), 0, UTC_NS)
        return self.turn(self.stream.endpoint.take_output())

    def kill(self) -> None:
        """End as a process that is killed: nothing more is written."""
        self.writer.close()
        self.stores.close()


class Strategy:
    """Be a FIX engine that forgets nothing: it knows what number it expects."""

    def __init__(self) -> None:
        self.next_out = 1
        self.expected = 1
        self.reports: list[str] = []

    def say(self, gateway: Gateway, msg_type: str, *fields: tuple[int, object]) -> list[simplefix.FixMessage]:
        sent = stamp(datetime.fromtimestamp(UTC_NS / SECOND_NS, UTC))
        data = frame("FIX.4.4", msg_type, self.next_out, "ALPHA", "FAIRLEAD", fields, sent)
        self.next_out += 1
        return gateway.turn(gateway.stream.send(data))

    def subscribe(self, gateway: Gateway) -> None:
        fields = ((262, "M"), (263, 1), (264, 0), (265, 1), (267, 1), (269, 0), (146, 1), (55, "MSFT"))
        assert self.say(gateway, "V", *fields) == []

    def take(self, messages: list[simplefix.FixMessage]) -> int:
        """Take messages; return the number of the first that came too early, 0 if none did."""
        for message in messages:
            number = int(message.get(34))
            assert number >= self.expected or message.get(43) == b"Y"
            if number > self.expected:
                return number
            self.expected = int(message.get(36)) if message.get(35) == b"4" else number + 1
            if message.get(35) == b"8":
                self.reports.append(message.get(11).decode())
        return 0


@pytest.mark.parametrize("ends_in_order", [True, False])
def test_numbers_go_on_and_reports_are_complete(tmp_path: Path, ends_in_order: bool) -> None:
    strategy = Strategy()
    gateway = Gateway(tmp_path)
    assert not strategy.take(strategy.say(gateway, "A", (98, 0), (108, 0)))
    strategy.subscribe(gateway)
    assert not strategy.take(gateway.turn(gateway.stream.at(0)))
    for price in range(1, 6):
        assert not strategy.take(gateway.tell(price))
        assert not strategy.take(gateway.report(price))
    missed = gateway.report(6) + gateway.tell(7)
    assert [message.get(35) for message in missed] == [b"8", b"X"]
    if ends_in_order:
        gateway.stream.cut()
        gateway.writer.commit()
    used = strategy.expected + 1
    gateway.kill()

    again = Gateway(tmp_path)
    answer = strategy.say(again, "A", (98, 0), (108, 0))
    logon_number = strategy.take(answer)
    # one behind the last that was used, or behind all that may have been
    assert logon_number == used + 1 if ends_in_order else logon_number > used
    assert logon_number - used <= 1024
    resent = strategy.say(again, "2", (7, strategy.expected), (16, 0))
    while again.stream.endpoint.next_deadline_ns() == 0:
        resent += again.turn(again.stream.at(0))
    assert strategy.take(resent) == 0
    assert strategy.expected == logon_number + 1
    assert strategy.reports == [f"A-{number}" for number in range(1, 7)]
    # and market data goes on from there
    strategy.subscribe(again)
    assert strategy.take(again.tell(9)) == 0
    again.kill()
