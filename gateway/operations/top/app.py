"""Be the screen: sessions, alerts, open orders; asked for again twice a second."""

import asyncio
from collections.abc import Iterable
from typing import Any, ClassVar, Final

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Footer, Input, Static

from fairlead.gateway.operations.top.client import ApiClient, ApiRefused
from fairlead.gateway.operations.top.rows import (
    ALERT_COLUMNS,
    ORDER_COLUMNS,
    SESSION_COLUMNS,
    alert_rows,
    head_text,
    order_rows,
    session_rows,
)

REFRESH_S: Final = 0.5
MAX_ORDERS: Final = 200
_FILTER_NAMES: Final = ("strategy", "venue", "symbol", "account", "side", "name")


class Table(DataTable[Text]):
    """Show rows by key; those that did not change are left alone."""

    def __init__(self, name: str, columns: Iterable[str]) -> None:
        super().__init__(id=name, cursor_type="row", zebra_stripes=True)
        self._names = tuple(columns)
        self._shown: list[tuple[str, list[Text]]] = []

    def on_mount(self) -> None:
        """Make the columns."""
        self.add_columns(*self._names)

    def show_rows(self, rows: Iterable[tuple[str, list[Text]]]) -> None:
        """Show these, with the cursor where it was."""
        found = list(rows)
        if found == self._shown:
            return
        if [key for key, _ in found] == [key for key, _ in self._shown]:
            for at, ((_, cells), (_, before)) in enumerate(zip(found, self._shown, strict=True)):
                for column, (cell, was) in enumerate(zip(cells, before, strict=True)):
                    if cell != was:
                        self.update_cell_at((at, column), cell)  # type: ignore[arg-type]
        else:
            row = self.cursor_row
            self.clear()
            for key, cells in found:
                self.add_row(*cells, key=key)
            self.move_cursor(row=min(row, max(0, len(found) - 1)))
        self._shown = found

    @property
    def chosen(self) -> str:
        """Return the key of the row under the cursor, "" where there is none."""
        return self._shown[self.cursor_row][0] if 0 <= self.cursor_row < len(self._shown) else ""


class TopApp(App[None]):
    """Run until ``q``."""

    CSS = """
    #head { height: 1; }
    #problem { height: auto; color: red; }
    #sessions { height: 2fr; }
    #alerts { height: 2fr; }
    #orders { height: 3fr; }
    DataTable { border: round $primary; }
    DataTable:focus { border: heavy $accent; }
    Input { height: 3; display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "look_at('sessions')", "sessions"),
        Binding("2", "look_at('alerts')", "alerts"),
        Binding("3", "look_at('orders')", "orders"),
        Binding("slash", "ask('filter')", "filter", key_display="/"),
        Binding("a", "ask('note')", "acknowledge"),
        Binding("escape", "put_away", "back"),
        Binding("q", "quit", "quit"),
    ]

    def __init__(self, client: ApiClient) -> None:
        super().__init__()
        self._client = client
        self._filter: dict[str, str] = {}
        self._asking = ""
        self.looks = 0
        """How often the screen was drawn from an answer."""

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Static(id="head")
        yield Static(id="problem")
        yield Table("sessions", SESSION_COLUMNS)
        yield Table("alerts", ALERT_COLUMNS)
        yield Table("orders", ORDER_COLUMNS)
        yield Input(id="ask")
        yield Footer()

    def on_mount(self) -> None:
        """Begin to ask."""
        for name in ("sessions", "alerts", "orders"):
            self.query_one(f"#{name}", Table).border_title = name
        self.query_one("#sessions").focus()
        self.set_interval(REFRESH_S, self.refresh_all)
        self.call_later(self.refresh_all)

    async def refresh_all(self) -> None:
        """Ask for everything once, and show it; where there is no answer, say so and keep what was shown."""
        wanted = "&".join(f"{name}={value}" for name, value in self._filter.items())
        orders = f"/api/orders?state=open&limit={MAX_ORDERS}" + (f"&{wanted}" if wanted else "")
        try:
            paths = ("/api/status", "/api/sessions", "/api/alerts", "/api/kills", orders)
            found = await asyncio.gather(*(self._client.get(path) for path in paths))
        except ApiRefused as error:
            self.say(str(error))
            return
        self.say("")
        self._show(*found)

    def _show(self, status: Any, sessions: Any, alerts: Any, kills: Any, orders: Any) -> None:
        self.query_one("#head", Static).update(head_text(status, alerts, kills))
        self.query_one("#sessions", Table).show_rows(session_rows(sessions))
        self.query_one("#alerts", Table).show_rows(alert_rows(alerts, status["utc_ns"]))
        table = self.query_one("#orders", Table)
        table.show_rows(order_rows(orders, status["utc_ns"]))
        said = " ".join(f"{name}={value}" for name, value in self._filter.items())
        table.border_title = f"open orders, {len(orders['orders'])} of {orders['total']} {said}"
        self.looks += 1

    def say(self, text: str) -> None:
        """Show a problem, or that there is none."""
        self.query_one("#problem", Static).update(text)

    # Keys

    def action_look_at(self, name: str) -> None:
        """Go to a table."""
        self.query_one(f"#{name}").focus()

    def action_ask(self, what: str) -> None:
        """Ask for a filter, or for the note of an acknowledgement."""
        if what == "note" and not self.query_one("#alerts", Table).chosen:
            self.say("no alert stands")
            return
        self._asking = what
        field = self.query_one("#ask", Input)
        field.placeholder = (
            f"NAME=VALUE ..., of {', '.join(_FILTER_NAMES)}; empty shows all"
            if what == "filter"
            else f"what you do about alert {self.query_one('#alerts', Table).chosen}"
        )
        field.value = " ".join(f"{name}={value}" for name, value in self._filter.items()) if what == "filter" else ""
        field.styles.display = "block"
        field.focus()

    def action_put_away(self) -> None:
        """Close what is asked."""
        self.query_one("#ask", Input).styles.display = "none"
        self.query_one("#sessions").focus()

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        self.action_put_away()
        if self._asking == "filter":
            self._take_filter(event.value)
        else:
            await self._acknowledge(event.value)
        await self.refresh_all()

    def _take_filter(self, text: str) -> None:
        pairs = [word.partition("=") for word in text.split()]
        wrong = [name for name, _, value in pairs if name not in _FILTER_NAMES or not value]
        if wrong:
            self.say(f"{' '.join(wrong)}: expected NAME=VALUE with a name of {', '.join(_FILTER_NAMES)}")
            return
        self._filter = {name: value for name, _, value in pairs}

    async def _acknowledge(self, note: str) -> None:
        number = self.query_one("#alerts", Table).chosen
        try:
            await self._client.post(f"/api/alerts/{number}/acknowledge", {"note": note})
        except ApiRefused as error:
            self.say(str(error))
