"""docs/configuration.md names every key with its default, so that the two can't drift apart."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from fairlead.gateway.config import (
    certification_keys,
    compliance_keys,
    kill_keys,
    loop_keys,
    models,
    operations_keys,
    routing_keys,
)
from fairlead.gateway.config.entitlement_keys import EntitlementOptions
from fairlead.gateway.config.reconcile_keys import ReconcileOptions
from fairlead.gateway.config.risk_keys import Risk
from fairlead.gateway.config.trip_keys import Trip
from fairlead.gateway.config.values import Section

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "configuration.md").read_text(encoding="utf-8")
SECTIONS = {
    "`[gateway]`": models.Gateway,
    "`[loop]`": loop_keys.Loop,
    "`[journal]`": models.Journal,
    "`[ports.json]`": models.JsonPort,
    "`[ports.fix]`": models.FixPort,
    "`[ports.binary]`": models.BinaryPort,
    "TLS on a port": models.TlsServer,
    "`[[venues]]`": models.Venue,
    "Contact": kill_keys.Contact,
    "TLS towards a venue": models.TlsClient,
    "Throttle": models.Throttle,
    "Schedules": models.Schedule,
    "`[[strategies]]`": models.Strategy,
    "`[strategies.fix]`": models.FixIdentity,
    "`[strategies.binary]`": models.BinaryIdentity,
    "`[strategies.records]`": compliance_keys.Records,
    "`[compliance]`": compliance_keys.Compliance,
    "`[certification]`": certification_keys.Certification,
    "`[operations]`": operations_keys.Operations,
    "Receivers of alerts": operations_keys.Receiver,
    "`[[instruments]]`": models.Instrument,
    "`[kill]`": kill_keys.Kill,
    "`[[feeds]]`": models.Feed,
    "`[[routes]]`": routing_keys.Route,
    "`[[fees]]`": routing_keys.Fees,
    "Fee tiers": routing_keys.FeeTier,
    "`[control]`": models.Control,
    "`[[operators]]`": models.Operator,
    "`[risk]`": Risk,
    "`[[risk.trips]]`": Trip,
    "`[[drop_copies]]`": models.DropCopy,
}


def _documented(heading: str) -> dict[str, str]:
    part = re.search(rf"^##+ {re.escape(heading)}.*?(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert part is not None
    return {key: default.strip("`") for key, default in re.findall(r"^\| `(\w+)` \| (.*?) \|", part[0], re.MULTILINE)}


def _default(field: Any) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if value is None:
        return "none"
    if isinstance(value, Section):
        return "a table"
    if isinstance(value, Decimal | Path):
        value = str(value)
    return orjson.dumps(value).decode().replace(",", ", ")


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_key_is_documented_with_its_default(heading: str) -> None:
    keys = {name: _default(field) for name, field in SECTIONS[heading].model_fields.items()}
    documented = _documented(heading)
    assert set(documented) == set(keys)
    differing = {name for name in keys if documented[name] not in (keys[name], f"{keys[name]}.0")}
    assert differing == set()


def test_every_model_has_a_section() -> None:
    parents = (Section, models.FixSessionOptions, EntitlementOptions)
    leaves = {model for parent in parents for model in parent.__subclasses__()} - set(parents)
    assert leaves - {models.Config, models.Ports, ReconcileOptions} == set(SECTIONS.values())
