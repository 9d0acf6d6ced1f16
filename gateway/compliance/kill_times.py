"""Work out from KILL records what each kill did and how long each stage took."""

from typing import Any, Final

from fairlead.gateway.compliance.evidence import Fact
from fairlead.gateway.journal import kinds

_NS_PER_MS: Final = 1_000_000


class KillTimes:
    """Make one row of each kill engaged in the period; times are milliseconds after the block was in force."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self._by_id: dict[str, dict[str, Any]] = {}

    def take(self, fact: Fact) -> None:
        """Take one KILL record; kills of before the period, which a checkpoint repeats, make no row."""
        if fact.kind != kinds.KILL:
            return
        said = fact.values
        if said["event"] == "engaged":
            self._begin(fact)
        row = self._by_id.get(said["id"])
        if row is None:
            return
        after_ms = (fact.utc_ns - row["utc_ns"]) // _NS_PER_MS
        if said["event"] == "orders":
            row["orders"] += len(said["orders"])
        elif said["event"] == "escalated":
            row["escalated"] += len(said["orders"])
        elif said["event"] == "stage":
            row["stages_ms"].setdefault(said["venue"] or "all", {})[said["stage"]] = after_ms
        elif said["event"] == "done":
            row["done_ms"] = after_ms
        elif said["event"] == "released":
            row["released"] = {"utc_ns": fact.utc_ns, "by": said["by"], "approver": said["approver"]}

    def _begin(self, fact: Fact) -> None:
        said = fact.values
        row: dict[str, Any] = {
            "sequence": fact.sequence,
            "utc_ns": fact.utc_ns,
            "id": said["id"],
            "scope": said["scope"],
            "by": said["by"],
            "reason": said["reason"],
            "cancels": said["cancel"],
            "orders": 0,
            "escalated": 0,
            "stages_ms": {},
            "done_ms": None,
            "released": None,
        }
        self._by_id[said["id"]] = row
        self.rows.append(row)
