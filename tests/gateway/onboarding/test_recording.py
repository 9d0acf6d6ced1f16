"""Recorded sessions become drafts that the suite reads; what no step is made of is a remark."""

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from fairlead.certification.model.dialogues import read_cases
from fairlead.gateway.commands.journal import journal
from fairlead.gateway.commands.venue import venue
from fairlead.gateway.onboarding.drafting import Heading, NothingToDraft, draft
from fairlead.gateway.onboarding.messages import Told, tell_fix
from fairlead.gateway.onboarding.ouch_told import OuchTeller

sys.path.insert(0, str(Path(__file__).parents[1] / "process"))

from gateway_bench import Running, Tables, make_venue

HEADING = Heading("EX-t", "A title: with a colon", "fix44", "a test")
SOH = b"\x01"


def record(*arguments: object) -> Result:
    return CliRunner().invoke(venue, ["record", *map(str, arguments)])


def fields(text: str) -> list[tuple[int, bytes]]:
    return [(int(tag), value.encode()) for tag, value in (part.split("=", 1) for part in text.split("|"))]


def steps(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(text)["steps"]
    return found


def drafted(*messages: tuple[bool, str]) -> list[dict[str, Any]]:
    return steps(draft(HEADING, [tell_fix(fields(text), ours) for ours, text in messages]))


PLACE = (True, "35=D|11=X1|55=MSFT|54=1|38=300|40=2|44=10.00|59=0")
ACK = (False, "35=8|11=X1|37=O1|17=E1|150=0|39=0")


def test_names_stand_for_ids_and_nothing_volatile_is_left() -> None:
    found = drafted(
        (False, "35=A|34=1|52=20261128-12:00:00"),
        PLACE,
        ACK,
        (False, "35=8|11=X1|37=O1|17=E2|150=F|39=1|32=100|31=10.00"),
        (True, "35=G|11=X2|41=X1|38=400|44=10.01|54=1|40=2"),
        (False, "35=8|11=X2|41=X1|37=O1|17=E3|150=5|39=1"),
        (True, "35=F|11=X3|41=X2|54=1"),
        (False, "35=9|11=X3|41=X2|37=O1|39=2|434=1|102=0|58=too late"),
        (False, "35=8|11=X2|37=O1|17=E4|150=H|19=E2|39=0"),
    )
    assert found == [
        {"venue.logon": "accept"},
        {"gw.place": {"as": "A", "side": "buy", "qty": "300", "px": "10.00"}},
        {"expect.NewOrderSingle": {"of": "A"}},
        {"venue.ack": {"of": "A"}},
        {"gw.expect": {"type": "accepted", "of": "A"}},
        {"venue.fill": {"of": "A", "qty": "100", "px": "10.00", "as": "fill1"}},
        {"gw.expect": {"type": "filled", "of": "A"}},
        {"gw.replace": {"of": "A", "as": "B", "qty": "400", "px": "10.01"}},
        {"expect.OrderCancelReplaceRequest": {"of": "B"}},
        {"venue.replaced": {"of": "A", "by": "B"}},
        {"gw.expect": {"type": "replaced", "of": "B"}},
        {"gw.cancel": {"of": "B", "as": "C"}},
        {"expect.OrderCancelRequest": {"of": "C"}},
        {"venue.cancel_reject": {"of": "C", "reason": "0", "text": "too late"}},
        {"gw.expect": {"type": "cancel_rejected", "of": "C"}},
        {"venue.bust": {"exec": "fill1"}},
        {"gw.expect": {"type": "trade_busted"}},
    ]


@pytest.mark.parametrize(
    ("text", "verb", "arguments"),
    [
        ("35=8|11=X1|17=E9|20=1|19=E2|150=1", "venue.bust", {"exec": "fill1"}),
        ("35=8|11=X1|17=E9|20=2|19=E2|32=50|31=9|150=1", "venue.correct", {"qty": "50", "px": "9", "exec": "fill1"}),
        ("35=8|11=X1|17=E9|20=3|150=0", "venue.status", {"of": "A"}),
        ("35=8|11=X1|150=4", "venue.canceled", {"of": "A"}),
        ("35=8|11=X1|150=C", "venue.expire", {"of": "A"}),
        ("35=8|11=X1|150=3", "venue.done_for_day", {"of": "A"}),
        ("35=8|11=X1|150=8|103=1|58=no: such", "venue.reject", {"of": "A", "reason": "1", "text": "no: such"}),
        ("35=8|11=X1|150=D|38=100|44=9.5", "venue.restate", {"of": "A", "qty": "100", "px": "9.5"}),
        ("35=8|11=X1|150=L", "venue.triggered", {"of": "A"}),
        ("35=j|372=D|379=X1|380=3", "venue.refuse_message", {"of": "A", "reason": "3"}),
    ],
)
def test_every_answer_has_its_word(text: str, verb: str, arguments: dict[str, str]) -> None:
    assert {verb: arguments} in drafted(PLACE, (False, text))


def test_what_no_step_is_made_of_is_a_remark() -> None:
    messages = [
        tell_fix(fields("35=2|7=1|16=0"), True),
        tell_fix(fields("35=0"), True),
        tell_fix(fields("35=0"), False),
        tell_fix(fields("35=8|11=OLD|150=F|32=1|31=1|17=E"), False),
        tell_fix(fields("35=D|11=X1|54=1|38=1|43=Y|34=7"), True),
        tell_fix(fields("35=B|148=news\nof two lines"), False),
        tell_fix(fields(PLACE[1]), True),
    ]
    text = draft(HEADING, messages)
    remarks = [line.strip() for line in text.splitlines() if line.startswith("  #")]
    assert remarks == [
        "# the gateway: ResendRequest",
        "# heartbeats",
        "# about an order that began before this recording: the venue: 8",
        "# the gateway repeats D number 7",
        "# the venue: B",
    ]
    assert len(steps(text)) == 2


PACKETS: list[dict[str, Any]] = [
    {"packet": "login_accepted"},
    {"packet": "unsequenced_data", "message": "enter_order", "order_token": "T1", "side": "B", "shares": 500,
     "price": "10.00", "time_in_force": 0, "display": "N", "minimum_quantity": 0, "cross_type": "N"},
    {"packet": "sequenced_data", "message": "accepted", "order_token": "T1"},
    {"packet": "sequenced_data", "message": "executed", "order_token": "T1", "executed_shares": 100,
     "execution_price": "10.00", "match_number": 7},
    {"packet": "unsequenced_data", "message": "cancel_order", "order_token": "T1", "shares": 300},
    {"packet": "sequenced_data", "message": "canceled", "order_token": "T1", "decrement_shares": 50, "reason": "Q"},
    {"packet": "sequenced_data", "message": "canceled", "order_token": "T1", "decrement_shares": 150, "reason": "U"},
    {"packet": "sequenced_data", "message": "canceled", "order_token": "T1", "decrement_shares": 200, "reason": "S"},
    {"packet": "unsequenced_data", "message": "enter_order", "order_token": "T2", "side": "S", "shares": 10,
     "price": "market", "time_in_force": 99998, "display": "Y", "minimum_quantity": 5, "cross_type": "O"},
]  # fmt: skip


def test_ouch_is_told_in_the_words_of_the_suite() -> None:
    teller = OuchTeller("ouch42")
    text = draft(Heading("EX-o", "t", "ouch42", "s"), map(teller.tell, PACKETS))
    assert [step for step in steps(text) if not next(iter(step)).startswith("gw.expect")] == [
        {"venue.logon": "accept"},
        {"gw.place": {"as": "A", "side": "buy", "qty": "500", "px": "10.00", "tif": "immediate_or_cancel",
                      "fields": {"max_floor": "0"}}},
        {"expect.Enter": {"of": "A"}},
        {"venue.ack": {"of": "A"}},
        {"venue.fill": {"of": "A", "qty": "100", "px": "10.00", "as": "fill1"}},
        # a cancel of a part is a replace, and so is the answer to it
        {"gw.replace": {"of": "A", "as": "B", "qty": "300"}},
        {"expect.Cancel": {"of": "B"}},
        {"venue.replaced": {"of": "A", "by": "B"}},
        {"venue.canceled": {"of": "A", "reason": "S"}},
        {"gw.place": {"as": "C", "side": "sell", "qty": "10", "type": "market", "tif": "at_the_opening",
                      "fields": {"min_qty": "5"}}},
        {"expect.Enter": {"of": "C"}},
    ]  # fmt: skip
    assert "# the venue cancels 50 of an order by itself, reason Q" in text


def test_nothing_to_draft_is_said() -> None:
    with pytest.raises(NothingToDraft):
        draft(HEADING, [Told("logon")])


async def traded(folder: Path) -> Path:
    """Trade one order on a real gateway with a simulated venue, and return its journal."""
    simulated = make_venue()
    tables = Tables(venue_address=f"127.0.0.1:{await simulated.start()}")
    async with Running(folder, tables) as running:
        await running.up()
        client = await running.json_client()
        order = client.new_order("buy", 100, "MSFT", price="430.05")
        async for _ in order:
            pass
        await client.close()
    await simulated.stop()
    return folder / "state" / "journal"


async def test_journal_becomes_a_case_of_the_suite(tmp_path: Path) -> None:
    path = await traded(tmp_path)
    target = tmp_path / "draft.yaml"
    told = record(path, "--session", "XEXC", "--id", "EX-first", "--to-file", target)
    assert told.exit_code == 0, told.output
    (case,) = read_cases(target)
    assert (case.id, case.group, case.protocols) == ("EX-first", "EX", frozenset(("fix44",)))
    verbs = [next(iter(step)) for step in steps(target.read_text())]
    assert verbs[:3] == ["venue.logon", "gw.place", "expect.NewOrderSingle"]
    assert "venue.fill" in verbs
    assert record(path, "--session", "XEXC", "--to-file", target).exit_code == 2
    # the same out of a capture of the wire
    capture = tmp_path / "wire.pcapng"
    assert (
        CliRunner().invoke(journal, ["export", "--to", str(capture), "--session", "venue:XEXC", str(path)]).exit_code
        == 0
    )
    from_wire = record(capture)
    assert from_wire.exit_code == 0, from_wire.output
    assert steps(from_wire.output) == steps(target.read_text())


async def test_recordings_that_will_not_do_are_said(tmp_path: Path) -> None:
    path = await traded(tmp_path)
    for arguments, said in (
        ((path,), "name the venue's with --session"),
        ((path, "--session", "NOPE"), "no message of 'NOPE' in that time, expected one of venue:XEXC"),
        ((path, "--session", "XEXC", "--to", "2020-01-01T00:00:00Z"), "no message of 'XEXC'"),
        ((path, "--session", "alpha"), "expected a venue's"),
        ((tmp_path / "gateway.toml",), "has no FIX message in it"),
    ):
        told = record(*arguments)
        assert (told.exit_code, said in told.output) == (2, True), told.output


@pytest.mark.parametrize("mark", ["\x01", "|", "^A"])
def test_text_logs_are_read(tmp_path: Path, mark: str) -> None:
    lines = [
        "20261128-12:00:00.000 : " + "8=FIX.4.2|9=5|35=A|34=1|49=FIRM|56=XBRK|10=001|",
        "20261128-12:00:00.010 : " + "8=FIX.4.2|9=5|35=A|34=1|49=XBRK|56=FIRM|10=002|",
        "20261128-12:00:01.000 : " + "8=FIX.4.2|9=5|35=D|34=2|49=FIRM|56=XBRK|11=Q1|54=2|38=5|44=7|10=003|",
        "20261128-12:00:01.020 : " + "8=FIX.4.2|9=5|35=8|34=2|49=XBRK|56=FIRM|11=Q1|150=2|20=0|17=E|32=5|31=7|10=004|",
    ]
    path = tmp_path / "FIX.messages.log"
    path.write_text("\n".join(lines).replace("|", mark), encoding="latin-1")
    told = record(path)
    assert told.exit_code == 0, told.output
    assert yaml.safe_load(told.output)["for"] == ["fix42"]
    assert [next(iter(step)) for step in steps(told.output)] == [
        "venue.logon", "gw.place", "expect.NewOrderSingle", "venue.fill", "gw.expect",
    ]  # fmt: skip
    path.write_text(path.read_text(encoding="latin-1").replace("35=D", "35=8"), encoding="latin-1")
    assert "0 sides send orders" in record(path).output
    assert "no order of ours" in record(path, "--comp-id", "FIRM").output
