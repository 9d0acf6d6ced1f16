"""Describe the operations process: what watches the gateway from outside."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from fairlead.gateway.config.values import Address, Section


class Operations(Section):
    """The process beside the gateway's: metrics, alerts, incidents, console."""

    listen: Address = "127.0.0.1:9464"
    """Where HTTP is served."""
    database: Path = Path("operations.db")
    """Derived indexes, alerts, incidents and tasks; below ``state_dir`` unless absolute."""
    poll_ms: Annotated[int, Field(ge=5, le=1000)] = 50
    """How often the journal is looked at."""
    evaluate_ms: Annotated[int, Field(ge=50, le=5000)] = 250
    """How often counters are read and detectors run."""
