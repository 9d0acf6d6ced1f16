"""Put what outlives its time on a list for people, and keep the list current.

An order leaves the list when its venue's word ends it, when its kill is released, or when a person says what the venue
told. That word changes no book: the order stays alive, or unknown, until the venue's own report.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from fairlead.gateway.kill.campaign import Campaign, Line
from fairlead.gateway.kill.records import KillRecords
from fairlead.gateway.kill.settings import Contact, KillSettings


class Escalations:
    """Raise lines as their time is up; ``lines`` are the switch's."""

    def __init__(
        self,
        settings: KillSettings,
        lines: Mapping[str, Line],
        records: KillRecords,
        alert: Callable[..., None],
    ) -> None:
        self._settings = settings
        self._lines = lines
        self._records = records
        self._alert = alert
        self._due: deque[Line] = deque()

    def expect(self, line: Line) -> None:
        """Raise this line when its time is up; lines come in the order of their times."""
        self._due.append(line)

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Raise all whose time is up, with one alert for each venue."""
        late: dict[str, list[Line]] = {}
        while self._due and self._due[0].escalate_ns <= now_ns:
            line = self._due.popleft()
            if not line.is_over and not line.is_escalated:
                late.setdefault(line.order.venue, []).append(line)
        for venue, lines in late.items():
            self._raise(venue, lines, utc_ns)

    def _raise(self, venue: str, lines: list[Line], utc_ns: int) -> None:
        by_kill: dict[Campaign, list[str]] = {}
        for line in lines:
            line.is_escalated = True
            for campaign in line.campaigns:
                by_kill.setdefault(campaign, []).append(line.order.order_id)
        for campaign, order_ids in by_kill.items():
            self._records.write_orders("escalated", campaign.campaign_id, order_ids, utc_ns)
            for name, stage in campaign.note_escalated(venue, utc_ns):
                self._records.write("stage", campaign.campaign_id, utc_ns, venue=name, stage=stage)
        kills = sorted(campaign.campaign_id for campaign in by_kill)
        contact = asdict(self._settings.contacts.get(venue, Contact()))
        said = {key: value for key, value in contact.items() if value}
        self._alert("kill_incomplete", utc_ns, venue=venue, kills=kills, orders=len(lines), contact=said)

    def resolve(self, line: Line, by: str, reason: str, utc_ns: int) -> None:
        """Take a line off the list on a person's word; the books stay as they are."""
        line.resolved_by, line.resolved_reason, line.resolved_utc_ns = by, reason, utc_ns
        for campaign in line.campaigns:
            self._records.write_orders(
                "resolved", campaign.campaign_id, [line.order.order_id], utc_ns, by=by, reason=reason
            )

    def listed(self) -> Iterator[Line]:
        """Return the lines on the list, oldest order first."""
        return iter(sorted((line for line in self._lines.values() if line.is_listed), key=_number))

    def contact(self, venue: str) -> dict[str, Any]:
        """Return whom to call about a venue's orders, and how."""
        return asdict(self._settings.contacts.get(venue, Contact()))


def _number(line: Line) -> int:
    return line.order.number
