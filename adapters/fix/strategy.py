"""Serve a strategy over FIX: its messages to requests, reports to its version's messages.

``FixStrategyOrders`` is the application of an acceptor's ``FixSession``, for FIX 4.2 and 4.4 alike, and the strategy's
``StrategySession`` towards the order path.
"""

from collections.abc import Callable, Iterable
from typing import Final

from fairlead.adapters.endpoint import Endpoint
from fairlead.adapters.fix.logon_request import LogonRequest
from fairlead.adapters.fix.session import FixSession
from fairlead.adapters.fix.strategy_cy import FixStrategyCore
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.strategy_session import OrderEntry
from fairlead.codecs.errors import DecodeError
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


class FixStrategyOrders(FixStrategyCore):
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
        super().__init__(session, entry, name, begin_string == "FIX.4.2")
        self._judge_logon = judge_logon
        self._on_event = on_event
        self._refusals = 0
        self._handlers: dict[str, Callable[[FixMessage, int, int], None]] = {
            "H": self._on_status,
            "Q": self._on_dont_know,
            "j": self._on_business_reject,
        }
        if begin_string != "FIX.4.2":
            self._handlers |= {"AF": self._on_mass_status, "q": self._on_mass_cancel}
        if session is not None:
            self.attach(session)

    def hand_over(self, msg_types: Iterable[str], handler: Callable[[FixMessage, int, int], None]) -> None:
        """Leave these messages to someone else."""
        self._handlers |= dict.fromkeys(msg_types, handler)

    def attach(self, session: FixSession) -> None:
        """Set the session to speak through."""
        self._session = self.core = session

    @property
    def endpoint(self) -> Endpoint | None:
        """Return the session while the strategy is logged on, None while it is away."""
        return self._session if self._session.is_logged_on else None

    # What the strategy asks

    def on_other(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Take what is no order, cancel or replace. Raises DecodeError for what can't be read."""
        handler = self._handlers.get(message.msg_type)
        if handler is None:
            self._session.business_reject(
                message, _UNSUPPORTED_MSG_TYPE, "Unsupported Message Type", now_ns, utc_ns, message.get_str(11)
            )
            return
        handler(message, now_ns, utc_ns)

    def _on_status(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        self.entry.request_status(self.name, self.decoder.status(message), now_ns, utc_ns)

    def _on_dont_know(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Pass it on; the standard has no answer to it."""
        self.entry.dont_know_trade(self.name, self.decoder.dont_know(message), now_ns, utc_ns)

    def _on_business_reject(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Tell of it; a reject is never answered by one."""
        text = f"MsgType {message.get_str(372)} was rejected: {message.get_str(58) or message.get_str(380)}"
        event = SessionEvent(EventKind.REJECTED, text, message.get_int(45, 0))
        self._session.raise_event(event, now_ns, utc_ns)

    def _on_mass_cancel(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        self.entry.mass_cancel(self.name, self.decoder.mass_cancel(message), now_ns, utc_ns)

    def _on_mass_status(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Collect the answers, which come before ``request_status`` returns: each says how many there are."""
        request = self.decoder.mass_status(message)
        answers: list[Report] = []
        self.answers = answers
        try:
            self.entry.request_status(self.name, request, now_ns, utc_ns)
        finally:
            self.answers = None
        total = sum(report.kind == ReportKind.STATUS_REPORT for report in answers)
        if total == 0:
            answers.append(self._no_orders(request.request_id, request.symbol, utc_ns))
        left = max(total, 1)
        for report in answers:
            if report.kind == ReportKind.STATUS_REPORT:
                left -= 1
                self.send_execution(report, request.request_id, total, left == 0, now_ns, utc_ns)
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

    def refuse(self, message: FixMessage, error: DecodeError, now_ns: int, utc_ns: int) -> None:
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

    # What the session says

    def on_session_event(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        """Tell the order path when the strategy comes and goes."""
        if event.kind == EventKind.LOGGED_ON:
            self.entry.strategy_connected(self.name, now_ns, utc_ns)
        elif event.kind == EventKind.LOGGED_OUT:
            self.entry.strategy_disconnected(self.name, event.text, now_ns, utc_ns)
        if self._on_event is not None:
            self._on_event(event, now_ns, utc_ns)

    def may_resend(self, message: FixMessage, utc_ns: int) -> bool:
        """Repeat every report, however old: a strategy must miss none."""
        return True

    def on_logon_request(self, request: LogonRequest, now_ns: int, utc_ns: int) -> str | None:
        """Judge the strategy's credentials."""
        return "no credentials are accepted here" if self._judge_logon is None else self._judge_logon(request)
