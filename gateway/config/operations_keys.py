"""Describe the operations process: what watches the gateway from outside."""

import ipaddress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from fairlead.gateway.config.secrets import SecretReference
from fairlead.gateway.config.session_keys import TlsServer
from fairlead.gateway.config.values import Address, Name, Section, split_address


class Receiver(Section):
    """Somebody who is to hear of alerts."""

    name: Name
    kind: Literal["webhook", "alertmanager", "pagerduty", "slack"]
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=500)]
    """Where alerts are posted."""
    key: SecretReference | None = None
    """PagerDuty's routing key."""
    least_severity: Literal["critical", "major", "minor"] = "minor"
    """What is less bad than this is not told."""

    @model_validator(mode="after")
    def _routing_key(self) -> "Receiver":
        if (self.key is not None) != (self.kind == "pagerduty"):
            raise ValueError("expected key for pagerduty, and for nobody else")
        return self


class Operations(Section):
    """The process beside the gateway's: metrics, alerts, incidents, console."""

    listen: Address = "127.0.0.1:9464"
    """Where HTTP is served."""
    tls: TlsServer | None = None
    """Needed where others than this machine may connect."""
    database: Path = Path("operations.db")
    """Derived indexes, alerts, incidents and tasks; below ``state_dir`` unless absolute."""
    console_url: Annotated[str, Field(pattern=r"^$|^https?://[^\s]+$", max_length=500)] = ""
    """By which address people reach it, for links in alerts; empty: as it listens."""
    receivers: tuple[Receiver, ...] = ()
    """Who is told of alerts."""
    rota: Path | None = None
    """Who is on call when; without it nobody is named."""
    poll_ms: Annotated[int, Field(ge=5, le=1000)] = 50
    """How often the journal is looked at."""
    evaluate_ms: Annotated[int, Field(ge=50, le=5000)] = 250
    """How often counters are read and detectors run."""

    @model_validator(mode="after")
    def _not_in_the_clear(self) -> "Operations":
        if self.tls is None and not _is_this_machine(split_address(self.listen)[0]):
            raise ValueError(f"listen is {self.listen}: expected tls, or an address of this machine alone (127.0.0.1)")
        return self


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
