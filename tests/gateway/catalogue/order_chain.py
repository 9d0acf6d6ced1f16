"""Join a strategy's FIX, the order path and a venue's FIX, without sockets: what goes in and out are exact messages.

Messages are written as ``35=D|11=S1|...``, without header and trailer; simplefix makes frames of what the gateway
reads. ``[a/b]`` stands for ``a`` in FIX 4.2 and ``b`` in FIX 4.4. Ids that the tests do not choose are named: ``<V1>``
is Fairlead's first ClOrdID at the venue, ``<O1>`` its first OrderID, ``<E1>`` its first ExecID, ``<X1>`` its name for
the venue's ExecID X1.
"""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from order_bench import NOW_NS, STAMP, UTC_NS, RecordingSession, body, message

from fairlead.adapters.fix import venue as venue_module
from fairlead.adapters.fix.profiles import load_profile
from fairlead.adapters.fix.strategy import FixStrategyOrders
from fairlead.adapters.fix.venue import FixVenue, VenueCredentials
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import MemoryStore
from fairlead.gateway.config.models import Instrument
from fairlead.gateway.instruments.configured import build_instruments
from fairlead.gateway.order_path_cy import OrderPath
from fairlead.gateway.order_watch import OrderWatch
from fairlead.gateway.orders.ids import ClOrdIdFactory
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.ports.identity import Entitlements, StrategyIdentity
from fairlead.gateway.telemetry.path_counters_cy import PathCounters

VENUE = "XV"
PROFILES = {"FIX.4.2": "broker42", "FIX.4.4": "exchange44"}
INSTRUMENTS = (
    Instrument(symbol="MSFT", security_type="", tick=Decimal("0.01"), lot=Decimal(1), venues=(VENUE,)),
    Instrument(symbol="ESZ6", security_type="FUT", maturity_month_year="202612", tick=Decimal("0.25"), venues=(VENUE,)),
    Instrument(symbol="MSFT  261218C00450000", security_type="OPT", currency="USD", venues=(VENUE,)),
)

_OWN_EXEC_ID = re.compile(r"\bE1-(\d+)\b")
_VENUE_EXEC_ID = re.compile(rf"\b{VENUE}\.[0-9]{{8}}(?:-[0-9]+)?\.(\w+)")
_VERSION_CHOICE = re.compile(r"\[([^][/]*)/([^][/]*)\]")
_OWN_ORDER_ID = re.compile(r"\bO1-(\d+)\b")


class Chain:
    """Hold a strategy of ``version`` and a venue of ``venue_version`` with the gateway's order path between them.

    The venue's profile is the one that comes with Fairlead for its version, with ``changed`` capabilities.
    """

    def __init__(self, folder: Path, version: str, venue_version: str, **changed: Any) -> None:
        self.version, self.venue_version = version, venue_version
        self.alerts: list[dict[str, Any]] = []
        self.records: list[tuple[int, bytes, int]] = []
        profile = load_profile(PROFILES[venue_version])
        profile = replace(profile, capabilities=replace(profile.capabilities, **changed))
        self.ledger = Ledger(lambda *record: self.records.append(record), epoch=1)
        watch = OrderWatch({VENUE: 10**10}, lambda decision, utc_ns: self.alerts.append(decision))
        counters = PathCounters(folder / "counters", ["alpha"], [VENUE], lambda: NOW_NS)
        identity = StrategyIdentity("alpha", entitlements=Entitlements.of(), default_account="ACC1")
        self.path = OrderPath(self.ledger, {"alpha": identity}, build_instruments(INSTRUMENTS), watch, counters)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(venue_module, "FixSession", RecordingSession)
            credentials = VenueCredentials("FLD", "PEER")
            self.venue = FixVenue(VENUE, profile, credentials, MemoryStore(), self.path)
        self.at_venue: Any = self.venue.session
        self.at_strategy = RecordingSession(None, MemoryStore(), begin_string=version)
        self.orders = FixStrategyOrders(self.at_strategy, self.path, "alpha", version)  # type: ignore[arg-type]
        self.path.add_venue(self.venue, ClOrdIdFactory(self.venue.capabilities.cl_ord_id, epoch=1))
        self.path.add_strategy(self.orders)
        self.ids = ClOrdIdFactory(self.venue.capabilities.cl_ord_id, epoch=1)
        self.known_ids: list[str] = []
        self.venue.on_session_event(SessionEvent(EventKind.SYNCHRONISED), NOW_NS, UTC_NS)

    def strategy(self, text: str) -> list[str]:
        """Have the strategy send; return the messages that this sends, with ``V<`` or ``S<`` in front."""
        return self._receive(self.orders, self.version, text)

    def says(self, text: str) -> list[str]:
        """Have the venue send; return the messages that this sends."""
        return self._receive(self.venue, self.venue_version, text)

    def play(self, dialogue: str) -> None:
        """Play a dialogue, a message a line: ``S>`` and ``V>`` send, ``S<`` and ``V<`` are what this must bring."""
        expected: list[str] = []
        received: list[str] = []
        for line in filter(None, map(str.strip, dialogue.splitlines())):
            side, text = line[0], self.in_version(line[0], line)
            if line[1] == "<":
                expected.append(text)
                continue
            assert received == expected, f"{received} instead of {expected}"
            expected = []
            received = (self.strategy if side == "S" else self.says)(text[3:])
        assert received == expected, f"{received} instead of {expected}"

    def in_version(self, side: str, text: str) -> str:
        """Choose what stands for the version of one side (``S``, ``V``)."""
        version = self.version if side == "S" else self.venue_version
        return _VERSION_CHOICE.sub(r"\1" if version == "FIX.4.2" else r"\2", text)

    def session_reject(self, text: str, **fields: Any) -> list[str]:
        """Have the venue refuse the last message at session level."""
        event = SessionEvent(EventKind.REJECTED, ref_seq_num=self.at_venue.store.next_out - 1, text=text, **fields)
        before = self._mark()
        self.venue.on_session_event(event, NOW_NS, UTC_NS)
        return self._since(before)

    def _receive(self, receiver: Any, version: str, text: str) -> list[str]:
        before = self._mark()
        msg_type, _, rest = self._with_ids(text).partition("|")
        receiver.on_message(message(f"8={version}|{msg_type}|34=7|49=PEER|52={STAMP}|56=FLD|{rest}"), NOW_NS, UTC_NS)
        return self._since(before)

    def _mark(self) -> tuple[int, int]:
        return len(self.at_venue.frames), len(self.at_strategy.frames)

    def _since(self, before: tuple[int, int]) -> list[str]:
        sent = [("V", frame) for frame in self.at_venue.frames[before[0] :]]
        sent += [("S", frame) for frame in self.at_strategy.frames[before[1] :]]
        return [f"{to}< {self._named(body(frame))}" for to, frame in sent]

    def _with_ids(self, text: str) -> str:
        """Replace ``<V1>`` and the like by the ids that they stand for."""
        while len(self.known_ids) < 9:
            self.known_ids.append(self.ids.next())
        text = re.sub(r"<V(\d)>", lambda found: self.known_ids[int(found[1]) - 1], text)
        return re.sub(r"<([OE])(\d+)>", r"\g<1>1-\2", text).replace("<now>", STAMP)

    def _named(self, text: str) -> str:
        self._with_ids("")
        for number, made in enumerate(self.known_ids, 1):
            text = text.replace(made, f"<V{number}>")
        text = _OWN_EXEC_ID.sub(r"<E\1>", _OWN_ORDER_ID.sub(r"<O\1>", text))
        text = re.sub(r"60=\d{8}-14:30:00(\.0+)?", "60=<now>", text)
        return _VENUE_EXEC_ID.sub(r"<\1>", text)

    @property
    def events(self) -> list[str]:
        """Return what was alerted."""
        return [alert["what"] if alert["event"] == "discrepancy" else alert["event"] for alert in self.alerts]
