"""Measure what OUCH venues' profiles cost: an order put into its message, an execution read into its report.

The mapping is worked through field by field for each message; nothing of the session and the books is in it.
"""

import struct
from collections.abc import Callable

from benchmarks.codec import ROUNDS, medians_ns
from benchmarks.tables import Table
from fairlead.adapters.ouch.profiles import load_profile, shipped_profiles
from fairlead.adapters.ouch.requests import RequestWriter
from fairlead.adapters.ouch.symbols import SymbolNames
from fairlead.adapters.ouch.venue_decode_cy import ReportReader
from fairlead.codecs.binary.protocol import Direction
from fairlead.codecs.vocabulary.constants import SCALE, OrdType, Side
from fairlead.codecs.vocabulary.messages_cy import NewOrder

UTC_NS = 1_772_461_800 * 10**9
EXECUTED = {
    "nasdaq_ouch42": struct.pack(">cQ14sIIcQ", b"E", 1, b"00001000000000", 100, 100_000, b"R", 9),
    "nasdaq_ouch50": struct.pack(">cQIIQcQH", b"E", 1, 1, 100, 100_000, b"R", 9, 0),
    "japannext_ouch111": struct.pack(">cQIIIcQ", b"E", 1, 1, 100, 100, b"R", 9),
}
"""An execution of each shipped profile's venue."""


def _order(name: str) -> Callable[[], object]:
    profile = load_profile(name)
    writer = RequestWriter(profile, SymbolNames({"MSFT": "1101"} if name.startswith("japannext") else {}))
    order = NewOrder(
        cl_ord_id="00001000000000" if not profile.capabilities.cl_ord_id.is_rising else "1",
        symbol="MSFT",
        side=Side.BUY,
        order_qty=100 * SCALE,
        ord_type=OrdType.LIMIT,
        price=10 * SCALE,
    )
    return lambda: writer.new_order(order, UTC_NS)


def _execution(name: str) -> Callable[[], object]:
    profile = load_profile(name)
    decoder = profile.protocol.decoder(Direction.TO_CLIENT)
    sides = {ord("B"): int(Side.BUY)}
    reader = ReportReader("X", profile.reports, SymbolNames({}), sides, profile.liquidity, profile.session.time_zone)
    message = EXECUTED[name]
    return lambda: reader.read(decoder.decode(message), UTC_NS)


def main(loops: int = 2000, rounds: int = ROUNDS) -> list[Table]:
    """Time each shipped profile and return the table."""
    names = shipped_profiles()
    counts = dict.fromkeys(names, loops)
    orders = medians_ns({name: _order(name) for name in names}, counts, rounds)
    executions = medians_ns({name: _execution(name) for name in names}, counts, rounds)
    rows = [[name, f"{orders[name]:,.0f}", f"{executions[name]:,.0f}"] for name in names]
    return [Table("OUCH venues: nanoseconds a message", ["profile", "order written", "execution read"], rows)]
