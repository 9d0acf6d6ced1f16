"""Run a process's drop copies: connect or listen, let time pass, show how they stand.

A drop copy that is not there never holds up a start, an order or a stop: what it should tell is missing, and is told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fairlead.adapters.fix.acceptor import FixAcceptor
from fairlead.adapters.fix.drop_copy import FixDropCopy
from fairlead.adapters.fix.session import FixSession
from fairlead.adapters.fix.settings import SessionId
from fairlead.adapters.link_state import State
from fairlead.gateway.clock import Clock
from fairlead.gateway.config.reconcile_keys import DropCopy as DropCopyTable
from fairlead.gateway.config.values import split_address
from fairlead.gateway.instruments.directory import InstrumentDirectory
from fairlead.gateway.links.listener import Listener
from fairlead.gateway.links.tls import server_context
from fairlead.gateway.links.turn_cy import Turn
from fairlead.gateway.reconciliation.drop_copy import DropCopy
from fairlead.gateway.reconciliation.reconciliation import Reconciliation
from fairlead.gateway.schedules import ScheduledSession
from fairlead.gateway.session_log import SessionLog
from fairlead.gateway.telemetry.counters_cy import CounterPage
from fairlead.gateway.venues.connector import VenueConnector


@dataclass(slots=True)
class DropCopyParts:
    """One drop copy, built: its table, its session, what compares it, its hours."""

    table: DropCopyTable
    endpoint: FixDropCopy
    books: DropCopy
    hours: ScheduledSession


class DropCopyRunner:
    """Own the connectors and listeners of all drop copies; ``on_refused(name, text, utc_ns)`` hears of strangers."""

    def __init__(
        self,
        parts: Sequence[DropCopyParts],
        reconciliation: Reconciliation,
        instruments: InstrumentDirectory,
        turn: Turn,
        clock: Clock,
        alert: Callable[..., None],
        on_refused: Callable[[str, str, int], None],
        on_crash: Callable[[BaseException], None],
    ) -> None:
        self.parts = tuple(parts)
        self.listeners: list[Listener] = []
        self._reconciliation = reconciliation
        self._instruments = instruments
        self._names: dict[str, dict[str, str]] = {}
        self._turn = turn
        self._on_refused = on_refused
        self._is_stopping = False
        self._connectors: list[VenueConnector] = []
        for part in self.parts:
            session_log = SessionLog(f"drop_copy:{part.table.name}", part.endpoint.session, clock, alert)
            if part.table.hosts:
                connector = VenueConnector(part.table, part.endpoint, turn, part.hours, session_log, on_crash)
                self._connectors.append(connector)
            else:
                part.endpoint.observer = session_log.tell

    @property
    def is_connected(self) -> bool:
        """Tell whether there is a connection now."""
        return any(part.endpoint.session.link_state is not State.DISCONNECTED for part in self.parts)

    def listen(self) -> dict[str, tuple[str, int]]:
        """Listen for those that connect to us; return the addresses in use. Raises ListenError and TlsError."""
        addresses: dict[str, tuple[str, int]] = {}
        for part in self.parts:
            if part.table.listen is None:
                continue
            name = f"drop_copy:{part.table.name}"
            tls = server_context(part.table.listen_tls) if part.table.listen_tls is not None else None
            make = _Acceptors(part, self._on_refused, self._is_open).connection
            listener = Listener(name, self._turn, make, 2 * part.table.max_unsent_bytes, tls)
            self.listeners.append(listener)
            addresses[name] = listener.listen(*split_address(part.table.listen))
        return addresses

    def _is_open(self) -> bool:
        return not self._is_stopping

    def start(self, now_ns: int, utc_ns: int) -> None:
        """Begin to connect."""
        self.tick(now_ns, utc_ns)
        for connector in self._connectors:
            connector.start()

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Let time pass."""
        for part in self.parts:
            part.hours.tick(now_ns, utc_ns)
            venue = part.table.venue
            names = self._instruments.names(venue)
            if names != self._names.get(part.table.name):
                self._names[part.table.name] = names
                part.endpoint.rename_symbols(names)
            part.books.tick(self._reconciliation.venues[venue].is_up, now_ns, utc_ns)

    def read_gauges(self, page: CounterPage, now_ns: int) -> None:
        """Show how each drop copy stands, how many orders keep gates closed, and how many breaks there are."""
        for venue in self._reconciliation.venues:
            gate = self._reconciliation.gate(venue)
            page.set(page.slot(f"venue.{venue}.unaccounted"), len(gate.unaccounted) if gate is not None else 0)
        page.set(page.slot("breaks"), self._reconciliation.breaks.unresolved_count)
        for part in self.parts:
            for what, value in gauges_of(part.books, now_ns).items():
                page.set(page.slot(f"drop_copy.{part.table.name}.{what}"), value)

    def stop(self, text: str, now_ns: int, utc_ns: int) -> None:
        """Log out and take no more connections."""
        self._is_stopping = True
        for listener in self.listeners:
            listener.stop_accepting()
        for connector in self._connectors:
            connector.stop(text, now_ns, utc_ns)
        for part in self.parts:
            if part.table.listen is not None:
                part.endpoint.session.logout(text, now_ns, utc_ns)

    async def close(self, text: str) -> None:
        """Drop what is left."""
        for listener in self.listeners:
            listener.close(text)
        for connector in self._connectors:
            await connector.close()


class _Acceptors:
    """Make the endpoint of each connection to one drop copy's address."""

    def __init__(
        self, part: DropCopyParts, on_refused: Callable[[str, str, int], None], is_open: Callable[[], bool]
    ) -> None:
        self._part = part
        self._on_refused = on_refused
        self._is_open = is_open

    def connection(self, peer_address: str) -> FixAcceptor:
        """Return the endpoint for a stream from ``peer_address``."""

        def find_session(session_id: SessionId) -> FixSession | None:
            session = self._part.endpoint.session
            expected = session.session_id
            is_ours = (session_id.begin_string, session_id.sender_comp_id, session_id.target_comp_id) == (
                expected.begin_string,
                expected.sender_comp_id,
                expected.target_comp_id,
            )
            return session if is_ours and self._is_open() and self._part.hours.is_open else None

        def refused(text: str, utc_ns: int) -> None:
            self._on_refused(f"drop_copy:{self._part.table.name}", f"{peer_address}: {text}", utc_ns)

        return FixAcceptor(find_session, refused, self._part.table.logon_timeout_s)


def gauges_of(books: DropCopy, now_ns: int) -> dict[str, int]:
    """Return what the counter page shows of a drop copy; the names are ``path_counters_cy.DROP_COPY_GAUGES``."""
    return {
        "up": int(books.is_up),
        "messages": books.messages,
        "matched": books.matcher.counts.settled,
        "unmatched": len(books.matcher.pending) + len(books.matcher.broken),
        "broken": len(books.matcher.broken),
        "duplicates": books.matcher.counts.duplicates,
        "others": books.others,
        "unreadable": books.unreadable,
        "lag_ns": books.lag_ns,
        "last_message_age_ns": now_ns - books.last_message_ns if books.last_message_ns else 0,
    }
