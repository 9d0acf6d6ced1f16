"""Measure what the ports' codecs take of an order and of a report: the binary port's layouts beside JSON lines."""

from collections.abc import Callable

from benchmarks.codec import ROUNDS, medians_ns
from benchmarks.tables import Table
from fairlead.codecs.json_lines.decoding import decode_request
from fairlead.codecs.json_lines.encoding import encode_message, encode_report
from fairlead.codecs.strategy_binary.reports_cy import ReportDecoder, ReportEncoder
from fairlead.codecs.strategy_binary.request_decoder_cy import RequestDecoder
from fairlead.codecs.strategy_binary.request_encoder_cy import RequestEncoder
from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, OrdType, ReportKind, Side, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report

ORDER = NewOrder(
    cl_ord_id="S-000000001",
    symbol="MSFT",
    side=Side.BUY,
    order_qty=100 * SCALE,
    ord_type=OrdType.LIMIT,
    price=43_025_000_000,
)
FILL = Report(
    kind=ReportKind.FILLED,
    exec_type=ExecType.TRADE,
    ord_status=OrdStatus.FILLED,
    cl_ord_id="S-000000001",
    order_id="O1-1",
    venue_order_id="B-17",
    exec_id="E1-1",
    account="ACC1",
    symbol="MSFT",
    venue="XNAS",
    side=Side.BUY,
    ord_type=OrdType.LIMIT,
    time_in_force=TimeInForce.DAY,
    order_qty=100 * SCALE,
    price=43_025_000_000,
    last_qty=100 * SCALE,
    last_px=43_025_000_000,
    leaves_qty=0,
    cum_qty=100 * SCALE,
    avg_px=43_025_000_000,
    last_mkt="XNAS",
    transact_time_ns=1_767_364_200_000_000_000,
    currency="USD",
    security_type="CS",
)


def subjects() -> dict[str, dict[str, Callable[[], object]]]:
    """Return what is timed: by step, then by port."""
    requests, reports = RequestEncoder(), ReportEncoder()
    order, fill = requests.encode(ORDER), reports.encode(FILL)
    read_order, read_fill = RequestDecoder(), ReportDecoder()
    line = encode_message(ORDER)
    return {
        "an order written": {"binary": lambda: requests.encode(ORDER), "JSON": lambda: encode_message(ORDER)},
        "an order read": {"binary": lambda: read_order.decode(order), "JSON": lambda: decode_request(line)},
        "a report written": {"binary": lambda: reports.encode(FILL), "JSON": lambda: encode_report(FILL, 1)},
        "a report read": {"binary": lambda: read_fill.decode(fill)},
    }


def main(loops: int = 2000, rounds: int = ROUNDS) -> list[Table]:
    """Run the comparison and return its table."""
    rows = []
    for step, calls in subjects().items():
        times = medians_ns(calls, dict.fromkeys(calls, loops), rounds)
        json_ns = f"{times['JSON']:,.0f}" if "JSON" in times else ""
        rows.append([step, f"{times['binary']:,.0f}", json_ns])
    return [Table("strategy ports' codecs, ns a message", ["step", "binary", "JSON"], rows)]
