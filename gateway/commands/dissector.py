"""``fairlead dissector``: make a Wireshark dissector of a binary protocol."""

from pathlib import Path

import click

from fairlead.codecs.binary import TableError, load_protocol, table_names
from fairlead.codecs.wireshark.lua import dissector as make_dissector


@click.command()
@click.argument("protocol", required=False)
@click.option("--list", "list_names", is_flag=True, help="List the protocols.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
def dissector(protocol: str | None, list_names: bool, output: Path | None) -> None:
    """Print a Wireshark dissector in Lua for PROTOCOL: a table's name, or the path of a table.

    Example: fairlead dissector fairlead_strategy_1_0 --output strategy.lua

    tshark -X lua_script:strategy.lua -d tcp.port==7003,fairlead_strategy_1_0 -r capture.pcap
    """
    if list_names:
        click.echo("\n".join(table_names()))
        return
    if protocol is None:
        raise click.UsageError("no protocol received, expected one of those that --list shows, or the path of a table")
    try:
        script = make_dissector(load_protocol(Path(protocol) if protocol.endswith(".json") else protocol))
    except (LookupError, TableError) as error:
        raise click.ClickException(str(error).strip("'\"")) from None
    if output is None:
        click.echo(script, nl=False)
        return
    try:
        output.write_text(script, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{output}: {error.strerror}") from None
