"""Stand in for the order path behind a port, and act as the driver in front of it."""

from typing import Any

from fairlead.adapters.endpoint import PacedEndpoint
from fairlead.codecs.vocabulary.constants import ExecType, OrdStatus, ReportKind
from fairlead.codecs.vocabulary.messages_cy import Report

SECOND_NS = 1_000_000_000
UTC_NS = 1_767_364_200 * SECOND_NS


class OrderDesk:
    """Note what a port asks of the order path."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, Any]] = []
        self.connections: list[str] = []

    def _note(self, strategy: str, request: Any, now_ns: int, utc_ns: int) -> None:
        self.requests.append((strategy, request))

    new_order = cancel_order = replace_order = mass_cancel = request_status = dont_know_trade = _note

    def strategy_connected(self, strategy: str, now_ns: int, utc_ns: int) -> None:
        self.connections.append(f"{strategy} connected")

    def strategy_disconnected(self, strategy: str, reason: str, now_ns: int, utc_ns: int) -> None:
        self.connections.append(f"{strategy} disconnected: {reason}")


class Stream:
    """Drive one endpoint by hand: time in seconds, bytes in, bytes out."""

    def __init__(self, endpoint: PacedEndpoint, now_s: float = 0) -> None:
        self.endpoint = endpoint
        self.now_ns = int(now_s * SECOND_NS)
        endpoint.receive_connected(self.now_ns, UTC_NS + self.now_ns)

    def send(self, data: bytes, at_s: float | None = None) -> bytes:
        """Bring bytes to the endpoint; return its answer."""
        self._move(at_s)
        self.endpoint.receive_data(data, self.now_ns, UTC_NS + self.now_ns)
        return self.endpoint.take_output()

    def at(self, now_s: float) -> bytes:
        """Let time pass as a driver does, deadline by deadline; return what is sent meanwhile."""
        end_ns = int(now_s * SECOND_NS)
        output = bytearray()
        while (deadline_ns := self.endpoint.next_deadline_ns()) <= end_ns:
            self.now_ns = max(self.now_ns, deadline_ns)
            self.endpoint.on_timer(self.now_ns, UTC_NS + self.now_ns)
            output += self.endpoint.take_output()
        self.now_ns = end_ns
        return bytes(output)

    def pending(self, n_bytes: int, at_s: float | None = None) -> bytes:
        """Say how many bytes the peer has not read; return what is sent upon it."""
        self._move(at_s)
        self.endpoint.output_pending(n_bytes, self.now_ns, UTC_NS + self.now_ns)
        return self.endpoint.take_output()

    def cut(self) -> None:
        """End the stream."""
        self.endpoint.receive_eof(self.now_ns, UTC_NS + self.now_ns)

    def _move(self, at_s: float | None) -> None:
        if at_s is not None:
            self.now_ns = int(at_s * SECOND_NS)


def accepted(number: int) -> Report:
    """Return a report that can be told from others by its ClOrdID."""
    return Report(
        kind=ReportKind.ACCEPTED, exec_type=ExecType.NEW, ord_status=OrdStatus.NEW, cl_ord_id=f"A-{number}", symbol="S"
    )


def accepted_line(number: int, seq: int | None = None) -> bytes:
    """Return the line of that report."""
    return (
        f'{{"type":"accepted","seq":{seq or number},"exec_type":"new","ord_status":"new","cl_ord_id":"A-{number}",'
        '"symbol":"S"}\n'
    ).encode()
