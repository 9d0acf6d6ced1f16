"""Executions, case by case: certification catalogue 2.4, from a venue's FIX to a strategy's FIX.

Each case runs for strategies and venues of both versions; every message on both sides is compared as a whole.
"""

from pathlib import Path

import pytest
from messages import (
    ALL,
    FILLED,
    FRESH,
    HALF,
    NEW,
    OPEN,
    PARTLY_FILLED,
    TRADE_40,
    TRADE_60,
    cancelled,
    cancels,
    lines,
    ordered,
    orders,
    says,
    told,
)
from order_chain import PROFILES, VENUE, Chain

from fairlead.codecs.vocabulary.constants import OrdType, TimeInForce

SHARE = 10**8


@pytest.fixture(params=[(strategy, venue) for strategy in PROFILES for venue in PROFILES], ids="-".join)
def chain(tmp_path: Path, request: pytest.FixtureRequest) -> Chain:
    # types and times of which each of the two profiles lacks some
    everything = {"ord_types": frozenset(OrdType), "times_in_force": frozenset(TimeInForce)}
    return Chain(tmp_path, *request.param, **everything, refused_combinations=frozenset())


IOC = "38=100|40=2|44=10|59=3"
FOK = "38=100|40=2|44=10|59=4"
GTC = "38=100|40=2|44=10|59=1"
STOP = "38=100|40=4|44=10|99=9|59=0"
NOTHING_LEFT = "151=0|14=0|6=0"
HALF_DONE = "151=0|14=40|6=10"

DIALOGUES = {
    "EX01 partial fills to the full, D1": FILLED,
    "EX02 done for the day, D2": lines(
        PARTLY_FILLED,
        says("11=<V1>", "X4", "150=3|39=3", HALF_DONE),
        told("11=S1", "X4", "150=3|39=3", HALF_DONE),
    ),
    "EX03 immediate or cancel without a fill, D33": lines(
        orders(terms=IOC[7:]),
        ordered(terms=IOC[7:]),
        says("11=<V1>", "X1", "150=0|39=0", FRESH, terms=IOC),
        told("11=S1", "X1", "150=0|39=0", FRESH, terms=IOC),
        says("11=<V1>", "X2", "150=4|39=4", NOTHING_LEFT, terms=IOC),
        told("11=S1", "X2", "150=4|39=4", NOTHING_LEFT, terms=IOC),
    ),
    "EX03 immediate or cancel, the rest cancelled, D33": lines(
        orders(terms=IOC[7:]),
        ordered(terms=IOC[7:]),
        says("11=<V1>", "X1", "150=[1/F]|39=1", HALF, TRADE_40, terms=IOC),
        told("11=S1", "X1", "150=[1/F]|39=1", HALF, TRADE_40, terms=IOC),
        says("11=<V1>", "X2", "150=4|39=4", HALF_DONE, terms=IOC),
        told("11=S1", "X2", "150=4|39=4", HALF_DONE, terms=IOC),
    ),
    "EX04 fill or kill without a fill, D32": lines(
        orders(terms=FOK[7:]),
        ordered(terms=FOK[7:]),
        says("11=<V1>", "X1", "150=4|39=4", NOTHING_LEFT, terms=FOK),
        told("11=S1", "X1", "150=4|39=4", NOTHING_LEFT, terms=FOK),
    ),
    "EX06 expiry": lines(
        PARTLY_FILLED,
        says("11=<V1>", "X4", "150=C|39=C", HALF_DONE),
        told("11=S1", "X4", "150=C|39=C", HALF_DONE),
    ),
    "EX07 unsolicited cancel with its reason, D19": lines(
        PARTLY_FILLED,
        says("11=<V1>", "X4", "150=4|39=4", f"{HALF_DONE}|58=market closed"),
        told("11=S1", "X4", "150=4|39=4", HALF_DONE, text="|58=market closed"),
    ),
    "EX08 restated, D20": lines(
        OPEN,
        says("11=<V1>", "X4", "150=D|39=0|378=5", "151=80|14=0|6=0", terms="38=80|40=2|44=10|59=0"),
        told("11=S1", "X4", "150=D|39=0|378=5", "151=80|14=0|6=0", terms="38=80|40=2|44=10|59=0"),
    ),
    "EX08 unsolicited replace, D21": lines(
        OPEN,
        says("11=<V1>", "X4", "150=5|39=[5/0]", "151=80|14=0|6=0", terms="38=80|40=2|44=9|59=0"),
        told("11=S1", "X4", "150=D|39=0", "151=80|14=0|6=0", terms="38=80|40=2|44=9|59=0"),
    ),
    "EX09 fill before the acknowledgement": lines(
        NEW,
        says("11=<V1>", "X2", "150=[1/F]|39=1", HALF, TRADE_40),
        told("11=S1", "X2", "150=[1/F]|39=1", HALF, TRADE_40),
        says("11=<V1>", "X1", "150=0|39=0", FRESH),
        told("11=S1", "X1", "150=0|39=1", HALF),
    ),
    "EX10 fill while a cancel is pending, D7": lines(
        PARTLY_FILLED,
        cancels("S2", "S1"),
        cancelled("<V2>", "<V1>"),
        says("11=<V2>|41=<V1>", "X4", "150=6|39=6", HALF),
        told("11=S2|41=S1", "E1", "150=6|39=6", HALF),
        says("11=<V1>", "X5", "150=[1/F]|39=6", "151=50|14=50|6=10", "32=10|31=10|"),
        told("11=S1", "X5", "150=[1/F]|39=6", "151=50|14=50|6=10", "32=10|31=10|"),
        says("11=<V2>|41=<V1>", "X6", "150=4|39=4", "151=0|14=50|6=10"),
        told("11=S2|41=S1", "X6", "150=4|39=4", "151=0|14=50|6=10"),
    ),
    # what remains of such an order trades on tomorrow, whatever LeavesQty the venue states for today
    "EX17 an order that is renewed the next day, D27": lines(
        orders(terms=GTC[7:]),
        ordered(terms=GTC[7:]),
        says("11=<V1>", "X1", "150=[1/F]|39=1", HALF, TRADE_40, terms=GTC),
        told("11=S1", "X1", "150=[1/F]|39=1", HALF, TRADE_40, terms=GTC),
        says("11=<V1>", "X2", "150=3|39=3", HALF_DONE, terms=GTC),
        told("11=S1", "X2", "150=3|39=3", HALF, terms=GTC),
        says("11=<V1>", "X3", "150=D|39=1|378=1", HALF, terms=GTC),
        told("11=S1", "X3", "150=D|39=1|378=1", HALF, terms=GTC),
        says("11=<V1>", "X4", "150=[2/F]|39=2", ALL, TRADE_60, terms=GTC),
        told("11=S1", "X4", "150=[2/F]|39=2", ALL, TRADE_60, terms=GTC),
    ),
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES)
def test_dialogue(chain: Chain, dialogue: str) -> None:
    chain.play(dialogue)
    assert chain.events == []


def test_EX05_a_stop_is_accepted_triggered_and_filled(chain: Chain) -> None:
    """FIX 4.4 says triggered by ExecType L, FIX 4.2 by a restatement; its strategy hears of both as what it knows."""
    chain.play(lines(orders(terms=STOP[7:]), ordered(terms=STOP[7:])))
    chain.play(
        lines(
            says("11=<V1>", "X1", "150=0|39=0", FRESH, terms=STOP),
            told("11=S1", "X1", "150=0|39=0", FRESH, terms=STOP),
        )
    )
    if chain.venue_version == "FIX.4.4":
        triggered = says("11=<V1>", "X2", "150=L|39=0", FRESH, terms=STOP)
        is_old = chain.version == "FIX.4.2"
        status = told("11=S1", "E1", "150=[0/I]|39=0", FRESH, terms=STOP, trans=3 if is_old else 0)
        heard = status.replace("17=<E1>", "17=0")
    else:
        triggered = says("11=<V1>", "X2", "150=D|39=0|378=4", FRESH, terms=STOP)
        heard = told("11=S1", "X2", "150=D|39=0|378=4", FRESH, terms=STOP)
    chain.play(lines(triggered, heard))
    chain.play(
        lines(
            says("11=<V1>", "X3", "150=[2/F]|39=2", ALL, "32=100|31=10|", terms=STOP),
            told("11=S1", "X3", "150=[2/F]|39=2", ALL, "32=100|31=10|", terms=STOP),
        )
    )


def test_EX11_a_fill_is_corrected_then_busted(chain: Chain) -> None:
    """D34. ExecRefID names the execution as the strategy knows it: a bust of a correction names the correction."""
    chain.play(
        lines(
            FILLED,
            says("11=<V1>", "X4", "19=X3|150=[2/G]|39=2", "151=0|14=100|6=9.94", "32=60|31=9.9|", trans=2),
            told("11=S1", "X4", "19=<X3>|150=[2/G]|39=2", "151=0|14=100|6=9.94", "32=60|31=9.9|", trans=2),
            says("11=<V1>", "X5", "19=X4|150=[1/H]|39=1", HALF, "32=60|31=9.9|", trans=1),
            told("11=S1", "X5", "19=<X4>|150=[1/H]|39=1", HALF, "32=60|31=9.9|", trans=1),
        )
    )
    (position,) = chain.ledger.positions()
    assert position.net_qty == 40 * SHARE
    assert chain.events == []


def test_EX12_a_bust_after_the_cancel_and_a_new_fill(chain: Chain) -> None:
    """D35: the order is dead and stays so; both executions count, and the desk is told of the second."""
    chain.play(
        lines(
            PARTLY_FILLED,
            cancels("S2", "S1"),
            cancelled("<V2>", "<V1>"),
            says("11=<V2>|41=<V1>", "X4", "150=4|39=4", HALF_DONE),
            told("11=S2|41=S1", "X4", "150=4|39=4", HALF_DONE),
            says("11=<V1>", "X5", "19=X2|150=[4/H]|39=4", NOTHING_LEFT, TRADE_40, trans=1),
            told("11=S1", "X5", "19=<X2>|150=[4/H]|39=4", NOTHING_LEFT, TRADE_40, trans=1),
            says("11=<V1>", "X6", "150=[1/F]|39=4", "151=0|14=30|6=9", "32=30|31=9|"),
            told("11=S1", "X6", "150=[1/F]|39=4", "151=0|14=30|6=9", "32=30|31=9|"),
        )
    )
    assert chain.events == ["after_the_end"]
    assert chain.ledger.positions()[0].net_qty == 30 * SHARE


def test_EX14_a_repeated_execution_counts_once(chain: Chain) -> None:
    again = says("11=<V1>", "X2", "150=[1/F]|39=1", HALF, TRADE_40)
    chain.play(lines(PARTLY_FILLED, again, again))
    assert chain.events == ["repeated_exec_id", "repeated_exec_id"]
    assert chain.ledger.positions()[0].net_qty == 40 * SHARE


def test_EX15_a_fill_for_an_unknown_order_is_kept_aside(chain: Chain) -> None:
    chain.play(lines(OPEN, says("11=STRANGER", "X2", "150=[1/F]|39=1", HALF, TRADE_40).replace("37=B1", "37=B9")))
    assert chain.events == ["unknown_order", "report_quarantined"]
    assert [kept.report.exec_id for kept in chain.ledger.quarantined()] == ["X2"]
    assert chain.ledger.positions(venue=VENUE) == []


def test_EX16_an_overfill_is_booked_and_alarmed(chain: Chain) -> None:
    over = "151=0|14=110|6=10"
    chain.play(
        lines(
            PARTLY_FILLED,
            says("11=<V1>", "X3", "150=[2/F]|39=2", over, "32=70|31=10|"),
            told("11=S1", "X3", "150=[2/F]|39=2", over, "32=70|31=10|"),
        )
    )
    assert chain.events == ["overfill"]
    assert chain.ledger.positions()[0].net_qty == 110 * SHARE


def test_EX15_a_strategy_denies_an_execution(chain: Chain) -> None:
    """DontKnowTrade: nothing answers, nothing is unbooked, the desk hears of it, with what the books say."""
    chain.play(PARTLY_FILLED)
    denial = "127=C|55=MSFT|54=1|38=100|32=40|31=10|58=too much"
    exec_id = chain.ledger.open_orders()[0].executions[0].exec_id
    assert chain.strategy(f"35=Q|37=<O1>|17={exec_id}|{denial}") == []
    assert chain.strategy(f"35=Q|37=NOT-OURS|17={exec_id}|{denial}") == []
    assert chain.at_strategy.rejects == []
    assert [(alert["event"], alert["is_order_known"], alert["is_booked"]) for alert in chain.alerts] == [
        ("trade_denied", True, True),
        ("trade_denied", False, False),
    ]
    assert (chain.alerts[0]["strategy"], chain.alerts[0]["venue"], chain.alerts[0]["dk_reason"]) == (
        "alpha",
        VENUE,
        "C",
    )
    assert chain.alerts[0]["text"] == "too much"
    assert chain.ledger.positions()[0].net_qty == 40 * SHARE
