"""Follow the kills: which blocks are in force, and how long each took until its last order was dead."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class KillPicture:
    """One kill as its records tell it. Times are UTC ns, 0 for not yet; ``scope`` is what it covers."""

    kill: str
    scope: dict[str, str] = field(default_factory=dict)
    by: str = ""
    reason: str = ""
    since_utc_ns: int = 0
    done_utc_ns: int = 0
    released_utc_ns: int = 0
    listed: int = 0
    """Orders that were to die when the last list was written."""
    escalated: int = 0
    resolved: int = 0

    @property
    def is_active(self) -> bool:
        """Tell whether its block is in force."""
        return self.released_utc_ns == 0

    @property
    def scope_kind(self) -> str:
        """Return ``order``, ``strategy``, ``account``, ``symbol``, ``venue`` or ``all``."""
        return next((name for name, value in self.scope.items() if value), "all")


class Kills:
    """Hold them by id."""

    def __init__(self) -> None:
        self.by_id: dict[str, KillPicture] = {}

    def take(self, facts: dict[str, Any], utc_ns: int) -> None:
        """Take a KILL record; one of a kill whose beginning is gone is passed over."""
        event, kill_id = str(facts.get("event")), str(facts.get("id"))
        if event in ("engaged", "standing"):
            self.by_id[kill_id] = KillPicture(
                kill_id,
                {name: str(value) for name, value in facts["scope"].items() if value},
                facts["by"],
                facts["reason"],
                facts["since"],
                facts.get("done", 0),
                facts.get("released", 0),
            )
            return
        kill = self.by_id.get(kill_id)
        if kill is None:
            return
        if event in ("orders", "escalated", "resolved"):
            name = "listed" if event == "orders" else event
            setattr(kill, name, getattr(kill, name) + len(facts["orders"]))
            if event == "orders":
                kill.done_utc_ns = 0
        elif event == "done":
            kill.done_utc_ns = utc_ns
        elif event == "released":
            kill.released_utc_ns = utc_ns

    @property
    def active(self) -> list[KillPicture]:
        """Return those in force."""
        return [kill for kill in self.by_id.values() if kill.is_active]

    def keep(self) -> Any:
        """Return them as JSON."""
        return [asdict(kill) for kill in self.by_id.values()]

    def restore(self, state: Any) -> None:
        """Take them back."""
        self.by_id = {found["kill"]: KillPicture(**found) for found in state}
