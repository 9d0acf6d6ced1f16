"""Write alerts as those want them who are to hear of them: Alertmanager's webhook, PagerDuty Events v2, Slack."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from fairlead.gateway.operations.alerts.book import Alert

Body = dict[str, Any]
_ZERO_TIME: Final = "0001-01-01T00:00:00Z"
"""What Alertmanager writes for an end that is not there yet."""
_PAGERDUTY: Final[Mapping[str, str]] = {"critical": "critical", "major": "error", "minor": "warning"}
_SIGNS: Final[Mapping[str, str]] = {
    "critical": ":red_circle:",
    "major": ":large_orange_circle:",
    "minor": ":large_yellow_circle:",
}


def key_of(alert: Alert) -> str:
    """Return what is the same for an alert's rise and its end: 16 hexadecimal digits, as Alertmanager's fingerprint."""
    return hashlib.sha256(f"{alert.fingerprint}|{alert.id}".encode()).hexdigest()[:16]


def _time(utc_ns: int) -> str:
    if not utc_ns:
        return _ZERO_TIME
    seconds, rest_ns = divmod(utc_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest_ns // 1_000_000:03d}Z"


def alertmanager(alerts: Sequence[Alert], console_url: str, gateway: str) -> Body:
    """Return the body of Alertmanager's webhook, version 4 (its documentation, "webhook_config")."""
    told = [_alertmanager_alert(alert, console_url, gateway) for alert in alerts]
    names = {alert.alert for alert in alerts}
    common = {"alertname": next(iter(names))} if len(names) == 1 else {}
    is_firing = any(not alert.cleared_utc_ns for alert in alerts)
    return {
        "version": "4",
        "groupKey": f"{{}}:{{gateway={gateway!r}}}",
        "truncatedAlerts": 0,
        "status": "firing" if is_firing else "resolved",
        "receiver": "fairlead",
        "groupLabels": {"gateway": gateway},
        "commonLabels": common | {"gateway": gateway},
        "commonAnnotations": {},
        "externalURL": console_url,
        "alerts": told,
    }


def _alertmanager_alert(alert: Alert, console_url: str, gateway: str) -> Body:
    rule = alert.rule
    return {
        "status": "resolved" if alert.cleared_utc_ns else "firing",
        "labels": {"alertname": alert.alert, "severity": alert.severity, "gateway": gateway, **alert.labels},
        "annotations": {
            "summary": rule.summary,
            "description": alert.text,
            "first_step": rule.first_step,
            "runbook_url": f"{console_url}/{rule.runbook}",
            "dashboard_url": f"{console_url}/#alerts/{alert.id}",
        },
        "startsAt": _time(alert.started_utc_ns),
        "endsAt": _time(alert.cleared_utc_ns),
        "generatorURL": f"{console_url}/#alerts/{alert.id}",
        "fingerprint": key_of(alert),
    }


def alertmanager_api(alerts: Sequence[Alert], console_url: str, gateway: str) -> list[Body]:
    """Return the body of Alertmanager's own ``POST /api/v2/alerts``: for a site whose Alertmanager does the telling."""
    found = []
    for alert in alerts:
        told = _alertmanager_alert(alert, console_url, gateway)
        one = {name: told[name] for name in ("labels", "annotations", "startsAt", "generatorURL")}
        found.append(one | ({"endsAt": told["endsAt"]} if alert.cleared_utc_ns else {}))
    return found


def pagerduty(alert: Alert, routing_key: str, console_url: str, gateway: str) -> Body:
    """Return an event of PagerDuty's Events API v2: ``trigger``, or ``resolve`` with the same dedup_key."""
    rule = alert.rule
    body: Body = {
        "routing_key": routing_key,
        "event_action": "resolve" if alert.cleared_utc_ns else "trigger",
        "dedup_key": key_of(alert),
    }
    if alert.cleared_utc_ns:
        return body
    return body | {
        "client": "Fairlead",
        "client_url": f"{console_url}/#alerts/{alert.id}",
        "links": [{"href": f"{console_url}/{rule.runbook}", "text": f"Runbook: {rule.first_step}"}],
        "payload": {
            # the API takes 1024 characters
            "summary": f"{gateway}: {rule.summary}: {alert.text}"[:1024],
            "source": gateway,
            "severity": _PAGERDUTY[alert.severity],
            "timestamp": _time(alert.raised_utc_ns),
            "class": alert.alert,
            "custom_details": alert.labels | {"first_step": rule.first_step},
        },
    }


def slack(alert: Alert, console_url: str, gateway: str) -> Body:
    """Return a message of an incoming webhook in Slack's manner."""
    rule = alert.rule
    sign = ":white_check_mark:" if alert.cleared_utc_ns else _SIGNS[alert.severity]
    state = "cleared" if alert.cleared_utc_ns else alert.severity
    labels = ", ".join(f"{name} {value}" for name, value in alert.labels.items())
    lines = (
        f"{sign} *{_plain(gateway)}: {rule.summary}* ({state})",
        _plain(f"{labels}: {alert.text}" if labels else alert.text),
        f"First step: {_plain(rule.first_step)} - <{console_url}/{rule.runbook}|runbook>, "
        f"<{console_url}/#alerts/{alert.id}|console>",
    )
    return {"text": "\n".join(lines)}


def _plain(text: str) -> str:
    """Escape what Slack's markup would take for its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


Write = Callable[[Alert, str, str, str], Body | list[Body]]
"""(alert, key, console_url, gateway) -> body."""
WRITERS: Final[Mapping[str, Write]] = {
    "webhook": lambda alert, key, url, gateway: alertmanager([alert], url, gateway),
    "alertmanager": lambda alert, key, url, gateway: alertmanager_api([alert], url, gateway),
    "pagerduty": lambda alert, key, url, gateway: pagerduty(alert, key, url, gateway),
    "slack": lambda alert, key, url, gateway: slack(alert, url, gateway),
}
"""By a receiver's kind."""
