"""Be a strategy run by QuickFIX, which checks every report of the gateway's against its dictionary."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from engine import Engine, Fields
from gateway_run import SECRET, GatewayPorts, GatewayRun
from orders import order
from simplefix_frames import stamp

from fairlead.certification.venues.profile import load_profile
from fairlead.certification.venues.simulator import FixVenueSimulator, SimulatorSettings

VENUES = ("XBRK", "XEXC")


class Bed:
    """QuickFIX as the strategy, the gateway, and a simulated venue of either version."""

    def __init__(self, engine: Engine, gateway: GatewayRun, venues: dict[str, FixVenueSimulator]) -> None:
        self.engine = engine
        self.gateway = gateway
        self.venues = venues
        self.is_4_2 = engine.settings.begin_string == "FIX.4.2"

    async def start(self) -> None:
        await self.gateway.start()
        await self.gateway.venues_up()
        await self.engine.start()
        await self.engine.saw("logon")

    def place(self, cl_ord_id: str, venue: str = "XBRK", qty: int = 100, *more: tuple[int, str]) -> None:
        """Send a limit order to buy."""
        self.engine.send("D", *order(cl_ord_id, (1, "ACC"), (100, venue), *more, qty=qty))

    def change(self, msg_type: str, cl_ord_id: str, orig_cl_ord_id: str, *more: tuple[int, str]) -> None:
        """Send a cancel (F) or replace (G)."""
        handling = ((21, "1"),) if msg_type == "G" else ()
        fields = ((11, cl_ord_id), (41, orig_cl_ord_id), (55, "MSFT"), (54, "1"), (60, stamp()))
        self.engine.send(msg_type, *fields, *handling, *more)

    async def report(self, cl_ord_id: str, exec_type: str, **more: str) -> Fields:
        """Wait for an ExecutionReport; ``exec_type`` is FIX 4.4's."""
        wanted = {35: "8", 11: cl_ord_id} | ({} if exec_type == "F" and self.is_4_2 else {150: exec_type})
        return await self.engine.saw("in", wanted | {int(tag[1:]): value for tag, value in more.items()})

    async def accepted(self, cl_ord_id: str, venue: str = "XBRK", qty: int = 100) -> None:
        """Place an order and wait for its acknowledgement."""
        self.place(cl_ord_id, venue, qty)
        await self.report(cl_ord_id, "0")

    async def state(self, cl_ord_id: str, expected: Mapping[int, str]) -> Fields:
        """Wait for a report about an order in which these fields have these values."""
        return await self.engine.saw("in", {35: "8", 11: cl_ord_id, **expected})

    def exec_ids(self) -> list[str]:
        """Return the ExecIDs of all reports that QuickFIX handed to its application, once for each MsgSeqNum.

        A kill may fall between the handing over and the counting: the report then comes again under its number.
        """
        reports = {fields[34]: fields[17] for fields in self.engine.all("in", {35: "8"}) if fields[17] != "0"}
        return list(reports.values())


@pytest.fixture
async def bed(make_engine: Callable[..., Engine], version: str, tmp_path: Path) -> AsyncIterator[Bed]:
    venues = {}
    for name in VENUES:
        credentials = {"FAIR": SECRET} if name == "XEXC" else {}
        settings = SimulatorSettings(load_profile(name), credentials=credentials, trigger_delay_s=0.2)
        venues[name] = FixVenueSimulator(settings)
    ports = GatewayPorts({name: await venue.start("127.0.0.1", 0) for name, venue in venues.items()})
    gateway = GatewayRun(tmp_path / "gateway", ports)
    is_4_2 = version == "FIX.4.2"
    secret = f"95={len(SECRET)}|96={SECRET}" if is_4_2 else f"553=ME|554={SECRET}"
    engine = make_engine(
        *("initiator", version, ports.fix),
        sender_comp_id="QUICK42" if is_4_2 else "QUICK44",
        use_data_dictionary=True,
        options={"LogonFields": secret},
    )
    bed = Bed(engine, gateway, venues)
    await bed.start()
    yield bed
    await engine.kill()
    await gateway.kill()
    await asyncio.gather(*(venue.stop() for venue in venues.values()))
    rejects = [str(fields) for fields in engine.all("admin-out", {35: "3"})]
    assert not rejects, "QuickFIX rejected what the gateway sent"


@pytest.mark.parametrize("venue", VENUES)
async def test_life_of_an_order(bed: Bed, venue: str) -> None:
    await bed.accepted("A1", venue)
    bed.change("G", "A2", "A1", (38, "120"), (40, "2"), (44, "10.4"))
    replaced = await bed.report("A2", "5")
    assert (replaced[41], replaced[38], replaced[44], replaced[151]) == ("A1", "120", "10.4", "120")
    bed.engine.send("H", (11, "A2"), (55, "MSFT"), (54, "1"))
    status = await bed.state("A2", {20: "3"} if bed.is_4_2 else {150: "I"})
    assert (status[39] in ("0", "5"), status[38], status[17]) == (True, "120", "0")
    bed.change("F", "A3", "A2", (38, "120"))
    canceled = await bed.report("A3", "4")
    assert (canceled[41], canceled[39], canceled[151], canceled[14]) == ("A2", "4", "0", "0")


async def test_two_orders_meet(bed: Bed) -> None:
    await bed.accepted("B1")
    sell = [(tag, "2" if tag == 54 else value) for tag, value in order("S1", (1, "ACC"), (100, "XBRK"), qty=60)]
    bed.engine.send("D", *sell)
    bought = await bed.state("B1", {39: "1", 32: "60"})
    sold = await bed.state("S1", {39: "2", 32: "60"})
    assert (bought[150], sold[150]) == (("1", "2") if bed.is_4_2 else ("F", "F"))
    assert (bought[31], bought[14], bought[151], bought[6]) == ("10.5", "60", "40", "10.5")


# OrderQty, on which the venue acts: what the report says, in FIX 4.2 and in 4.4
TRIGGERS = {
    900001: ({39: "8"}, {150: "8"}),
    900003: ({39: "1"}, {150: "F"}),
    900004: ({39: "2"}, {150: "F"}),
    900006: ({39: "2"}, {150: "F"}),
    900009: ({39: "4"}, {150: "4"}),
    900010: ({39: "4"}, {150: "4"}),
    900011: ({20: "1"}, {150: "H"}),
    900012: ({20: "2"}, {150: "G"}),
    900015: ({150: "D"}, {150: "D"}),
    900016: ({39: "3"}, {150: "3"}),
    900017: ({39: "C"}, {150: "C"}),
    900020: ({39: "0"}, {150: "0"}),
    900033: ({39: "8"}, {150: "8"}),
    900034: ({39: "8"}, {150: "8"}),
    900035: ({39: "2"}, {150: "F"}),
}


@pytest.mark.parametrize("venue", VENUES)
async def test_every_kind_of_report_is_valid_and_read(bed: Bed, venue: str) -> None:
    for qty in TRIGGERS:
        bed.place(f"T{qty}", venue, qty)
    for qty, (fields_4_2, fields_4_4) in TRIGGERS.items():
        await bed.state(f"T{qty}", fields_4_2 if bed.is_4_2 else fields_4_4)
    assert len(set(bed.exec_ids())) == len(bed.exec_ids())


async def test_venue_refuses_changes(bed: Bed) -> None:
    price = ((40, "2"), (44, "10.6"))
    for qty, msg_type, kind, terms in ((900013, "F", "1", ()), (900014, "G", "2", price)):
        cl_ord_id = f"T{qty}"
        await bed.accepted(cl_ord_id, "XBRK", qty)
        bed.change(msg_type, f"C{qty}", cl_ord_id, (38, str(qty)), *terms)
        reject = await bed.engine.saw("in", {35: "9", 11: f"C{qty}"})
        assert (reject[41], reject[434], reject[39]) == (cl_ord_id, kind, "0")


BAD_ORDERS: dict[str, dict[int, str]] = {
    "UNKNOWN_SYMBOL": {55: "NOSUCH"},
    "UNKNOWN_VENUE": {100: "NOWHERE"},
    "NOT_ENTITLED": {1: "ACC-OF-ANOTHER"},
    "INVALID_QUANTITY": {38: "0"},
    "INVALID_PRICE": {44: "10.501"},
    "UNSUPPORTED": {59: "5"},
}


async def test_bad_orders_are_rejected_with_their_reasons(bed: Bed) -> None:
    for reason, changed in BAD_ORDERS.items():
        fields = dict(order(reason, (1, "ACC"), (59, "0"), (100, "XBRK"))) | changed
        bed.engine.send("D", *fields.items())
        report = await bed.report(reason, "8")
        assert report[39] == "8"
        assert report[58].startswith(reason)
    await bed.accepted("A2")


async def test_duplicate_and_unknown_ids(bed: Bed) -> None:
    await bed.accepted("A1")
    bed.place("A1")
    assert (await bed.report("A1", "8"))[58].startswith("DUPLICATE_CL_ORD_ID")
    bed.change("F", "C1", "NEVER", (38, "100"))
    reject = await bed.engine.saw("in", {35: "9", 11: "C1"})
    assert (reject[102], reject[39], reject[434]) == ("1", "8", "1")
    # the first order is none the worse for it
    bed.change("F", "C2", "A1", (38, "100"))
    await bed.report("C2", "4")


async def test_unsupported_and_invalid_messages(bed: Bed) -> None:
    bed.engine.send("R", (131, "Q1"), (146, "1"), (55, "MSFT"))
    reject = await bed.engine.saw("in", {35: "j"})
    assert (reject[372], reject[380], reject[45]) == ("R", "3", "2")
    bed.engine.send("D", *(field for field in order("A1") if field[0] != 54))
    reject = await bed.engine.saw("admin-in", {35: "3"})
    assert (reject[371], reject[373], reject[45]) == ("54", "1", "3")
    await bed.accepted("A2")


async def test_mass_cancel_and_mass_status(bed: Bed) -> None:
    if bed.is_4_2:
        pytest.skip("FIX 4.2 has no mass cancel")
    for number in range(3):
        await bed.accepted(f"A{number}", VENUES[number % 2])
    bed.engine.send("AF", (584, "STATUS"), (585, "7"))
    statuses = [await bed.engine.saw("in", {35: "8", 584: "STATUS"}) for _ in range(3)]
    assert [(status[911], status[912]) for status in statuses] == [("3", "N"), ("3", "N"), ("3", "Y")]
    bed.engine.send("q", (11, "MASS"), (530, "7"), (60, stamp()))
    for _ in range(3):
        await bed.engine.saw("in", {35: "8", 150: "4", 39: "4"})
    done = await bed.engine.saw("in", {35: "r", 11: "MASS"})
    assert (done[530], done[531], done[533]) == ("7", "7", "3")


async def test_wrong_password_is_refused(bed: Bed) -> None:
    await bed.engine.stop()
    await bed.engine.saw("admin-in", {35: "5"})
    secret = "95=4|96=open" if bed.is_4_2 else "554=open"
    bed.engine.settings = replace(bed.engine.settings, options={"LogonFields": secret})
    await bed.engine.start()
    refusal = await bed.engine.saw("admin-in", {35: "5"})
    assert refusal[58].startswith("wrong secret, expected the secret of QUICK")
    assert "open" not in repr(bed.gateway.log.items)


async def test_killed_quickfix_gets_the_reports_it_missed(bed: Bed) -> None:
    for name in VENUES:
        await bed.accepted(f"W-{name}", name)
    await bed.engine.kill()
    for venue in bed.venues.values():
        for found in venue.orders:
            venue.unsolicited_cancel(found)
    await bed.engine.start()
    for name in VENUES:
        missed = await bed.report(f"W-{name}", "4")
        assert missed[43] == "Y"
    await bed.accepted("NEXT")
    assert len(set(bed.exec_ids())) == len(bed.exec_ids())
    second = bed.engine.all("admin-in", {35: "A"})[-1]
    assert 141 not in second


async def test_killed_gateway_delivers_what_happened_meanwhile(bed: Bed) -> None:
    for name in VENUES:
        await bed.accepted(f"W-{name}", name)
    await bed.gateway.kill()
    await bed.engine.saw("logout")
    for venue in bed.venues.values():
        for found in venue.orders:
            venue.unsolicited_cancel(found)
    await bed.gateway.start()
    await bed.gateway.venues_up()
    for name in VENUES:
        await bed.report(f"W-{name}", "4")
    await bed.engine.saw("logon")
    await bed.accepted("NEXT")
    assert len(set(bed.exec_ids())) == len(bed.exec_ids())
    first, *_, second = bed.engine.all("admin-in", {35: "A"})
    assert (first[34], 141 in second) == ("1", False)
    assert int(second[34]) > 3
    assert [len(venue.orders) for venue in bed.venues.values()] == [2, 1]


async def test_both_killed_at_once(bed: Bed) -> None:
    await bed.accepted("W1")
    bed.place("W2")
    await bed.gateway.kill()
    await bed.engine.kill()
    await bed.gateway.start()
    await bed.gateway.venues_up()
    await bed.engine.start()
    await bed.engine.saw("logon")
    # whether the gateway saw W2 or not, QuickFIX learns how it stands
    bed.engine.send("H", (11, "W1"), (55, "MSFT"), (54, "1"))
    await bed.state("W1", {20: "3"} if bed.is_4_2 else {150: "I"})
    await bed.engine.saw("in", {35: "8", 11: "W2"})
    assert len(set(bed.exec_ids())) == len(bed.exec_ids())
    assert len(bed.venues["XBRK"].orders) <= 2
