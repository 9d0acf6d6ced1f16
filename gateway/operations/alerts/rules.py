"""Say what every alert is: how bad, how long its cause must last, the first step, its runbook."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Severity = Literal["critical", "major", "minor"]
SEVERITIES: Final = ("critical", "major", "minor")


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One alert. ``hold_s``: so long its cause must last before it is raised, so that a blip wakes nobody.

    ``clear_s``: so long the cause must be gone before it is cleared.
    """

    name: str
    severity: Severity
    summary: str
    first_step: str
    hold_s: float = 0.0
    clear_s: float = 2.0

    @property
    def runbook(self) -> str:
        """Return the runbook's path in the repository and below the console's address."""
        return f"runbooks/{self.name}.md"


_TABLE: Final = Path(__file__).with_name("rules.toml")
RULES: Final = tuple(
    AlertRule(name, **entry) for name, entry in tomllib.loads(_TABLE.read_text(encoding="utf-8")).items()
)
BY_NAME: Final = {rule.name: rule for rule in RULES}
