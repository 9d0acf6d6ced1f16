"""Make the files that a new venue begins with: profile, configuration, capability table, waivers, checklist."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from fairlead.gateway.onboarding.annotating import annotate, load_words
from fairlead.gateway.onboarding.likes import LIKES, Like

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,15}")
_NAME_LINE: Final = re.compile(r'^name = ".*"$', re.MULTILINE)
_LEADING_REMARK: Final = re.compile(r"\A#[^\n]*\n")
_CAPABILITIES: Final[Mapping[str, tuple[str, ...]]] = {
    "fix42": ("replace", "one_at_a_time", "status", "stop", "ioc", "gtc", "done_for_day", "iceberg"),
    "fix44": (
        *("replace", "replace_in_flight", "status", "mass_status", "mass_cancel", "stop_limit", "ioc", "fok"),
        *("done_for_day", "iceberg", "extras"),
    ),
    "ouch42": ("replace", "replace_in_flight", "ioc", "min_qty", "post_only", "pegged", "correct"),
    "ouch50": (
        *("replace", "replace_in_flight", "ioc", "min_qty", "post_only", "pegged", "iceberg", "mass_cancel"),
        "disable_entry",
    ),
}
_FILES: Final[Mapping[str, str]] = {
    "gateway.toml.j2": "{name}-gateway.toml",
    "capabilities.toml.j2": "{name}-capabilities.toml",
    "waivers.toml.j2": "waivers.toml",
    "certify.sh.j2": "certify.sh",
    "cases.md.j2": "cases/README.md",
    "CHECKLIST.md.j2": "CHECKLIST.md",
}


class ScaffoldError(Exception):
    """Say why nothing was written."""


def make_files(venue: str, protocol: str) -> dict[str, str]:
    """Return the texts by name of file. Raises ScaffoldError for a name that can't be one."""
    if _NAME.fullmatch(venue) is None:
        raise ScaffoldError(f"name {venue!r}, expected a letter, then up to 15 letters, digits, '-' or '_'")
    like, name, upper = LIKES[protocol], venue.lower(), venue.upper()
    environment = Environment(
        loader=PackageLoader("fairlead.gateway.onboarding"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    limit = "" if like.adapter == "fix" else ": 6 characters at most"
    given = {
        "NAME": upper,
        "name": name,
        "protocol": protocol,
        "adapter": like.adapter,
        "like": like.profile,
        "speaks": like.speaks,
        "capabilities": _CAPABILITIES[protocol],
        "venue_keys": [
            _remarked(line.replace("{NAME}", upper), remark.replace("{LIMIT}", limit))
            for line, remark in (
                (f'profile = "{name}.toml"', "beside the configuration"),
                ('hosts = ["127.0.0.1:9880"]', "primary first, then the backups"),
                *like.venue_keys,
                ("ack_timeout_s = 10", "an order not answered for so long is asked for"),
                (f'# tls = {{ ca = "{name}-ca.pem" }}', "with certificate and key, where the venue wants ours"),
                ('# schedule = { start = "08:00:00", end = "17:00:00" }', "with time_zone"),
                ("# production = true", "once it is certified: no logon without a valid certificate"),
            )
        ],
        "simulate": like.simulate.replace("{NAME}", upper),
    }
    files = {f"{name}.toml": _profile(like, upper)}
    for template, file in _FILES.items():
        files[file.format(name=name)] = environment.get_template(template).render(given)
    return files


def _remarked(line: str, remark: str) -> str:
    return f"{line:<40} # {remark}"


def _profile(like: Like, upper: str) -> str:
    text = _NAME_LINE.sub(f'name = "{upper}"', _LEADING_REMARK.sub("", like.text()), count=1)
    head = (
        f"# {upper}, {like.speaks}: begun as {like.profile} has it. Go through every key with the venue's document.\n"
        "# What is commented (#key) is left out and says its default; docs/adding_a_venue.md tells more.\n\n"
    )
    return head + annotate(text, load_words(like.adapter))


def write_files(files: Mapping[str, str], folder: Path) -> None:
    """Write them. Raises ScaffoldError where one is there already: nothing is written then."""
    taken = [name for name in files if (folder / name).exists()]
    if taken:
        raise ScaffoldError(f"{', '.join(taken)} in {folder}: nothing is written over, name another --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            if name.endswith(".sh"):
                path.chmod(0o755)
    except OSError as error:
        raise ScaffoldError(f"{error.filename or folder} can't be written: {error.strerror or error}") from None
