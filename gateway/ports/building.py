"""Build the strategies' sessions and the ports that they come through."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from fairlead.adapters.fix.settings import SessionId, SessionSettings
from fairlead.adapters.slow_consumer import SlowConsumerPolicy
from fairlead.adapters.soup.settings import SoupServerSettings
from fairlead.adapters.strategy_session import MarketDataEntry, StrategySession
from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.fix.validator_cy import Validator
from fairlead.codecs.soupbintcp.packets_cy import HEADER_BYTES
from fairlead.codecs.strategy_binary.plans import PROTOCOL as STRATEGY_PROTOCOL
from fairlead.gateway.config import models as cm
from fairlead.gateway.market_data.subscriptions import MarketDataSubscriptions
from fairlead.gateway.ports.binary_port import BinaryPort, BinaryPortSettings
from fairlead.gateway.ports.binary_session import BinaryStrategySession
from fairlead.gateway.ports.fix_port import FixPort, FixStrategy, FixStrategySession
from fairlead.gateway.ports.json_port import JsonPort, JsonPortSettings
from fairlead.gateway.ports.json_session import JsonStrategySession
from fairlead.gateway.schedules import ScheduledSession, build_schedule
from fairlead.gateway.session_log import SessionLog

if TYPE_CHECKING:
    from fairlead.gateway.assembly import Gateway


def _build_subscriptions(gateway: "Gateway") -> MarketDataSubscriptions:
    limits = {strategy.name: strategy.max_market_data_symbols for strategy in gateway.config.strategies}
    path = gateway.path
    return MarketDataSubscriptions(
        gateway.market_data, gateway.feed_venues, path.identities, path.instruments, limits.__getitem__
    )


class _Sessions:
    """Hold strategies' sessions by port."""

    def __init__(self) -> None:
        self.json: list[JsonStrategySession] = []
        self.fix: list[FixStrategySession] = []
        self.binary: list[BinaryStrategySession] = []


def build_ports(gateway: "Gateway", utc_ns: int, on_refused: Callable[[str, str, int], None]) -> None:
    """Open a session for each strategy, and the ports that the configuration has.

    ``on_refused(port, text, utc_ns)`` is called when a port takes no part in a conversation.
    """
    ports, path = gateway.config.ports, gateway.path
    market_data = gateway.subscriptions = _build_subscriptions(gateway)
    sessions = _Sessions()
    for strategy in gateway.config.strategies:
        path.add_strategy(_open_session(gateway, strategy, sessions, market_data, utc_ns))
    if ports.json_ is not None:
        refused = partial(on_refused, "json")
        gateway.json_port = JsonPort(sessions.json, path, _json_settings(ports.json_), refused, market_data)
    if ports.binary is not None:
        refused = partial(on_refused, "binary")
        gateway.binary_port = BinaryPort(sessions.binary, path, _binary_settings(ports.binary), refused, market_data)
    if ports.fix is not None:
        slow = SlowConsumerPolicy(ports.fix.max_unsent_bytes, ports.fix.max_unsent_s)
        refused = partial(on_refused, "fix")
        gateway.fix_port = FixPort(sessions.fix, refused, slow, ports.fix.logon_timeout_s)


def _open_session(
    gateway: "Gateway", strategy: cm.Strategy, sessions: _Sessions, market_data: MarketDataEntry, utc_ns: int
) -> StrategySession:
    name, identity = f"strategy:{strategy.name}", gateway.path.identities[strategy.name]
    if strategy.port == "json":
        sessions.json.append(JsonStrategySession(identity, gateway.open_store(name, "json", utc_ns)))
        return sessions.json[-1]
    if strategy.port == "binary":
        store = gateway.open_store(name, STRATEGY_PROTOCOL, utc_ns)
        sessions.binary.append(BinaryStrategySession(identity, strategy.binary_username, store))
        return sessions.binary[-1]
    assert gateway.config.ports.fix is not None
    sessions.fix.append(_build_fix_session(gateway, strategy, gateway.config.ports.fix, market_data, utc_ns))
    return sessions.fix[-1]


def _build_fix_session(
    gateway: "Gateway", strategy: cm.Strategy, port: cm.FixPort, market_data: MarketDataEntry, utc_ns: int
) -> FixStrategySession:
    assert strategy.fix is not None
    on_wire = strategy.fix
    settings = SessionSettings(
        session_id=SessionId(on_wire.begin_string, on_wire.target_comp_id, on_wire.sender_comp_id),
        is_initiator=False,
        reset_on_logon=on_wire.reset_on_logon,
        max_frame_bytes=port.max_frame_bytes,
        sending_time_tolerance_s=port.sending_time_tolerance_s,
        logon_timeout_s=port.logon_timeout_s,
    )
    store = gateway.open_store(f"strategy:{strategy.name}", on_wire.begin_string, utc_ns)
    validator = Validator(load_dictionary(on_wire.begin_string))
    identity = gateway.path.identities[strategy.name]
    described = FixStrategy(identity, settings, username=on_wire.username)
    session = FixStrategySession(described, store, gateway.path, validator, market_data)
    name = f"strategy:{strategy.name}"
    hours = ScheduledSession(name, session.session, store, build_schedule(port.schedule))
    gateway.hours[name] = hours
    session.keep_hours(hours.refusal)
    session.observer = SessionLog(name, session.session, gateway.clock, gateway.watch.alert).tell
    return session


def _json_settings(port: cm.JsonPort) -> JsonPortSettings:
    return JsonPortSettings(
        login_timeout_s=port.login_timeout_s,
        heartbeat_interval_s=port.heartbeat_s,
        max_line_bytes=port.max_line_bytes,
        slow_consumer=SlowConsumerPolicy(port.max_unsent_bytes, port.max_unsent_s),
    )


def _binary_settings(port: cm.BinaryPort) -> BinaryPortSettings:
    return BinaryPortSettings(
        SoupServerSettings(
            heartbeat_s=port.heartbeat_s,
            silence_s=port.silence_s,
            login_timeout_s=port.login_timeout_s,
            max_packet_bytes=port.max_message_bytes + HEADER_BYTES,
            slow_consumer=SlowConsumerPolicy(port.max_unsent_bytes, port.max_unsent_s),
        )
    )
