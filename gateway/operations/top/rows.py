"""Make rows of what the API answers: texts and how each looks, with an age beside every number that has one."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.text import Text

NS: Final = 1_000_000_000
SESSION_COLUMNS: Final = (
    *("session", "state", "since", "in", "out", "heard", "ack p50", "p99", "queue", "orders", "fills", "refused"),
    "hours",
)
ALERT_COLUMNS: Final = ("id", "severity", "alert", "where", "age", "what", "first step", "who")
ORDER_COLUMNS: Final = ("order", "strategy", "venue", "side", "qty", "symbol", "price", "cum", "state", "changed")
_SEVERITY_STYLES: Final = {"critical": "bold white on red", "major": "bold red", "minor": "yellow"}


def age_text(utc_ns: int, now_utc_ns: int) -> str:
    """Return how long ago something was, in its two largest units; a dash for never."""
    if not utc_ns:
        return "-"
    seconds = max(0, now_utc_ns - utc_ns) // NS
    for unit, size, smaller, rest in (("d", 86_400, "h", 3600), ("h", 3600, "m", 60), ("m", 60, "s", 1)):
        if seconds >= size:
            return f"{seconds // size}{unit} {seconds % size // rest}{smaller}"
    return f"{seconds}s"


def duration_text(nanoseconds: int | None) -> str:
    """Return a latency with three digits and its unit; a dash for none."""
    if nanoseconds is None:
        return "-"
    for unit, size in (("s", NS), ("ms", 1_000_000), ("us", 1000)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds} ns"


def session_rows(answer: Mapping[str, Any]) -> Iterator[tuple[str, list[Text]]]:
    """Yield (name, cells) of ``/api/sessions``: those that need somebody first."""
    now = answer["utc_ns"]
    sessions = sorted(answer["sessions"], key=lambda one: (_rank(one), one["name"]))
    for one in sessions:
        style = ("green", "red", "dim")[{0: 1, 1: 1, 2: 0, 3: 2}[_rank(one)]]
        state = "up" if one["is_up"] and one["state"] != "gap" else one["state"].replace("_", " ")
        cells = (
            Text(one["name"], style="bold"),
            Text(state, style=style),
            Text(age_text(one["state_utc_ns"], now)),
            Text(str(one["next_in"]), justify="right"),
            Text(str(one["next_out"]), justify="right"),
            Text(age_text(one["last_rx_utc_ns"], now)),
            Text(duration_text(one["ack"]["p50_ns"]), justify="right"),
            Text(duration_text(one["ack"]["p99_ns"]), justify="right"),
            Text(str(one["unsent_bytes"]), justify="right", style="yellow" if one["unsent_bytes"] else ""),
            Text(str(one["orders"]), justify="right"),
            Text(str(one["fills"]), justify="right"),
            Text(str(one["refused"]), justify="right", style="yellow" if one["refused"] else ""),
            Text("open" if one["is_scheduled"] else "closed", style="" if one["is_scheduled"] else "dim"),
        )
        yield one["name"], list(cells)


def _rank(session: Mapping[str, Any]) -> int:
    if session["state"] == "gap":
        return 0
    if session["is_up"]:
        return 2
    # a strategy may be away, and a venue outside its hours
    return 1 if session["is_scheduled"] and session["name"].startswith("venue:") else 3


def alert_rows(answer: Mapping[str, Any], now_utc_ns: int) -> Iterator[tuple[str, list[Text]]]:
    """Yield (id, cells) of ``/api/alerts``, worst first."""
    for one in answer["alerts"]:
        where = " ".join(str(value) for value in one["labels"].values())
        who = one["acknowledged_by"] or (f"silenced: {one['silenced_by']}" if one["silenced_by"] else "")
        cells = (
            Text(str(one["id"])),
            Text(one["severity"], style=_SEVERITY_STYLES[one["severity"]]),
            Text(one["alert"], style="bold"),
            Text(where),
            Text(age_text(one["raised_utc_ns"], now_utc_ns)),
            Text(one["text"]),
            Text(one["first_step"], style="italic"),
            Text(who, style="green" if one["acknowledged_by"] else "dim"),
        )
        yield str(one["id"]), list(cells)


def order_rows(answer: Mapping[str, Any], now_utc_ns: int) -> Iterator[tuple[str, list[Text]]]:
    """Yield (order id, cells) of ``/api/orders``."""
    for one in answer["orders"]:
        state = one["ord_status"].replace("_", " ") + (" ?" if one["is_unknown"] else "")
        cells = (
            Text(one["order_id"]),
            Text(one["strategy"]),
            Text(one["venue"]),
            Text(one["side"].replace("_", " "), style="green" if one["side"] == "buy" else "red"),
            Text(one["order_qty"] or "-", justify="right"),
            Text(one["symbol"], style="bold"),
            Text(one["price"] or one["ord_type"], justify="right"),
            Text(one["cum_qty"] or "0", justify="right"),
            Text(state, style="yellow" if one["is_unknown"] else ""),
            Text(age_text(one["changed_utc_ns"], now_utc_ns)),
        )
        yield one["order_id"], list(cells)


def head_text(status: Mapping[str, Any], alerts: Mapping[str, Any], kills: Mapping[str, Any]) -> Text:
    """Return the first line: which gateway, whether it is there, what is worst."""
    gateway, journal = status["gateway"], status["journal"]
    line = Text(f" {status['name']} ", style="bold reverse")
    if gateway["is_alive"]:
        line.append(f" up {age_text(gateway['started_utc_ns'], status['utc_ns'])}", style="green")
    else:
        line.append(" GATEWAY DOWN", style="bold white on red")
    line.append(f"  journal {journal['sequence']}")
    if journal["problem"]:
        line.append(f" {journal['problem']}", style="bold red")
    elif not journal["is_caught_up"]:
        line.append(" catching up", style="yellow")
    active = sum(kill["is_active"] for kill in kills["kills"])
    line.append(f"  kills {active}", style="bold white on red" if active else "dim")
    line.append(f"  breaks {status['breaks']}", style="red" if status["breaks"] else "dim")
    worst = alerts["alerts"][0]["severity"] if alerts["alerts"] else ""
    line.append(f"  alerts {len(alerts['alerts'])}", style=_SEVERITY_STYLES.get(worst, "dim"))
    line.append(f"  {status['operator']['name']} ({', '.join(status['operator']['roles'])})", style="dim")
    return line
