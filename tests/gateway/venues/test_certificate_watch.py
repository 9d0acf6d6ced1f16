"""Alerts about certificates come once for each reason, warnings once a day."""

import sys
from pathlib import Path
from typing import Any

import pytest

from fairlead.gateway.config import ConfigError, load_config
from fairlead.gateway.config.models import Config
from fairlead.gateway.venues.certificate_watch import CertificateWatch, standings

sys.path.insert(0, str(Path(__file__).parents[1] / "process"))

from certificate_files import KEY, document, public, signed, write
from gateway_bench import Tables

SECOND_NS = 1_000_000_000
DAY_NS = 86_400 * SECOND_NS
NOON_NS = 1_767_355_200 * SECOND_NS
"""2026-01-02 12:00:00 UTC."""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    keys = f'[certification]\nkeys = ["{public(KEY)}"]\nwarn_days = 2'
    return load_config(Tables(venue_options="production = true", more=[keys]).write(tmp_path))


class Alerts:
    def __init__(self, config: Config) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.watch = CertificateWatch(config.certification, config.venues, self._alert)

    def _alert(self, event: str, utc_ns: int, **fields: Any) -> None:
        self.told.append((event, fields))

    def at(self, utc_ns: int) -> list[str]:
        self.told.clear()
        self.watch.tick(0, utc_ns)
        return [event for event, _ in self.told]


def test_each_reason_is_alerted_once(config: Config, tmp_path: Path) -> None:
    alerts = Alerts(config)
    assert "not looked at yet" in alerts.watch.refusal("XEXC")
    assert alerts.at(NOON_NS) == ["certificate_refused"]
    assert alerts.told[0][1]["text"].startswith("no certificate of profile exchange44")
    assert alerts.at(NOON_NS + 2 * SECOND_NS) == []
    write(tmp_path / "certificates", signed(document(valid_until="2026-01-05T12:00:00Z")))
    assert alerts.at(NOON_NS + 4 * SECOND_NS) == ["certificate_accepted"]
    assert alerts.watch.refusal("XEXC") == ""


def test_end_is_announced_once_a_day_and_the_last_second_counts(config: Config, tmp_path: Path) -> None:
    write(tmp_path / "certificates", signed(document(valid_until="2026-01-05T12:00:00Z")))
    alerts = Alerts(config)
    assert alerts.at(NOON_NS) == []
    assert alerts.at(NOON_NS + DAY_NS) == ["certificate_expires"]
    assert alerts.told[0][1]["days"] == 2
    assert alerts.at(NOON_NS + DAY_NS + 3600 * SECOND_NS) == []
    assert alerts.at(NOON_NS + 2 * DAY_NS) == ["certificate_expires"]
    assert alerts.at(NOON_NS + 3 * DAY_NS) == ["certificate_expires"]
    assert alerts.watch.refusal("XEXC") == ""
    assert alerts.at(NOON_NS + 3 * DAY_NS + 2 * SECOND_NS) == ["certificate_refused"]
    assert alerts.watch.refusal("XEXC") == "exchange44.cert.json expired at 2026-01-05T12:00:00Z"


def test_clock_set_back_is_looked_at_anew(config: Config) -> None:
    alerts = Alerts(config)
    assert alerts.at(NOON_NS + DAY_NS) == ["certificate_refused"]
    write(config.certification.folder, signed(document(valid_until="2026-01-02T13:00:00Z")))
    assert alerts.at(NOON_NS) == ["certificate_expires", "certificate_accepted"]


def test_report_lists_files_and_venues_without_one(config: Config) -> None:
    assert [(row["venues"], row["state"][:26]) for row in standings(config, NOON_NS)] == [
        ("XEXC", "no certificate of profile ")
    ]
    write(config.certification.folder, signed(document()))
    write(config.certification.folder, document(), "broker42.cert.json")
    rows = standings(config, NOON_NS)
    assert [(row["profile"], row["venues"], row["state"]) for row in rows] == [
        ("broker42", "", "has no signature"),
        ("exchange44", "XEXC", "in force"),
    ]


def test_venue_says_which_cases_it_asks_for(tmp_path: Path) -> None:
    keys = f'[certification]\nkeys = ["{public(KEY)}"]'
    options = 'production = true\ncertified_cases = ["SX", "MD", "SP03.d", "MD05"]'
    config = load_config(Tables(venue_options=options, more=[keys]).write(tmp_path))
    covered: dict[str, Any] = {
        "covers": ["EX", "MD"],
        "verdicts": {**document()["verdicts"], "MD05": {"verdict": "pass"}},
    }
    write(config.certification.folder, signed(document(**covered)))
    alerts = Alerts(config)
    assert alerts.at(NOON_NS) == ["certificate_refused"]
    assert alerts.watch.refusal("XEXC") == (
        "exchange44.cert.json does not cover SX (no run of this group), SP03.d (missing)"
    )
    covered["covers"] = ["EX", "MD", "SX"]
    covered["verdicts"]["SP03.d"] = {"verdict": "non-strict"}
    write(config.certification.folder, signed(document(**covered)), "exchange44.new.cert.json")
    assert alerts.at(NOON_NS + 2 * SECOND_NS) == ["certificate_accepted"]


def test_cases_without_production_are_a_mistake(tmp_path: Path) -> None:
    path = Tables(venue_options='certified_cases = ["SX"]').write(tmp_path)
    with pytest.raises(ConfigError, match=r"certified_cases: \['SX'\], expected production = true with it"):
        load_config(path)
    path = Tables(venue_options='certified_cases = ["resends"]').write(tmp_path)
    with pytest.raises(ConfigError, match="certified_cases"):
        load_config(path)
