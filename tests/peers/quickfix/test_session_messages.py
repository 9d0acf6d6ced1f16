"""Exchange messages of every shape with a QuickFIX that checks them against its dictionary."""

import time

from orders import order

from fairlead.adapters.session_events import EventKind
from fairlead.codecs.fix.dictionary import load_dictionary

LARGE = "x" * 50_000


async def test_large_messages_travel_both_ways(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    pair.ours.send("D", *order("A1", (58, LARGE)))
    pair.engine.send("D", *order("Q1", (58, LARGE)))
    assert (await pair.engine.saw("in", {11: "A1"}))[58] == LARGE
    assert (await pair.ours.message("D", 11, "Q1")).message.get_str(58) == LARGE


async def test_data_fields_hold_soh(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    data = b"a\x01b=c\x0110=000\x01"
    news = ((148, "News"), (33, "1"), (58, "one line"))
    pair.ours.send_data("B", news, 96, data)
    assert "|95=13|96=a|b=c|10=000||" in (await pair.engine.saw("in", {35: "B"})).text
    pair.engine.send("B", *news, (95, len(data)), (96, data.decode("latin-1")))
    assert (await pair.ours.message("B")).message.get_bytes(96) == data


async def test_repeating_groups(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    news = ((148, "News"), (33, "2"), (58, "first"), (58, "second"))
    pair.ours.send("B", *news)
    assert (await pair.engine.saw("in", {35: "B"})).all(58) == ["first", "second"]
    pair.engine.send("B", *news)
    message = (await pair.ours.message("B")).message
    layout = load_dictionary(version).group_layout("B", 33)
    assert [entry.get_str(58) for entry in message.group(33, layout)] == ["first", "second"]


async def test_nested_groups(make_pair, role) -> None:
    pair = await make_pair(role, "FIX.4.4")
    await pair.start()
    parties = (
        *((453, "2"), (448, "ACC"), (447, "D"), (452, "24"), (802, "2"), (523, "DESK"), (803, "2")),
        *((523, "FLOOR"), (803, "4"), (448, "BRK"), (447, "D"), (452, "1")),
    )
    pair.ours.send("D", *order("A1", *parties))
    received = await pair.engine.saw("in", {11: "A1"})
    assert received.all(523) == ["DESK", "FLOOR"]
    assert received.all(448) == ["ACC", "BRK"]
    pair.engine.send("D", *order("Q1", *parties))
    message = (await pair.ours.message("D", 11, "Q1")).message
    entries = list(message.group(453, load_dictionary("FIX.4.4").group_layout("D", 453)))
    sub_ids = [[sub.get_str(523) for sub in entry.group(802)] if entry.has(802) else [] for entry in entries]
    assert [entry.get_str(448) for entry in entries] == ["ACC", "BRK"]
    assert sub_ids == [["DESK", "FLOOR"], []]


async def test_invalid_order_of_quickfix_is_rejected_by_tag(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    fields = tuple(field for field in order("Q1") if field[0] != 54)
    pair.engine.send("D", *fields)
    reject = await pair.engine.saw("admin-in", {35: "3"})
    assert (reject[45], reject[371], reject[372], reject[373]) == ("2", "54", "D", "1")
    pair.engine.send("D", *order("Q2", (40, "?")))
    assert (await pair.engine.saw("admin-in", {35: "3"}))[371] in ("40", "44")
    pair.engine.send("D", *order("Q3"))
    await pair.ours.message("D", 11, "Q3")
    assert not [item for item in pair.ours.messages.items if item.message.get_str(11) in ("Q1", "Q2")]


async def test_quickfix_tells_what_is_wrong_with_ours(make_pair, role, version) -> None:
    """The other tests rest on this one: QuickFIX does check what we send."""
    pair = await make_pair(role, version)
    pair.may_reject = True
    await pair.start()
    number = pair.ours.send("D", *(field for field in order("A1") if field[0] != 54))
    rejected = await pair.ours.event(EventKind.REJECTED)
    assert (rejected.ref_seq_num, rejected.ref_tag_id, rejected.reject_reason) == (number, 54, 1)
    assert not pair.engine.all("in")


async def test_business_reject_of_ours_is_understood(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    pair.engine.send("D", *order("Q1"))
    received = await pair.ours.message("D", 11, "Q1")
    session = pair.ours.session
    session.business_reject(received.message, 3, "Unsupported Message Type", time.monotonic_ns(), time.time_ns())
    pair.ours.flush()
    reject = await pair.engine.saw("in", {35: "j"})
    assert (reject[45], reject[372], reject[380], reject[58]) == ("2", "D", "3", "Unsupported Message Type")
