"""Turn each venue's trading day: its ExecIDs may repeat from then on, and orders for the day should have ended."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import structlog

from fairlead.adapters.schedule import Schedule
from fairlead.adapters.session_control import RenamesSymbols
from fairlead.codecs.vocabulary.constants import TimeInForce
from fairlead.gateway.config import models as cm
from fairlead.gateway.instruments.directory import InstrumentDirectory
from fairlead.gateway.order_watch import OrderWatch
from fairlead.gateway.schedules import build_schedule

if TYPE_CHECKING:
    from fairlead.gateway.order_path_cy import OrderPath

log = structlog.get_logger()

EVERY_DAY: Final = frozenset(range(7))
FOR_THE_DAY: Final = (0, TimeInForce.DAY)
"""TimeInForce of orders that end with the day: FIX takes none for Day."""
MIDNIGHT: Final = "00:00:00"


def trading_day_schedule(venue: cm.Venue) -> Schedule:
    """Return the schedule at whose session starts the days of a venue begin.

    ``day_starts`` says it where it is given. Else it is the venue's schedule: where numbers are reset at a time of day,
    then; where sessions are daily, at their start; where they last a week, each day at the time of the week's start.
    Without a schedule it is midnight in ``day_time_zone``.
    """
    schedule = build_schedule(venue.schedule)
    if venue.day_starts is not None or schedule is None:
        return _daily(venue.day_time_zone, time.fromisoformat(venue.day_starts or MIDNIGHT))
    if schedule.resets and schedule.reset_time is not None:
        return _daily(schedule.time_zone, schedule.reset_time, schedule.reset_days)
    if schedule.start_day is not None:
        return _daily(schedule.time_zone, schedule.start)
    return schedule


def trading_date(schedule: Schedule, utc_ns: int) -> date:
    """Return the date of the trading day at ``utc_ns``: the local one twelve hours after it began.

    So a day that begins in the morning has its own date, and one that begins the evening before (futures) the next.
    """
    began = datetime.fromtimestamp(schedule.session_start_utc_ns(utc_ns) // 1_000_000_000, ZoneInfo(schedule.time_zone))
    return (began.replace(tzinfo=None) + timedelta(hours=12)).date()


def _daily(time_zone: str, start: time, days: frozenset[int] = EVERY_DAY) -> Schedule:
    return Schedule(time_zone=time_zone, start=start, end=start, days=days)


class TradingDays:
    """Watch the venues' days. When one began last is the ledger's to say, so that no restart repeats or skips a turn.

    ``tick`` must have run before a venue's session connects: what it says of the new day must find the day turned.
    """

    def __init__(
        self,
        schedules: Mapping[str, Schedule],
        path: "OrderPath",
        watch: OrderWatch,
        instruments: InstrumentDirectory | None = None,
    ) -> None:
        self._schedules = dict(schedules)
        self._instruments = instruments
        self._path = path
        self._watch = watch
        self._look_again_utc_ns = 0

    def tick(self, now_ns: int, utc_ns: int) -> bool:
        """Turn the days whose time has come; return whether there was any."""
        if utc_ns < self._look_again_utc_ns:
            return False
        turned = [venue for venue in self._schedules if self._turn(venue, utc_ns)]
        if turned:
            self._forget(utc_ns)
            for venue in turned:
                self._ask_for_leftovers(venue, now_ns, utc_ns)
        self._look_again_utc_ns = min(
            (next_start_utc_ns(schedule, utc_ns) for schedule in self._schedules.values()), default=2**63 - 1
        )
        return bool(turned)

    def _turn(self, venue: str, utc_ns: int) -> bool:
        ledger = self._path.ledger
        began_utc_ns = self._schedules[venue].session_start_utc_ns(utc_ns)
        if ledger.trading_day_started_utc_ns(venue) >= began_utc_ns:
            return False
        ledger.start_trading_day(venue, utc_ns)
        log.info("trading_day_starts", venue=venue)
        if self._instruments is not None:
            self._rename(self._instruments, venue, utc_ns)
        return True

    def _rename(self, instruments: InstrumentDirectory, venue: str, utc_ns: int) -> None:
        """Let the listings of the new date count; a session that can't take new names keeps its own, with an alert."""
        before = instruments.names(venue)
        names = instruments.start_day(venue, trading_date(self._schedules[venue], utc_ns))
        session = self._path.venues.get(venue)
        if names == before or session is None:
            return
        if isinstance(session, RenamesSymbols):
            session.rename_symbols(names)
            log.info("symbols_renamed", venue=venue, changed=len(names.items() ^ before.items()))
        else:
            self._watch.alert("symbols_need_restart", utc_ns, venue=venue, changed=len(names.items() ^ before.items()))

    def _forget(self, utc_ns: int) -> None:
        """Forget what ended before the day before today's, at the venue whose days are the furthest behind."""
        before_utc_ns = min(
            schedule.session_start_utc_ns(schedule.session_start_utc_ns(utc_ns) - 1)
            for schedule in self._schedules.values()
        )
        forgotten = self._path.ledger.forget_ended(before_utc_ns, utc_ns)
        log.info("ended_orders_forgotten", orders=forgotten)

    def _ask_for_leftovers(self, venue: str, now_ns: int, utc_ns: int) -> None:
        """Ask how orders for the day before stand, since none was reported as ended; what is not up is asked later."""
        began_utc_ns = self._schedules[venue].session_start_utc_ns(utc_ns)
        session = self._path.venues.get(venue)
        for order in self._path.ledger.open_orders(venue=venue):
            if order.terms.time_in_force not in FOR_THE_DAY or order.opened_utc_ns >= began_utc_ns:
                continue
            self._watch.alert("day_order_outlived_its_day", utc_ns, venue=venue, order_id=order.order_id)
            if session is not None and session.is_up and session.capabilities.order_status:
                self._path.reconciliation.ask_status(order, now_ns, utc_ns)


def next_start_utc_ns(schedule: Schedule, utc_ns: int) -> int:
    """Return when the next day begins: the first change after which another session is the last that began."""
    began_utc_ns = schedule.session_start_utc_ns(utc_ns)
    at = utc_ns
    while schedule.session_start_utc_ns(at) == began_utc_ns:
        at = schedule.next_change_utc_ns(at)
    return at
