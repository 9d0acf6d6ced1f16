"""Build OUCH venues: the adapter ``ouch``."""

from dataclasses import replace

from fairlead.adapters.ouch.options import with_options
from fairlead.adapters.ouch.profiles import OuchProfile, load_profile
from fairlead.adapters.ouch.settings import OuchCredentials, session_settings
from fairlead.adapters.ouch.venue import OuchVenue
from fairlead.adapters.soup.settings import SettingsError, SoupClientSettings
from fairlead.gateway.config import models as cm
from fairlead.gateway.venues.adapters import AdapterError, VenueContext


def build(context: VenueContext) -> OuchVenue:
    """Return the venue that a table of the configuration describes. Raises ProfileError and AdapterError."""
    venue = context.table
    profile = with_options(load_profile(venue.profile), venue.options)
    credentials = OuchCredentials(venue.username, context.secret)
    try:
        settings = venue_settings(venue, profile, credentials)
    except SettingsError as error:
        raise AdapterError(f"venue {venue.name}: {error}") from None
    store = context.open_store(profile.protocol.name)
    built = OuchVenue(venue.name, profile, credentials, store, context.sink, context.books, settings)
    built.rename_symbols(context.symbols)
    return built


def venue_settings(venue: cm.Venue, profile: OuchProfile, credentials: OuchCredentials) -> SoupClientSettings:
    """Return the session's settings: the profile's, with what the configuration says otherwise; SettingsError."""
    settings = session_settings(profile, credentials)
    return replace(
        settings,
        heartbeat_s=settings.heartbeat_s if venue.heartbeat_s is None else venue.heartbeat_s,
        login_timeout_s=venue.logon_timeout_s,
        max_packet_bytes=min(venue.max_frame_bytes, settings.max_packet_bytes),
        max_refused=venue.max_refused_logons,
    )
