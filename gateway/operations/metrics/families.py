"""Name every metric: what it is called, what it means, which labels it has. docs/metrics.md shows the same table.

Labels are bounded: sessions, strategies, venues, checks and reasons of the configuration and of this program, never an
order's id.
"""

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class MetricName:
    """One metric; ``name`` without its prefix, counters with ``_total``."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()


PREFIX: Final = "gw_"
METRICS: Final = tuple(
    MetricName(name, kind, text, labels)  # type: ignore[arg-type]
    for name, kind, labels, text in (
        ("build_info", "gauge", ("version", "build"), "Always 1; which build this process is."),
        ("up", "gauge", (), "Whether the gateway's process is there."),
        ("start_time_seconds", "gauge", (), "When the gateway began, UNIX time."),
        ("session_state", "gauge", ("session", "state"), "1 for the state that a session is in."),
        ("session_up", "gauge", ("session",), "Whether a session is logged on."),
        ("session_scheduled", "gauge", ("session",), "Whether a session's hours are open now."),
        ("session_logons_total", "counter", ("session",), "Logons."),
        ("session_disconnects_total", "counter", ("session", "reason"), "Ends of connections, by how they ended."),
        ("session_seq_in", "gauge", ("session",), "Sequence number expected next."),
        ("session_seq_out", "gauge", ("session",), "Sequence number of our next message."),
        ("session_gaps_total", "counter", ("session",), "Gaps noticed in what a peer sent."),
        ("session_resend_requests_total", "counter", ("session", "dir"), "Requests to resend, asked by us or of us."),
        ("session_resent_messages_total", "counter", ("session",), "Messages sent again."),
        ("session_last_rx_timestamp_seconds", "gauge", ("session",), "When a peer was last heard, UNIX time."),
        (
            "session_heartbeat_delay_seconds",
            "gauge",
            ("session",),
            "A peer's silence beyond its interval.",
        ),
        ("session_send_queue_bytes", "gauge", ("session",), "Bytes that the peer has not taken."),
        ("messages_total", "counter", ("session", "dir", "type"), "Messages by type, as the protocol writes it."),
        ("message_errors_total", "counter", ("session", "kind"), "What peers did wrong."),
        ("orders_total", "counter", ("strategy", "action"), "Requests of strategies that went out."),
        ("order_rejects_total", "counter", ("source", "name", "reason"), "Requests refused, by us or by a venue."),
        ("executions_total", "counter", ("venue",), "Executions."),
        ("orders_open", "gauge", ("venue",), "Orders that live."),
        ("orders_unknown", "gauge", ("venue",), "Orders whose state the venue has not told since the link broke."),
        ("orders_unacked", "gauge", ("venue",), "Requests that a venue has not answered."),
        ("order_oldest_unacked_seconds", "gauge", ("venue",), "How long the oldest of them has waited."),
        ("order_ack_seconds", "histogram", ("venue",), "From a request's send to the venue's first word about it."),
        ("stage_seconds", "histogram", ("stage", "name"), "How long an order spends with us, by leg."),
        ("loop_lag_seconds", "histogram", (), "How late the gateway's loop came to its regular work."),
        ("gc_pause_seconds", "histogram", (), "How long the gateway collected garbage at a time."),
        ("risk_checks_total", "counter", ("check", "result"), "Orders that a check refused or warned of."),
        ("risk_limit_used_ratio", "gauge", ("parameter",), "The fullest limit of a kind: used by limit."),
        ("risk_overrides_total", "counter", (), "Orders that two people let pass."),
        ("kill_active", "gauge", ("scope",), "Kills in force."),
        ("kill_completion_seconds", "gauge", (), "How long the last kill took until its last order was dead."),
        ("kill_incomplete_orders", "gauge", (), "Orders of kills in force that live longer than they may."),
        ("position_breaks", "gauge", (), "Differences between our books and others'."),
        ("dropcopy_lag_seconds", "gauge", ("drop_copy",), "How long the last matched execution waited for its copy."),
        ("dropcopy_unmatched", "gauge", ("drop_copy",), "Executions whose other side is missing."),
        ("dropcopy_last_message_age_seconds", "gauge", ("drop_copy",), "How old a drop copy's last message is."),
        ("journal_sequence", "gauge", (), "The journal's last record."),
        ("journal_append_seconds", "histogram", (), "How long the commit of a turn took."),
        ("journal_unsynced_bytes", "gauge", (), "Bytes committed that have not reached the disk."),
        ("journal_free_bytes", "gauge", (), "Room left where the journal is."),
        ("follower_lag_seconds", "gauge", (), "How far this process is behind the journal."),
        ("clock_offset_seconds", "gauge", (), "The clock's last measured offset."),
        ("clock_max_error_seconds", "gauge", (), "The bound of the clock's error."),
        ("clock_synchronized", "gauge", (), "Whether a time source keeps the clock."),
        ("md_messages_total", "counter", ("feed",), "Messages of a feed."),
        ("md_gaps_total", "counter", ("feed",), "Gaps in a feed."),
        ("md_lost_total", "counter", ("feed",), "Messages of a feed that could not be had any more."),
        ("md_delay_seconds", "gauge", ("feed",), "From the venue's stamp to our receipt of the last message."),
        ("md_stale_symbols", "gauge", ("feed",), "Books that are stale."),
        ("md_suspect_symbols", "gauge", ("feed",), "Books that contradict themselves."),
        ("route_decisions_total", "counter", ("venue", "reason"), "Decisions of routes."),
        ("certificate_valid", "gauge", ("venue",), "Whether a venue for production has a valid certificate."),
        ("alerts_firing", "gauge", ("alert", "severity"), "Alerts that stand."),
        ("alert_raise_seconds", "histogram", ("alert",), "From an event to the alert about it."),
        ("incidents_open", "gauge", (), "Incidents that are not restored."),
    )
)
BY_NAME: Final = {metric.name: metric for metric in METRICS}
