"""Judge MoldUDP64 lines and the ITCH messages of a feed from a log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from fairlead.certification.passive.judgements import all_right, graded
from fairlead.certification.passive.native.messages import MOLD_DATA, MOLD_REQUEST, NativeMessage
from fairlead.certification.passive.native.mold_flows import END_OF_SESSION
from fairlead.certification.passive.native.views import NativeRules, NativeView
from fairlead.certification.passive.rules import Finding
from fairlead.certification.venues.binary_wire import Message, Table, WireFault

BOOK = NativeRules()
_NS = 1_000_000_000
_ADDS, _TRADES = frozenset("AF"), frozenset("ECPQ")
_OF_AN_ORDER = frozenset("ECXDU")
_NO_STOCK = frozenset("SVW")
"""Messages about the whole market, whose stock locate is 0."""
_STATES = frozenset("HPQT")


@dataclass(slots=True)
class _Feed:
    """A feed's messages followed once: packets by topic, and what is wrong with them by place."""

    is_from_beginning: bool = False
    orders: dict[int, int] = field(default_factory=dict)
    locates: set[int] = field(default_factory=set)
    matches: set[int] = field(default_factory=set)
    packets: dict[str, list[NativeMessage]] = field(default_factory=dict)
    wrong: dict[tuple[str, int], str] = field(default_factory=dict)

    def note(self, topic: str, packet: NativeMessage, text: str = "") -> None:
        """Note that a packet has something of a topic, and what is wrong with it."""
        told = self.packets.setdefault(topic, [])
        if not told or told[-1] is not packet:
            told.append(packet)
        if text:
            self.wrong.setdefault((topic, packet.at), text)


@lru_cache(maxsize=1)
def _follow(view: NativeView) -> _Feed:
    feed = _Feed()
    expected = 0
    for number, packet, payload in view.session.stream():
        if not expected:
            feed.is_from_beginning = number == 1
        elif number != expected:
            feed.is_from_beginning = False  # what came between is not in the recording
        expected = number + 1
        code = payload[:1].decode("latin-1")
        try:
            _, message = Table.decode(view.session.shapes(packet.side), payload)
        except WireFault as fault:
            feed.note("MD16", packet, str(fault))
            continue
        feed.note("MD16", packet)
        _about_stock(feed, packet, code, message)
        _about_order(feed, packet, code, message)
        _about_trade(feed, packet, code, message)
    return feed


def _about_stock(feed: _Feed, packet: NativeMessage, code: str, message: Message) -> None:
    locate = int(message["stock_locate"])
    if code == "R":
        feed.locates.add(locate)
        feed.note("MD01", packet)
    elif feed.is_from_beginning and code not in _NO_STOCK and locate not in feed.locates:
        feed.note("MD01", packet, f"stock locate {locate} of message {code} is not in the directory")
    if code == "H":
        state = str(message["trading_state"])
        text = (
            "" if state in _STATES else f"trading state {state!r} received, expected one of {''.join(sorted(_STATES))}"
        )
        feed.note("MD04", packet, text)


def _about_order(feed: _Feed, packet: NativeMessage, code: str, message: Message) -> None:
    if code in _ADDS:
        reference = int(message["order_reference_number"])
        feed.note("MD02", packet, f"order {reference} was added before" if reference in feed.orders else "")
        feed.orders[reference] = int(message["shares"])
    elif code in _OF_AN_ORDER:
        name = "original_order_reference_number" if code == "U" else "order_reference_number"
        feed.note("MD02", packet, _change(feed, code, int(message[name]), message))


def _change(feed: _Feed, code: str, reference: int, message: Message) -> str:
    if reference not in feed.orders:
        return f"order {reference} of message {code} is not in the book" if feed.is_from_beginning else ""
    if code == "D":
        del feed.orders[reference]
    elif code == "U":
        del feed.orders[reference]
        feed.orders[int(message["new_order_reference_number"])] = int(message["shares"])
    else:
        taken = int(message["cancelled_shares"] if code == "X" else message["executed_shares"])
        left = feed.orders[reference] - taken
        if left < 0:
            return f"{taken} shares of order {reference} received, expected {feed.orders[reference]} at most"
        feed.orders[reference] = left
        if not left:
            del feed.orders[reference]
    return ""


def _about_trade(feed: _Feed, packet: NativeMessage, code: str, message: Message) -> None:
    if code not in _TRADES and code != "B":
        return
    match = int(message["match_number"])
    text = ""
    if code == "B" and feed.is_from_beginning and match not in feed.matches:
        text = f"match number {match} was never traded"
    elif code in _TRADES:
        feed.matches.add(match)
    if code in "BPQ":
        feed.note("MD03", packet, text)


def _topic(view: NativeView, topic: str, expected: str) -> Iterator[Finding]:
    if view.is_server and view.protocol == "itch":
        feed = _follow(view)
        packets = feed.packets.get(topic, [])
        yield from all_right(packets, expected, lambda m: feed.wrong.get((topic, m.at), ""), "packets")


@BOOK.rule(
    "MD01",
    "The directory is whole",
    "Each stock locate is in the directory before anything is said of it.",
    "Nobody knows which stock a price is of.",
    "RTS7",
)
def _directory(view: NativeView) -> Iterator[Finding]:
    yield from _topic(view, "MD01", "a stock of the directory")


@BOOK.rule(
    "MD02",
    "Add, execute, cancel, delete, replace",
    "They are of orders in the book, of shares that these have.",
    "A book that differs from the venue's is traded on.",
    "general",
)
def _book(view: NativeView) -> Iterator[Finding]:
    yield from _topic(view, "MD02", "an order of the book")


@BOOK.rule(
    "MD03",
    "Trades and broken trades",
    "A broken trade names one that was.",
    "A volume that nobody can take back.",
    "general",
)
def _trades(view: NativeView) -> Iterator[Finding]:
    yield from _topic(view, "MD03", "a match number that was traded")


@BOOK.rule("MD04", "Trading states", "Each is one that ITCH has.", "An order is sent into a halt.", "JSE")
def _states(view: NativeView) -> Iterator[Finding]:
    yield from _topic(view, "MD04", "a trading state of ITCH")


@BOOK.rule(
    "MD16",
    "Message types are known",
    "Each message is one of ITCH's, of its length.",
    "Receivers skip what they don't know, and miss what it said.",
    "general",
)
def _types(view: NativeView) -> Iterator[Finding]:
    yield from _topic(view, "MD16", "a message of ITCH 5.0")


def _data(view: NativeView) -> list[NativeMessage]:
    return [message for message in view.session.messages if message.kind == MOLD_DATA]


@BOOK.rule(
    "MD05",
    "A gap is asked for, and filled with the same",
    "The receiver asks for what it missed.",
    "One lost packet spoils a book.",
    "Mold",
)
def _gap(view: NativeView) -> Iterator[Finding]:
    requests = [message for message in view.session.messages if message.kind == MOLD_REQUEST]
    for request in requests if view.is_server else ():
        assert request.mold is not None
        wanted = request.number
        came = next((m for m in _data(view) if m.at > request.at and _covers(m, wanted)), None)
        if came is not None:
            yield graded([request], f"messages from {wanted}", "", [came])
    for gap, first, filled in _gaps(view) if view.is_client else ():
        asked = [r for r in requests if r.mold and r.number <= first < r.number + r.mold.count]
        if asked or (not filled and requests):
            yield graded([gap], f"a request from {first}", "" if asked else "none came", asked[:1])


def _covers(message: NativeMessage, number: int) -> bool:
    return message.mold is not None and message.number <= number < message.number + len(message.mold.messages)


def _gaps(view: NativeView) -> Iterator[tuple[NativeMessage, int, bool]]:
    """Yield packets with a number too high: the first missing one, and whether a line brought it later."""
    expected = 0
    data = _data(view)
    for message in data:
        assert message.mold is not None
        if expected and message.number > expected:
            first = expected
            yield message, first, any(m.at > message.at and _covers(m, first) for m in data)
        expected = max(expected, message.number + len(message.mold.messages))


@BOOK.rule(
    "MD06",
    "All lines say the same",
    "A number has the same message on each line and in each answer.",
    "Two receivers have two books.",
    "CME",
)
def _same(view: NativeView) -> Iterator[Finding]:
    first: dict[int, tuple[bytes, NativeMessage]] = {}
    again, wrong = [], dict[int, str]()
    for packet in _data(view) if view.is_server else ():
        assert packet.mold is not None
        for number, payload in enumerate(packet.mold.messages, packet.number):
            known, where = first.setdefault(number, (payload, packet))
            if where is not packet:
                again.append(packet)
                if known != payload:
                    wrong[packet.at] = f"number {number} was another message at {where.place}"
    yield from all_right(again, "the bytes of the first time", lambda m: wrong.get(m.at, ""), "repeated messages")


@BOOK.rule(
    "MD09",
    "A feed's heartbeats",
    "Something is sent within a second, another one allowed, until the end.",
    "A dead feed looks like a quiet market.",
    "RTS7",
)
def _beats(view: NativeView) -> Iterator[Finding]:
    lines: dict[str, list[NativeMessage]] = {}
    for packet in _data(view) if view.is_server else ():
        if packet.mold is not None and packet.utc_ns:
            lines.setdefault(packet.mold.line, []).append(packet)
    for line, packets in lines.items():
        if not any(packet.mold and not packet.mold.count for packet in packets):
            continue  # answers to requests are no line
        waits = {b.at: b.utc_ns - a.utc_ns for a, b in zip(packets, packets[1:], strict=False)}
        idle = [packet for packet in packets if waits.get(packet.at, 0) > _NS // 2]
        late = {at: f"{ns / _NS:.1f} s of silence on line {line}" for at, ns in waits.items() if ns > 2 * _NS}
        yield from all_right(idle, "1 s of silence at most", lambda m, late=late: late.get(m.at, ""))  # type: ignore[misc]


@BOOK.rule(
    "MD10",
    "The end of the session",
    "It has the number behind the last message, and nothing new follows.",
    "The closing price is missing.",
    "Mold",
)
def _end(view: NativeView) -> Iterator[Finding]:
    data = _data(view) if view.is_server else []
    highest = 0
    for packet in data:
        assert packet.mold is not None
        if packet.mold.count == END_OF_SESSION and not packet.mold.messages:
            late = [m for m in data if m.at > packet.at and m.mold and m.number + len(m.mold.messages) > packet.number]
            new = [m for m in late if m.mold and m.mold.messages]
            text = f"message {new[0].number} followed" if new else ""
            if packet.number < highest:
                text = f"number {packet.number} received, expected {highest}"
            yield graded([packet], "nothing new behind it", text, new[:1])
        highest = max(highest, packet.number + len(packet.mold.messages))
