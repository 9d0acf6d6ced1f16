"""Order entry at a venue: what goes out, and who is told that it can't be."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from fairlead.gateway.control.commands import ControlCommands, ControlError, ControlRequest
from fairlead.gateway.control.entry_commands import EntryCommands, FirmAtVenue


@dataclass
class Venue:
    """A venue that has the message, or not."""

    disables_entry: bool = True
    is_up: bool = True
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def disable_order_entry(self, cl_ord_id: str, firm: str, now_ns: int, utc_ns: int) -> None:
        self.asked.append(("disable", cl_ord_id, firm))

    def enable_order_entry(self, cl_ord_id: str, firm: str, now_ns: int, utc_ns: int) -> None:
        self.asked.append(("enable", cl_ord_id, firm))


def asked(venue: str, firm: str = "") -> ControlRequest:
    return ControlRequest("rita", "", "a test", FirmAtVenue(venue=venue, firm=firm), 1, 2)


def commands(venues: dict[str, Any], next_id: str = "7") -> EntryCommands:
    return EntryCommands(venues, lambda venue, utc_ns: next_id)


def test_the_venue_is_told_under_an_id_of_ours() -> None:
    venue = Venue()
    known = commands({"X": venue})
    assert known.disable(asked("X", "FIRM")) == {"sent": "7", "answer": "order_entry_disabled"}
    assert known.enable(asked("X")) == {"sent": "7", "answer": "order_entry_enabled"}
    assert venue.asked == [("disable", "7", "FIRM"), ("enable", "7", "")]


@pytest.mark.parametrize(
    ("venues", "next_id", "said"),
    [
        ({"Y": Venue()}, "7", "venue 'X' received, expected one of Y"),
        ({"X": Venue(disables_entry=False)}, "7", "has no message that ends order entry: use the kill switch"),
        ({"X": object()}, "7", "has no message that ends order entry"),
        ({"X": Venue(is_up=False)}, "7", "its session is not up"),
        ({"X": Venue()}, "", "its ids are used up"),
    ],
)
def test_what_can_not_be_sent_is_refused(venues: dict[str, Any], next_id: str, said: str) -> None:
    for handler in (commands(venues, next_id).disable, commands(venues, next_id).enable):
        with pytest.raises(ControlError, match=said):
            handler(asked("X"))


def test_enabling_is_the_risk_desks() -> None:
    known = ControlCommands()
    commands({}).register(known)
    roles = {name: known.by_name[name].roles for name in ("venues.disable_entry", "venues.enable_entry")}
    assert roles == {"venues.disable_entry": ("support", "risk"), "venues.enable_entry": ("risk",)}
