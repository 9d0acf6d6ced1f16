"""Serve a strategy over FIX: its messages to requests, reports to its version's messages.

``FixStrategyOrders`` is the application of an acceptor's ``FixSession``, for FIX 4.2 and 4.4 alike, and the strategy's
``StrategySession`` towards the order path.
"""

from collections.abc import Callable
from typing import Final

from fairlead.adapters.endpoint import Endpoint
from fairlead.adapters.fix.logon_request import LogonRequest
from fairlead.adapters.fix.session import FixSession
from fairlead.adapters.fix.strategy_decode_cy import RequestDecoder
from fairlead.adapters.fix.strategy_encode_cy import ReportEncoder
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.strategy_session import OrderEntry
from fairlead.codecs.errors import DecodeError, LocalProtocolError
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.vocabulary.constants import ExecType, OrdStatus, Refusal, ReportKind, RequestKind
from fairlead.codecs.vocabulary.messages_cy import Report

_OTHER: Final = 0
_UNSUPPORTED_MSG_TYPE: Final = 3
_REFUSED_KINDS: Final = {
    "D": RequestKind.NEW_ORDER,
    "F": RequestKind.CANCEL_ORDER,
    "G": RequestKind.REPLACE_ORDER,
    "q": RequestKind.MASS_CANCEL,
}
"""Messages that have an answer of their own when they can't be read; the others get a BusinessMessageReject."""


class FixStrategyOrders:
    """Translate between one strategy's FIX session and the order path.

    Reports are numbered and stored by the session while the strategy is away (its settings must say
    ``WhileLoggedOut.STORE``, and set no throttle). ``begin_string`` is the session's. Build with ``session=None`` where
    the session needs its application first, then ``attach`` it. ``judge_logon`` decides on credentials (None lets in, a
    text refuses); without it no one gets in. ``on_event`` is told each session event after the order path was.
    """

    def __init__(
        self,
        session: FixSession | None,
        entry: OrderEntry,
        name: str,
        begin_string: str,
        judge_logon: Callable[[LogonRequest], str | None] | None = None,
        on_event: Callable[[SessionEvent, int, int], None] | None = None,
    ) -> None:
        self._entry = entry
        self._name = name
        self._judge_logon = judge_logon
        self._on_event = on_event
        self._answers: list[Report] | None = None
        self._refusals = 0
        is_4_2 = begin_string == "FIX.4.2"
        self._decoder = RequestDecoder(is_4_2)
        self._encoder = ReportEncoder(is_4_2)
        self._handlers: dict[str, Callable[[FixMessage, int, int], None]] = {
            "D": self._on_new_order,
            "F": self._on_cancel,
            "G": self._on_replace,
            "H": self._on_status,
            "Q": self._on_dont_know,
            "j": self._on_business_reject,
        }
        if not is_4_2:
            self._handlers |= {"AF": self._on_mass_status, "q": self._on_mass_cancel}
        if session is not None:
            self.attach(session)

    def attach(self, session: FixSession) -> None:
        """Set the session to speak through."""
        self._session = session

    @property
    def name(self) -> str:
        """Return the strategy's name in the configuration."""
        return self._name

    @property
    def endpoint(self) -> Endpoint | None:
        """Return the session while the strategy is logged on, None while it is away."""
        return self._session if self._session.is_logged_on else None

    # What the strategy asks

    def on_message(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Hand a request to the order path; what can't be read is refused."""
        handler = self._handlers.get(message.msg_type)
        if handler is None:
            self._session.business_reject(
                message, _UNSUPPORTED_MSG_TYPE, "Unsupported Message Type", now_ns, utc_ns, message.get_str(11)
            )
            return
        try:
            handler(message, now_ns, utc_ns)
        except DecodeError as error:
            self._refuse(message, error, now_ns, utc_ns)

    def _on_new_order(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        self._entry.new_order(self._name, self._decoder.new_order(message), now_ns, utc_ns)

    def _on_cancel(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        self._entry.cancel_order(self._name, self._decoder.cancel(message), now_ns, utc_ns)

    def _on_replace(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        self._entry.replace_order(self._name, self._decoder.replace(message), now_ns, utc_ns)

    def _on_status(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        self._entry.request_status(self._name, self._decoder.status(message), now_ns, utc_ns)

    def _on_dont_know(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Pass it on; the standard has no answer to it."""
        self._entry.dont_know_trade(self._name, self._decoder.dont_know(message), now_ns, utc_ns)

    def _on_business_reject(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Tell of it; a reject is never answered by one."""
        text = f"MsgType {message.get_str(372)} was rejected: {message.get_str(58) or message.get_str(380)}"
        event = SessionEvent(EventKind.REJECTED, text, message.get_int(45, 0))
        self._session.raise_event(event, now_ns, utc_ns)

    def _on_mass_cancel(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        self._entry.mass_cancel(self._name, self._decoder.mass_cancel(message), now_ns, utc_ns)

    def _on_mass_status(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Collect the answers, which come before ``request_status`` returns: each says how many there are."""
        request = self._decoder.mass_status(message)
        answers: list[Report] = []
        self._answers = answers
        try:
            self._entry.request_status(self._name, request, now_ns, utc_ns)
        finally:
            self._answers = None
        total = sum(report.kind == ReportKind.STATUS_REPORT for report in answers)
        if total == 0:
            answers.append(self._no_orders(request.request_id, request.symbol, utc_ns))
        left = max(total, 1)
        for report in answers:
            if report.kind == ReportKind.STATUS_REPORT:
                left -= 1
                self._send_execution(report, request.request_id, total, left == 0, now_ns, utc_ns)
            else:
                self.send_report(report, now_ns, utc_ns)

    def _no_orders(self, request_id: str, symbol: str, utc_ns: int) -> Report:
        return Report(
            kind=ReportKind.STATUS_REPORT,
            exec_type=ExecType.ORDER_STATUS,
            ord_status=OrdStatus.REJECTED,
            symbol=symbol,
            request_id=request_id,
            text="no orders",
            transact_time_ns=utc_ns,
        )

    def _refuse(self, message: FixMessage, error: DecodeError, now_ns: int, utc_ns: int) -> None:
        """Answer a request that can't be read, in the way its sender looks for."""
        kind = _REFUSED_KINDS.get(message.msg_type)
        if kind is None or not message.get_str(11):
            self._session.business_reject(message, _OTHER, str(error), now_ns, utc_ns, message.get_str(11))
            return
        is_order = kind == RequestKind.NEW_ORDER
        self._refusals += 1
        report = Report(
            kind=ReportKind.REJECTED if is_order else ReportKind.CANCEL_REJECTED,
            exec_type=ExecType.REJECTED,
            ord_status=OrdStatus.REJECTED if is_order else 0,
            cl_ord_id=message.get_str(11),
            orig_cl_ord_id=message.get_str(41),
            exec_id=f"R{utc_ns}-{self._refusals}",
            symbol=message.get_str(55),
            request_kind=kind,
            refusal=Refusal.MALFORMED,
            text=str(error),
            transact_time_ns=utc_ns,
        )
        self.send_report(report, now_ns, utc_ns)

    # What the strategy is told

    def send_report(self, report: Report, now_ns: int, utc_ns: int) -> None:
        """Send a report as 8, 9, r or j; it is numbered and stored while the strategy is away."""
        if self._answers is not None:
            self._answers.append(report)
            return
        msg_type = self._encoder.msg_type_of(report)
        if msg_type == "8":
            self._send_execution(report, "", 0, False, now_ns, utc_ns)
            return
        writer = self._session.begin(msg_type, utc_ns)
        if report.poss_resend:
            writer.put_bool(97, True)
        if msg_type == "9":
            self._encoder.put_cancel_reject(writer, report)
        else:
            self._encoder.put_mass_cancel_report(writer, report)
        self._sent(self._session.send(writer, now_ns, utc_ns))

    def _send_execution(
        self, report: Report, mass_status_id: str, total: int, is_last: bool, now_ns: int, utc_ns: int
    ) -> None:
        writer = self._session.begin("8", utc_ns)
        if report.poss_resend:
            writer.put_bool(97, True)
        self._encoder.put_execution(writer, report, mass_status_id, total, is_last)
        self._sent(self._session.send(writer, now_ns, utc_ns))

    def _sent(self, outcome: int) -> None:
        if outcome < 0:
            raise LocalProtocolError(
                f"strategy {self._name}: a report got no number ({outcome}), expected a session that stores and never"
                " throttles"
            )

    # What the session says

    def on_session_event(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        """Tell the order path when the strategy comes and goes."""
        if event.kind == EventKind.LOGGED_ON:
            self._entry.strategy_connected(self._name, now_ns, utc_ns)
        elif event.kind == EventKind.LOGGED_OUT:
            self._entry.strategy_disconnected(self._name, event.text, now_ns, utc_ns)
        if self._on_event is not None:
            self._on_event(event, now_ns, utc_ns)

    def may_resend(self, message: FixMessage, utc_ns: int) -> bool:
        """Repeat every report, however old: a strategy must miss none."""
        return True

    def on_logon_request(self, request: LogonRequest, now_ns: int, utc_ns: int) -> str | None:
        """Judge the strategy's credentials."""
        return "no credentials are accepted here" if self._judge_logon is None else self._judge_logon(request)
