"""Offer the support desk's commands about sessions: venues and strategies, as they stand, and to end or begin them."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Protocol, runtime_checkable

from pydantic import Field

from fairlead.gateway.config.models import Strategy
from fairlead.gateway.control.commands import (
    SUPPORT,
    VIEW,
    Arguments,
    ControlCommand,
    ControlCommands,
    ControlError,
    ControlRequest,
    NoArguments,
)
from fairlead.gateway.order_path_cy import OrderPath
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.venues.connector import VenueConnector


class VenueName(Arguments):
    """Name a venue."""

    venue: Annotated[str, Field(min_length=1, max_length=64)]


class StrategyName(Arguments):
    """Name a strategy."""

    strategy: Annotated[str, Field(min_length=1, max_length=64)]


@runtime_checkable
class Disconnectable(Protocol):
    """Be a strategy's session that an operator may end."""

    def disconnect(self, text: str, now_ns: int, utc_ns: int) -> bool:
        """End the connection; return False where there is none."""


def operators_words(request: ControlRequest) -> str:
    """Return what the other side of a session, or an order's owner, is told."""
    return f"by operator {request.operator}: {request.reason}"


class VenueCommands:
    """Answer ``venues.*``."""

    def __init__(self, connectors: Iterable[VenueConnector], ledger: Ledger) -> None:
        self._connectors: Final = {connector.venue.name: connector for connector in connectors}
        self._ledger = ledger

    def register(self, commands: ControlCommands) -> None:
        """Add them to the gateway's commands."""
        summary = "List the venues' sessions as they stand."
        commands.add(ControlCommand("venues.list", summary, (VIEW,), self.list, NoArguments, changes=False))
        for name, summary, handler in (
            ("disconnect", "Close a venue's connection without a word; it is made anew at once.", self.disconnect),
            ("logout", "Log out of a venue and stay away until `venues.connect` or a restart.", self.logout),
            ("connect", "Connect to a venue now, whatever kept it waiting.", self.connect),
        ):
            commands.add(ControlCommand(f"venues.{name}", summary, (SUPPORT,), handler, VenueName))

    def list(self, request: ControlRequest) -> Mapping[str, Any]:
        """List them."""
        return {"venues": [self._shown(connector) for connector in self._connectors.values()]}

    def disconnect(self, request: ControlRequest) -> Mapping[str, Any]:
        """Close a connection."""
        connector = self._find(request)
        before = self._shown(connector)
        if not connector.is_connected:
            raise ControlError(f"venue {connector.venue.name} is {before['state']}: there is no connection to close")
        connector.venue.session.disconnect(operators_words(request), request.now_ns, request.utc_ns)
        return {"before": before, "after": self._shown(connector)}

    def logout(self, request: ControlRequest) -> Mapping[str, Any]:
        """Log out and stay away."""
        connector = self._find(request)
        if connector.held:
            raise ControlError(f"venue {connector.venue.name} was logged out already, {connector.held}")
        before = self._shown(connector)
        connector.hold(operators_words(request), request.now_ns, request.utc_ns)
        return {"before": before, "after": self._shown(connector)}

    def connect(self, request: ControlRequest) -> Mapping[str, Any]:
        """Connect now."""
        connector = self._find(request)
        before = self._shown(connector)
        if connector.is_connected and not connector.held:
            raise ControlError(f"venue {connector.venue.name} is {before['state']} already")
        refusal = connector.clearance()
        if refusal:
            raise ControlError(f"venue {connector.venue.name} may not be logged on to: {refusal}")
        connector.connect()
        return {"before": before, "after": self._shown(connector)}

    def _find(self, request: ControlRequest) -> VenueConnector:
        name = request.arguments.venue
        if name not in self._connectors:
            raise ControlError(f"venue {name!r} received, expected one of {', '.join(self._connectors)}")
        return self._connectors[name]

    def _shown(self, connector: VenueConnector) -> dict[str, Any]:
        session = connector.venue.session
        return {
            "venue": connector.venue.name,
            "state": _state(connector),
            "held": connector.held,
            "refusal": connector.clearance(),
            "link": session.link_state.name.lower(),
            "next_in": session.next_in,
            "next_out": session.next_out,
            "refused_logons": session.refused_logons,
            "unsent_bytes": connector.unsent_bytes,
            "open_orders": len(self._ledger.open_orders(venue=connector.venue.name)),
        }


def _state(connector: VenueConnector) -> str:
    if connector.venue.session.is_logged_on:
        return "logged on"
    if connector.is_connected:
        return "connected, not logged on"
    if connector.held:
        return "logged out by an operator"
    if not connector.hours.is_open:
        return "outside its hours"
    if connector.clearance():
        return "no valid certificate"
    return "given up after refused logons" if connector.is_abandoned else "connecting"


class StrategyCommands:
    """Answer ``strategies.*``."""

    def __init__(self, path: OrderPath, tables: Iterable[Strategy]) -> None:
        self._path = path
        self._ports: Final = {table.name: table.port for table in tables}

    def register(self, commands: ControlCommands) -> None:
        """Add them to the gateway's commands."""
        summary = "List the strategies, and whether they are connected."
        commands.add(ControlCommand("strategies.list", summary, (VIEW,), self.list, NoArguments, changes=False))
        summary = "End a strategy's connection; what follows for its orders is as its configuration says."
        commands.add(ControlCommand("strategies.disconnect", summary, (SUPPORT,), self.disconnect, StrategyName))

    def list(self, request: ControlRequest) -> Mapping[str, Any]:
        """List them."""
        return {"strategies": [self._shown(name) for name in self._ports]}

    def disconnect(self, request: ControlRequest) -> Mapping[str, Any]:
        """End a connection."""
        name = request.arguments.strategy
        if name not in self._ports:
            raise ControlError(f"strategy {name!r} received, expected one of {', '.join(self._ports)}")
        before, session = self._shown(name), self._path.strategies[name]
        assert isinstance(session, Disconnectable)
        if not session.disconnect(operators_words(request), request.now_ns, request.utc_ns):
            raise ControlError(f"strategy {name} is not connected")
        return {"before": before, "after": self._shown(name)}

    def _shown(self, name: str) -> dict[str, Any]:
        session = self._path.strategies[name]
        # a FIX session keeps its peer's address itself, the others' is their connection's
        address = getattr(session, "peer_address", "") or getattr(session.endpoint, "peer_address", "")
        return {
            "strategy": name,
            "port": self._ports[name],
            "connected": session.endpoint is not None,
            "peer": address if session.endpoint is not None else "",
            "open_orders": len(self._path.ledger.open_orders(strategy=name)),
        }
