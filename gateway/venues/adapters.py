"""Find venue adapters through entry points, so that one can live outside this repository.

A package offers an adapter under the group ``fairlead.venue_adapters``: the name is what ``adapter`` says in a
``[[venues]]`` table, the object a ``VenueFactory``. Fairlead's own are declared the same way, in its pyproject.toml.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Final

from fairlead.adapters.session_control import ControlledVenue
from fairlead.adapters.session_store import SessionStore
from fairlead.adapters.venue_books import VenueBooks
from fairlead.adapters.venue_session import VenueSink

if TYPE_CHECKING:  # the configuration asks here which adapters there are
    from fairlead.gateway.config import models as cm

GROUP: Final = "fairlead.venue_adapters"


class AdapterError(Exception):
    """Report an adapter that can't be had: which one, why, and which there are."""


@dataclass(frozen=True, slots=True)
class VenueContext:
    """Hold what a factory builds from.

    ``symbols`` holds the venue's names of its trading date by Fairlead's symbol, where the configuration gives any; a
    venue that takes new ones while it runs is a ``RenamesSymbols``. ``open_store(protocol)`` returns the session's
    store, journaled under ``venue:NAME``; ``secret`` is resolved; ``books`` is what the ledger knows of the venue's
    orders, to be asked once the gateway is built.
    """

    table: "cm.Venue"
    symbols: Mapping[str, str]
    secret: str = field(repr=False)
    open_store: Callable[[str], SessionStore]
    sink: VenueSink
    books: VenueBooks


VenueFactory = Callable[[VenueContext], ControlledVenue]


def _found() -> dict[str, EntryPoint]:
    return {entry_point.name: entry_point for entry_point in entry_points(group=GROUP)}


def known_adapters() -> tuple[str, ...]:
    """Return the names of all adapters that are installed, sorted."""
    return tuple(sorted(_found()))


def load_adapter(name: str) -> VenueFactory:
    """Return the factory of an adapter; raises AdapterError."""
    entry_point = _found().get(name)
    if entry_point is None:
        raise AdapterError(f"{name!r}, expected an installed adapter ({', '.join(known_adapters())})")
    try:
        factory = entry_point.load()
    except (ImportError, AttributeError) as error:
        raise AdapterError(f"{name!r} ({entry_point.value}) can't be loaded: {error}") from error
    if not callable(factory):
        raise AdapterError(f"{name!r} is {factory!r}, expected a function that builds a venue")
    return factory  # type: ignore[no-any-return]  # its own package answers for what it returns
