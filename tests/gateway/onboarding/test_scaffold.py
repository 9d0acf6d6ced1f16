"""A scaffold is complete from the first moment: it loads as the profile it is like, and every key is explained."""

import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fairlead.adapters.fix.profiles import load_profile as load_fix
from fairlead.adapters.ouch.profiles import load_profile as load_ouch
from fairlead.adapters.table_reader import ProfileError
from fairlead.certification.gateway.capabilities import known_profiles, load_capabilities
from fairlead.certification.model.waivers import read_waivers
from fairlead.gateway.commands.venue import venue
from fairlead.gateway.config import load_config
from fairlead.gateway.onboarding.likes import LIKES
from fairlead.gateway.onboarding.scaffold import make_files
from fairlead.gateway.ports.secret_hash import SecretHash

LOADERS: dict[str, Any] = {"fix": load_fix, "ouch": load_ouch}
_USABLE = re.compile(r"^#(?=[A-Za-z_\[])", re.MULTILINE)
_HASH = SecretHash.of("a-secret-of-the-tests", 4).stored()
BASE = f"""
[gateway]
state_dir = "state"
[ports.json]
listen = "127.0.0.1:0"
[[strategies]]
name = "alpha"
port = "json"
secret_hash = "{_HASH}"
accounts = ["ACC1"]
"""


def scaffold(tmp_path: Path, like: str) -> Path:
    told = CliRunner().invoke(venue, ["new", "Harbour", "--like", like, "--out", str(tmp_path / "out")])
    assert told.exit_code == 0, told.output
    return tmp_path / "out"


def facts(profile: Any) -> Any:
    """Return what a profile says, but for its name and for compiled objects, which have no equality."""
    return repr(replace(profile, name="", **({"protocol": None} if hasattr(profile, "protocol") else {}))).split(
        " at 0x"
    )[0]


@pytest.mark.parametrize("like", LIKES)
def test_profile_says_what_the_one_it_is_like_says(tmp_path: Path, like: str) -> None:
    known, path = LIKES[like], scaffold(tmp_path, like) / "harbour.toml"
    load = LOADERS[known.adapter]
    assert load(str(path)).name == "HARBOUR"
    raw = tomllib.loads(path.read_text())
    shipped = tomllib.loads(known.text())
    assert raw | {"name": ""} == shipped | {"name": ""}


@pytest.mark.parametrize("like", LIKES)
def test_commented_keys_are_the_defaults(tmp_path: Path, like: str) -> None:
    known, path = LIKES[like], scaffold(tmp_path, like) / "harbour.toml"
    whole = path.with_name("whole.toml")
    whole.write_text(_USABLE.sub("", path.read_text()))
    load = LOADERS[known.adapter]
    before, after = load(known.profile), load(str(whole))
    assert after.capabilities == before.capabilities
    assert after.session == before.session
    assert facts(after) == facts(before)


@pytest.mark.parametrize("like", LIKES)
def test_every_key_that_a_profile_may_have_is_there(tmp_path: Path, like: str) -> None:
    known, path = LIKES[like], scaffold(tmp_path, like) / "harbour.toml"
    whole = tomllib.loads(_USABLE.sub("", path.read_text()))
    for table, values in [("", whole), *((k, v) for k, v in whole.items() if isinstance(v, dict))]:
        if table in ("kept", "dialect", "reports") or "message" in values or table.startswith("reports"):
            continue
        spoilt = tomllib.loads(path.read_text())
        (spoilt.setdefault(table, {}) if table else spoilt)["no_such_key"] = 1
        path.with_name("spoilt.toml").write_text(_toml(spoilt))
        with pytest.raises(ProfileError) as caught:
            LOADERS[known.adapter](str(path.with_name("spoilt.toml")))
        (line,) = [line for line in caught.value.mistakes if "no_such_key" in line]
        known_keys = set(line.rpartition("(")[2].rstrip(")").split(", "))
        optional = {"dialect", "mass_cancel", "account_query", "disable_entry", "enable_entry", "replace_order"}
        assert known_keys - set(values) <= optional


def _toml(raw: dict[str, Any]) -> str:
    """Write nested tables as inline ones: enough for a profile to be read again."""
    return "\n".join(f"{key} = {_value(value)}" for key, value in raw.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {_value(inner)}' for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("like", LIKES)
def test_snippet_makes_a_configuration(tmp_path: Path, like: str) -> None:
    folder = scaffold(tmp_path, like)
    path = folder / "fairlead.toml"
    path.write_text(BASE + (folder / "harbour-gateway.toml").read_text())
    config = load_config(path)
    assert (config.venues[0].name, config.venues[0].adapter) == ("HARBOUR", LIKES[like].adapter)


@pytest.mark.parametrize("like", LIKES)
def test_suite_files_are_read_by_the_suite(tmp_path: Path, like: str) -> None:
    folder = scaffold(tmp_path, like)
    assert read_waivers(folder / "waivers.toml") == []
    example = (folder / "waivers.toml").read_text().split("none.\n#\n")[1]
    (folder / "more.toml").write_text(re.sub("^# ", "", example, flags=re.MULTILINE))
    assert read_waivers(folder / "more.toml")[0].case == "EX12"
    table = tomllib.loads((folder / "harbour-capabilities.toml").read_text())
    assert table["protocol"] == like
    syntax = subprocess.run(["sh", "-n", str(folder / "certify.sh")], check=False)
    assert syntax.returncode == 0 and (folder / "certify.sh").stat().st_mode & 0o100


def test_checklist_names_files_that_are_there(tmp_path: Path) -> None:
    files = make_files("harbour", "fix44")
    text = files["CHECKLIST.md"]
    for name in re.findall(r"`(?:\./)?([a-z-]+\.(?:toml|sh))`", text):
        assert name in files, name
    assert sys.getsizeof(text) > 1000


def test_nothing_is_written_over(tmp_path: Path) -> None:
    scaffold(tmp_path, "fix44")
    told = CliRunner().invoke(venue, ["new", "Harbour", "--like", "fix42", "--out", str(tmp_path / "out")])
    assert told.exit_code == 1
    assert "harbour.toml" in told.output and "nothing is written over" in told.output


@pytest.mark.parametrize("name", ["", "1st", "../x", "a name", "x" * 17])
def test_names_that_can_be_none_are_refused(tmp_path: Path, name: str) -> None:
    told = CliRunner().invoke(venue, ["new", name, "--like", "fix44", "--out", str(tmp_path / "out")])
    assert told.exit_code == 1 and "expected a letter" in told.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("like", [name for name, like in LIKES.items() if like.profile in known_profiles()])
def test_capability_table_begins_as_the_suites_own(tmp_path: Path, like: str) -> None:
    made = load_capabilities("harbour", scaffold(tmp_path, like) / "harbour-capabilities.toml")
    assert replace(made, name="") == replace(load_capabilities(LIKES[like].profile), name="")
