"""Lose messages between us and QuickFIX in both directions, and get them back in order, once."""

import pytest
from orders import order

from fairlead.adapters.session_events import EventKind


async def test_killed_quickfix_gets_what_it_missed(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    await pair.engine.kill()
    await pair.ours.event(EventKind.DISCONNECTED)
    for number in range(3):
        pair.ours.send("D", *order(f"A{number}"))
    await pair.start()
    for number in range(3):
        resent = await pair.engine.saw("in", {35: "D", 11: f"A{number}", 43: "Y"})
        assert resent[122] <= resent[52]
    await pair.ours.event(EventKind.RESEND_SERVED)
    pair.ours.send("D", *order("LIVE"))
    live = await pair.engine.saw("in", {11: "LIVE"})
    assert 43 not in live
    assert [fields[11] for fields in pair.engine.all("in")] == ["A0", "A1", "A2", "LIVE"]


async def test_what_must_not_be_repeated_is_gap_filled(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    await pair.cut()
    pair.ours.send("D", *order("A1"))
    cancel = ((11, "C1"), (41, "A1"), (55, "MSFT"), (54, "1"), (60, "20260105-10:00:00.000"), (38, "100"))
    pair.ours.send("F", *cancel)
    pair.ours.send("D", *order("A2"))
    await pair.connect()
    await pair.engine.saw("in", {11: "A1", 43: "Y"})
    await pair.engine.saw("admin-in", {35: "4", 123: "Y", 43: "Y"})
    await pair.engine.saw("in", {11: "A2", 43: "Y"})
    assert not pair.engine.all("in", {35: "F"})


@pytest.mark.parametrize("chunk", [0, 2])
async def test_what_we_missed_is_asked_for_and_delivered_in_order(make_pair, role, version, chunk) -> None:
    pair = await make_pair(role, version, ours={"resend_chunk": chunk})
    await pair.start()
    await pair.cut()
    for number in range(5):
        pair.engine.send("D", *order(f"Q{number}"))
    await pair.engine.saw("out", {11: "Q4"})
    await pair.connect()
    await pair.ours.event(EventKind.GAP_FILLED)
    pair.engine.send("D", *order("LIVE"))
    await pair.ours.message("D", 11, "LIVE")
    received = [(item.message.get_str(11), item.poss_dup) for item in pair.ours.messages.items]
    assert received == [*((f"Q{number}", True) for number in range(5)), ("LIVE", False)]
    requests = pair.engine.all("admin-in", {35: "2"})
    if chunk:
        assert all(int(request[16]) - int(request[7]) == chunk - 1 for request in requests[:-1])
        assert len(requests) > 1
    else:
        assert [request[16] for request in requests] == ["0"]


async def test_live_messages_behind_a_gap_wait_for_it(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    pair.engine.say("next-out 10")
    pair.engine.send("D", *order("Q1"))
    pair.engine.send("D", *order("Q2"))
    await pair.ours.event(EventKind.GAP_DETECTED)
    await pair.ours.event(EventKind.GAP_FILLED)
    pair.engine.send("D", *order("Q3"))
    await pair.ours.message("D", 11, "Q3")
    assert [item.message.get_str(11) for item in pair.ours.messages.items] == ["Q1", "Q2", "Q3"]
    assert pair.ours.store.next_in == 13


async def test_quickfix_asks_for_numbers_that_we_skipped(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    await pair.cut()
    pair.ours.set_next_out(8)
    await pair.connect()
    await pair.engine.saw("admin-out", {35: "2", 7: "2"})
    fill = await pair.engine.saw("admin-in", {35: "4", 123: "Y"})
    assert (fill[34], fill[36], fill[43]) == ("2", "9", "Y")
    pair.ours.send("D", *order("A1"))
    assert (await pair.engine.saw("in", {11: "A1"}))[34] == "9"


async def test_our_sequence_reset_moves_quickfix(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    pair.ours.set_next_out(20)
    await pair.engine.saw("admin-in", {35: "4", 123: "N", 36: "20"})
    pair.ours.send("D", *order("A1"))
    assert (await pair.engine.saw("in", {11: "A1"}))[34] == "20"
    assert not pair.engine.all("admin-out", {35: "2"})


async def test_quickfixs_sequence_reset_moves_us(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    pair.engine.send("4", (123, "N"), (36, "20"))
    await pair.ours.event(EventKind.SEQUENCE_RESET)
    pair.engine.say("next-out 20")
    pair.engine.send("D", *order("Q1"))
    assert (await pair.ours.message("D", 11, "Q1")).message.msg_seq_num == 20
    assert not pair.engine.all("admin-in", {35: "2"})


async def test_our_low_number_is_told_by_quickfix(make_pair, version) -> None:
    pair = await make_pair("acceptor", version)
    await pair.engine.start()
    await pair.engine.obeyed("next-in 9")
    await pair.ours.connect(pair.engine.settings.port)
    text = "MsgSeqNum too low, expecting 9 but received 1"
    await pair.engine.saw("admin-out", {35: "5", 58: text})
    await pair.ours.event(EventKind.LOGON_REFUSED, text)
    await pair.ours.event(EventKind.DISCONNECTED)


async def test_quickfixs_low_number_is_told_by_us(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    for number in range(3):
        pair.engine.send("D", *order(f"Q{number}"))
    await pair.ours.message("D", 11, "Q2")
    pair.engine.say("next-out 2")
    pair.engine.send("D", *order("LOW"))
    await pair.engine.saw("admin-in", {35: "5", 58: "MsgSeqNum too low, expecting 5 but received 2"})
    await pair.ours.event(EventKind.PEER_FAULT)
    await pair.ours.event(EventKind.DISCONNECTED)
    assert not [item for item in pair.ours.messages.items if item.message.get_str(11) == "LOW"]


async def test_both_sides_miss_messages_at_once(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    await pair.cut()
    for number in range(3):
        pair.engine.send("D", *order(f"Q{number}"))
        pair.ours.send("D", *order(f"A{number}"))
    await pair.engine.saw("out", {11: "Q2"})
    await pair.connect()
    for number in range(3):
        await pair.engine.saw("in", {11: f"A{number}", 43: "Y"})
        await pair.ours.message("D", 11, f"Q{number}")
    pair.engine.send("D", *order("Q9"))
    pair.ours.send("D", *order("A9"))
    await pair.engine.saw("in", {11: "A9"})
    await pair.ours.message("D", 11, "Q9")
    assert [fields[11] for fields in pair.engine.all("in")] == ["A0", "A1", "A2", "A9"]
    assert [item.message.get_str(11) for item in pair.ours.messages.items] == ["Q0", "Q1", "Q2", "Q9"]
