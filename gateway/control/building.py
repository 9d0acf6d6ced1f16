"""Put the control socket together."""

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from fairlead.gateway.control.clock_commands import ClockCommands
from fairlead.gateway.control.desk import ControlDesk
from fairlead.gateway.control.entry_commands import EntryCommands
from fairlead.gateway.control.log_commands import LogCommands
from fairlead.gateway.control.operators import build_operators, user_name
from fairlead.gateway.control.order_commands import OrderCommands
from fairlead.gateway.control.override_commands import OverrideCommands
from fairlead.gateway.control.own_commands import OwnCommands
from fairlead.gateway.control.protocol import MAX_ANSWER_BYTES
from fairlead.gateway.control.repair_commands import RepairCommands
from fairlead.gateway.control.server import ControlServer, socket_path
from fairlead.gateway.control.session_commands import StrategyCommands, VenueCommands
from fairlead.gateway.journal import kinds
from fairlead.gateway.links.unix_listener import UnixListener
from fairlead.gateway.venues.connector import VenueConnector
from fairlead.gateway.virtual_clock import VirtualClock

if TYPE_CHECKING:
    from fairlead.gateway.assembly import Gateway

STREAM: Final = "control"


def build_control(gateway: "Gateway", utc_ns: int) -> ControlServer:
    """Return what serves operators, with the audit chain going on where the last process left it."""
    config, writer, trail = gateway.config, gateway.writer, gateway.trail
    chain = trail.chain
    stream = writer.register_stream(STREAM, "", utc_ns, writer.now_ns)

    def append(payload: bytes, at_utc_ns: int) -> None:
        writer.append(stream, kinds.OPERATOR, payload, at_utc_ns, writer.now_ns)

    chain.attach(append, f"os:{user_name(os.geteuid())}", utc_ns)
    if chain.problem:
        text = f"{chain.problem}; the chain begins anew, see `fairlead audit verify`"
        gateway.watch.alert("audit_chain_broken", utc_ns, text=text)
    trail.decline_unanswered(utc_ns)
    gateway.retention.add_part(chain.write_checkpoint)
    desk = ControlDesk(gateway.control_commands, build_operators(config.operators), trail, config.control.approval_s)
    OwnCommands(desk, config.gateway.name, writer.epoch).register()
    path = gateway.path
    OverrideCommands(gateway.overrides, path.identities, path.instruments).register(gateway.control_commands)
    StrategyCommands(path, config.strategies).register(gateway.control_commands)
    OrderCommands(path).register(gateway.control_commands)
    EntryCommands(path.venues, path.next_id).register(gateway.control_commands)
    # before a new trading day lets the books forget ids
    gateway.overrides.settle(utc_ns)
    path.checks.overrides = gateway.overrides
    return ControlServer(desk, gateway.overrides, gateway.clock, config.control.idle_s)


def open_control(
    gateway: "Gateway", connectors: Iterable[VenueConnector], crashed: Callable[[BaseException], None]
) -> UnixListener | None:
    """Listen for operators. Raises ListenError."""
    if gateway.control is None:
        return None
    connectors = tuple(connectors)
    VenueCommands(connectors, gateway.ledger).register(gateway.control_commands)
    RepairCommands(connectors).register(gateway.control_commands)
    LogCommands().register(gateway.control_commands)
    if isinstance(gateway.clock, VirtualClock):
        ClockCommands(gateway.clock, crashed).register(gateway.control_commands)
    listener = UnixListener("control", gateway.turn, gateway.control.connection, 3 * MAX_ANSWER_BYTES)
    listener.listen_at(socket_path(gateway.config.gateway.state_dir))
    return listener
