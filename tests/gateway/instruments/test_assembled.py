"""A gateway built with a reference file: its order path, its venues and its directory know the same instruments."""

from pathlib import Path

import pytest

from fairlead.adapters.fix.venue import FixVenue
from fairlead.gateway.assembly import Gateway, assemble
from fairlead.gateway.clock import Clock
from fairlead.gateway.config import load_config
from fairlead.gateway.ports.secret_hash import SecretHash

CONFIG = f"""
[gateway]
state_dir = "state"
instruments_file = ["instruments.csv"]
[ports.json]
listen = "127.0.0.1:0"
[[venues]]
name = "X"
profile = "broker42"
hosts = ["127.0.0.1:9"]
sender_comp_id = "FL"
target_comp_id = "X"
[[strategies]]
name = "alpha"
port = "json"
secret_hash = "{SecretHash.of("not so secret", 4).stored()}"
accounts = ["ACC"]
symbols = ["META"]
[[instruments]]
symbol = "MSFT"
venues = ["X"]
venue_symbols = {{ X = "MSFT.O" }}
"""
FILE = """record,symbol,venue,venue_symbol,valid_from,valid_to,tick_table,price_from,price_to,tick
tick,,,,,,T,0,,0.01
instrument,META,,,,,T,,,
listing,META,X,FB,,2022-06-08,,,,
listing,META,X,META.N,2022-06-09,,,,,
instrument,GONE,,,,,,,,
listing,GONE,X,GONE,,2022-06-08,,,,
"""


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    (tmp_path / "gateway.toml").write_text(CONFIG)
    (tmp_path / "instruments.csv").write_text(FILE)
    config = load_config(tmp_path / "gateway.toml")
    return assemble(config, Clock(), lambda error: None, lambda port, text, utc_ns: None)


def test_all_parts_know_the_same(gateway: Gateway) -> None:
    try:
        assert gateway.path.instruments is gateway.instruments.by_symbol
        assert set(gateway.path.instruments) == {"MSFT", "META", "GONE"}
        assert gateway.path.instruments["META"].venues == {"X"}
        assert gateway.path.instruments["GONE"].venues == frozenset()
        venue = gateway.venues["X"]
        assert isinstance(venue, FixVenue)
        names = gateway.instruments.names("X")
        assert names == {"MSFT": "MSFT.O", "META": "META.N"}
        assert [venue._symbols.to_venue(name) for name in ("MSFT", "META")] == ["MSFT.O", "META.N"]
        found = gateway.instruments.find("X", "META.N")
        assert found is not None
        assert found.symbol == "META"
    finally:
        gateway.writer.close()
