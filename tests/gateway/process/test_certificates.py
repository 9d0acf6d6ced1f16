"""A production venue is logged on to with a valid certificate of its profile, and never without."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from certificate_files import KEY, OTHER_KEY, document, public, signed, write
from gateway_bench import PROGRAM, VENUE_PASSWORD, Running, Tables, make_venue, until

from fairlead.certification.venues.simulator import FixVenueSimulator
from fairlead.gateway.control.client import ControlClient, Refused

GOOD = document()
WAIVER = {"owner": "J", "reason": "r", "expires": "2026-01-31"}


def verdicts(**changed: Any) -> dict[str, Any]:
    return {"verdicts": {**GOOD["verdicts"], **changed}}


BAD = {
    "expired": (signed(document(valid_until="2026-02-01T00:00:00Z")), "expired at 2026-02-01T00:00:00Z"),
    "tampered": (signed(GOOD) | {"issuer": "Joan Doe"}, "it was changed after it was signed"),
    "unsigned": (GOOD, "has no signature"),
    "other key": (signed(GOOD, OTHER_KEY), "which [certification] keys does not have"),
    "other profile": (signed(document(profile="broker42")), "is of profile broker42, expected exchange44"),
    "other version of the profile": (
        signed(document(profile_sha256="ab" * 32)),
        "is of another version of the profile",
    ),
    "other Fairlead": (signed(document(fairlead_version="0.0.9")), "is of Fairlead 0.0.9, this is"),
    "missing case": (signed(document(mandatory=["EX01", "EX09"])), "does not cover EX09 (missing)"),
    "failed case": (signed(document(**verdicts(EX01={"verdict": "fail"}))), "does not cover EX01 (fail)"),
    "blocked case": (signed(document(**verdicts(EX01={"verdict": "blocked"}))), "does not cover EX01 (blocked)"),
    "waiver over": (
        signed(document(**verdicts(OE17={"verdict": "fail", "waiver": WAIVER}))),
        "does not cover OE17 (fail, waived until 2026-01-31)",
    ),
    "nothing mandatory": (signed(document(mandatory=[])), "names no mandatory cases"),
}


@pytest.fixture
async def venue() -> AsyncIterator[FixVenueSimulator]:
    started = make_venue()
    started.port_of_test = await started.start()  # type: ignore[attr-defined]
    yield started
    await started.stop()


def tables(venue: FixVenueSimulator | None = None) -> Tables:
    keys = f'[certification]\nkeys = ["{public(KEY)}"]\nwarn_days = 14'
    address = f"127.0.0.1:{venue.port_of_test}" if venue is not None else "127.0.0.1:9"  # type: ignore[attr-defined]
    return Tables(venue_address=address, venue_options="production = true", more=[keys])


async def listed(running: Running) -> dict[str, Any]:
    client = ControlClient(running.state / "control.sock")
    answer = await asyncio.to_thread(client.call, "venues.list", {}, "")
    found: dict[str, Any] = answer["venues"][0]
    return found


async def test_valid_certificate_opens_the_way(tmp_path: Path, venue: FixVenueSimulator) -> None:
    write(tmp_path / "certificates", signed(GOOD))
    async with Running(tmp_path, tables(venue)) as running:
        await running.up()
        assert (await listed(running))["state"] == "logged on"


@pytest.mark.parametrize("what", BAD)
async def test_no_logon_without_a_valid_one(tmp_path: Path, venue: FixVenueSimulator, what: str) -> None:
    made, said = BAD[what]
    write(tmp_path / "certificates", made)
    async with Running(tmp_path, tables(venue)) as running:
        row = await listed(running)
        assert row["state"] == "no valid certificate"
        assert row["refusal"].startswith("exchange44.cert.json ") and said in row["refusal"]
        assert not running.gateway.venues["XEXC"].is_up


async def test_certificate_brought_while_running_opens_the_way(tmp_path: Path, venue: FixVenueSimulator) -> None:
    async with Running(tmp_path, tables(venue)) as running:
        row = await listed(running)
        assert row["refusal"].startswith("no certificate of profile exchange44 in ")
        client = ControlClient(running.state / "control.sock")
        with pytest.raises(Refused, match="may not be logged on to: no certificate of profile exchange44"):
            await asyncio.to_thread(client.call, "venues.connect", {"venue": "XEXC"}, "try")
        # a second one of the profile, under another name, beside one that is no good
        write(tmp_path / "certificates", BAD["expired"][0])
        write(tmp_path / "certificates", signed(GOOD), "exchange44.next.cert.json")
        await running.up()


async def test_one_that_goes_bad_ends_no_session_but_the_next_logon(tmp_path: Path, venue: FixVenueSimulator) -> None:
    write(tmp_path / "certificates", signed(GOOD))
    async with Running(tmp_path, tables(venue)) as running:
        await running.up()
        write(tmp_path / "certificates", BAD["expired"][0])
        connector = running.process.connectors[0]
        await until(connector.clearance, "the change seen")
        assert running.gateway.venues["XEXC"].is_up
        client = ControlClient(running.state / "control.sock")
        await asyncio.to_thread(client.call, "venues.disconnect", {"venue": "XEXC"}, "to see")
        await until(lambda: not connector.is_connected, "the end of the connection")
        assert (await listed(running))["state"] == "no valid certificate"


def check(path: Path) -> "subprocess.CompletedProcess[str]":
    environ = {"VENUE_PASSWORD": VENUE_PASSWORD, "PATH": "/usr/bin"}
    return subprocess.run([PROGRAM, "check", str(path)], env=environ, capture_output=True, text=True, check=False)


def test_check_says_what_is_missing(tmp_path: Path) -> None:
    path = tables().write(tmp_path)
    told = check(path)
    assert told.returncode == 1
    assert "venues[0].production: no logon: no certificate of profile exchange44 in" in told.stderr
    write(tmp_path / "certificates", signed(GOOD))
    assert check(path).returncode == 0


def test_production_without_keys_is_a_mistake(tmp_path: Path) -> None:
    path = Tables(venue_options="production = true").write(tmp_path)
    told = check(path)
    expected = "venues[0].production: True, expected [certification] with the keys of those who certify"
    assert (told.returncode, expected in told.stderr) == (1, True)
