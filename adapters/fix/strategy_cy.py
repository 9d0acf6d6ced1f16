"""Carry the steady state of a strategy over FIX: its order in, a report out; the rest is in ``strategy``."""

import cython

from fairlead.adapters.fix.session_cy import PRIORITY_NORMAL, SessionCore
from fairlead.adapters.fix.strategy_decode_cy import RequestDecoder
from fairlead.adapters.fix.strategy_encode_cy import ReportEncoder
from fairlead.adapters.strategy_session import OrderEntry
from fairlead.codecs.errors import DecodeError, LocalProtocolError
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.vocabulary.messages_cy import Report


class FixStrategyCore:
    """Hold what the steady state touches. Use ``strategy.FixStrategyOrders``."""

    def __init__(self, session: "SessionCore | None", entry: OrderEntry, name: str, is_4_2: bool) -> None:
        self.name = name
        self.entry = entry
        self.decoder = RequestDecoder(is_4_2)
        self.encoder = ReportEncoder(is_4_2)
        self.core = session
        self.answers: list[Report] | None = None
        """Collects reports instead of sending them, where it is a list."""

    def on_message(self, message: FixMessage, now_ns: cython.longlong, utc_ns: cython.longlong) -> None:
        """Hand a request to the order path; what can't be read is refused."""
        msg_type: str = message.msg_type
        try:
            if msg_type == "D":
                self.entry.new_order(self.name, self.decoder.new_order(message), now_ns, utc_ns)
            elif msg_type == "F":
                self.entry.cancel_order(self.name, self.decoder.cancel(message), now_ns, utc_ns)
            elif msg_type == "G":
                self.entry.replace_order(self.name, self.decoder.replace(message), now_ns, utc_ns)
            else:
                self.on_other(message, now_ns, utc_ns)
        except DecodeError as error:
            self.refuse(message, error, now_ns, utc_ns)

    def on_other(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Take what is no order, cancel or replace. Raises DecodeError for what can't be read."""
        raise NotImplementedError

    def refuse(self, message: FixMessage, error: DecodeError, now_ns: int, utc_ns: int) -> None:
        """Answer what can't be read."""
        raise NotImplementedError

    def send_report(self, report: Report, now_ns: cython.longlong, utc_ns: cython.longlong) -> None:
        """Send a report as 8, 9, r or j; it is numbered and stored while the strategy is away."""
        if self.answers is not None:
            self.answers.append(report)
            return
        msg_type = self.encoder.msg_type_of(report)
        if msg_type == "8":
            self.send_execution(report, "", 0, False, now_ns, utc_ns)
            return
        core = self.core
        assert core is not None
        writer = core.begin(msg_type, utc_ns)
        if report.poss_resend:
            writer.put_bool(97, True)
        if msg_type == "9":
            self.encoder.put_cancel_reject(writer, report)
        else:
            self.encoder.put_mass_cancel_report(writer, report)
        self._sent(core.send(writer, now_ns, utc_ns, PRIORITY_NORMAL))

    def send_execution(
        self,
        report: Report,
        mass_status_id: str,
        total: cython.longlong,
        is_last: bool,
        now_ns: cython.longlong,
        utc_ns: cython.longlong,
    ) -> None:
        """Send an ExecutionReport(8)."""
        core = self.core
        assert core is not None
        writer = core.begin("8", utc_ns)
        if report.poss_resend:
            writer.put_bool(97, True)
        self.encoder.put_execution(writer, report, mass_status_id, total, is_last)
        self._sent(core.send(writer, now_ns, utc_ns, PRIORITY_NORMAL))

    def _sent(self, outcome: cython.longlong) -> cython.int:
        if outcome < 0:
            raise LocalProtocolError(
                f"strategy {self.name}: a report got no number ({outcome}), expected a session that stores and never"
                " throttles"
            )
        return 0
