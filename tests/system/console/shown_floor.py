"""Put up one floor for all tests of the console: orders of every kind, and 100,000 old ones in the blotter's table."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from chromium import Browser, Tab
from floor import Floor
from processes import free_port, until

from fairlead.client.client import Client
from fairlead.codecs.vocabulary.constants import OrdStatus
from fairlead.gateway.ports.secret_hash import SecretHash

OLD_ORDERS = 100_000
PEOPLE = {"sue": ["support", "risk"], "rob": ["risk"]}
LIMITS = """
[firm]
max_open_orders = 500
max_order_qty = "5000"
[[limits]]
strategy = "alpha"
max_open_orders = 40
max_messages = 1000
interval_ms = 1000
[[limits]]
account = "*"
symbol = "*"
max_long_qty = "4000"
max_short_qty = "4000"
"""


def secret_of(name: str) -> str:
    return f"secret-of-{name}"


def tables(port: int, folder: Path) -> str:
    hashes = {name: SecretHash.of(secret_of(name), 4).stored() for name in PEOPLE}
    people = "".join(
        f'[[operators]]\nname = "{name}"\nroles = {roles}\nsecret_hash = "{hashes[name]}"\n'
        for name, roles in PEOPLE.items()
    )
    return f'\n[operations]\nlisten = "127.0.0.1:{port}"\n[risk]\nlimits = "{folder}/limits.toml"\n{people}'


@dataclass
class ShownFloor:
    """The floor, the browser, and who is logged in."""

    floor: Floor
    browser: Browser
    url: str
    alpha: Client | None = None
    tabs: dict[str, Tab] = field(default_factory=dict)

    async def person(self, name: str = "sue") -> Tab:
        """Return somebody's tab, logged in."""
        if name not in self.tabs:
            tab = self.tabs[name] = await self.browser.open()
            await tab.go(self.url)
            await log_in(tab, name, secret_of(name))
            await tab.until_text("#head-who", name)
            # from then on it listens to keys
            await tab.until("document.querySelector('#pages .chosen')")
        return self.tabs[name]


async def log_in(tab: Tab, name: str, secret: str) -> None:
    """Fill the login's form, by keys."""
    await tab.until("document.querySelector('#login') && document.readyState === 'complete'")
    await tab.value("document.querySelector('#login').elements.operator.focus()")
    await tab.type(name)
    await tab.press("Tab")
    await tab.type(secret)
    await tab.press("Enter")


async def until_served(url: str) -> None:
    async def ask() -> None:
        async with aiohttp.ClientSession() as http:
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    async with http.get(f"{url}/health") as answer:
                        found: dict[str, Any] = await answer.json()
                        if found["gateway"]["alive"] and found["journal"]["caught_up"]:
                            return
                await asyncio.sleep(0.05)

    await asyncio.wait_for(ask(), 90)


def put_old_orders(path: Path) -> None:
    """Write ended orders of long ago beside those of today, a few at a time: the process writes there as well."""
    with contextlib.closing(sqlite3.connect(path, timeout=60)) as connection:
        for start in range(0, OLD_ORDERS, 5000):
            rows = (_old_order(number) for number in range(start, start + 5000))
            connection.executemany(f"insert into orders values ({', '.join('?' * 23)})", rows)
            names = ((f"OLD-{number}", f"X{number}") for number in range(start, start + 5000))
            connection.executemany("insert into order_names values (?, ?)", names)
            connection.commit()


def _old_order(number: int) -> tuple[Any, ...]:
    at_ns = 1_600_000_000_000_000_000 + number * 1_000_000
    names = f"X{number}", "beta", "ACC-beta", "XBRK", "IBM", "sell", "limit", "day", f"OLD-{number}", f"V{number}", "V"
    amounts = 150_00000000, 100_00000000, 0, 0, None
    return (*names, *amounts, "canceled", 1, 0, "", at_ns, at_ns, 0)


async def trade(alpha: Client) -> None:
    """Send orders that rest, fill, and are refused."""
    resting = [alpha.new_order("buy", 100 + n, "MSFT", price=f"{300 + n}.00", venue="XEXC") for n in range(6)]
    resting += [alpha.new_order("sell", 50, "AAPL", price="900.00", venue="XBRK", cl_ord_id="<b>bold</b>")]
    await until(lambda: all(order.ord_status is OrdStatus.NEW for order in resting), "orders that rest")
    refused = alpha.new_order("buy", 9000, "MSFT", price="1.00", venue="XEXC")
    filled = alpha.new_order("buy", 100, "MSFT", price="999.00", venue="XEXC")
    await until(lambda: refused.ord_status is OrdStatus.REJECTED, "the refusal")
    await until(lambda: filled.ord_status is not OrdStatus.PENDING_NEW, "an answer")


@contextlib.asynccontextmanager
async def shown_floor(folder: Path) -> AsyncIterator[ShownFloor]:
    """Give all of it, running."""
    port = free_port()
    floor, browser = Floor(folder), Browser(folder / "profile")
    (folder / "limits.toml").write_text(LIMITS)
    floor.tables.more += tables(port, folder)
    shown = ShownFloor(floor, browser, f"http://127.0.0.1:{port}")
    await floor.open()
    try:
        await floor.start()
        await until_served(shown.url)
        put_old_orders(floor.state / "operations.db")
        shown.alpha = await floor.json_client()
        await trade(shown.alpha)
        await browser.start()
        yield shown
    finally:
        await browser.close()
        await floor.close()
