"""Order entry, case by case: certification catalogue 2.3, from a strategy's FIX to a venue's FIX and back.

Each case runs for strategies and venues of both versions; every message on both sides is compared as a whole.
"""

from pathlib import Path

import pytest
from messages import (
    ALL,
    FILLED,
    FRESH,
    HALF,
    INSTRUMENT,
    NEW,
    OPEN,
    PARTLY_FILLED,
    TRADE_60,
    cancelled,
    cancels,
    lines,
    ordered,
    orders,
    refused,
    refuses,
    replaced,
    replaces,
    says,
    told,
)
from order_chain import PROFILES, Chain

from fairlead.codecs.vocabulary.constants import OrdType, Side, TimeInForce

TERMS_120 = "38=120|40=2|44=11|59=0"
TERMS_130 = "38=130|40=2|44=12|59=0"


@pytest.fixture(params=[(strategy, venue) for strategy in PROFILES for venue in PROFILES], ids="-".join)
def versions(request: pytest.FixtureRequest) -> tuple[str, str]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def chain(tmp_path: Path, versions: tuple[str, str]) -> Chain:
    return Chain(tmp_path, *versions)


DIALOGUES = {
    "OE01 limit day": OPEN,
    "OE05 a value that the venue does not take": lines(
        NEW,
        says("11=<V1>", "X1", "150=8|39=8|103=[0/99]", "151=0|14=0|6=0|58=odd lot"),
        told("11=S1", "X1", "150=8|39=8|103=<reason>", "151=0|14=0|6=0", text="|58=<odd lot>"),
    ),
    "OE09 cancel of an unfilled order, D3": lines(
        OPEN,
        cancels("S2", "S1"),
        cancelled("<V2>", "<V1>"),
        says("11=<V2>|41=<V1>", "X3", "150=6|39=6", FRESH),
        told("11=S2|41=S1", "E1", "150=6|39=6", FRESH),
        says("11=<V2>|41=<V1>", "X4", "150=4|39=4", "151=0|14=0|6=0"),
        told("11=S2|41=S1", "X4", "150=4|39=4", "151=0|14=0|6=0"),
    ),
    "OE09 cancel of a part-filled order, D4": lines(
        PARTLY_FILLED,
        cancels("S2", "S1"),
        cancelled("<V2>", "<V1>"),
        says("11=<V2>|41=<V1>", "X4", "150=4|39=4", "151=0|14=40|6=10"),
        told("11=S2|41=S1", "X4", "150=4|39=4", "151=0|14=40|6=10"),
    ),
    "OE10 a cancel loses to the fill, D5": lines(
        PARTLY_FILLED,
        cancels("S2", "S1"),
        cancelled("<V2>", "<V1>"),
        says("11=<V2>|41=<V1>", "X4", "150=6|39=6", HALF),
        told("11=S2|41=S1", "E1", "150=6|39=6", HALF),
        says("11=<V1>", "X5", "150=[2/F]|39=6", ALL, TRADE_60),
        told("11=S1", "X5", "150=[2/F]|39=2", ALL, TRADE_60),
        refuses("<V2>", "<V1>", 1, "2"),
        refused("S2", "S1", 1, "2"),
    ),
    "OE12 reprice and increase, unfilled, D6": lines(
        OPEN,
        replaces("S2", "S1", 120, 11),
        replaced("<V2>", "<V1>", 120, 11),
        says("11=<V2>|41=<V1>", "X3", "150=E|39=E", FRESH),
        told("11=S2|41=S1", "E1", "150=E|39=E", FRESH),
        says("11=<V2>|41=<V1>", "X4", "150=5|39=[5/0]", "151=120|14=0|6=0", terms=TERMS_120),
        told("11=S2|41=S1", "X4", "150=5|39=0", "151=120|14=0|6=0", terms=TERMS_120),
    ),
    "OE12 increase while a part fill comes, D7": lines(
        OPEN,
        replaces("S2", "S1", 120, 11),
        replaced("<V2>", "<V1>", 120, 11),
        says("11=<V2>|41=<V1>", "X3", "150=E|39=E", FRESH),
        told("11=S2|41=S1", "E1", "150=E|39=E", FRESH),
        says("11=<V1>", "X4", "150=[1/F]|39=E", HALF, "32=40|31=10|"),
        told("11=S1", "X4", "150=[1/F]|39=E", HALF, "32=40|31=10|"),
        says("11=<V2>|41=<V1>", "X5", "150=5|39=[5/1]", "151=80|14=40|6=10", terms=TERMS_120),
        told("11=S2|41=S1", "X5", "150=5|39=1", "151=80|14=40|6=10", terms=TERMS_120),
    ),
    "OE14 a replace is refused after the fill, D9": lines(
        PARTLY_FILLED,
        replaces("S2", "S1", 120, 11),
        replaced("<V2>", "<V1>", 120, 11),
        says("11=<V1>", "X5", "150=[2/F]|39=2", ALL, TRADE_60),
        told("11=S1", "X5", "150=[2/F]|39=2", ALL, TRADE_60),
        refuses("<V2>", "<V1>", 2, "2"),
        refused("S2", "S1", 2, "2"),
    ),
    "OE14 old terms are kept": lines(
        PARTLY_FILLED,
        replaces("S2", "S1", 120, 11),
        replaced("<V2>", "<V1>", 120, 11),
        refuses("<V2>", "<V1>", 2, "1", "|102=2|58=not now"),
        refused("S2", "S1", 2, "1", "|102=2|58=not now"),
        says("11=<V1>", "X5", "150=[2/F]|39=2", ALL, TRADE_60),
        told("11=S1", "X5", "150=[2/F]|39=2", ALL, TRADE_60),
    ),
    "OE15 decrease above what is executed, D10": lines(
        PARTLY_FILLED,
        replaces("S2", "S1", 60, 10),
        replaced("<V2>", "<V1>", 60, 10),
        says("11=<V2>|41=<V1>", "X4", "150=5|39=[5/1]", "151=20|14=40|6=10", terms="38=60|40=2|44=10|59=0"),
        told("11=S2|41=S1", "X4", "150=5|39=1", "151=20|14=40|6=10", terms="38=60|40=2|44=10|59=0"),
    ),
    "OE15 decrease to what is executed, D11": lines(
        PARTLY_FILLED,
        replaces("S2", "S1", 40, 10),
        replaced("<V2>", "<V1>", 40, 10),
        says("11=<V2>|41=<V1>", "X4", "150=5|39=2", "151=0|14=40|6=10", terms="38=40|40=2|44=10|59=0"),
        told("11=S2|41=S1", "X4", "150=5|39=2", "151=0|14=40|6=10", terms="38=40|40=2|44=10|59=0"),
    ),
    "OE15 decrease below what is executed, D12": lines(
        PARTLY_FILLED,
        replaces("S2", "S1", 30, 10),
        "S< 35=9|37=<O1>|11=S2|41=S1|39=1|1=ACC1|60=<now>|434=2|102=[2/99]"
        "|58=INVALID_QUANTITY: OrderQty is 30, expected at least the 40 executed already (value 30) (limit 40)",
    ),
    "OE16 successive replaces, D13": lines(
        OPEN,
        replaces("S2", "S1", 120, 11),
        replaced("<V2>", "<V1>", 120, 11),
        says("11=<V2>|41=<V1>", "X4", "150=5|39=[5/0]", "151=120|14=0|6=0", terms=TERMS_120),
        told("11=S2|41=S1", "X4", "150=5|39=0", "151=120|14=0|6=0", terms=TERMS_120),
        replaces("S3", "S2", 130, 12),
        replaced("<V3>", "<V2>", 130, 12),
        says("11=<V3>|41=<V2>", "X5", "150=5|39=[5/0]", "151=130|14=0|6=0", terms=TERMS_130),
        told("11=S3|41=S2", "X5", "150=5|39=0", "151=130|14=0|6=0", terms=TERMS_130),
        says("11=<V3>", "X6", "150=[1/F]|39=1", "151=100|14=30|6=12", "32=30|31=12|", terms=TERMS_130),
        told("11=S3", "X6", "150=[1/F]|39=1", "151=100|14=30|6=12", "32=30|31=12|", terms=TERMS_130),
    ),
    "OE16 the first replace is refused, D14": lines(
        OPEN,
        replaces("S2", "S1", 120, 11),
        replaced("<V2>", "<V1>", 120, 11),
        refuses("<V2>", "<V1>", 2, "0", "|102=2"),
        refused("S2", "S1", 2, "0", "|102=2"),
        replaces("S3", "S1", 130, 12),
        replaced("<V3>", "<V1>", 130, 12),
        says("11=<V3>|41=<V1>", "X5", "150=5|39=[5/0]", "151=130|14=0|6=0", terms=TERMS_130),
        told("11=S3|41=S1", "X5", "150=5|39=0", "151=130|14=0|6=0", terms=TERMS_130),
    ),
    "OE16 the chain may not go on from a refused replace, D15": lines(
        OPEN,
        replaces("S2", "S1", 120, 11),
        replaced("<V2>", "<V1>", 120, 11),
        refuses("<V2>", "<V1>", 2, "0", "|102=2"),
        refused("S2", "S1", 2, "0", "|102=2"),
        replaces("S3", "S2", 130, 12),
        "S< 35=9|37=NONE|11=S3|41=S2|39=8|60=<now>|434=2|102=1"
        "|58=UNKNOWN_ORDER: OrigClOrdID 'S2' received, expected the ClOrdID of an order (value S2)",
    ),
    "OE11 cancel of an order that Fairlead does not know": lines(
        cancels("S2", "S9"),
        "S< 35=9|37=NONE|11=S2|41=S9|39=8|60=<now>|434=1|102=1"
        "|58=UNKNOWN_ORDER: OrigClOrdID 'S9' received, expected the ClOrdID of an order (value S9)",
    ),
    "OE11 cancel of an order that the venue does not know": lines(
        OPEN,
        cancels("S2", "S1"),
        cancelled("<V2>", "<V1>"),
        refuses("<V2>", "<V1>", 1, "8", "|102=1"),
        refused("S2", "S1", 1, "0", "|102=1"),
    ),
    "OE13 increase of a filled order, D8": lines(
        FILLED,
        replaces("S2", "S1", 120, 11),
        "S< 35=9|37=<O1>|11=S2|41=S1|39=2|1=ACC1|60=<now>|434=2|102=0|58=TOO_LATE: the order has ended (filled)",
    ),
    "OE03 a symbol that Fairlead does not know": lines(
        "S> 35=D|11=S1|[21=1|/]55=FOO|54=1|60=<now>|38=100|40=2|44=10|59=0",
        "S< 35=8|37=NONE|11=S1|17=<E1>|[20=0|/]150=8|39=8|103=1|55=FOO|54=1|38=100|40=2|44=10|59=0|151=0|14=0|6=0"
        "|60=<now>|58=UNKNOWN_SYMBOL: symbol 'FOO' received, expected an instrument of this gateway (value FOO)",
    ),
    "OE03 a symbol that the venue does not know": lines(
        NEW,
        says("11=<V1>", "X1", "150=8|39=8|103=1", "151=0|14=0|6=0"),
        told("11=S1", "X1", "150=8|39=8|103=1", "151=0|14=0|6=0"),
    ),
    "OE06 a ClOrdID that was used before, D22": lines(
        OPEN,
        orders("S1", 200),
        "S< 35=8|37=NONE|11=S1|17=<E1>|[20=0|/]150=8|39=8|103=6|55=MSFT|54=1|38=200|40=2|44=10|59=0|151=0|14=0|6=0"
        "|60=<now>|58=DUPLICATE_CL_ORD_ID: ClOrdID S1 was used before, expected a new one (value S1)",
        cancels("S1", "S1"),
        "S< 35=9|37=<O1>|11=S1|41=S1|39=0|1=ACC1|60=<now>|434=1|102=[2/6]"
        "|58=DUPLICATE_CL_ORD_ID: ClOrdID S1 was used before, expected a new one (value S1)",
    ),
    "OE24 status of a known order, D26": lines(
        PARTLY_FILLED,
        "S> 35=H|11=S1|55=MSFT|54=1[/|790=Q1]",
        "S< 35=8|37=<O1>|198=B1|11=S1|[/790=Q1|]17=0|[20=3|/]150=[1/I]|39=1|1=ACC1|55=MSFT|54=1|38=100|40=2|44=10"
        "|59=0|151=60|14=40|6=10|60=<now>",
    ),
    "OE24 status of an unknown order, D24": lines(
        "S> 35=H|11=S7|55=MSFT|54=1",
        "S< 35=8|37=NONE|11=S7|17=0|[20=3|/]150=[8/I]|39=8|103=5|55=MSFT|54=1|151=0|14=0|6=0|60=<now>"
        "|58=UNKNOWN_ORDER: ClOrdID 'S7' received, expected that of an order (value S7)",
    ),
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES)
def test_dialogue(chain: Chain, dialogue: str) -> None:
    # FIX 4.2 has no OrdRejReason 99 ("other"): its strategies get 0 (broker option), and the number in the text
    crosses = chain.venue_version == "FIX.4.4" and chain.version == "FIX.4.2"
    reason = "99" if chain.venue_version == chain.version == "FIX.4.4" else "0"
    said = "odd lot (OrdRejReason 99)" if crosses else "odd lot"
    chain.play(dialogue.replace("<reason>", reason).replace("<odd lot>", said))


def test_OE02_each_type_with_each_time_in_force(chain: Chain) -> None:
    taken = chain.venue.capabilities
    for ord_type in OrdType:
        for time_in_force in TimeInForce:
            prices = {"3": "|99=10", "4": "|44=10|99=10", "2": "|44=10", "B": "|44=10"}.get(chr(ord_type), "")
            expiry = "|126=20260303-00:00:00" if time_in_force == TimeInForce.GOOD_TILL_DATE else ""
            terms = f"40={chr(ord_type)}{prices}|59={chr(time_in_force)}{expiry}"
            cl_ord_id = f"S{chr(ord_type)}{chr(time_in_force)}"
            (sent,) = chain.strategy(chain.in_version("S", orders(cl_ord_id, terms=terms))[3:])
            is_taken = (
                ord_type in taken.ord_types
                and time_in_force in taken.times_in_force
                and (ord_type, time_in_force) not in taken.refused_combinations
            )
            if is_taken:
                assert sent.startswith("V< 35=D|")
                assert f"|40={chr(ord_type)}{prices}|59={chr(time_in_force)}" in sent
            else:
                assert sent.startswith(f"S< 35=8|37=NONE|11={cl_ord_id}|")
                assert "|150=8|39=8|" in sent
                assert "58=UNSUPPORTED: XV: " in sent


@pytest.mark.parametrize(
    ("tag", "code"),
    [(54, code) for code in "34789"] + [(40, code) for code in "69CKZ"] + [(59, code) for code in "89AZ"],
)
def test_OE02_codes_beyond_the_vocabulary_are_refused_by_name(chain: Chain, tag: int, code: str) -> None:
    """Side 3 (buy minus), 8 (cross) ..., types and times that only some venues have."""
    order = chain.in_version("S", orders())[3:]
    said = {54: "|54=1|", 40: "|40=2|", 59: "|59=0"}[tag]
    (answer,) = chain.strategy(order.replace(said, said.replace(said[4], code)))
    known = {54: Side, 40: OrdType, 59: TimeInForce}[tag]
    listed = "".join(chr(member) for member in known)
    assert answer.startswith("S< 35=8|37=NONE|11=S1|17=")
    assert "|150=8|39=8|" in answer
    assert answer.endswith(f"58=MALFORMED: tag {tag} {code!r} received, expected one of {listed}")


@pytest.mark.parametrize("kind", ["session", "business"])
def test_OE04_a_missing_field_that_the_venue_notices(chain: Chain, kind: str) -> None:
    chain.play(NEW)
    reason = "Required tag missing"
    if kind == "session":
        sent = chain.session_reject(reason, reject_reason=1, ref_tag_id=207, ref_msg_type="D")
        text = "Reject of MsgSeqNum 1, SessionRejectReason 1, tag 207: Required tag missing"
    else:
        sent = chain.says(f"35=j|45=1|372=D|379=<V1>|380=5|58={reason}")
        text = "BusinessRejectReason 5: Required tag missing"
    expected = told("11=S1", "E1", "150=8|39=8", "151=0|14=0|6=0", order="37=<O1>", text=f"|58={text}")
    assert sent == [chain.in_version("S", expected)]
    assert chain.ledger.open_orders() == []


@pytest.mark.parametrize("kind", ["session", "business"])
def test_OE04_a_replace_with_a_field_that_the_venue_misses(chain: Chain, kind: str) -> None:
    chain.play(lines(OPEN, replaces("S2", "S1", 120, 11), replaced("<V2>", "<V1>", 120, 11)))
    if kind == "session":
        (sent,) = chain.session_reject("no", reject_reason=1, ref_tag_id=207, ref_msg_type="G")
        text = "Reject of MsgSeqNum 2, SessionRejectReason 1, tag 207: no"
    else:
        (sent,) = chain.says("35=j|45=2|372=G|380=5|58=no")
        text = "BusinessRejectReason 5: no"
    assert sent == refused("S2", "S1", 2, "0", f"|58={text}")
    (order,) = chain.ledger.open_orders()
    assert (order.cl_ord_id, order.order_qty) == ("S1", 100 * 10**8)


def test_OE17_two_replaces_in_flight(chain: Chain) -> None:
    chain.play(lines(OPEN, replaces("S2", "S1", 120, 11), replaced("<V2>", "<V1>", 120, 11)))
    second = replaces("S3", "S2", 130, 12)
    granted = lines(
        says("11=<V2>|41=<V1>", "X4", "150=5|39=[5/0]", "151=120|14=0|6=0", terms=TERMS_120),
        told("11=S2|41=S1", "X4", "150=5|39=0", "151=120|14=0|6=0", terms=TERMS_120),
    )
    if not chain.venue.capabilities.replace_while_pending:
        waits = "PENDING: XV takes one replace at a time, and one is in flight"
        chain.play(lines(second, f"S< 35=9|37=<O1>|11=S3|41=S2|39=0|1=ACC1|60=<now>|434=2|102=3|58={waits}", granted))
        return
    chain.play(
        lines(
            second,
            replaced("<V3>", "<V2>", 130, 12),
            granted,
            says("11=<V3>|41=<V2>", "X5", "150=5|39=[5/0]", "151=130|14=0|6=0", terms=TERMS_130),
            told("11=S3|41=S2", "X5", "150=5|39=0", "151=130|14=0|6=0", terms=TERMS_130),
        )
    )


def test_OE24_mass_status(chain: Chain) -> None:
    chain.play(OPEN)
    if chain.version == "FIX.4.2":
        assert chain.strategy("35=AF|584=M1|585=7") == []
        assert chain.at_strategy.rejects[-1][:2] == ("AF", 3)
        return
    second = lines(orders("S2"), ordered("<V2>"))
    chain.play(second)
    terms = "1=ACC1|55=MSFT|54=1|38=100|40=2|44=10|59=0|151=100|14=0|6=0|60=<now>"
    assert chain.strategy("35=AF|584=M1|585=7") == [
        f"S< 35=8|37=<O1>|198=B1|11=S1|584=M1|911=2|912=N|17=0|150=I|39=0|{terms}",
        f"S< 35=8|37=<O2>|11=S2|584=M1|911=2|912=Y|17=0|150=I|39=A|{terms}",
    ]


def test_OE25_hidden_and_minimum_quantities_travel(chain: Chain) -> None:
    (sent,) = chain.strategy(chain.in_version("S", orders()).replace("|55=", "|110=10|111=20|55=")[3:])
    assert sent == chain.in_version("V", ordered()).replace("|55=", "|110=10|111=20|55=")


def test_OE25_post_only_travels_or_is_refused(chain: Chain) -> None:
    """ExecInst 6, participate don't initiate."""
    (sent,) = chain.strategy(chain.in_version("S", orders()).replace("|55=", "|18=6|55=")[3:])
    if chain.venue_version == "FIX.4.2":
        assert sent == chain.in_version("V", ordered()).replace("|55=", "|18=6|55=")
        return
    assert "|150=8|39=8|" in sent
    assert sent.endswith("58=UNSUPPORTED: XV: exec_inst '6' given, the venue takes none")


DERIVATIVES: dict[str, tuple[str, str, str, str]] = {
    # what the strategy says, what the 4.2 venue gets, what the 4.4 venue gets, what its reports name
    "future": (
        "55=ESZ6",
        "55=ESZ6|167=FUT|200=202612",
        "55=ESZ6.X|48=ESZ6.X|22=8|461=FXXXXX|167=FUT|200=202612",
        "55=ESZ6|[/461=FXXXXX|]167=FUT|200=202612",
    ),
    "option by OSI symbol": (
        "55=MSFT  261218C00450000",
        "55=MSFT  261218C00450000|167=OPT|200=202612|205=18|201=1|202=450",
        "55=MSFT.X|48=MSFT.X|22=8|461=OCXXXX|167=OPT|200=202612|541=20261218|202=450",
        "55=MSFT  261218C00450000|[/461=OCXXXX|]167=OPT|200=202612|[205=18|201=1/541=20261218]|202=450",
    ),
    "option with its fields": (
        "55=MSFT  261218C00450000|[/461=OCXXXX|]167=OPT|200=202612|[205=18|201=1/541=20261218]|202=450",
        "55=MSFT  261218C00450000|167=OPT|200=202612|205=18|201=1|202=450",
        "55=MSFT.X|48=MSFT.X|22=8|461=OCXXXX|167=OPT|200=202612|541=20261218|202=450",
        "55=MSFT  261218C00450000|[/461=OCXXXX|]167=OPT|200=202612|[205=18|201=1/541=20261218]|202=450",
    ),
    "option by its root": (
        "55=MSFT|[/461=OPXXXX|]167=OPT|200=202612|[205=18|201=0/541=20261218]|202=410.5",
        "55=MSFT  261218P00410500|167=OPT|200=202612|205=18|201=0|202=410.5",
        "55=MSFT.X|48=MSFT.X|22=8|461=OPXXXX|167=OPT|200=202612|541=20261218|202=410.5",
        "55=MSFT|[/461=OPXXXX|]167=OPT|200=202612|[205=18|201=0/541=20261218]|202=410.5",
    ),
}


@pytest.mark.parametrize(("said", "at_4_2", "at_4_4", "named"), DERIVATIVES.values(), ids=DERIVATIVES)
def test_OE01_derivatives(chain: Chain, said: str, at_4_2: str, at_4_4: str, named: str) -> None:
    (sent,) = chain.strategy(chain.in_version("S", orders().replace("55=MSFT", said))[3:])
    currency = "15=USD|" if "OSI" in said or "  " in said else ""
    expected = ordered().replace(INSTRUMENT, "INSTRUMENT").replace("59=0", f"{currency}59=0")
    of_venue = at_4_2 if chain.venue_version == "FIX.4.2" else at_4_4
    assert sent == chain.in_version("V", expected).replace("INSTRUMENT", of_venue)
    ack = says("11=<V1>", "X1", "150=0|39=0", FRESH)
    (report,) = chain.says(chain.in_version("V", ack)[3:])
    expected = told("11=S1", "X1", "150=0|39=0", FRESH).replace("59=0", f"{currency}59=0")
    assert report == chain.in_version("S", expected).replace("55=MSFT", chain.in_version("S", named))


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        (("54=1", "54=2"), "Side '2' received, the order has '1'"),
        (("55=MSFT", "55=ESZ6"), "Symbol 'ESZ6' received, the order has 'MSFT'"),
        (("55=MSFT", "1=ACC9|55=MSFT"), "Account 'ACC9' received, the order has 'ACC1'"),
        (("55=MSFT", "18=6|55=MSFT"), "ExecInst '6' received, the order has none"),
        (("59=0", "59=0|9001=x"), "tag 9001 'x' received, the order has none"),
        (("59=0", "59=0|77=C"), "PositionEffect 'C' received, the order has none"),
    ],
)
def test_OE12_a_replace_of_what_cannot_be_replaced(chain: Chain, changed: tuple[str, str], text: str) -> None:
    chain.play(OPEN)
    request = chain.in_version("S", replaces("S2", "S1", 120, 11))[3:]
    (sent,) = chain.strategy(request.replace(*changed))
    reason = 2 if chain.version == "FIX.4.2" else 99
    assert sent == (
        f"S< 35=9|37=<O1>|11=S2|41=S1|39=0|1=ACC1|60=<now>|434=2|102={reason}"
        f"|58=UNSUPPORTED: XV: {text}, and a replace does not change it"
    )


def test_OE12_a_replace_may_restate_the_order(chain: Chain) -> None:
    chain.play(OPEN)
    request = replaces("S2", "S1", 120, 11).replace("55=MSFT", "1=ACC1|100=XV|55=MSFT")
    chain.play(lines(request, replaced("<V2>", "<V1>", 120, 11)))
