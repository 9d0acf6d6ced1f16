"""``fairlead override``: let one order past checks that refuse it; two people say so in advance."""

from collections.abc import Mapping
from typing import Any

import click

from fairlead.gateway.commands.control_access import ControlAccess, control_options
from fairlead.gateway.commands.control_views import print_table, short_time
from fairlead.gateway.risk.check_order import MAY_BE_OVERRIDDEN


@click.group()
def override() -> None:
    """Let one order past checks that refuse it; two people say so in advance."""


@override.command()
@click.argument("strategy")
@click.argument("cl_ord_id")
@click.argument("side", type=click.Choice(["buy", "sell", "sell_short", "sell_short_exempt"]))
@click.argument("max_qty")
@click.argument("symbol")
@click.option("--price", help="The worst price that counts; without it, the order is one without a price.")
@click.option(
    "--check", "checks", multiple=True, required=True, type=click.Choice(sorted(MAY_BE_OVERRIDDEN)), help="Repeatable."
)
@click.option(
    "--valid-s", type=click.IntRange(1, 86_400), default=3600, show_default=True, help="From the approval on."
)
@control_options
def grant(access: ControlAccess, price: str | None, **terms: Any) -> None:
    """Ask that the order CL_ORD_ID of STRATEGY may pass; another person with role risk approves.

    Example: fairlead override grant alpha BIG-1 buy 50000 MSFT --price 431 --check max_quantity --reason "block trade"
    """
    arguments = {**terms, "checks": list(terms["checks"]), **({"price": price} if price is not None else {})}
    access.show(access.call("override.grant", arguments), _show_one)


@override.command("list")
@control_options
def list_overrides(access: ControlAccess) -> None:
    """List overrides, and what became of those that ended."""
    access.show(access.call("override.list"), _show_list)


@override.command()
@click.argument("strategy")
@click.argument("cl_ord_id")
@control_options
def revoke(strategy: str, cl_ord_id: str, access: ControlAccess) -> None:
    """End the override of an order that was not sent yet."""
    access.show(access.call("override.revoke", {"strategy": strategy, "cl_ord_id": cl_ord_id}), _show_one)


def _show_one(answer: Mapping[str, Any]) -> None:
    _show_list({"overrides": [answer["after"]]})


def _show_list(answer: Mapping[str, Any]) -> None:
    if not answer["overrides"]:
        click.echo("no order has an override")
        return
    rows = [
        (
            found["strategy"],
            found["cl_ord_id"],
            f"{found['side']} {found['max_qty']} {found['symbol']}{' @ ' if found['price'] else ''}{found['price']}",
            ", ".join(found["checks"]),
            found["state"],
            short_time(found["expires_utc_ns"]),
            f"{found['verified_by']}, {found['authorised_by']}",
            found["reason"],
        )
        for found in answer["overrides"]
    ]
    print_table(("strategy", "ClOrdID", "at most", "may pass", "state", "until", "by", "reason"), rows)
