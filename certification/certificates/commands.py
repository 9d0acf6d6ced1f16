"""``fairlead certificates``: keys, issuing, verifying, listing."""

from __future__ import annotations

import getpass
import hashlib
import json
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from fairlead.certification.cases import load_catalogue
from fairlead.certification.certificates.certificate import SUFFIX, sign, write
from fairlead.certification.certificates.issuing import NamedRun, Refusal, Request, make_certificate
from fairlead.certification.certificates.keys import KeyFault, named_public, read_key, write_key
from fairlead.certification.certificates.profile_files import ENDING, find_profile, profile_name, sha256_of
from fairlead.certification.certificates.states import Against, Standing, State, judge, judge_folder
from fairlead.certification.model.case import CaseError
from fairlead.certification.model.results import RunError, read_run
from fairlead.certification.runner import CATALOGUE_VERSION

EXIT_REFUSED = 1
EXIT_HARNESS = 2
_STYLES = {State.VALID: "green", State.EXPIRED: "yellow"}


class Fault(click.ClickException):
    """End a command that can't be carried out at all."""

    exit_code = EXIT_HARNESS


_KEYS = click.option(
    "--key", "keys", multiple=True, metavar="PUBLIC", help="A public key to trust, or its .pub file; may be repeated."
)
_PROFILES = click.option(
    "--profile", "profiles", multiple=True, metavar="FILE", help="A profile of your own, to compare; may be repeated."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a certificate.")
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def certificates() -> None:
    """Make certificates of runs, and see how they stand."""


@certificates.command()
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def keygen(path: Path) -> None:
    """Make a key: FILE is the secret one, FILE.pub the public one that gateways are given."""
    try:
        text = write_key(path)
    except KeyFault as fault:
        raise Fault(str(fault)) from None
    click.echo(f"{path}: keep it where only who certifies can read it")
    click.echo(f"{path}.pub: for the gateway's configuration\n\n[certification]\nkeys = [{json.dumps(text)}]")


@certificates.command()
@click.argument("paths", metavar="RUN.json...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--profile", required=True, metavar="NAME|FILE", help="The profile that the runs tested.")
@click.option("--key", "key_path", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Secret key.")
@click.option("--valid-days", type=click.IntRange(1, 3660), default=90, show_default=True)
@click.option("--issuer", default="", help="Who certifies; without it, the user's name.")
@click.option(
    "--covers", multiple=True, metavar="GROUP", help="FS, SX, SP or MD: refuse where no run has this group whole."
)
@click.option("--folder", type=_FOLDER, default=Path("certificates"), show_default=True, help="Where it is written.")
def issue(
    paths: tuple[Path, ...],
    profile: str,
    key_path: Path,
    valid_days: int,
    issuer: str,
    covers: tuple[str, ...],
    folder: Path,
) -> None:
    """Certify a profile with what RUN.json... found of it: exits 1 where something stands against it, and says what.

    Runs of `certify engine` (told --engine-version) and of `certify market` go with those of the profile: the groups
    that they have are covered too, whole.
    """
    try:
        key = read_key(key_path)
        runs = [NamedRun(str(path), _digest(path), read_run(path)) for path in paths]
        catalogue = load_catalogue()
    except (KeyFault, RunError, CaseError) as fault:
        raise Fault(str(fault)) from None
    found = find_profile(profile)
    if found is None and profile.endswith(ENDING):
        raise Fault(f"{profile} can't be read: there is no such file")
    sha256 = sha256_of(found) if found is not None else ""
    request = Request(profile, sha256, issuer or getpass.getuser(), datetime.now(UTC), valid_days, covers)
    try:
        document = make_certificate(runs, request, catalogue, CATALOGUE_VERSION)
    except Refusal as refusal:
        click.echo(f"no certificate for {profile_name(profile)}: {len(refusal.reasons)} stand against it", err=True)
        for reason in refusal.reasons:
            click.echo(f"  {reason}", err=True)
        sys.exit(EXIT_REFUSED)
    path = folder / f"{document['profile']}{SUFFIX}"
    write(sign(document, key), path)
    click.echo(f"{path}: {document['profile']} ({document['protocol']}), {len(document['mandatory'])} mandatory cases,")
    click.echo(f"  of {', '.join(document['covers'])},")
    click.echo(f"  Fairlead {document['fairlead_version']}, valid until {document['valid_until']}")


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise RunError(f"{path} can't be read: {error.strerror or error}") from error


@certificates.command()
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_KEYS
@_PROFILES
@_JSON
def verify(path: Path, keys: tuple[str, ...], profiles: tuple[str, ...], as_json: bool) -> None:
    """Say how one certificate stands: exits 1 where it is not valid."""
    _show([judge(path, _against(keys, profiles, _names([path])))], as_json)


@certificates.command("list")
@click.argument("folder", type=_FOLDER, default=Path("certificates"))
@_KEYS
@_PROFILES
@_JSON
def list_certificates(folder: Path, keys: tuple[str, ...], profiles: tuple[str, ...], as_json: bool) -> None:
    """List the certificates of FOLDER and how they stand: exits 1 where one is not valid."""
    if not folder.is_dir():
        raise Fault(f"{folder} is no folder")
    _show(judge_folder(folder, _against(keys, profiles, _names(folder.glob(f"*{SUFFIX}")))), as_json)


def _names(paths: Any) -> set[str]:
    """Return the profiles whose certificates these files say to be, to look them up among those that come along."""
    return {path.name.partition(".")[0] for path in paths}


def _against(keys: tuple[str, ...], profiles: tuple[str, ...], names: set[str]) -> Against:
    try:
        trusted = frozenset(named_public(key) for key in keys)
    except KeyFault as fault:
        raise Fault(str(fault)) from None
    shipped = {name: find_profile(name) for name in names}
    own = {profile_name(given): find_profile(given) for given in profiles}
    missing = [given for given in profiles if own[profile_name(given)] is None]
    if missing:
        raise Fault(f"{', '.join(missing)} can't be read: there is no such profile")
    digests = {name: sha256_of(path) for name, path in (shipped | own).items() if path is not None}
    return Against(trusted, digests, version("fairlead"), datetime.now(UTC))


def _show(standings: list[Standing], as_json: bool) -> None:
    rows = [_told(each) for each in standings]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row))
    else:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("certificate", "profile", "protocol", "Fairlead", "valid until", "issuer", "state", "why"):
            table.add_column(column, overflow="fold")
        for row, each in zip(rows, standings, strict=True):
            *cells, state, text = (str(value) for value in row.values())
            table.add_row(*cells, f"[{_STYLES.get(each.state, 'bold red')}]{state}[/]", text)
        Console().print(table)
    if any(each.state is not State.VALID for each in standings):
        sys.exit(EXIT_REFUSED)


def _told(each: Standing) -> dict[str, Any]:
    names = ("profile", "protocol", "fairlead_version", "valid_until", "issuer")
    known = {name: each.document.get(name, "") for name in names}
    return {"certificate": each.path.name, **known, "state": str(each.state), "why": each.text}
