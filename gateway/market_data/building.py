"""Build the feeds of a configuration."""

from dataclasses import replace

from fairlead.adapters.itch.mapping import load_mapping
from fairlead.adapters.market_data import DirectoryEntry
from fairlead.adapters.mold.settings import MoldReceiverSettings
from fairlead.adapters.soup.settings import SettingsError, SoupClientSettings
from fairlead.gateway.config import models as cm
from fairlead.gateway.instruments.directory import InstrumentDirectory, venue_word
from fairlead.gateway.market_data.feed import Alert, Feed, FeedOptions, Record
from fairlead.gateway.market_data.mold_feed import MoldFeed
from fairlead.gateway.market_data.soup_feed import SoupFeed
from fairlead.gateway.venues.adapters import AdapterError


def build_feed(table: cm.Feed, secret: str, instruments: InstrumentDirectory, record: Record, alert: Alert) -> Feed:
    """Return the feed that a table describes. Raises ProfileError and AdapterError."""
    plan = load_mapping(table.mapping, table.table)

    def name_of(feed_symbol: str) -> str | None:
        instrument = instruments.find(table.venue, feed_symbol)
        symbol = instrument.symbol if instrument is not None else feed_symbol
        is_wanted = "*" in table.symbols or symbol in table.symbols or feed_symbol in table.symbols
        return symbol if is_wanted else None

    def note_directory(entry: DirectoryEntry) -> None:
        instruments.note_directory(table.venue, entry.feed_symbol, venue_word(entry), entry.received_utc_ns)

    options = FeedOptions(
        table.name, table.venue, plan, record, alert, name_of, note_directory,
        table.time_zone or "", table.expected_orders, table.rebuild_after_s,
    )  # fmt: skip
    try:
        if table.transport == "soup":
            return SoupFeed(options, soup_settings(table, secret))
        return MoldFeed(options, mold_settings(table))
    except (SettingsError, ValueError) as error:
        raise AdapterError(f"feed {table.name}: {error}") from None


def soup_settings(table: cm.Feed, secret: str) -> SoupClientSettings:
    """Return the settings of a SoupBinTCP feed; SettingsError."""
    settings = SoupClientSettings(table.username, secret, table.session, max_refused=table.max_refused_logons)
    return replace(settings, silence_s=table.stale_after_s, login_timeout_s=table.logon_timeout_s)


def mold_settings(table: cm.Feed) -> MoldReceiverSettings:
    """Return the settings of a MoldUDP64 feed; MoldSettingsError."""
    return MoldReceiverSettings(
        lines=len(table.lines),
        session=table.session,
        request_servers=len(table.request_servers),
        gap_delay_ms=table.gap_delay_ms,
        give_up_ms=table.give_up_s * 1000,
        silence_ms=table.stale_after_s * 1000,
    )
