"""Venue adapters are found through entry points, also those of other packages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead.gateway.assembly import Gateway, assemble
from fairlead.gateway.clock import FakeClock
from fairlead.gateway.config import ConfigError, load_config
from fairlead.gateway.venues.adapters import AdapterError, known_adapters, load_adapter

ROOT = Path(__file__).resolve().parents[3]
MODULE = """
from fairlead.gateway.venues import fix

seen = []
not_a_function = 7


def build(context):
    seen.append((context.table.name, context.table.options, context.secret))
    return fix.build(context)


def build_without_store(context):
    return object()
"""
ENTRY_POINTS = """[fairlead.venue_adapters]
outside = outside_adapter:build
storeless = outside_adapter:build_without_store
number = outside_adapter:not_a_function
missing = outside_adapter:nothing_of_that_name
"""


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package with adapters, as far as the import system can tell."""
    site = tmp_path / "site"
    described = site / "outside_adapter-1.0.dist-info"
    described.mkdir(parents=True)
    (site / "outside_adapter.py").write_text(MODULE)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: outside-adapter\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(site)


def write_config(folder: Path, adapter: str) -> Path:
    text = (ROOT / "examples" / "demo.toml").read_text().replace('"../var/demo"', f'"{folder / "state"}"')
    text = text.replace('"limits.toml"', f'"{ROOT / "examples" / "limits.toml"}"')
    named = f'name = "XBRK"\nadapter = "{adapter}"\noptions = {{ lane = 3 }}\npassword = "env:XBRK_PASSWORD"\n'
    path = folder / "gateway.toml"
    path.write_text(text.replace('name = "XBRK"\n', named, 1))
    return path


@pytest.fixture
def built() -> Iterator[list[Gateway]]:
    gateways: list[Gateway] = []
    yield gateways
    for gateway in gateways:
        gateway.writer.close()


def build(config_path: Path) -> Gateway:
    environ = {"XBRK_PASSWORD": "hunter2"}
    return assemble(load_config(config_path), FakeClock(), lambda _: None, lambda *_: None, environ)


def test_an_adapter_of_another_package_builds_its_venue(tmp_path: Path, built: list[Gateway]) -> None:
    built.append(build(write_config(tmp_path, "outside")))
    import outside_adapter  # type: ignore[import-not-found]  # made by the fixture

    assert outside_adapter.seen[-1] == ("XBRK", {"lane": 3}, "hunter2")
    assert built[0].venues["XBRK"].capabilities.cl_ord_id.length == 20
    assert "venue:XBRK" in built[0].session_stores and "venue:XBRK" in built[0].hours


def test_an_unknown_adapter_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write_config(tmp_path, "morse"))
    assert (
        "venues[0].adapter: 'morse', expected an installed one (fix, missing, number, ouch, outside, storeless)"
        in str(caught.value)
    )


def test_fairleads_own_adapters_are_found_the_same_way() -> None:
    assert "fix" in known_adapters()
    assert load_adapter("fix").__module__ == "fairlead.gateway.venues.fix"


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("morse", "'morse', expected an installed adapter"),
        ("number", "'number' is 7, expected a function that builds a venue"),
        ("missing", "'missing' (outside_adapter:nothing_of_that_name) can't be loaded"),
    ],
)
def test_an_adapter_that_can_not_be_had_says_why(name: str, complaint: str) -> None:
    with pytest.raises(AdapterError) as caught:
        load_adapter(name)
    assert complaint in str(caught.value)


def test_an_adapter_that_opens_no_store_is_refused_and_frees_the_journal(tmp_path: Path, built: list[Gateway]) -> None:
    with pytest.raises(AdapterError, match="'storeless' opened 0 stores for XBRK, expected one"):
        build(write_config(tmp_path, "storeless"))
    # nothing stays locked: the next start works
    built.append(build(write_config(tmp_path, "outside")))
