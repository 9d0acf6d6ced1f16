"""Log on to QuickFIX and let it log on: identities, credentials, heartbeats, logouts, resets."""

from orders import order

from fairlead.adapters.fix.settings import LogonSettings
from fairlead.adapters.session_events import EventKind


async def test_logout_of_ours_is_answered_and_numbers_go_on(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    pair.ours.logout("done for today")
    await pair.engine.saw("admin-in", {35: "5", 34: "2", 58: "done for today"})
    await pair.ours.event(EventKind.LOGGED_OUT)
    await pair.ours.event(EventKind.DISCONNECTED)
    await pair.engine.saw("logout")
    assert (pair.ours.store.next_in, pair.ours.store.next_out) == (3, 3)
    await pair.connect()
    await pair.engine.saw("admin-in", {35: "A", 34: "3"})
    assert not pair.engine.all("admin-out", {35: "2"})
    if role == "acceptor":  # an initiator may number a Logon that it never sends (1.15)
        assert not pair.engine.all("admin-in", {35: "2"})


async def test_logout_of_quickfix_is_answered_and_numbers_go_on(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    pair.engine.say("logout")
    await pair.engine.saw("admin-in", {35: "5", 34: "2"})
    await pair.ours.event(EventKind.LOGGED_OUT)
    await pair.ours.event(EventKind.DISCONNECTED)
    await pair.engine.saw("logout")
    await pair.engine.obeyed("logon")
    await pair.connect()
    await pair.engine.saw("admin-in", {35: "A", 34: "3"})
    if role == "acceptor":  # see above
        assert (pair.ours.store.next_in, pair.ours.store.next_out) == (4, 4)


async def test_both_sides_send_heartbeats(make_pair, role, version) -> None:
    pair = await make_pair(role, version, {"heart_bt_int_s": 1}, {"heart_bt_int_s": 1})
    await pair.start()
    for _ in range(2):
        await pair.engine.saw("admin-in", {35: "0"})
        await pair.engine.saw("admin-out", {35: "0"})
    assert pair.engine.all("admin-in", {35: "A"})[0][108] == "1"
    assert not pair.ours.events.items[2:], "a heartbeat is no event"


async def test_test_request_of_quickfix_is_answered(make_pair, role, version) -> None:
    pair = await make_pair(role, version)
    await pair.start()
    pair.engine.send("1", (112, "ARE YOU THERE"))
    await pair.engine.saw("admin-in", {35: "0", 112: "ARE YOU THERE"})


async def test_silent_quickfix_is_asked_and_kept_when_it_answers(make_pair, role, version) -> None:
    pair = await make_pair(role, version, {"heart_bt_int_s": 2}, {"heart_bt_int_s": 2})
    await pair.start()
    pair.engine.freeze()
    await pair.ours.event(EventKind.TEST_REQUEST_SENT)
    pair.engine.thaw()
    request = await pair.engine.saw("admin-in", {35: "1"})
    await pair.engine.saw("admin-out", {35: "0", 112: request[112]})
    number = pair.ours.send("D", *order("A1"))
    await pair.engine.saw("in", {35: "D", 34: str(number)})
    assert pair.ours.session.is_logged_on


async def test_dead_quickfix_is_given_up(make_pair, role) -> None:
    pair = await make_pair(role, "FIX.4.4", {"heart_bt_int_s": 1}, {"heart_bt_int_s": 1})
    await pair.start()
    pair.engine.freeze()
    await pair.ours.event(EventKind.PEER_SILENT)
    await pair.ours.event(EventKind.DISCONNECTED)


async def test_reset_by_quickfixs_logon(make_pair, version) -> None:
    pair = await make_pair("initiator", version, {"options": {"ResetOnLogon": "Y"}})
    await pair.start()
    pair.ours.send("D", *order("A1"))
    await pair.engine.saw("in", {11: "A1"})
    await pair.cut()
    await pair.connect()
    logons = pair.engine.all("admin-in", {35: "A"})
    assert [(logon[34], logon[141]) for logon in logons] == [("1", "Y"), ("1", "Y")]
    assert (pair.ours.store.next_in, pair.ours.store.next_out) == (2, 2)
    pair.ours.send("D", *order("A2"))
    assert (await pair.engine.saw("in", {11: "A2"}))[34] == "2"


async def test_reset_by_our_logon(make_pair, version) -> None:
    pair = await make_pair("acceptor", version, ours={"reset_on_logon": True})
    await pair.start()
    pair.engine.send("D", *order("Q1"))
    await pair.ours.message("D", 11, "Q1")
    await pair.cut()
    await pair.connect()
    replies = pair.engine.all("admin-out", {35: "A"})
    assert [(reply[34], reply[141]) for reply in replies] == [("1", "Y"), ("1", "Y")]
    assert (pair.ours.store.next_in, pair.ours.store.next_out) == (2, 2)
    pair.engine.send("D", *order("Q2"))
    assert (await pair.ours.message("D", 11, "Q2")).message.msg_seq_num == 2


async def test_unknown_comp_id_of_ours_gets_no_answer(make_pair, version) -> None:
    pair = await make_pair("acceptor", version, ours={"sender_comp_id": "NOBODY"})
    await pair.engine.start()
    await pair.ours.connect(pair.engine.settings.port)
    await pair.ours.event(EventKind.DISCONNECTED, "Logon unanswered")


async def test_unknown_comp_id_of_quickfix_gets_no_answer(make_pair, version) -> None:
    pair = await make_pair("initiator", version, {"sender_comp_id": "NOBODY"})
    await pair.engine.start()
    assert "unknown session" in await pair.ours.refusals.take(lambda text: "NOBODY" in text, "refusal")
    assert not pair.engine.all("admin-in")


async def test_other_begin_string_of_quickfix_gets_no_answer(make_pair, make_engine) -> None:
    pair = await make_pair("initiator", "FIX.4.2")
    stranger = make_engine("initiator", "FIX.4.4", pair.ours.port)
    await stranger.start()
    assert "FIX.4.4" in await pair.ours.refusals.take(lambda text: "unknown session" in text, "refusal")
    assert not stranger.all("admin-in")


async def test_other_begin_string_of_ours_gets_no_answer(make_pair, make_engine) -> None:
    pair = await make_pair("acceptor", "FIX.4.2")
    other = make_engine("acceptor", "FIX.4.4")
    await other.start()
    await pair.ours.connect(other.settings.port)
    await pair.ours.event(EventKind.DISCONNECTED, "Logon unanswered")
    assert not other.all("logon")


async def test_second_connection_of_a_live_session_is_refused(make_pair, make_engine, version) -> None:
    pair = await make_pair("initiator", version)
    await pair.start()
    double = make_engine("initiator", version, pair.ours.port)
    await double.start()
    assert "connected already" in await pair.ours.refusals.take(bool, "refusal")
    pair.ours.send("D", *order("A1"))
    await pair.engine.saw("in", {11: "A1"})


async def test_password_of_quickfix_is_checked(make_pair, version) -> None:
    fields = {"FIX.4.2": "95=6|96=sesame", "FIX.4.4": "553=QUICK|554=sesame"}[version]
    pair = await make_pair("initiator", version, {"options": {"LogonFields": fields}}, {"expected_password": "sesame"})
    await pair.start()
    assert "sesame" not in repr(pair.ours.store.events) + repr(pair.ours.store.frames_in)


async def test_wrong_password_of_quickfix_is_refused(make_pair, version) -> None:
    fields = {"FIX.4.2": "95=4|96=open", "FIX.4.4": "553=QUICK|554=open"}[version]
    pair = await make_pair("initiator", version, {"options": {"LogonFields": fields}}, {"expected_password": "sesame"})
    await pair.engine.start()
    await pair.engine.saw("admin-in", {35: "5", 58: "wrong password"})
    await pair.ours.event(EventKind.LOGON_REFUSED)
    assert not pair.engine.all("logon")


async def test_our_password_reaches_quickfix(make_pair) -> None:
    logon = LogonSettings(username="FAIR", password="sesame")
    pair = await make_pair("acceptor", "FIX.4.4", {"options": {"ExpectPassword": "sesame"}}, {"logon": logon})
    await pair.start()
    assert pair.engine.all("admin-in", {35: "A", 553: "FAIR", 554: "sesame"})


async def test_our_raw_data_reaches_quickfix(make_pair, version) -> None:
    pair = await make_pair("acceptor", version, ours={"logon": LogonSettings(raw_data=b"se\x01same")})
    await pair.start()
    assert "|95=7|96=se|same|" in pair.engine.all("admin-in", {35: "A"})[0].text


async def test_refusal_of_our_password_is_told(make_pair) -> None:
    logon = LogonSettings(username="FAIR", password="wrong one")
    pair = await make_pair("acceptor", "FIX.4.4", {"options": {"ExpectPassword": "sesame"}}, {"logon": logon})
    await pair.engine.start()
    await pair.ours.connect(pair.engine.settings.port)
    await pair.ours.event(EventKind.LOGON_REFUSED)
    await pair.ours.event(EventKind.DISCONNECTED)
    assert "wrong one" not in repr(pair.ours.events.items)
