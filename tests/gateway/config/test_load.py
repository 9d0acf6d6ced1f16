"""Every mistake in a configuration is told at once, with its path, its value and what was expected."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from fairlead.gateway.config import ConfigError, load_config
from fairlead.gateway.ports.secret_hash import SecretHash

Mistakes = Callable[[str], list[str]]
Write = Callable[[str], Path]
EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "demo.toml"


def test_a_complete_file_is_taken_and_its_paths_are_anchored_at_its_folder(write: Write, good: str) -> None:
    config = load_config(write(good))
    folder = write(good).parent.resolve()
    assert config.gateway.state_dir == folder / "var"
    assert config.journal.path == folder / "var" / "journal"
    assert config.venues[0].hosts == ("primary.example:9842", "[2001:db8::1]:9842")
    assert config.instruments[0].tick == Decimal("0.01")
    assert config.ports.json_ is not None
    assert config.ports.json_.heartbeat_s == 30


def test_files_named_in_it_are_found_from_its_folder(write: Write, good: str) -> None:
    text = good.replace('"env:X_PASSWORD"', '"file:secrets/x"').replace(
        "[ports.fix]", '[ports.fix]\ntls = { certificate = "port.pem", key = "/etc/port.key" }'
    )
    config = load_config(write(text))
    folder = write(text).parent.resolve()
    assert config.venues[0].password == f"file:{folder}/secrets/x"
    assert config.ports.fix is not None
    assert config.ports.fix.tls is not None
    assert config.ports.fix.tls.certificate == folder / "port.pem"
    assert config.ports.fix.tls.key == Path("/etc/port.key")


# what to replace in the good file, by what, and the mistake
SPOILED: dict[str, tuple[str, str, str]] = {
    "unknown key": ("[gateway]", "[gateway]\nstat_dir = 1", "gateway.stat_dir: no such key is known here"),
    "unknown table": ("[gateway]", "[gatewai]\n[gateway]", "gatewai: no such key is known here"),
    "spin time without spinning": (
        "[gateway]",
        "[loop]\nspin_us = 5\n[gateway]",
        'loop: expected no spin_us, since waiting is "block"',
    ),
    "real time without a processor of its own": (
        "[gateway]",
        '[loop]\nwaiting = "busy_poll"\nsched_fifo = 10\n[gateway]',
        "loop: expected cpu, since a thread of real-time priority that never sleeps wants one of its own",
    ),
    "unknown way of waiting": (
        "[gateway]",
        '[loop]\nwaiting = "poll"\n[gateway]',
        "loop.waiting: 'poll', expected 'block', 'spin' or 'busy_poll'",
    ),
    "missing": ('sender_comp_id = "FL"\n', "", "venues[0].sender_comp_id: it is missing, the adapter fix needs it"),
    "float for an exact number": (
        'tick = "0.01"',
        "tick = 0.01",
        'instruments[0].tick: 0.01, expected a number in quotes, such as "0.01": a binary float is not exact',
    ),
    "nine decimals": (
        '"0.01"',
        '"0.000000001"',
        "instruments[0].tick: '0.000000001', expected at most 8 decimals and an amount below 92233720368",
    ),
    "tick of zero": ('"0.01"', '"0"', "instruments[0].tick: '0', expected greater than 0"),
    "no number": (
        '"0.01"',
        '"a penny"',
        "instruments[0].tick: 'a penny', expected a number in quotes, such as \"0.01\"",
    ),
    "number in quotes": (
        'hosts = ["primary',
        'heartbeat_s = "30"\nhosts = ["primary',
        "venues[0].heartbeat_s: '30', expected a whole number",
    ),
    "number for a yes or no": (
        'port = "json"',
        'port = "json"\ncancel_on_disconnect = 1',
        "strategies[0].cancel_on_disconnect: 1, expected true or false",
    ),
    "out of range": (
        'hosts = ["primary',
        'ack_timeout_s = 0\nhosts = ["primary',
        "venues[0].ack_timeout_s: 0, expected greater than 0",
    ),
    "not finite": (
        'hosts = ["primary',
        'reconnect_max_s = nan\nhosts = ["primary',
        "venues[0].reconnect_max_s: nan, expected a number",
    ),
    "text for a list": ('["X"]', '"X"', "instruments[0].venues: 'X', expected a list"),
    "empty list": ('venues = ["X"]', "venues = []", "instruments[0].venues: [], expected at least 1"),
    "list for a table": (
        "[ports.json]\n",
        "[[ports.json]]\n",
        "ports.json: [{'listen': '127.0.0.1:0'}], expected a table",
    ),
    "unknown choice": (
        'port = "json"',
        'port = "xml"',
        "strategies[0].port: 'xml', expected 'fix', 'json' or 'binary'",
    ),
    "name with a blank": (
        'name = "beta"',
        'name = "be ta"',
        "strategies[1].name: 'be ta', expected 1 to 32 letters, digits, '-', '_' or '.'",
    ),
    "address without a port": (
        '"127.0.0.1:0"',
        '"127.0.0.1"',
        "ports.json.listen: '127.0.0.1', expected HOST:PORT, an IPv6 address in brackets, and a port from 0 to 65535",
    ),
    "address with a port too high": (
        '"127.0.0.1:0"',
        '"127.0.0.1:65536"',
        "ports.json.listen: '127.0.0.1:65536', "
        "expected HOST:PORT, an IPv6 address in brackets, and a port from 0 to 65535",
    ),
    "address that is no IPv6": (
        '"[::1]:9802"',
        '"[::1::]:9802"',
        "ports.fix.listen: '[::1::]:9802', expected an IPv6 address between the brackets",
    ),
    "port 0 to connect to": (
        '"primary.example:9842"',
        '"primary.example:0"',
        "venues[0].hosts[0]: 'primary.example:0', expected a port from 1 to 65535",
    ),
    "unknown profile": (
        '"broker42"',
        '"broker43"',
        "venues[0].profile: 'broker43', No such file or directory, "
        "expected broker42, exchange44 or the path of a TOML file",
    ),
    "unknown venue": (
        'venues = ["X"]',
        'venues = ["Z"]',
        "instruments[0].venues: 'Z', expected a venue of this file (X)",
    ),
    "symbol at a venue where it does not trade": (
        'venues = ["X"]',
        'venues = ["X"]\nvenue_symbols = { Y = "M" }',
        "instruments[0].venue_symbols: 'Y', expected one of the instrument's venues (X)",
    ),
    "default venue where it does not trade": (
        'venues = ["X"]',
        'venues = ["X"]\ndefault_venue = "Y"',
        "instruments[0].default_venue: 'Y', expected one of the instrument's venues (X)",
    ),
    "entitled to an unknown venue": (
        'accounts = ["ACC"]',
        'accounts = ["ACC"]\nvenues = ["Y", "X*"]',
        "strategies[0].venues: 'Y', expected one of this file's venues, or a pattern with *",
    ),
    "entitled to an unknown symbol": (
        'accounts = ["ACC"]',
        'accounts = ["ACC"]\nsymbols = ["MSFTT", "MS*"]',
        "strategies[0].symbols: 'MSFTT', expected one of this file's instruments, or a pattern with *",
    ),
    "default account without entitlement": (
        'default_account = "ACC-1"',
        'default_account = "OTHER"',
        "strategies[1].default_account: 'OTHER', expected one of the strategy's accounts (ACC-*)",
    ),
    "duplicate name": (
        'name = "beta"',
        'name = "alpha"',
        "strategies[1].name: 'alpha', expected one that strategies[0] has not taken",
    ),
    "FIX strategy without CompIDs": (
        'fix = { sender_comp_id = "BETA", target_comp_id = "FL" }',
        "",
        "strategies[1]: expected a table `fix` with the strategy's CompIDs, since its port is fix",
    ),
    "half a certificate": (
        '[[strategies]]\nname = "alpha"',
        '[venues.tls]\ncertificate = "c.pem"\n[[strategies]]\nname = "alpha"',
        "venues[0].tls: expected certificate and key together, or neither",
    ),
    "back-off upside down": (
        'hosts = ["primary',
        'reconnect_first_s = 9\nreconnect_max_s = 3\nhosts = ["primary',
        "venues[0]: expected reconnect_first_s of reconnect_max_s (3.0) at most",
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_one_mistake_is_told_exactly(mistakes: Mistakes, good: str, name: str) -> None:
    before, after, mistake = SPOILED[name]
    assert before in good
    assert mistakes(good.replace(before, after, 1)) == [mistake]


def test_a_strategy_on_a_port_that_is_not_there(mistakes: Mistakes, good: str) -> None:
    text = good.replace('[ports.fix]\nlisten = "[::1]:9802"', "")
    assert mistakes(text) == ["strategies[1].port: 'fix', expected a port of this file: add [ports.fix]"]


def test_two_ports_on_one_address(mistakes: Mistakes, good: str) -> None:
    text = good.replace('"[::1]:9802"', '"127.0.0.1:9801"').replace('"127.0.0.1:0"', '"127.0.0.1:9801"')
    assert mistakes(text) == ["ports.json.listen: '127.0.0.1:9801', expected another address than that of ports.fix"]


def test_two_fix_strategies_that_nobody_could_tell_apart(mistakes: Mistakes, good: str) -> None:
    twin = """
[[strategies]]
name = "gamma"
port = "fix"
fix = { sender_comp_id = "BETA", target_comp_id = "FL" }
"""
    assert mistakes(good + twin) == [
        "strategies[2].fix: 'BETA' to 'FL', expected CompIDs that strategies[1] has not taken"
    ]


SCHEDULES = {
    'time_zone = "Mars/Olympus"': (".time_zone", "'Mars/Olympus', expected an IANA time zone such as America/New_York"),
    'start = "8:30:00"': (".start", "'8:30:00', expected a time of day as HH:MM:SS"),
    'end = "24:00:00"': (".end", "'24:00:00', expected a time of day as HH:MM:SS"),
    'start_day = "mon"': ("", "expected start_day and end_day together (weekly), or neither (daily)"),
    'days = ["someday"]': (".days[0]", "'someday', expected 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun'"),
    "days = []": ("", "expected at least one weekday in days"),
    'reset_time = "noon"': (".reset_time", "'noon', expected a time of day as HH:MM:SS"),
}


@pytest.mark.parametrize("line", SCHEDULES)
def test_schedules_that_can_not_be(mistakes: Mistakes, good: str, line: str) -> None:
    key = line.partition(" ")[0]
    lines = {"start": 'start = "08:00:00"', "end": 'end = "17:00:00"', key: line}
    text = good.replace("[ports.fix]", "[ports.fix]\nschedule = { " + ", ".join(lines.values()) + " }")
    where, mistake = SCHEDULES[line]
    assert mistakes(text) == [f"ports.fix.schedule{where}: {mistake}"]


def test_times_of_day_may_be_given_as_toml_has_them(write: Write, good: str) -> None:
    text = good.replace("[ports.fix]", '[ports.fix]\nschedule = { start = 08:00:00, end = "17:00:00" }')
    fix = load_config(write(text)).ports.fix
    assert fix is not None
    assert fix.schedule is not None
    assert fix.schedule.start == "08:00:00"


def test_all_mistakes_are_told_together(mistakes: Mistakes, good: str) -> None:
    text = (
        good.replace('profile = "broker42"', 'profile = "nope"')
        .replace('venues = ["X"]', 'venues = ["X", "Z"]\nvenue_symbols = 5')
        .replace('name = "beta"', 'name = ["beta"]\nvenues = 5\ndefault_venue = ["X"]')
        .replace('state_dir = "var"', "colour = 1")
    )
    told = mistakes(text)
    assert {line.partition(":")[0] for line in told} == {
        "gateway.state_dir",
        "gateway.colour",
        "venues[0].profile",
        "strategies[1].name",
        "strategies[1].venues",
        "strategies[1].default_venue",
        "instruments[0].venues",
        "instruments[0].venue_symbols",
    }
    assert len(told) == 8


@pytest.mark.parametrize("value", ["5", "true", '"text"', "[]", "[5]", "[[]]", "{}", "1.5", "2026-01-02"])
@pytest.mark.parametrize("key", ["venues", "strategies", "instruments", "ports", "gateway"])
def test_no_wrong_type_is_too_much(mistakes: Mistakes, key: str, value: str) -> None:
    assert any(line.startswith(key) or "missing" in line for line in mistakes(f"{key} = {value}"))


def test_an_empty_file_lacks_its_tables(mistakes: Mistakes) -> None:
    lacking = ["gateway", "venues", "strategies"]
    assert mistakes("") == [
        *(f"{table}: it is missing" for table in lacking),
        "instruments: it is missing, expected [[instruments]], or instruments_file in [gateway]",
    ]


def test_toml_mistakes_are_told_with_their_line(mistakes: Mistakes, good: str) -> None:
    (line,) = mistakes("\n\nname = what\n" + good)
    assert re.fullmatch(r"not TOML: .*\(at line 3, column 8\)", line)


def test_files_that_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read: No such file or directory"):
        load_config(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="can't be read: Is a directory"):
        load_config(tmp_path)
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"# caf\xe9\n")
    with pytest.raises(ConfigError, match="byte 5 is not UTF-8"):
        load_config(latin)


def test_the_example_is_correct_once_its_secrets_are_hashed(write: Write) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    for name, secret in (("@ALPHA@", "alpha-demo-secret"), ("@BETA@", "beta-demo-secret")):
        assert secret in text
        text = text.replace(name, SecretHash.of(secret).stored())
    text = text.replace('"limits.toml"', f'"{EXAMPLE.parent / "limits.toml"}"')
    config = load_config(write(text))
    hashes = [strategy.secret_hash for strategy in config.strategies]
    assert hashes[0] is not None
    assert SecretHash.parse(hashes[0]).matches("alpha-demo-secret")
