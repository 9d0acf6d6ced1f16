"""Name every check with its limit, and the orders just below, at and just beyond it: the rows of the wire matrix.

A check that knows no numbers has an order that is allowed and one that is refused. What a check counts is counted by
symbol here, and each case of such a check has a symbol of its own, so that no case disturbs another.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.itch_face import ItchFace

PORTS = ("fix42", "fix44", "json", "binary")
VENUES = ("XBRK", "XEXC", "XO42", "XO50")
BELOW, AT, BEYOND = "limit-1", "limit", "limit+1"
ALLOWED, REFUSED = "allowed", "refused"
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Send:
    """One order: a limit order of the day."""

    quantity: str = "10"
    price: str = "100"
    side: str = "buy"
    is_filled: bool = False
    """Whether the venue has the other side, and the case goes on when it is filled."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a strategy is told; ``refusal`` is "" where the order was accepted."""

    refusal: str = ""
    limit: str = ""
    value: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One value of a check: orders that go before, the order that is judged, and how."""

    value: str
    order: Send
    before: tuple[Send, ...] = ()
    refused: Answer | None = None
    suffix: str = ""
    """Of the symbol, where the two values of a check are about different symbols."""
    strategy: str = ""
    """Which strategy sends it, "" the one of the port."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its rows of the limits file and what the feed says about its symbols."""

    name: str
    code: str
    steps: tuple[Step, ...]
    limits: Callable[[str], str] = lambda symbol: ""
    is_counted: bool = False
    """Whether it counts: each case has a symbol of its own."""
    multiplier: str = ""
    feed: Callable[[ItchFace, str], None] | None = None
    quote: str = ""
    """MID:SPREAD:SIZE that the feed shows."""
    mid: str = ""
    """What the venues themselves quote around, so that orders are filled."""

    def symbol(self, step: Step, port: str, venue: str) -> str:
        """Return the symbol of a case."""
        if not self.is_counted:
            return self.code + step.suffix
        return f"{self.code}{self.steps.index(step)}{PORTS.index(port)}{VENUES.index(venue)}{step.suffix}"

    def symbols(self) -> list[str]:
        """Return all its symbols."""
        cases = (self.symbol(step, port, venue) for step in self.steps for port in PORTS for venue in VENUES)
        return list(dict.fromkeys(cases))


def row(**values: str) -> Callable[[str], str]:
    """Return a row of the limits file for a symbol."""

    def text(symbol: str) -> str:
        lines = [f"{key} = {value}" for key, value in values.items()]
        return "\n".join(["[[limits]]", f'name = "{symbol}"', f'symbol = "{symbol}"', *lines])

    return text


def by_quantity(refusal: str, side: str = "buy") -> tuple[Step, ...]:
    """Ask for 99, 100 and 101 where 100 is the limit."""
    return (
        Step(BELOW, Send("99", side=side)),
        Step(AT, Send("100", side=side)),
        Step(BEYOND, Send("101", side=side), refused=Answer(refusal, "100", "101")),
    )


def by_price(refusal: str, prices: tuple[str, str, str], limit: str, value: str, side: str = "buy") -> tuple[Step, ...]:
    """Ask at three prices, of which the last is refused."""
    below, at, beyond = prices
    return (
        Step(BELOW, Send("100", below, side)),
        Step(AT, Send("100", at, side)),
        Step(BEYOND, Send("100", beyond, side), refused=Answer(refusal, limit, value)),
    )


def by_count(refusal: str, most: int, limit: str, value: str, before: Callable[[int], Send]) -> tuple[Step, ...]:
    """Let so many orders go before: one fewer than fit beside the order, as many, and one more."""
    counts = (most - 1, most, most + 1)
    answers = (None, None, Answer(refusal, limit, value))
    return tuple(
        Step(name, before(count), tuple(before(number) for number in range(count)), answer)
        for name, count, answer in zip((BELOW, AT, BEYOND), counts, answers, strict=True)
    )


def yes_or_no(allowed: Send, refused: Send, answer: Answer, suffixes: tuple[str, str] = ("", "")) -> tuple[Step, ...]:
    """Have one order that may go and one that may not."""
    return (
        Step(ALLOWED, allowed, suffix=suffixes[0]),
        Step(REFUSED, refused, refused=answer, suffix=suffixes[1]),
    )


def apart(number: int) -> Send:
    """Return orders of which no two are the same, and none trade with another."""
    return Send(price=f"{90 + number}")


def _publish(code: str, suffix: str, **fields: int | str) -> Callable[[ItchFace, str], None]:
    """Tell something of the symbols that end in ``suffix``."""

    def tell(face: ItchFace, symbol: str) -> None:
        if symbol.endswith(suffix):
            face.publish(code, symbol, **fields)

    return tell


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _located(symbol: str) -> str:
    locates = [
        f'[[locates]]\nid = "L-{symbol}-{port}"\nsymbol = "{symbol}"\naccount = "ACC-{port}"\n'
        f'quantity = "100"\ndate = {_today()}'
        for port in PORTS
    ]
    return "\n".join([row(short_sale='"locate"')(symbol), *locates])


def _aged(symbol: str) -> str:
    age = 1 if symbol.endswith("X") else 24 * HOUR_MS
    return row(collar_bps="100", collar_references='["last"]', max_reference_age_ms=str(age))(symbol)


def _trade(face: ItchFace, symbol: str) -> None:
    face.publish("P", symbol, shares=100, price=100 * UNITS)


COLLAR = row(collar_bps="100", collar_references='["touch"]', max_reference_age_ms=str(HOUR_MS))
OFF_TICK, ODD_LOT = Send(price="100.005"), Send(quantity="15")
DUPLICATES = row(duplicate_window_ms=str(HOUR_MS), max_duplicates="1")
RATE = row(max_messages="4", interval_ms=str(HOUR_MS), cancel_reserve="1")
REPEATS = row(max_repeats="2", repeat_window_ms=str(HOUR_MS))
RESTING_SELL = Send(price="100", side="sell")
FILLED = Send("1", "101", is_filled=True)

CHECKS: tuple[Check, ...] = (
    Check("max_quantity", "QT", by_quantity("MAX_QUANTITY"), row(max_order_qty='"100"')),
    Check(
        "max_notional",
        "NO",
        by_price("MAX_NOTIONAL", ("99.99", "100", "100.01"), "100000", "100010"),
        row(max_order_notional='"100000"'),
        multiplier="10",
    ),
    Check(
        "collar",
        "CO",
        by_price("PRICE_COLLAR", ("100.99", "101", "101.01"), "101", "101.01"),
        COLLAR,
        quote="99.95:0.10:100",
    ),
    Check(
        "stale_reference",
        "ST",
        yes_or_no(Send(), Send(), Answer("NO_REFERENCE", "last", ""), ("", "X")),
        _aged,
        feed=_trade,
        quote="99.95:0.10:100",
    ),
    Check("tick", "TI", yes_or_no(Send(), OFF_TICK, Answer("INVALID_PRICE", "0.01", "100.005"))),
    Check("lot", "LO", yes_or_no(Send(), ODD_LOT, Answer("INVALID_QUANTITY", "10", "15"))),
    Check("duplicate", "DU", by_count("DUPLICATE_ORDER", 1, "1", "2", lambda number: Send()), DUPLICATES, True),
    Check("message_rate", "RA", by_count("MESSAGE_RATE", 2, "3", "4", apart), RATE, True),
    Check("open_orders", "OO", by_count("OPEN_ORDERS", 2, "3", "4", apart), row(max_open_orders="3"), True),
    Check("position_long", "PL", by_quantity("POSITION"), row(max_long_qty='"100"'), True),
    Check("position_short", "PS", by_quantity("POSITION", "sell"), row(max_short_qty='"100"'), True),
    Check("gross", "GR", by_quantity("POSITION"), row(max_gross_qty='"100"'), True),
    Check(
        "open_notional",
        "ON",
        by_price("CREDIT", ("99.99", "100", "100.01"), "10000", "10001"),
        row(max_open_notional='"10000"'),
        True,
    ),
    Check(
        "credit",
        "CR",
        by_price("CREDIT", ("99.99", "100", "100.01"), "10000", "10001"),
        row(max_credit='"10000"'),
        True,
    ),
    Check(
        "capital",
        "CA",
        by_price("CAPITAL", ("99.99", "100", "100.01"), "10000", "10001"),
        row(max_capital='"10000"'),
        True,
    ),
    Check(
        "restricted",
        "RS",
        yes_or_no(Send(), Send(side="sell", price="200"), Answer("RESTRICTED", "merger", "sell")),
        lambda symbol: f'[[restricted]]\nsymbol = "{symbol}"\nsides = ["sell"]\nreason = "merger"',
    ),
    Check(
        "locate",
        "LC",
        tuple(replace(step, order=replace(step.order, side="sell_short")) for step in by_quantity("SHORT_SALE")),
        _located,
        True,
    ),
    Check(
        "short_sale_restriction",
        "SS",
        (
            Step(BELOW, Send(price="99.92", side="sell_short")),
            Step(AT, Send(price="99.91", side="sell_short")),
            Step(BEYOND, Send(price="99.9", side="sell_short"), refused=Answer("SHORT_SALE", "99.9", "99.9")),
        ),
        quote="99.95:0.10:100",
        feed=_publish("Y", "", reg_sho_action="1"),
    ),
    Check(
        "trading_state",
        "TS",
        yes_or_no(Send(), Send(), Answer("TRADING_STATE", "", "halted"), ("", "X")),
        feed=_publish("H", "X", trading_state="H"),
    ),
    Check(
        "luld",
        "LU",
        by_price("TRADING_STATE", ("104.99", "105", "105.01"), "105", "105.01"),
        feed=_publish(
            "J",
            "",
            auction_collar_reference_price=100 * UNITS,
            upper_auction_collar_price=105 * UNITS,
            lower_auction_collar_price=95 * UNITS,
        ),
    ),
    Check(
        "phase",
        "PH",
        yes_or_no(Send(), Send(), Answer("SESSION_PHASE", "trading", "quote_only"), ("", "X")),
        row(phases='["trading"]'),
        feed=_publish("H", "X", trading_state="Q"),
    ),
    Check(
        "self_match",
        "SM",
        (
            Step(BELOW, Send(price="99.99"), (RESTING_SELL,)),
            Step(AT, Send(price="100"), (RESTING_SELL,), Answer("SELF_MATCH", "100", "100")),
            Step(BEYOND, Send(price="100.01"), (RESTING_SELL,), Answer("SELF_MATCH", "100", "100.01")),
        ),
        row(self_match='"block"'),
        True,
    ),
    Check(
        "repeated_execution",
        "RE",
        (
            Step(BELOW, FILLED, (FILLED,)),
            Step(AT, FILLED, (FILLED, FILLED)),
            Step(BEYOND, FILLED, (FILLED,) * 3, Answer("REPEATED_EXECUTION", "2", "3"), strategy="repeats"),
        ),
        REPEATS,
        True,
        mid="100.97",
    ),
    Check("entitlement", "EN", yes_or_no(Send(), Send(), Answer("NOT_ENTITLED"), ("", "X"))),
    Check("kill_block", "KI", yes_or_no(Send(), Send(), Answer("KILL_SWITCH", "symbol KIX", "K1-1"), ("", "X"))),
)
"""The venue gate has a test of its own: it closes a venue for all."""
