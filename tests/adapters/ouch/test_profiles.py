"""Profiles: the shipped ones cover their tables, mistakes are all told, and a relative is a table and a profile."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ouch_bench import OuchBench
from ouch_frames import Jnx, packets

from fairlead.adapters.ouch import mapping
from fairlead.adapters.ouch.options import with_options
from fairlead.adapters.ouch.profiles import ProfileError, load_profile, parse_profile, shipped_profiles
from fairlead.codecs.binary import Direction
from fairlead.codecs.vocabulary.constants import Side, TimeInForce

ROOT = Path(__file__).resolve().parents[3]
PROFILES = ROOT / "adapters" / "ouch" / "profiles"
CAPTURES = ROOT.parent / "shared" / "data" / "native_pcaps" / "Jnx" / "JnxEquities.Pts.Ouch.v1.11"


@pytest.mark.parametrize("name", shipped_profiles())
def test_a_shipped_profile_means_something_by_every_message(name: str) -> None:
    profile = load_profile(name)
    told = {plan.layout for plan in profile.reports}
    assert told == set(profile.protocol.layouts_of(Direction.TO_CLIENT))
    meanings = {plan.meaning for plan in profile.reports}
    assert {mapping.ACCEPTED, mapping.REPLACED, mapping.CANCELED, mapping.EXECUTED, mapping.REJECTED} <= meanings


@pytest.mark.parametrize("name", shipped_profiles())
def test_a_shipped_profile_sends_only_codes_that_the_table_knows(name: str) -> None:
    profile = load_profile(name)
    for plan in (profile.new_order, profile.replace, profile.cancel):
        assert plan is not None
        for field in plan.fields:
            known = field.wire.meanings
            if known is None:
                continue
            for value in [*field.codes.values(), field.default]:
                shown = chr(value) if isinstance(value, int) and field.wire.kind == 3 else value
                assert value is None or shown in known or str(shown) in known, (field.wire.name, shown)


@pytest.fixture
def spoiled(tmp_path: Path) -> Callable[[str, str], list[str]]:
    def mistakes(before: str, after: str) -> list[str]:
        text = (PROFILES / "nasdaq_ouch42.toml").read_text(encoding="utf-8")
        assert before in text
        with pytest.raises(ProfileError) as caught:
            parse_profile(tomllib.loads(text.replace(before, after, 1)), "spoiled")
        return caught.value.mistakes

    return mistakes


SPOILED = {
    "table": (
        'protocol = "ouch_4_2"',
        'protocol = "ouch_9"',
        "protocol: 'ouch_9' received, expected a protocol's table",
    ),
    "message": (
        'message = "enter_order"',
        'message = "enter"',
        "new_order.message: 'enter' received, expected ouch_4_2",
    ),
    "field": (
        'stock = "symbol"',
        'stocks = "symbol"',
        "new_order.fields: 'stocks' received, expected enter_order has no",
    ),
    "nothing": (
        'stock = "symbol"\n',
        "",
        "new_order.fields: 'stock' received, expected a source or a constant for each",
    ),
    "source": (
        'stock = "symbol"',
        'stock = "ticker"',
        "new_order.fields.stock: 'ticker' received, expected one of cl_",
    ),
    "codes": ('BUY = "B"', 'BUYING = "B"', "new_order.fields.side.codes: \"BUYING = 'B'\" received"),
    "value": ('BUY = "B"', 'BUY = "BB"', "new_order.fields.side.codes: \"BUY = 'BB'\" received"),
    "uncoded": (
        'shares = "order_qty"',
        'shares = "side"',
        "new_order.fields.shares: {} received, expected codes where",
    ),
    "key": ("[symbology]", "[symbols]", "symbols: {} received, expected no such key"),
    "report": (
        "[reports.executed]",
        "[reports.execution]",
        "reports.executed: 'nothing' received, expected what it means",
    ),
    "role": (
        'match = "match_number"\n',
        "",
        "reports.executed.match: 'nothing' received, expected a field of executed",
    ),
    "meaning": (
        'means = "busted"',
        'means = "broken"',
        "reports.broken_trade.means: 'broken' received, expected one of",
    ),
    "type": ('"LIMIT", "PEGGED"', '"LIMITED", "PEGGED"', "orders.ord_types: ["),
    "zone": ("America/New_York", "America/Gotham", "session.time_zone: 'America/Gotham' received, expected an IANA"),
    "twice": (
        'exchange_closed = "CH"',
        'exchange_closed = "SH"',
        "reject_reasons.exchange_closed: 83 received, expected",
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_mistake_is_told(spoiled: Callable[[str, str], list[str]], name: str) -> None:
    before, after, expected = SPOILED[name]
    mistakes = spoiled(before, after)
    assert any(mistake.startswith(expected) for mistake in mistakes), mistakes


def test_options_are_constants_of_the_profile() -> None:
    profile = with_options(load_profile("nasdaq_ouch42"), {"firm": "ABCD"})
    assert profile.new_order.constants == {"firm": "ABCD"}
    for options, text in (
        ({"color": "red"}, "options.color: 'red', expected one of firm"),
        ({"firm": True}, "options.firm: True, expected a text or a whole number"),
        ({"firm": "ABCDE"}, "options: firm 'ABCDE' of 5 characters received, expected 4"),
    ):
        with pytest.raises(ProfileError, match=text):
            with_options(profile, options)  # type: ignore[arg-type]


# A relative: Japannext. Its files are all there is of it.


def test_nothing_of_the_relative_is_in_the_adapters_code() -> None:
    code = list((ROOT / "adapters" / "ouch").rglob("*.py"))
    assert code
    for path in code:
        text = path.read_text(encoding="utf-8").lower()
        assert "jnx" not in text
        assert "japannext" not in text


def _captured(name: str) -> list[bytes]:
    """Return the TCP payloads of a classic capture file of one or a few Ethernet frames."""
    data = (CAPTURES / name).read_bytes()
    order = "little" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else "big"
    found, at = [], 24
    while at < len(data):
        size = int.from_bytes(data[at + 8 : at + 12], order)  # type: ignore[arg-type]
        frame = data[at + 16 : at + 16 + size]
        at += 16 + size
        ip = frame[14:]
        ip_header, total = (ip[0] & 15) * 4, int.from_bytes(ip[2:4], "big")
        tcp = ip[ip_header:total]
        found.append(tcp[(tcp[12] >> 4) * 4 :])
    return found


needs_captures = pytest.mark.skipif(not CAPTURES.exists(), reason="the captures of ../shared are not there")


@needs_captures
def test_the_relatives_real_order_is_what_we_would_send() -> None:
    (stream,) = _captured("EnterOrderMessage.pcap")
    ((kind, real),) = packets(stream)
    assert kind == "U"
    profile = load_profile("japannext_ouch111")
    values = profile.protocol.decoder(Direction.TO_VENUE).decode(real).to_dict()
    ours = {"client_reference", "firm_id", "group", "order_classification", "cash_margin_type"}
    bench = OuchBench(Jnx())
    bench.profile = with_options(bench.profile, {name: values[name] for name in ours})
    bench.build(epoch=1)
    bench.venue.rename_symbols({"MSFT": str(values["orderbook_id"])})
    bench.path.note_used_id("X", str(values["order_token"] - 1))
    bench.login()
    bench.new(
        qty=values["quantity"],
        price=str(values["price"]),
        side=_code(profile.new_order, "buy_sell_indicator", values["buy_sell_indicator"], Side),
        time_in_force=_code(profile.new_order, "time_in_force", values["time_in_force"], TimeInForce),
        order_capacity=ord(values["capacity"]),
        exec_inst="6" if values["display"] == "P" else "",
        min_qty=values["minimum_quantity"] * 10**8,
    )
    assert bench.sent() == [real], json.dumps(values, default=str)


def _code(plan: mapping.RequestPlan, name: str, wire: Any, names: Any) -> int:
    field = next(field for field in plan.fields if field.wire.name == name)
    value = ord(wire) if isinstance(wire, str) else wire
    (code,) = (ours for ours, theirs in field.codes.items() if theirs == value)
    return int(names(code))


@needs_captures
def test_the_relatives_real_login_is_taken() -> None:
    (stream,) = _captured("LoginAcceptedPacket.pcap")
    answers = packets(stream)
    assert answers[0][0] == "A"
    bench = OuchBench(Jnx())
    bench.venue.receive_connected(*bench.times)
    bench.venue.take_output()
    bench.feed(stream)
    assert bench.venue.session.is_logged_on
    bench.pass_time(2)
    assert bench.venue.is_up


def test_a_profile_of_ones_own_may_bring_its_table(tmp_path: Path) -> None:
    table = ROOT / "codecs" / "binary" / "tables" / "jnx_ouch_1_11.json"
    (tmp_path / "mine.json").write_text(table.read_text(encoding="utf-8"), encoding="utf-8")
    text = (PROFILES / "japannext_ouch111.toml").read_text(encoding="utf-8")
    own = tmp_path / "mine.toml"
    own.write_text(text.replace('protocol = "jnx_ouch_1_11"', 'protocol = "mine.json"'), encoding="utf-8")
    profile = load_profile(str(own))
    assert profile.new_order.layout.length == 48
    assert profile.new_order.layout is not load_profile("japannext_ouch111").new_order.layout


def test_a_stamp_is_the_last_moment_at_which_the_venues_clock_said_so() -> None:
    bench = OuchBench(Jnx())
    bench.login()
    order = bench.new()
    assert order is not None
    # 23:30:01 in Tokyo; the message is stamped 09:30 of this day
    bench.say(Jnx().accepted(order.venue_cl_ord_id))
    (report,) = bench.reports()
    assert bench.times[1] - report.transact_time_ns == 14 * 3600 * 10**9 + 10**9 - 123
