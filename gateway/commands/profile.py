"""``fairlead profile``: say where the time of an order goes."""

import click
import structlog
from rich.console import Console
from rich.table import Table

from fairlead.gateway.build import describe_build
from fairlead.gateway.profiling.budget import StageBudget, count_instructions, measure_stages
from fairlead.gateway.profiling.peers import ProfileError


def _show(stages: list[StageBudget]) -> Table:
    table = Table(title=f"one order and its fill, FIX to FIX, all checks, journal on ({describe_build()})")
    for column in ("way", "stage"):
        table.add_column(column)
    for column in ("p50 ns", "p99 ns"):
        table.add_column(column, justify="right")
    for way in ("order", "report"):
        part = [stage for stage in stages if stage.way == way]
        for stage in part:
            table.add_row(way, stage.stage, f"{stage.p50_ns:,}", f"{stage.p99_ns:,}")
        table.add_row(way, "sum", f"{sum(stage.p50_ns for stage in part):,}", "", end_section=True)
    return table


@click.command()
@click.option(
    "--orders", type=click.IntRange(100, 1_000_000), default=5000, show_default=True, help="How many to time."
)
@click.option("--instructions/--no-instructions", default=True, help="Count instructions, where valgrind is installed.")
def profile(orders: int, instructions: bool) -> None:
    """Send orders through a gateway in this process and print what each stage takes.

    The gateway has a journal and limits of its own in a temporary folder; the peers are sockets of this machine. Exits
    1 where the gateway does not do what it should.
    """
    # a session's lifecycle is no news here
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    console = Console()
    try:
        console.print(_show(measure_stages(orders)))
    except ProfileError as error:
        raise click.ClickException(str(error)) from None
    if not instructions:
        return
    try:
        click.echo(f"{count_instructions(200):,} instructions an order and its fill (callgrind)")
    except ProfileError as error:
        click.echo(f"instructions not counted: {error}")
