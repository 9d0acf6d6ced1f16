"""A stress test plays a load through a real gateway, and says so where it could not."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def write_load(folder: Path, **changes: Any) -> Path:
    terms = {"symbol": "S1", "side": "buy", "order_qty": "10", "ord_type": "limit", "price": "10"}
    new = {"strategy": "alpha", "venue": "XONE", "do": "new", **terms}
    requests: list[dict[str, Any]] = []
    for number in range(200):
        strategy, venue = ("alpha", "XONE") if number % 2 else ("beta", "XTWO")
        at_ms = number * 5
        requests.append({**new, "at_ms": at_ms, "strategy": strategy, "venue": venue, "id": f"N-{number}"})
        requests.append({"at_ms": at_ms + 2, "strategy": strategy, "venue": venue, "do": "cancel", "id": f"C-{number}",
                         "of": f"N-{number}"})  # fmt: skip
    requests.append({"at_ms": 999, "strategy": "alpha", "venue": "XONE", "do": "cancel", "id": "C-S", "of": "OLD"})
    load = {
        "form": "fairlead-load-1",
        "from_utc_ns": 0,
        "window_ms": 1000,
        "messages": 800,
        "standing": [{**new, "id": "OLD"}],
        "requests": requests,
    }
    path = folder / "load.json"
    path.write_text(json.dumps(load | changes))
    return path


def stress(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = (sys.executable, "-m", "fairlead.gateway.app", "stress")
    return subprocess.run((*program, *arguments), capture_output=True, text=True, timeout=120)


def test_every_request_of_a_load_is_answered_at_twice_its_rate(tmp_path: Path) -> None:
    report = tmp_path / "stress.json"
    # how fast this machine is, is no matter of this test
    done = stress(str(write_load(tmp_path)), "--max-p99-ms", "60000", "--report", str(report))
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(report.read_text())
    assert (told["requests"], told["answered"], told["factor"]) == (401, 401, 2.0)
    assert (told["refused"], told["rejected"]) == ({}, {})
    assert told["is_passed"] is True


def test_answers_that_come_too_late_fail_it(tmp_path: Path) -> None:
    report = tmp_path / "stress.json"
    done = stress(str(write_load(tmp_path)), "--max-p99-ms", "0.1", "--report", str(report))
    assert done.returncode == 1
    assert "expected at most 0.1" in done.stdout
    assert json.loads(report.read_text())["is_passed"] is False


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"form": "other"}, "is no load"),
        ({"requests": []}, "holds 0 requests"),
        ({"requests": [{"at_ms": 0}]}, "is no whole load"),
    ],
)
def test_file_that_is_no_load_is_no_test(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    done = stress(str(write_load(tmp_path, **changes)))
    assert done.returncode == 2
    assert said in done.stderr
