"""Check a release from a shell: ``fairlead release check``. docs/release.md."""

from __future__ import annotations

import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click

from fairlead.certification.release.baseline import Baseline, read_baseline, read_toml
from fairlead.certification.release.configuration import compare_configurations
from fairlead.certification.release.page import WORDS, Release
from fairlead.certification.release.parts import Part, PartVerdict, ReleaseError
from fairlead.certification.release.performance import compare_performance
from fairlead.certification.release.profiles import certify_profiles
from fairlead.certification.release.replay import replay_day

EXIT_CODES = {PartVerdict.PASS: 0, PartVerdict.FAIL: 1, PartVerdict.BROKEN: 2}
_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def release() -> None:
    """Decide whether this version may go out."""


@release.command()
@click.option("--baseline", "baseline_path", required=True, type=_FILE, help="What the last release was (TOML).")
@click.option("--config", "config_path", required=True, type=_FILE, help="What this version is to run with.")
@click.option("--out", required=True, type=_FOLDER, help="Where release.html, release.json and the rest go.")
@click.option("--runs", type=_FOLDER, help="Certification runs made before (JSON files); played now if left out.")
@click.option("--bench", type=_FILE, help="`python -m benchmarks --json` of this version.")
def check(baseline_path: Path, config_path: Path, out: Path, runs: Path | None, bench: Path | None) -> None:
    """Hold certification, replay, performance and configuration against the last release; one verdict.

    Exit code 0: may be released, 1: must not, 2: can't be judged.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        found = check_release(read_baseline(baseline_path), config_path, out, runs, bench)
        (out / "release.json").write_text(found.to_json(), encoding="utf-8")
        (out / "release.html").write_text(found.to_html(), encoding="utf-8")
    except (ReleaseError, OSError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(EXIT_CODES[PartVerdict.BROKEN])
    for part in found.parts:
        click.echo(f"{part.verdict.value:8} {part.title}: {part.conclusion}")
    for text in found.not_held:
        click.echo(f"not held {text}")
    click.echo(f"{found.version} {WORDS[found.verdict]}: {out / 'release.html'}")
    sys.exit(EXIT_CODES[found.verdict])


def check_release(baseline: Baseline, config_path: Path, out: Path, runs: Path | None, bench: Path | None) -> Release:
    """Hold every part that is asked for. Raises ReleaseError."""
    config = read_toml(config_path)
    parts: list[Part] = [certify_profiles(config, runs, out)]
    not_held = []
    if baseline.journal is not None:
        parts.append(replay_day(baseline, config_path, out))
    else:
        not_held.append("Replay of a recorded day")
    if baseline.performance is not None and bench is not None:
        parts.append(compare_performance(baseline, bench))
    elif baseline.performance is not None:
        text = "the baseline has figures, and --bench has none of this version"
        parts.append(Part("performance", "Performance", PartVerdict.BROKEN, text))
    else:
        not_held.append("Performance")
    if baseline.configuration is not None:
        parts.append(compare_configurations(read_toml(baseline.configuration), config))
    else:
        not_held.append("Configuration")
    return Release(
        version=version("fairlead"),
        last_version=baseline.version,
        config=str(config_path),
        baseline=str(baseline.path),
        checked=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        build=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        parts=parts,
        not_held=not_held,
    )
