"""Measure the binary codec against plain ``struct``: OUCH orders written and reports read, ITCH read.

Both do the same work from Python: text padded and stripped, prices at 10^-8, lengths and types checked. Ours runs
twice, compiled and as plain Python, in the same process as the ``struct`` code; the three take turns, so that a busy
machine is busy for all of them. Shown are medians, in nanoseconds a message.
"""

import importlib.util
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.codec import ROUNDS, medians_ns
from benchmarks.tables import Table
from fairlead.codecs.binary import message_cy, protocol

SOURCES = Path(message_cy.__file__).resolve().parent
MODULES = ("layout_cy", "writer_cy", "dictionaries", "message_cy", "protocol", "table_checks", "table_reader")
TOKEN = "FL000000000123"
PRICE = 15_025_000_000
SCALE_4 = 10_000


@contextmanager
def uncompiled() -> Iterator[ModuleType]:
    """Give the package from its Python sources, whatever was compiled; as it was again at the end of the block."""
    prefix = "fairlead.codecs.binary"
    names = [f"{prefix}.{name}" for name in MODULES]
    kept = {name: sys.modules.pop(name, None) for name in names}
    try:
        for name in names:
            spec = importlib.util.spec_from_file_location(name, SOURCES / f"{name.rpartition('.')[2]}.py")
            assert spec is not None and spec.loader is not None
            sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[name])
        yield sys.modules[f"{prefix}.protocol"]
    finally:
        sys.modules.update({name: module for name, module in kept.items() if module is not None})


ENTER_4 = struct.Struct(">c14scI8sII4scccIcc")
ENTER_5 = struct.Struct(">cIcI8sQccccc14sHBB4s")
ACCEPTED_4 = struct.Struct(">cQ14scI8sII4scQccIccc")
EXECUTED_5 = struct.Struct(">cQIIQcQH")
ITCH = {
    b"A": struct.Struct(">cHHHIQcI8sI"),
    b"E": struct.Struct(">cHHHIQIQ"),
    b"X": struct.Struct(">cHHHIQI"),
    b"D": struct.Struct(">cHHHIQ"),
    b"U": struct.Struct(">cHHHIQQII"),
}


def struct_enter_4() -> bytes:
    """Write an order of OUCH 4.2 as a user of ``struct`` does."""
    if PRICE % SCALE_4:
        raise ValueError("price")
    token, stock = TOKEN.encode("latin-1").ljust(14), b"AAPL".ljust(8)
    raw = PRICE // SCALE_4
    return ENTER_4.pack(b"O", token, b"B", 100, stock, raw, 99999, b"FIRM", b"Y", b"P", b"N", 0, b"N", b"N")


def our_enter_4(protocols: ModuleType) -> Callable[[], bytes]:
    """Return a function that writes the same order by the table."""
    layout = protocols.load_protocol("ouch_4_2").layout("enter_order")
    preset = {"firm": "FIRM", "display": "Y", "capacity": "P", "cross_type": "N", "customer_type": "N"}
    writer = layout.writer(preset | {"intermarket_sweep_eligibility": "N", "time_in_force": 99999})
    names = ("order_token", "side", "shares", "stock", "price")
    token, side, shares, stock, price = (layout.field(name) for name in names)

    def build() -> bytes:
        writer.start()
        writer.put_str(token, TOKEN)
        writer.put_code(side, 66)
        writer.put_int(shares, 100)
        writer.put_str(stock, "AAPL")
        writer.put_fixed(price, PRICE)
        frame: bytes = writer.finish()
        return frame

    return build


def struct_enter_5() -> bytes:
    """Write an order of OUCH 5.0 with one option."""
    if PRICE % SCALE_4:
        raise ValueError("price")
    stock, token, firm = b"AAPL".ljust(8), TOKEN.encode("latin-1").ljust(14), "FIRM".encode("latin-1").ljust(4)
    raw = PRICE // SCALE_4
    return ENTER_5.pack(b"O", 7, b"B", 100, stock, raw, b"0", b"Y", b"P", b"N", b"N", token, 6, 5, 2, firm)


def our_enter_5(protocols: ModuleType) -> Callable[[], bytes]:
    """Return a function that writes the same order by the table."""
    layout = protocols.load_protocol("ouch_5_0").layout("enter_order")
    preset = {"time_in_force": "0", "display": "Y", "capacity": "P", "cross_type": "N"}
    writer = layout.writer(preset | {"intermarket_sweep_eligibility": "N"})
    names = ("user_ref_num", "side", "quantity", "symbol", "price", "clordid")
    number, side, quantity, symbol, price, clordid = (layout.field(name) for name in names)
    firm = layout.option("firm")

    def build() -> bytes:
        writer.start()
        writer.put_int(number, 7)
        writer.put_code(side, 66)
        writer.put_int(quantity, 100)
        writer.put_str(symbol, "AAPL")
        writer.put_fixed(price, PRICE)
        writer.put_str(clordid, TOKEN)
        writer.put_option(firm, "FIRM")
        frame: bytes = writer.finish()
        return frame

    return build


def struct_accepted_4(frame: bytes) -> Callable[[], tuple[Any, ...]]:
    """Return a function that reads six fields of an Accepted of OUCH 4.2."""

    def read() -> tuple[Any, ...]:
        if frame[:1] != b"A" or len(frame) != ACCEPTED_4.size:
            raise ValueError("type or length")
        found = ACCEPTED_4.unpack(frame)
        token = found[2].rstrip(b" ").decode("latin-1")
        return token, found[4], found[6] * SCALE_4, found[10], found[15], found[1]

    return read


def our_accepted_4(protocols: ModuleType, frame: bytes) -> Callable[[], tuple[Any, ...]]:
    """Return a function that reads the same six fields by the table."""
    protocol = protocols.load_protocol("ouch_4_2")
    layout = protocol.layout("accepted")
    names = ("order_token", "shares", "price", "order_reference_number", "order_state", "timestamp")
    token, shares, price, number, state, stamp = (layout.field(name) for name in names)
    decoder = protocol.decoder(2)

    def read() -> tuple[Any, ...]:
        message = decoder.decode(frame, 0, len(frame))
        if message.layout is not layout:
            raise ValueError("type")
        text, quantity, fixed = message.get_str(token), message.get_int(shares), message.get_fixed(price)
        return text, quantity, fixed, message.get_int(number), message.get_code(state), message.get_int(stamp)

    return read


def struct_executed_5(frame: bytes) -> Callable[[], tuple[Any, ...]]:
    """Return a function that reads five fields and one option of an OrderExecuted of OUCH 5.0."""

    def read() -> tuple[Any, ...]:
        if frame[:1] != b"E" or len(frame) < EXECUTED_5.size:
            raise ValueError("type or length")
        found = EXECUTED_5.unpack_from(frame)
        at, end = EXECUTED_5.size, len(frame)
        if found[7] != end - at:
            raise ValueError("length of options")
        index = None
        while at < end:
            size = frame[at]
            if size == 0 or at + 1 + size > end:
                raise ValueError("option")
            if frame[at + 1] == 28:
                index = frame[at + 2]
            at += 1 + size
        return found[2], found[3], found[4] * SCALE_4, found[5], found[6], index

    return read


def our_executed_5(protocols: ModuleType, frame: bytes) -> Callable[[], tuple[Any, ...]]:
    """Return a function that reads the same by the table."""
    protocol = protocols.load_protocol("ouch_5_0")
    layout = protocol.layout("order_executed")
    names = ("user_ref_num", "quantity", "price", "liquidity_flag", "match_number")
    number, quantity, price, flag, match = (layout.field(name) for name in names)
    index = layout.option("user_ref_idx")
    decoder = protocol.decoder(2)

    def read() -> tuple[Any, ...]:
        message = decoder.decode(frame, 0, len(frame))
        if message.layout is not layout:
            raise ValueError("type")
        first = message.get_int(number), message.get_int(quantity), message.get_fixed(price)
        return *first, message.get_code(flag), message.get_int(match), message.option(index)

    return read


def itch_frames() -> list[bytes]:
    """Return one add, execution, cancel, delete and replace, by ``struct``."""
    head = (1, 2, 0x1F1A, 7)
    return [
        ITCH[b"A"].pack(b"A", *head, 77, b"B", 100, b"AAPL    ", 1_502_500),
        ITCH[b"E"].pack(b"E", *head, 77, 40, 5),
        ITCH[b"X"].pack(b"X", *head, 77, 10),
        ITCH[b"U"].pack(b"U", *head, 77, 78, 50, 1_502_600),
        ITCH[b"D"].pack(b"D", *head, 78),
    ]


def struct_itch(frames: list[bytes]) -> Callable[[], list[tuple[Any, ...]]]:
    """Return a function that reads what a book needs of each message."""

    def add(m: tuple[Any, ...]) -> tuple[Any, ...]:
        return m[1], m[3] << 32 | m[4], m[5], m[6], m[7], m[9] * SCALE_4

    def replace(m: tuple[Any, ...]) -> tuple[Any, ...]:
        return m[1], m[3] << 32 | m[4], m[5], m[6], m[7], m[8] * SCALE_4

    def change(m: tuple[Any, ...]) -> tuple[Any, ...]:
        return m[1], m[3] << 32 | m[4], *m[5:]

    readers = {b"A": add, b"U": replace, b"E": change, b"X": change, b"D": change}

    def read() -> list[tuple[Any, ...]]:
        found = []
        for frame in frames:
            kind = frame[:1]
            layout = ITCH[kind]
            if len(frame) != layout.size:
                raise ValueError("length")
            found.append(readers[kind](layout.unpack(frame)))
        return found

    return read


def our_itch(protocols: ModuleType, frames: list[bytes]) -> Callable[[], list[tuple[Any, ...]]]:
    """Return a function that reads the same by the table."""
    protocol = protocols.load_protocol("itch_5_0")
    decoder = protocol.decoder(2)

    def fields(name: str, *names: str) -> list[Any]:
        layout = protocol.layout(name)
        return [layout.field(field) for field in ("stock_locate", "timestamp", *names)]

    add = fields("add_order", "order_reference_number", "side", "shares", "price")
    original = "original_order_reference_number"
    replace = fields("order_replace", original, "new_order_reference_number", "shares", "price")
    plain = {
        ord("E"): fields("order_executed", "order_reference_number", "executed_shares", "match_number"),
        ord("X"): fields("order_cancel", "order_reference_number", "cancelled_shares"),
        ord("D"): fields("order_delete", "order_reference_number"),
    }

    def read() -> list[tuple[Any, ...]]:
        found = []
        for frame in frames:
            message = decoder.decode(frame, 0, len(frame))
            get, code = message.get_int, message.type_code
            if code == 65:
                first = get(add[0]), get(add[1]), get(add[2]), message.get_code(add[3]), get(add[4])
                found.append((*first, message.get_fixed(add[5])))
            elif code == 85:
                first = get(replace[0]), get(replace[1]), get(replace[2]), get(replace[3]), get(replace[4])
                found.append((*first, message.get_fixed(replace[5])))
            else:
                found.append(tuple([get(field) for field in plain[code]]))
        return found

    return read


def table(title: str, results: dict[str, float], messages: int = 1) -> Table:
    """Return the results and what ``struct`` takes in proportion to them."""
    rows = [[name, f"{value / messages:,.0f}", f"{results['struct'] / value:.1f} x"] for name, value in results.items()]
    return Table(title, ["codec", "ns a message", "as fast as struct"], rows)


def main(loops: int = 2000, rounds: int = ROUNDS) -> list[Table]:
    """Run the comparison and return its tables."""
    installed = "Fairlead, compiled" if message_cy.__file__.endswith(".so") else "Fairlead, as installed"
    token, stock = TOKEN.encode().ljust(14), b"AAPL    "
    accepted = ACCEPTED_4.pack(
        *(b"A", 1, token, b"B", 100, stock, 1_502_500, 99999, b"FIRM", b"Y", 2**63, b"P", b"N", 0, b"N", b"L", b" ")
    )
    executed = EXECUTED_5.pack(b"E", 1, 7, 100, 1_502_500, b"R", 9, 3) + b"\x02\x1c\x05"
    frames = itch_frames()
    subjects: dict[str, tuple[Callable[[ModuleType], Callable[[], object]], Callable[[], object], int]] = {
        "write an EnterOrder of OUCH 4.2": (our_enter_4, struct_enter_4, 1),
        "write an EnterOrder of OUCH 5.0 with an option": (our_enter_5, struct_enter_5, 1),
        "read an Accepted of OUCH 4.2: six fields": (
            lambda p: our_accepted_4(p, accepted),
            struct_accepted_4(accepted),
            1,
        ),
        "read an OrderExecuted of OUCH 5.0: five fields, one option": (
            lambda p: our_executed_5(p, executed),
            struct_executed_5(executed),
            1,
        ),
        "read ITCH 5.0: add, execute, cancel, replace, delete": (
            lambda p: our_itch(p, frames),
            struct_itch(frames),
            len(frames),
        ),
    }
    counts = {installed: loops, "Fairlead, uncompiled": max(1, loops // 20), "struct": loops}
    tables = []
    for title, (ours, plain, messages) in subjects.items():
        calls = {installed: ours(protocol)}
        with uncompiled() as sources:
            calls["Fairlead, uncompiled"] = ours(sources)
        calls["struct"] = plain
        tables.append(table(title, medians_ns(calls, counts, rounds), messages))
    return tables
