"""Send one order from a shell: `fairlead order`."""

import asyncio
import signal
import ssl
import sys
from typing import Any, Final

import click
from rich.console import Console

from fairlead.client.client import Client
from fairlead.client.connection import Event, EventKind
from fairlead.client.errors import ClientError
from fairlead.client.order import Order
from fairlead.client.report_lines import report_line
from fairlead.client.requests import NewOrderTerms
from fairlead.client.secret_reference import read_secret
from fairlead.codecs.json_lines.encoding import encode_report
from fairlead.codecs.vocabulary.constants import OrdStatus, OrdType, Side, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import Report

DONE: Final = 0
NOT_FILLED: Final = 1
NOT_SENT: Final = 2
"""Exit codes: filled or done for the day; rejected, canceled or expired; usage, or no connection."""

_SHORT_NAMES: Final = {"gtc": "good_till_cancel", "ioc": "immediate_or_cancel", "fok": "fill_or_kill"}
_TOLD_EVENTS: Final = frozenset((EventKind.DISCONNECTED, EventKind.RECONNECTED, EventKind.RECONNECT_FAILED))


class Address(click.ParamType[tuple[str, int]]):
    """Read HOST:PORT, or [HOST]:PORT for IPv6."""

    name = "HOST:PORT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        """Return (host, port)."""
        if isinstance(value, tuple):
            return value
        host, colon, port = str(value).rpartition(":")
        if not colon or not host or not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
            self.fail(f"{value!r} received, expected HOST:PORT", param, ctx)
        return host.removeprefix("[").removesuffix("]"), int(port)


def _names(members: Any) -> list[str]:
    return [member.name.lower() for member in members]


@click.command()
@click.argument("side", type=click.Choice(_names(Side)))
@click.argument("quantity")
@click.argument("symbol")
@click.argument("price", nargs=-1, metavar="[@ PRICE]")
@click.option("--connect", "address", type=Address(), required=True, help="The gateway's JSON or binary port.")
@click.option("--protocol", type=click.Choice(["json", "binary"]), default="json", show_default=True)
@click.option("--strategy", required=True, help="The strategy's name; on the binary port, its username.")
@click.option("--secret", "secret_reference", required=True, metavar="env:NAME|file:PATH", help="Where its secret is.")
@click.option("--venue", default="", help="Where to send it; the gateway routes it otherwise.")
@click.option("--account", default="")
@click.option("--type", "ord_type", type=click.Choice(_names(OrdType)), help="Follows from the prices if left out.")
@click.option("--tif", type=click.Choice([*_names(TimeInForce), *_SHORT_NAMES]), default="day", show_default=True)
@click.option("--stop-px", help="The price that triggers a stop order.")
@click.option("--text", default="", help="A note that travels with the order.")
@click.option("--timeout", "timeout_s", type=click.FloatRange(min=0), help="Cancel it after so many seconds.")
@click.option("--take-over", is_flag=True, help="End another connection of the strategy.")
@click.option("--tls", is_flag=True, help="Connect with TLS.")
@click.option("--ca", type=click.Path(exists=True), help="Trust the authorities in this file only (implies --tls).")
@click.option("--cert", type=click.Path(exists=True), help="Client certificate, with its key unless --key is given.")
@click.option("--key", type=click.Path(exists=True), help="Key of the client certificate.")
@click.option("--json", "as_json", is_flag=True, help="Print each report as the gateway's line.")
def order(**options: Any) -> None:
    """Send one order and print each report until it ends.

    Example: fairlead order --connect localhost:7001 --strategy demo --secret env:DEMO_SECRET buy 100 MSFT @ 10.05

    Ctrl-C cancels the order and waits for its end; a second Ctrl-C stops waiting.
    Exit code: 0 filled or done for the day, 1 rejected, canceled or expired, 2 usage or connection.
    """
    try:
        secret = read_secret(options["secret_reference"])
        terms = _terms(options)
        tls = tls_context(options)
    except (ValueError, OSError) as error:
        raise click.UsageError(str(error)) from None
    shell = _Shell(options, terms)
    try:
        code = asyncio.run(shell.run(secret, tls))
    except (ClientError, ValueError) as error:
        click.echo(f"fairlead order: {error}", err=True)
        code = NOT_SENT
    sys.exit(code)


def _terms(options: dict[str, Any]) -> NewOrderTerms:
    price = options["price"]
    if price[:1] == ("@",):
        price = price[1:]
    if len(price) > 1 or (options["price"] and not price):
        raise ValueError(f"{' '.join(options['price'])!r} received after the symbol, expected nothing or @ PRICE")
    terms: NewOrderTerms = {
        "price": price[0] if price else None,
        "stop_px": options["stop_px"],
        "time_in_force": _SHORT_NAMES.get(options["tif"], options["tif"]),
        "venue": options["venue"],
        "account": options["account"],
        "text": options["text"],
    }
    if options["ord_type"] is not None:
        terms["ord_type"] = options["ord_type"]
    return terms


def tls_context(options: dict[str, Any]) -> ssl.SSLContext | None:
    """Return what the options say about TLS, None where it is not wanted; raises OSError and ssl.SSLError."""
    if not (options["tls"] or options["ca"] or options["cert"]):
        return None
    context = ssl.create_default_context(cafile=options["ca"])
    if options["cert"]:
        context.load_cert_chain(options["cert"], options["key"])
    return context


class _Shell:
    """Follow one order on a terminal, or wherever the output goes."""

    def __init__(self, options: dict[str, Any], terms: NewOrderTerms) -> None:
        self._options = options
        self._terms = terms
        self._order: Order | None = None
        self._console = Console(highlight=False, soft_wrap=True)

    async def run(self, secret: str, tls: ssl.SSLContext | None) -> int:
        """Send the order, wait for its end; return the exit code."""
        options = self._options
        host, port = options["address"]
        client = await Client.connect(
            host,
            port,
            options["strategy"],
            secret,
            tls=tls,
            take_over=options["take_over"],
            on_report=self._show,
            on_event=self._tell,
            protocol=options["protocol"],
        )
        async with client:
            self._order = client.new_order(options["side"], options["quantity"], options["symbol"], **self._terms)
            return await self._follow(client, self._order)

    async def _follow(self, client: Client, order: Order) -> int:
        interrupts: asyncio.Queue[str] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, interrupts.put_nowait, "interrupted")
        done = asyncio.create_task(order.done())
        try:
            why = await self._wait(done, interrupts, self._options["timeout_s"])
            if why:
                click.echo(f"{why}: canceling {order.cl_ord_id}, waiting for its end", err=True)
                client.cancel(order)
                if await self._wait(done, interrupts, None):
                    click.echo(f"{order.cl_ord_id} is still open", err=True)
                    return NOT_FILLED
            await done
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            done.cancel()
        return DONE if order.ord_status in (OrdStatus.FILLED, OrdStatus.DONE_FOR_DAY) else NOT_FILLED

    @staticmethod
    async def _wait(done: "asyncio.Task[Order]", interrupts: "asyncio.Queue[str]", timeout_s: float | None) -> str:
        """Return "" once the order is done, else why the wait is over."""
        interrupted = asyncio.create_task(interrupts.get())
        try:
            await asyncio.wait((done, interrupted), timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
            if done.done():
                return ""
            return interrupted.result() if interrupted.done() else f"not done within {timeout_s:g} s"
        finally:
            interrupted.cancel()

    def _show(self, seq: int, report: Report, order: Order | None) -> None:
        if order is None or order is not self._order:
            return
        if self._options["as_json"]:
            click.echo(encode_report(report, seq), nl=False)
        else:
            self._console.print(report_line(report))

    @staticmethod
    def _tell(event: Event) -> None:
        if event.kind in _TOLD_EVENTS:
            click.echo(f"{event.kind.name.lower()} {event.text}".rstrip(), err=True)
