"""Draw limits for people: what is in force, what an order meets, what is used, what would change."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

_SELECTORS: Final = ("strategy", "account", "venue", "symbol")
_NEAR_PERCENT: Final = 80
_BAR: Final = 20

Answer = Mapping[str, Any]


def _table(*columns: str, title: str = "") -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title=title or None, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column in ("used", "limit", "%") else "left")
    return table


def _plain(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(found)}" for name, found in value.items() if found not in ("", None))
    return (", ".join(map(str, value)) or "none") if isinstance(value, list) else str(value)


def _settings(row: Answer) -> str:
    return "\n".join(f"{key} = {_plain(value)}" for key, value in row.items() if key not in ("name", *_SELECTORS))


def _head(answer: Answer) -> Text:
    source = answer["file"] or "no limits file"
    required = ", a row is required" if answer["require"] else ""
    return Text(f"version {answer['version']}, from {source}{required}")


def show_view(answer: Answer) -> RenderableType:
    """Draw ``limits.show``."""
    rules = answer["rules"]
    table = _table("row", *_SELECTORS, "limits")
    if rules["firm"]:
        table.add_row("firm", "", "", "", "", escape(_settings(rules["firm"])), end_section=True)
    for row in rules["limits"]:
        own = row["name"] if row["name"] != _selectors_text(row) else ""
        table.add_row(
            escape(own), *(escape(row.get(name, "")) for name in _SELECTORS), escape(_settings(row) or "none")
        )
    parts: list[RenderableType] = [_head(answer), Text(), table]
    if rules["currencies"]["base"]:
        rates = "".join(f", {name} at {rate}" for name, rate in rules["currencies"]["rates"].items())
        parts += [Text(), Text(f"money in {rules['currencies']['base']}{rates}")]
    parts += _lists(rules)
    if answer["admin_changes"]:
        parts += [Text(), _admin_changes(answer["admin_changes"], "Changed by operators since the file was read")]
    parts += [Text(f"warning: {warning}", style="yellow") for warning in answer["warnings"]]
    return Group(*parts)


def _lists(rules: Answer) -> Iterator[RenderableType]:
    for name, columns in (
        ("restricted", ("symbol", "sides", "strategy", "account", "from", "until", "reason")),
        ("locates", ("id", "symbol", "account", "quantity", "date")),
    ):
        if rules[name]:
            table = _table(*columns, title=name)
            for entry in rules[name]:
                table.add_row(*(escape(_plain(entry[column])) for column in columns))
            yield Text()
            yield table


def _selectors_text(row: Answer) -> str:
    return ", ".join(f"{name} {row[name]}" for name in _SELECTORS if row.get(name))


def order_view(answer: Answer) -> RenderableType:
    """Draw what one order meets."""
    order = ", ".join(f"{name} {value}" for name, value in answer["order"].items() if value)
    table = _table("parameter", "counts", "from row")
    for key, found in answer["limits"].items():
        table.add_row(key, escape(_plain(found["value"])), escape(found["row"]))
    for check, row in answer["off"].items():
        table.add_row(check, Text("off", style="yellow"), escape(row))
    parts: list[RenderableType] = [_head(answer), Text(f"an order of {order} meets:"), Text(), table]
    if answer["counted"]:
        parts += [Text(), _usage_table(answer["counted"])]
    if not answer["is_covered"]:
        parts += [Text("no row is about this order: it is refused (NO_LIMITS)", style="red")]
    return Group(*parts)


def usage_view(answer: Answer) -> RenderableType:
    """Draw ``limits.usage``."""
    found = answer["usage"]
    note = f"{len(found)} of {answer['limits']} limits that count, version {answer['version']}"
    return Group(_usage_table(found), Text(), Text(note, style="dim")) if found else Text(note)


def _usage_table(found: Sequence[Answer]) -> Table:
    table = _table("scope", "parameter", "used", "limit", "%", "")
    for use in found:
        percent = float(use["percent"])
        style = "red" if percent >= 100 else "yellow" if percent >= _NEAR_PERCENT else "green"
        filled = min(_BAR, round(percent * _BAR / 100))
        bar = Text("█" * filled, style=style).append("░" * (_BAR - filled), style="dim")
        cells = (escape(use["scope"]), use["parameter"], str(use["used"]), str(use["limit"]))
        table.add_row(*cells, Text(f"{percent:.1f}", style=style), bar)
    return table


def check_view(answer: Answer) -> RenderableType:
    """Draw what other limits would change."""
    parts = list(_differences(answer))
    if answer["over_limit"]:
        parts += [
            Text(),
            Text("Over the limit then, as things stand:", style="red"),
            _usage_table(answer["over_limit"]),
        ]
    parts += [Text(f"warning: {warning}", style="yellow") for warning in answer["warnings"]]
    return Group(*parts)


def changed_view(answer: Answer) -> RenderableType:
    """Draw what was changed."""
    return Text(f"done: version {answer['version']} is in force", style="green")


def _differences(answer: Answer) -> Iterator[RenderableType]:
    if not answer["differences"]:
        yield Text("nothing would change")
    else:
        table = _table("row", "parameter", "before", "after")
        for found in answer["differences"]:
            cells = (found["row"], found["parameter"], _plain(found["before"]), _plain(found["after"]))
            table.add_row(*map(escape, cells))
        yield table
        yield Text()
        yield Text(f"strategies touched: {', '.join(answer['strategies']) or 'none'}")
    if answer["dropped"]:
        yield Text()
        yield _admin_changes(answer["dropped"], "Operators' changes that would go")
    if answer["loosened"]:
        yield Text("looser, so a second person must agree:", style="yellow")
        yield from (Text(f"  {text}") for text in answer["loosened"])


def _admin_changes(changes: Iterable[Answer], title: str) -> Table:
    table = _table("row", "parameter", "value", "until", "by", "why", title=title)
    for change in changes:
        who = " and ".join(filter(None, (change["operator"], change["approver"])))
        until = change["until_utc_ns"]
        end = f"{datetime.fromtimestamp(until // 10**9, UTC):%Y-%m-%d %H:%M:%SZ}" if until else "for good"
        row = _selectors_text(change["selectors"]) or "firm"
        table.add_row(*map(escape, (row, change["parameter"], _plain(change["value"]), end, who, change["reason"])))
    return table
