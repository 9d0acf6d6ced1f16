"""What receivers get is what their makers document."""

import re
from typing import Any

import pytest

from fairlead.gateway.operations.alerts.book import Alert
from fairlead.gateway.operations.alerts.messages import WRITERS, key_of

URL = "https://desk.example:9464"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def alert(**changes: Any) -> Alert:
    labels = {"session": "venue:XEXC"}
    raised = 1_767_355_200_250_000_000
    found = Alert(7, "SessionDown|x", "SessionDown", "critical", labels, "out & <gone>", False, raised - 1, raised)
    for name, value in changes.items():
        setattr(found, name, value)
    return found


def write(kind: str, of: Alert) -> Any:
    return WRITERS[kind](of, "ROUTING-KEY", URL, "floor")


def test_alertmanagers_webhook_version_4() -> None:
    body = write("webhook", alert())
    assert (body["version"], body["status"], body["receiver"], body["truncatedAlerts"]) == (
        "4",
        "firing",
        "fairlead",
        0,
    )
    assert body.keys() == {
        *("version", "groupKey", "truncatedAlerts", "status", "receiver", "groupLabels", "commonLabels"),
        *("commonAnnotations", "externalURL", "alerts"),
    }
    (told,) = body["alerts"]
    assert told["labels"] == {
        "alertname": "SessionDown",
        "severity": "critical",
        "gateway": "floor",
        "session": "venue:XEXC",
    }
    assert told["annotations"]["runbook_url"] == f"{URL}/runbooks/SessionDown.md"
    assert TIME.fullmatch(told["startsAt"])
    assert told["endsAt"] == "0001-01-01T00:00:00Z"
    assert re.fullmatch("[0-9a-f]{16}", told["fingerprint"])
    resolved = write("webhook", alert(cleared_utc_ns=1_767_355_300_000_000_000))
    assert resolved["status"] == "resolved"
    assert resolved["alerts"][0]["endsAt"] == "2026-01-02T12:01:40.000Z"


def test_pagerduty_events_v2() -> None:
    body = write("pagerduty", alert())
    assert (body["routing_key"], body["event_action"], body["dedup_key"]) == ("ROUTING-KEY", "trigger", key_of(alert()))
    assert body["payload"]["severity"] == "critical"
    assert body["payload"]["source"] == "floor"
    assert len(write("pagerduty", alert(text="x" * 5000))["payload"]["summary"]) == 1024
    end = write("pagerduty", alert(cleared_utc_ns=5))
    assert end == {"routing_key": "ROUTING-KEY", "event_action": "resolve", "dedup_key": body["dedup_key"]}


def test_slack_says_it_and_takes_no_markup_from_the_text() -> None:
    text = write("slack", alert())["text"]
    assert "out &amp; &lt;gone&gt;" in text
    assert f"<{URL}/runbooks/SessionDown.md|runbook>" in text
    assert write("slack", alert(cleared_utc_ns=5))["text"].startswith(":white_check_mark:")


@pytest.mark.parametrize("kind", WRITERS)
def test_the_same_alert_has_the_same_key_and_another_one_has_not(kind: str) -> None:
    assert key_of(alert()) == key_of(alert(text="other words"))
    assert key_of(alert()) != key_of(alert(id=8))
    assert write(kind, alert())
