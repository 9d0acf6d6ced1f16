"""Have the program replay a recorded run, and judge the differences: those that are meant are in the baseline."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from fairlead.certification.release.baseline import Baseline
from fairlead.certification.release.parts import Part, PartVerdict, Row

PROGRAM = (sys.executable, "-m", "fairlead.gateway.app")
FORM = "fairlead-replay-1"
MAX_ROWS = 100
_NAME, _TITLE, _COLUMNS = "replay", "Replay of a recorded day", ("Message", "Recorded", "This version", "Note")


def replay_day(baseline: Baseline, config: Path, out: Path) -> Part:
    """Return the part about the replay; its JSON is left in ``out``."""
    assert baseline.journal is not None
    result = out / "replay.json"
    result.unlink(missing_ok=True)
    command = [*PROGRAM, "journal", "replay", "--config", str(config), "--journal", str(baseline.journal)]
    command += ["--limit", "0", "--json", str(result), *(["--run", str(baseline.run)] if baseline.run else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        raw: Any = json.loads(result.read_text(encoding="utf-8"))
        assert raw["form"] == FORM
    except (OSError, ValueError, KeyError, AssertionError):
        told = (done.stderr or done.stdout).strip()[-500:] or f"exit code {done.returncode}"
        return Part(_NAME, _TITLE, PartVerdict.BROKEN, told, _COLUMNS)
    return judge_replay(raw, baseline)


def judge_replay(raw: Any, baseline: Baseline) -> Part:
    """Judge what a replay found."""
    rows, meant = [], 0
    for place, count in raw["differences_by_message"].items():
        reason = baseline.accepted.get(place, "")
        meant += count if reason else 0
        note = f"{count} time{'s' if count != 1 else ''}" + (f", meant: {reason}" if reason else "")
        rows.append(Row(place, "", "", "pass" if reason else "fail", note))
    rows += [_row(told) for told in raw["told"][:MAX_ROWS]]
    rows += [Row(f"left out: {what}", "", "", "", str(count)) for what, count in raw["left_out"].items()]
    open_ones = raw["differences"] - meant
    text = f"run {raw['run']}, {raw['frames_in']} frames in, {raw['frames_compared']} compared: "
    text += f"{raw['differences']} differences" if raw["differences"] else "no difference"
    if meant:
        text += f", {meant} of them meant"
    if not raw["frames_compared"]:
        return Part(_NAME, _TITLE, PartVerdict.BROKEN, f"{text}, since nothing was sent in it", _COLUMNS, rows)
    return Part(_NAME, _TITLE, PartVerdict.FAIL if open_ones else PartVerdict.PASS, text, _COLUMNS, rows)


def _row(told: Any) -> Row:
    fields = told["fields"]
    if not fields:
        return Row(f"{told['stream']} {told['message']}", told["recorded"], told["replayed"], "", _place(told))
    before, now = ("\n".join(f"{field[0]}: {field[at] or 'nothing'}" for field in fields) for at in (1, 2))
    return Row(f"{told['stream']} {told['message']}", before, now, "", _place(told))


def _place(told: Any) -> str:
    record = f"record {told['sequence']}, " if told["sequence"] else ""
    return f"{told['kind']}: {record}{told['time']}"
