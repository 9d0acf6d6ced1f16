"""Build a venue with the faces that somebody has chosen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.command_options import LINES, Address
from fairlead.certification.venues.drop_copy_face import DEFAULT_COUNTERPARTY, DropCopyFace
from fairlead.certification.venues.fix_face import FixFace, FixSettings
from fairlead.certification.venues.itch_face import ItchFace, ItchSettings
from fairlead.certification.venues.itch_feed import PRICE_PLACES
from fairlead.certification.venues.mold import MoldLine, MoldSettings
from fairlead.certification.venues.ouch_face import OuchFace, OuchSettings
from fairlead.certification.venues.profile import ProfileError, VenueProfile, load_profile
from fairlead.certification.venues.soup import SoupSettings
from fairlead.certification.venues.venue import Venue, VenueSettings

_LARGEST_PRICE = 19_999_999 * UNITS // 100

Listen = Callable[[str, int], Awaitable[int]]


class FloorError(ValueError):
    """Say which choice can't be, and why."""

    def __init__(self, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.hint = hint or None


@dataclass
class Floor:
    """Hold a venue, its faces, and where each is to listen; the command's own face comes first."""

    venue: Venue
    listening: dict[str, tuple[Listen, Address]] = field(default_factory=dict)
    fix: FixFace | None = None
    ouch: OuchFace | None = None
    itch: ItchFace | None = None

    async def start(self) -> list[str]:
        """Listen on all faces, and return a line about each: the own one's is "listening on HOST:PORT".

        Raises OSError, which says the address.
        """
        said: list[str] = []
        for name, (listen, (host, port)) in self.listening.items():
            try:
                bound = await listen(host, port)
            except OSError as error:
                raise OSError(f"can't listen on {host}:{port}: {error}") from error
            said.append(f"{name + ' ' if said else ''}listening on {host}:{bound}")
        if self.itch is not None:
            said += [
                f"mold-{line.settings.name.lower()} sending to {line.settings.host}:{line.settings.port}"
                for line in self.itch.mold.lines
            ]
            requests = await self.itch.listen_for_requests()
            said += [f"mold-request listening on {requests[0]}:{requests[1]}"] if requests else []
        self.venue.begin()
        return said


def build_floor(own: str, chosen: dict[str, Any]) -> Floor:
    """Build what the options of a command choose; raises FloorError, or sqlite3.Error for the state file."""
    has = {face: chosen[f"{face}_listen"] is not None for face in ("fix", "ouch", "itch")}
    has["itch"] = has["itch"] or any(chosen[name] is not None for name in ("mold_a", "mold_b", "mold_request"))
    profile = _profile(chosen, is_native=has["ouch"] or has["itch"])
    settings = VenueSettings(
        profile=profile,
        state_path=chosen["state"],
        quotes=chosen["market_maker"],
        seed=chosen["seed"],
        self_match=chosen["self_match"],
        cancel_on_disconnect=chosen["cancel_on_disconnect"],
        trigger_delay_s=chosen["trigger_delay"],
        drop_copies=_drop_copies(chosen),
    )
    floor = Floor(Venue(settings))
    try:
        makers: dict[str, Callable[[Venue, dict[str, Any]], FixFace | OuchFace | ItchFace]]
        makers = {"fix": _fix, "ouch": _ouch, "itch": _itch}
        for face in sorted(makers, key=lambda face: face != own):
            if has[face]:
                made = makers[face](floor.venue, chosen)
                setattr(floor, face, made)
                if chosen[f"{face}_listen"] is not None:
                    floor.listening[face] = (made.listen, chosen[f"{face}_listen"])
        address = _drop_copy_address(chosen)
        if address is not None:
            floor.listening["drop-copy"] = (DropCopyFace(floor.venue).listen, address)
    except ValueError as error:
        floor.venue.store.close()
        raise FloorError(str(error)) from error
    return floor


def _profile(chosen: dict[str, Any], *, is_native: bool) -> VenueProfile:
    """Return the profile; beside OUCH and ITCH, FIX takes what these can carry."""
    version = chosen["fix_version"]
    try:
        loaded = load_profile(chosen["profile"]) if chosen["profile"] else None
    except ProfileError as error:
        raise FloorError(str(error), "--profile") from error
    profile = loaded or VenueProfile(version=version or "4.4")
    if version is not None and version != profile.version:
        raise FloorError(f"{version} received, but the profile's is {profile.version}", "--version")
    if chosen["symbols"]:
        profile = replace(profile, symbols=profile.symbols | frozenset(chosen["symbols"].split(",")))
    if chosen["pending_reports"] is not None:
        profile = replace(profile, pending_reports=chosen["pending_reports"])
    if is_native:
        places, largest = min(profile.price_places, PRICE_PLACES), profile.largest_price or _LARGEST_PRICE
        profile = replace(profile, whole_quantities=True, price_places=places, largest_price=largest)
    return profile


def _drop_copy_address(chosen: dict[str, Any]) -> Address | None:
    port = chosen["drop_copy_port"]
    return ("127.0.0.1", port) if port is not None else chosen["drop_copy_listen"]


def _drop_copies(chosen: dict[str, Any]) -> tuple[str, ...]:
    if _drop_copy_address(chosen) is None:
        return ()
    return tuple(chosen["drop_copy_counterparty"]) or (DEFAULT_COUNTERPARTY,)


def _fix(venue: Venue, chosen: dict[str, Any]) -> FixFace:
    settings = FixSettings(
        comp_id=chosen["sender"],
        counterparties=frozenset(chosen["counterparty"]),
        credentials=chosen["credential"],
        reset_on_logon=chosen["reset_on_logon"],
        throttle_per_s=chosen["throttle"],
    )
    return FixFace(venue, settings)


def _soup(chosen: dict[str, Any]) -> SoupSettings:
    return SoupSettings(credentials=chosen["credential"], beyond_end=chosen["beyond_end"])


def _ouch(venue: Venue, chosen: dict[str, Any]) -> OuchFace:
    version, session, zone = chosen["ouch_version"], chosen["session"], chosen["time_zone"]
    return OuchFace(venue, OuchSettings(version, session, zone, _soup(chosen)))


def _line(name: str, number: int, chosen: dict[str, Any]) -> MoldLine:
    host, port = chosen[f"mold_{name.lower()}"]
    return MoldLine(
        name,
        host,
        port,
        loss=chosen["loss"][name],
        duplicate=chosen["duplicate"][name],
        reorder=chosen["reorder"][name],
        skew_ms=chosen["skew_ms"][name],
        seed=chosen["fault_seed"] + number,
    )


def _itch(venue: Venue, chosen: dict[str, Any]) -> ItchFace:
    named = [(number, name) for number, name in enumerate(LINES) if chosen[f"mold_{name.lower()}"] is not None]
    lines = tuple(_line(name, number, chosen) for number, name in named)
    mold = MoldSettings(lines=lines, request=chosen["mold_request"], interface=chosen["mold_interface"])
    return ItchFace(venue, ItchSettings(chosen["session"], chosen["time_zone"], _soup(chosen), mold))
