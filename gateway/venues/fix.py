"""Build FIX venues: the adapter ``fix``."""

from dataclasses import replace
from typing import Any

from fairlead.adapters.fix.profiles import VenueProfile, load_profile
from fairlead.adapters.fix.settings import SessionSettings, Throttle
from fairlead.adapters.fix.venue import FixVenue, VenueCredentials, session_settings
from fairlead.gateway.config import models as cm
from fairlead.gateway.venues.adapters import VenueContext


def build(context: VenueContext) -> FixVenue:
    """Return the venue that a table of the configuration describes. Raises ProfileError."""
    venue = context.table
    profile = load_profile(venue.profile)
    credentials = VenueCredentials(
        sender_comp_id=venue.sender_comp_id or "",
        target_comp_id=venue.target_comp_id or "",
        sender_sub_id=venue.sender_sub_id,
        target_sub_id=venue.target_sub_id,
        username=venue.username,
        password=context.secret,
        raw_data=context.secret,
    )
    store = context.open_store(profile.begin_string)
    settings = venue_settings(venue, profile, credentials)
    built = FixVenue(venue.name, profile, credentials, store, context.sink, settings)
    built.rename_symbols(context.symbols)
    return built


def venue_settings(venue: cm.Venue, profile: VenueProfile, credentials: VenueCredentials) -> SessionSettings:
    """Return the session's settings: the profile's, with what the configuration says otherwise."""
    settings = session_settings(profile, credentials)
    said: dict[str, Any] = {
        "heart_bt_int_s": venue.heartbeat_s,
        "reset_on_logon": venue.reset_on_logon,
        "resend_chunk": venue.resend_chunk,
        "throttle": Throttle(**venue.throttle.model_dump()) if venue.throttle is not None else None,
    }
    changes = {name: value for name, value in said.items() if value is not None}
    return replace(
        settings,
        max_frame_bytes=venue.max_frame_bytes,
        sending_time_tolerance_s=venue.sending_time_tolerance_s,
        logon_timeout_s=venue.logon_timeout_s,
        logon=replace(settings.logon, max_refused=venue.max_refused_logons),
        **changes,
    )
