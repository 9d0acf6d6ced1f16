"""Read every metric's samples off the desk: a table of readers, each yields (name, label values, value)."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Final

from fairlead.gateway.build import describe_build
from fairlead.gateway.journal import kinds
from fairlead.gateway.operations.facts.part import FactsPart
from fairlead.gateway.operations.health import HealthPart
from fairlead.gateway.operations.orders.part import OrdersPart
from fairlead.gateway.operations.parts import Desk
from fairlead.gateway.operations.sessions import SessionPicture, SessionsPart
from fairlead.gateway.risk.check_order import CHECK_NAMES

Sample = tuple[str, tuple[str, ...], float]
NS: Final = 1e9
STATES: Final = ("new", "logged_on", "gap", "logged_out", "disconnected", "refused", "abandoned")
_DISCONNECTS: Final = (
    "logged_out",
    "logon_refused",
    "logon_abandoned",
    "peer_silent",
    "slow_peer",
    "logout_unanswered",
)
_ERRORS: Final = ("peer_fault", "garbled", "rejected", "messages_lost", "queue_overflow")
_ACTIONS: Final = {"orders": "new", "cancels": "cancel", "replaces": "replace"}
_FEED_COUNTERS: Final = {"messages": "md_messages_total", "gaps": "md_gaps_total", "lost": "md_lost_total"}
_FEED_GAUGES: Final = {"stale_symbols": "md_stale_symbols", "suspect_symbols": "md_suspect_symbols"}
_COPY_GAUGES: Final = {
    "unmatched": ("dropcopy_unmatched", 1.0),
    "lag_ns": ("dropcopy_lag_seconds", NS),
    "last_message_age_ns": ("dropcopy_last_message_age_seconds", NS),
}


def _process(desk: Desk) -> Iterator[Sample]:
    yield "build_info", (version("fairlead"), describe_build()), 1
    yield "up", (), float(desk.counters.is_alive)
    yield "start_time_seconds", (), desk.part(HealthPart).life.started_utc_ns / NS


def _sessions(desk: Desk) -> Iterator[Sample]:
    for name, picture in desk.part(SessionsPart).pictures.items():
        for state in STATES:
            yield "session_state", (name, state), float(picture.state == state)
        yield from _session_counts(name, picture)
        yield "session_last_rx_timestamp_seconds", (name,), picture.last_rx_utc_ns / NS
    for kind, tables in (("venue", desk.config.venues), ("strategy", desk.config.strategies)):
        for table in tables:
            session, slot = f"{kind}:{table.name}", f"{kind}.{table.name}"
            is_up = desk.counters.value(f"{slot}.up") and desk.counters.is_alive
            yield "session_up", (session,), float(bool(is_up))
            yield "session_seq_in", (session,), desk.counters.value(f"{slot}.next_in")
            yield "session_seq_out", (session,), desk.counters.value(f"{slot}.next_out")
            yield "session_send_queue_bytes", (session,), desk.counters.value(f"{slot}.unsent_bytes")


def _session_counts(name: str, picture: SessionPicture) -> Iterator[Sample]:
    events = picture.events
    yield "session_logons_total", (name,), events.get("logged_on", 0)
    for reason in _DISCONNECTS:
        yield "session_disconnects_total", (name, reason), events.get(reason, 0)
    # the end of every connection is told; what is left told no other reason
    told = sum(events.get(reason, 0) for reason in _DISCONNECTS)
    yield "session_disconnects_total", (name, "disconnected"), max(0, events.get("disconnected", 0) - told)
    yield "session_gaps_total", (name,), events.get("gap_detected", 0)
    yield "session_resend_requests_total", (name, "out"), events.get("gap_detected", 0)
    yield "session_resend_requests_total", (name, "in"), events.get("resend_served", 0)
    yield "session_resent_messages_total", (name,), sum(picture.messages.get("resent", {}).values())
    for direction, by_type in picture.messages.items():
        for msg_type, count in by_type.items():
            yield "messages_total", (name, direction, msg_type), count
    for error in _ERRORS:
        yield "message_errors_total", (name, error), events.get(error, 0)


def _orders(desk: Desk) -> Iterator[Sample]:
    value, facts = desk.counters.value, desk.part(FactsPart).follower
    for strategy in desk.config.strategies:
        for counter, action in _ACTIONS.items():
            yield "orders_total", (strategy.name, action), value(f"strategy.{strategy.name}.{counter}")
        refused = value(f"strategy.{strategy.name}.refused")
        yield "order_rejects_total", ("fairlead", strategy.name, "all"), refused
    for venue in desk.config.venues:
        yield "executions_total", (venue.name,), value(f"venue.{venue.name}.fills")
    for check in CHECK_NAMES:
        for result in ("refused", "warned"):
            yield "risk_checks_total", (check, result), value(f"risk.{check}.{result}")
    yield "risk_overrides_total", (), facts.counts.get("decision risk_overridden", 0)


def _books(desk: Desk) -> Iterator[Sample]:
    """Walk the open orders once."""
    ledger, now_ns = desk.part(OrdersPart).replica.ledger, desk.clock.utc_ns()
    is_open, unknown, waiting = Counter[str](), Counter[str](), Counter[str]()
    oldest: dict[str, int] = {}
    for order in ledger.open_orders():
        is_open[order.venue] += 1
        unknown[order.venue] += order.is_unknown
        for request in order.requests:
            waiting[order.venue] += 1
            oldest[order.venue] = min(oldest.get(order.venue, now_ns), request.utc_ns)
    for venue in desk.config.venues:
        yield "orders_open", (venue.name,), is_open[venue.name]
        yield "orders_unknown", (venue.name,), unknown[venue.name]
        yield "orders_unacked", (venue.name,), waiting[venue.name]
        age_ns = max(0, now_ns - oldest.get(venue.name, now_ns))
        yield "order_oldest_unacked_seconds", (venue.name,), age_ns / NS


def _kills(desk: Desk) -> Iterator[Sample]:
    kills = desk.part(FactsPart).follower.kills
    scopes = Counter(kill.scope_kind for kill in kills.active)
    for scope in ("order", "strategy", "account", "symbol", "venue", "all"):
        yield "kill_active", (scope,), scopes[scope]
    done = [kill for kill in kills.by_id.values() if kill.done_utc_ns]
    last = max(done, key=lambda kill: kill.since_utc_ns, default=None)
    if last is not None:
        yield "kill_completion_seconds", (), (last.done_utc_ns - last.since_utc_ns) / NS
    yield "kill_incomplete_orders", (), sum(max(0, kill.escalated - kill.resolved) for kill in kills.active)


def _reconciliation(desk: Desk) -> Iterator[Sample]:
    yield "position_breaks", (), desk.counters.value("breaks")
    for copy in desk.config.drop_copies:
        for counter, (name, unit) in _COPY_GAUGES.items():
            yield name, (copy.name,), desk.counters.value(f"drop_copy.{copy.name}.{counter}") / unit


def _market_data(desk: Desk) -> Iterator[Sample]:
    for feed in desk.config.feeds:
        for counter, name in (_FEED_COUNTERS | _FEED_GAUGES).items():
            yield name, (feed.name,), desk.counters.value(f"feed.{feed.name}.{counter}")
        yield "md_delay_seconds", (feed.name,), desk.counters.value(f"feed.{feed.name}.delay_ns") / NS


def _journal(desk: Desk) -> Iterator[Sample]:
    follower, folder = desk.follower, desk.config.journal.path
    assert follower is not None
    yield "journal_sequence", (), desk.counters.value("journal.sequence")
    is_behind = not follower.is_caught_up and follower.last_utc_ns
    yield "follower_lag_seconds", (), (desk.clock.utc_ns() - follower.last_utc_ns) / NS if is_behind else 0
    if folder.is_dir():
        yield "journal_free_bytes", (), shutil.disk_usage(folder).free


def _clock(desk: Desk) -> Iterator[Sample]:
    reading = desk.part(FactsPart).follower.clock
    if reading:
        yield "clock_offset_seconds", (), reading["offset_ns"] / NS
        yield "clock_max_error_seconds", (), reading["max_error_ns"] / NS
        yield "clock_synchronized", (), float(reading["is_synchronised"])


def _refusals(desk: Desk) -> Iterator[Sample]:
    prefix = f"{kinds.kind_name(kinds.DECISION).lower()} "
    refused = desk.part(FactsPart).follower.counts
    for name, count in refused.items():
        words = name.removeprefix(prefix).split(" ")
        if name.startswith(prefix) and words[0] == "risk_refused" and len(words) == 2:
            yield "order_rejects_total", ("fairlead", "check", words[1]), count


READERS: Final[tuple[Callable[[Desk], Iterator[Sample]], ...]] = (
    _process,
    _sessions,
    _orders,
    _books,
    _kills,
    _reconciliation,
    _market_data,
    _journal,
    _clock,
    _refusals,
)
"""Other parts add theirs by ``MetricsPart.add_reader``."""
