# cython: annotation_typing=False
"""Write reports, and refusals of messages that could not be read, as messages of the strategy protocol; read them."""

from typing import TYPE_CHECKING

from fairlead.codecs.errors import EncodeError
from fairlead.codecs.strategy_binary.errors import MessageError
from fairlead.codecs.strategy_binary.market_data_plans import MARKET_DATA_REQUEST
from fairlead.codecs.strategy_binary.order_plans import REFUSED, REPORT
from fairlead.codecs.strategy_binary.reader_cy import FieldReader
from fairlead.codecs.strategy_binary.writer_cy import FieldWriter
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.codecs.vocabulary.session_messages import LineRefused, Mistake

if TYPE_CHECKING:
    from fairlead.codecs.strategy_binary.plan_cy import Plan

# C numbers in the .pxd
_ABSENT = -9223372036854775807 - 1

_REPORT = REPORT.type_code
_REFUSED = REFUSED.type_code
_MARKET_DATA_REQUEST = MARKET_DATA_REQUEST.type_code

WHOLE_MESSAGE = "message"
"""What stands for the field's name in a refusal where no one field is at fault."""

_MAX_MISTAKES = 100
_LONGEST_ID_REPEATED = 1000
_ROOM_FOR_TEXTS = 65000


class ReportEncoder:
    """Write what the gateway reports. Each report has a message: a character beyond Latin-1 is written ``\\uXXXX``."""

    def __init__(self) -> None:
        self._out = FieldWriter(True)

    def encode(self, report: Report) -> bytes:
        """Return a report's message.

        Texts that together do not fit a packet (65534 bytes) are named by their length instead, longest first; the
        venue's own message is in the journal.
        """
        try:
            self._put(report)
        except EncodeError:
            self._put(with_lengths_for_texts(report))
        return self._out.finish()

    def _put(self, report: Report) -> int:
        out = self._out
        out.start(REPORT)
        out.put_code(report.kind)
        out.put_code(report.exec_type)
        out.put_code(report.ord_status)
        out.put_code(report.side)
        out.put_code(report.ord_type)
        out.put_code(report.time_in_force)
        out.put_code(report.request_kind)
        out.put_code(report.refusal)
        out.put_code(report.last_liquidity)
        out.put_flag(report.poss_dup)
        out.put_flag(report.poss_resend)
        out.put_text(report.cl_ord_id)
        out.put_text(report.orig_cl_ord_id)
        out.put_text(report.order_id)
        out.put_text(report.exec_id)
        out.put_text(report.symbol)
        out.put_text(report.account)
        out.put_text(report.venue)
        out.put_number(report.order_qty)
        out.put_number(report.price)
        out.put_number(report.last_qty)
        out.put_number(report.last_px)
        out.put_number(report.leaves_qty)
        out.put_number(report.cum_qty)
        out.put_number(report.avg_px)
        out.put_number(report.transact_time_ns)
        out.add_text(report.request_id)
        out.add_text(report.venue_order_id)
        out.add_text(report.exec_ref_id)
        out.add_text(report.last_mkt)
        out.add_text(report.text)
        out.add_text(report.limit)
        out.add_text(report.value)
        out.add_number(report.stop_px, _ABSENT)
        out.add_number(report.ord_rej_reason, -1)
        out.add_number(report.restatement_reason, -1)
        out.add_text(report.currency)
        out.add_text(report.security_type)
        out.add_text(report.maturity_month_year)
        out.add_byte(report.maturity_day, 0)
        out.add_byte(report.put_or_call, -1)
        out.add_number(report.strike_price, _ABSENT)
        out.add_text(report.security_id)
        out.add_text(report.security_id_source)
        out.add_text(report.security_exchange)
        return 0

    def encode_refused(self, refused: MessageError, message_number: int) -> bytes:
        """Return the refusal of a message that could not be read: the ``message_number``-th of its connection."""
        out = self._out
        texts = [f"{field or WHOLE_MESSAGE}: {text}" for field, text in refused.mistakes[:_MAX_MISTAKES]]
        left = len(refused.mistakes) - _MAX_MISTAKES
        if left > 0:
            texts.append(f"{WHOLE_MESSAGE}: {left} more mistakes")
        out.start(REFUSED)
        out.put_code(refused.type_code)
        out.put_number(message_number)
        out.put_text(refused.cl_ord_id if len(refused.cl_ord_id) <= _LONGEST_ID_REPEATED else "")
        out.add_texts(tuple(texts))
        return out.finish()


class ReportDecoder:
    """Read what the gateway reports. Codes are taken as they are, and options that are not known are passed over."""

    def __init__(self) -> None:
        self._in = FieldReader()

    def decode(self, message: bytes) -> "Report | LineRefused":
        """Return the report, or the refusal; MessageError."""
        code = message[0] if message else 0
        if code == _REPORT:
            return self._report(message)
        if code == _REFUSED:
            return self._refused(message)
        raise MessageError([("message_type", f"{code} received, expected {_REPORT} or {_REFUSED}")], code)

    def _begin(self, plan: "Plan", message: bytes) -> int:
        if not self._in.open(plan, message) or self._in.mistakes:
            raise MessageError(self._in.mistakes, plan.type_code)
        return 0

    def _report(self, message: bytes) -> Report:
        fields = self._in
        self._begin(REPORT, message)
        report = Report(kind=0, exec_type=0, ord_status=0)
        report.kind = fields.take_code()
        report.exec_type = fields.take_code()
        report.ord_status = fields.take_code()
        report.side = fields.take_code()
        report.ord_type = fields.take_code()
        report.time_in_force = fields.take_code()
        report.request_kind = fields.take_code()
        report.refusal = fields.take_code()
        report.last_liquidity = fields.take_code()
        report.poss_dup = fields.take_flag()
        report.poss_resend = fields.take_flag()
        report.cl_ord_id = fields.take_text()
        report.orig_cl_ord_id = fields.take_text()
        report.order_id = fields.take_text()
        report.exec_id = fields.take_text()
        report.symbol = fields.take_text()
        report.account = fields.take_text()
        report.venue = fields.take_text()
        report.order_qty = fields.take_number()
        report.price = fields.take_number()
        report.last_qty = fields.take_number()
        report.last_px = fields.take_number()
        report.leaves_qty = fields.take_number()
        report.cum_qty = fields.take_number()
        report.avg_px = fields.take_number()
        report.transact_time_ns = fields.take_number()
        report.request_id = fields.take_text()
        report.venue_order_id = fields.take_text()
        report.exec_ref_id = fields.take_text()
        report.last_mkt = fields.take_text()
        report.text = fields.take_text()
        report.limit = fields.take_text()
        report.value = fields.take_text()
        report.stop_px = fields.option_number(_ABSENT)
        report.ord_rej_reason = fields.option_number(-1)
        report.restatement_reason = fields.option_number(-1)
        report.currency = fields.take_text()
        report.security_type = fields.take_text()
        report.maturity_month_year = fields.take_text()
        report.maturity_day = fields.option_byte(0)
        report.put_or_call = fields.option_byte(-1)
        report.strike_price = fields.option_number(_ABSENT)
        report.security_id = fields.take_text()
        report.security_id_source = fields.take_text()
        report.security_exchange = fields.take_text()
        return report

    def _refused(self, message: bytes) -> LineRefused:
        fields = self._in
        self._begin(REFUSED, message)
        is_of_market_data = fields.take_code() == _MARKET_DATA_REQUEST
        number = fields.take_number()
        id = fields.take_text()
        mistakes = [text.partition(": ") for text in fields.option_texts()]
        named = [Mistake("" if field == WHOLE_MESSAGE else field, text) for field, _, text in mistakes]
        if is_of_market_data:
            return LineRefused(number, tuple(named), md_req_id=id)
        return LineRefused(number, tuple(named), cl_ord_id=id)


def with_lengths_for_texts(report: Report) -> Report:
    """Return a report whose longest texts are replaced by their lengths, so that it fits a packet."""
    values = {name: getattr(report, name) for name in dir(report) if not name.startswith("_")}
    texts = [name for name, value in values.items() if isinstance(value, str)]
    texts.sort(key=lambda name: -len(values[name]))
    for name in texts:
        # a character beyond Latin-1 takes ten bytes at most
        if sum(len(values[each].encode("latin-1", "backslashreplace")) for each in texts) <= _ROOM_FOR_TEXTS:
            break
        values[name] = f"({len(values[name])} characters: see the journal)"
    return Report(**values)
