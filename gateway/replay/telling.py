"""Say what a replay found, for people and as JSON (form ``fairlead-replay-1``, docs/release.md)."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from fairlead.gateway.journal.decoding import utc_text
from fairlead.gateway.replay.comparison import Difference
from fairlead.gateway.replay.frames import Frame
from fairlead.gateway.replay.player import ReplayResult

FORM: Final = "fairlead-replay-1"
MAX_TOLD: Final = 1_000
"""So many differences are told one by one; ``differences_by_message`` counts all."""


def as_json(result: ReplayResult) -> str:
    """Return what was found as JSON text."""
    return json.dumps(
        {
            "form": FORM,
            "journal": result.journal,
            "run": result.epoch,
            "from": utc_text(result.from_utc_ns),
            "to": utc_text(result.to_utc_ns),
            "moments": result.moments,
            "frames_in": result.frames_in,
            "frames_compared": result.frames_out,
            "differences": len(result.differences),
            "differences_by_message": by_message(result),
            "told": [_told(difference) for difference in result.differences[:MAX_TOLD]],
            "left_out": result.left_out,
        },
        indent=1,
    )


def by_message(result: ReplayResult) -> dict[str, int]:
    """Return how many differences there are of each kind, stream and message."""
    return dict(Counter(f"{each.kind} {each.stream} {each.name}" for each in result.differences).most_common())


def _told(difference: Difference) -> dict[str, Any]:
    frame = difference.recorded or difference.replayed
    assert frame is not None
    return {
        "kind": difference.kind,
        "stream": difference.stream,
        "message": difference.name,
        "sequence": difference.sequence,
        "time": utc_text(frame.utc_ns),
        "fields": [list(each) for each in difference.fields],
        "recorded": _shown(difference.recorded),
        "replayed": _shown(difference.replayed),
    }


def _shown(frame: Frame | None) -> str:
    return frame.shown if frame is not None else ""


def lines(result: ReplayResult, limit: int) -> Iterator[str]:
    """Yield what was found in lines for a terminal, ``limit`` differences at most."""
    yield (
        f"run {result.epoch} of {result.journal}: {result.frames_in} frames in, {result.frames_out} recorded out, "
        f"{utc_text(result.from_utc_ns)} to {utc_text(result.to_utc_ns)}"
    )
    for difference in result.differences[:limit]:
        told = _told(difference)
        place = f"record {difference.sequence}" if difference.sequence else "no record"
        yield f"{difference.kind:8} {difference.stream} {difference.name} ({place}, {told['time']})"
        for label, before, after in difference.fields:
            yield f"         {label}: {before or 'nothing'} -> {after or 'nothing'}"
        if difference.kind != "changed":
            yield f"         {told['recorded'] or told['replayed']}"
    if len(result.differences) > limit:
        yield f"... and {len(result.differences) - limit} more"
    for what, count in result.left_out.items():
        yield f"left out: {count} {what}"
    count = len(result.differences)
    yield "no difference" if not count else f"{count} difference{'s' if count != 1 else ''}"
