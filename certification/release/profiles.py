"""See that each configured profile was certified by this version: from runs made before, or made now."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fairlead.certification.certificates.profile_files import find_profile, profile_name, sha256_of
from fairlead.certification.model.results import RunError, RunResult, read_run
from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.release.parts import Part, PartVerdict, Row
from fairlead.certification.release.replay import PROGRAM

_COLUMNS = ("Profile", "", "Result", "Note")


def certify_profiles(config: Mapping[str, Any], runs: Path | None, out: Path) -> Part:
    """Return the part about certification; runs made now are left in ``out``."""
    profiles = sorted({str(venue.get("profile", "")) for venue in config.get("venues", [])})
    found = _read_runs(runs) if runs is not None else {}
    rows = [_judge(profile, found.get(profile_name(profile)) or _play(profile, runs, out)) for profile in profiles]
    bad = [row for row in rows if row.verdict != "pass"]
    if not rows:
        return Part("certification", "Certification", PartVerdict.BROKEN, "no venue is configured", _COLUMNS)
    if not bad:
        return Part("certification", "Certification", PartVerdict.PASS, f"{len(rows)} profiles hold", _COLUMNS, rows)
    verdict = PartVerdict.FAIL if any(row.verdict == "fail" for row in bad) else PartVerdict.BROKEN
    text = f"{len(bad)} of {len(rows)} profiles are not certified: {', '.join(row.what for row in bad)}"
    return Part("certification", "Certification", verdict, text, _COLUMNS, rows)


def _read_runs(folder: Path) -> dict[str, RunResult]:
    """Return the latest run of each profile in a folder; other files are passed over."""
    found: dict[str, RunResult] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            run = read_run(path)
        except RunError:
            continue
        name = profile_name(run.profile)
        if run.kind == "gateway" and name and (name not in found or found[name].started < run.started):
            found[name] = run
    return found


def _play(profile: str, runs: Path | None, out: Path) -> RunResult | str:
    """Play the suite of a profile now, unless runs were given; return the run, or why there is none."""
    if runs is not None:
        return f"no run of it in {runs}"
    result = out / f"{profile_name(profile)}.run.json"
    result.unlink(missing_ok=True)
    page = result.with_suffix(".html")
    command = [*PROGRAM, "certify", "gateway", "--profile", profile, "--json", str(result), "--html", str(page)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return read_run(result)
    except RunError:
        return (done.stderr or done.stdout).strip()[-300:] or f"exit code {done.returncode}"


def _judge(profile: str, run: RunResult | str) -> Row:
    if isinstance(run, str):
        return Row(profile, "", "no run", "blocked", run)
    counts, failures = run.counts(), run.failures()
    told = ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict if counts[verdict])
    amiss = []
    if failures:
        amiss.append(", ".join(result.key for result in failures[:5]) + (" ..." if len(failures) > 5 else ""))
    if run.fairlead_version != version("fairlead"):
        amiss.append(f"a run of version {run.fairlead_version}, expected {version('fairlead')}")
    file = find_profile(profile)
    if run.profile_sha256 and (file is None or sha256_of(file) != run.profile_sha256):
        amiss.append("the profile's file has changed since the run")
    if not run.results:
        amiss.append("the run has no results")
    return Row(profile, "", told, "fail" if amiss else "pass", "; ".join(amiss) or f"{run.started}, seed {run.seed}")
