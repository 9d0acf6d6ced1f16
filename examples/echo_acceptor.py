"""Echo orders: a FIX acceptor on Fairlead's session engine, the subject for outside conformance suites.

    python examples/echo_acceptor.py --listen 127.0.0.1:5001 --begin-string FIX.4.4 --sender ISLD --target TW44

Numbers start at 1 with each Logon. NewOrderSingle (D) and SecurityDefinition (d) come back with the same body under a
new header, which repeats PossResend(97); a D with PossResend=Y whose ClOrdID(11) was seen since the Logon is dropped;
any other application message is answered by BusinessMessageReject 380=3. ``--dictionary off`` takes messages unchecked.
``--numbers keep`` goes on with the numbers of the connection before, ``--conditions on`` checks fields that others make
necessary; both are what `fairlead certify engine` asks about. ``--target A,B`` are several peers with a session each.
"""

import argparse
import asyncio
import contextlib
import signal
import sys
import time

from fairlead.adapters.endpoint import NEVER_NS, Endpoint
from fairlead.adapters.fix.acceptor import FixAcceptor, SessionDirectory
from fairlead.adapters.fix.field_copy import copy_fields
from fairlead.adapters.fix.logon_request import LogonRequest
from fairlead.adapters.fix.session import FixSession
from fairlead.adapters.fix.settings import LogonSettings, SessionId, SessionSettings
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import MemoryStore
from fairlead.codecs.errors import EncodeError
from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.fix.message_cy import BODY, FixMessage
from fairlead.codecs.fix.validator_cy import Validator
from fairlead.codecs.fix.violations import ValidatorOptions

CL_ORD_ID, POSS_RESEND = 11, 97
UNCONDITIONAL = ValidatorOptions(allow_user_defined=False, check_conditions=False)
CONDITIONAL = ValidatorOptions(allow_user_defined=False)
"""Some suites send orders without OrderQty(38), and expect a Reject of tags that the standard does not know."""
ECHOED = ("D", "d")


class EchoApplication:
    """Send back what comes in."""

    session: FixSession

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def on_message(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Echo, drop or refuse a message."""
        if message.msg_type not in ECHOED:
            self.session.business_reject(message, 3, "Unsupported Message Type", now_ns, utc_ns)
            return
        self.echo(message, CL_ORD_ID, now_ns, utc_ns)

    def echo(self, message: FixMessage, id_tag: int, now_ns: int, utc_ns: int) -> None:
        """Send a message back, unless it is a PossResend of one whose id was seen."""
        identifier = message.get_str(id_tag) if message.msg_type != "d" else ""
        if identifier and message.get_bytes(POSS_RESEND) == b"Y" and identifier in self._seen:
            return
        self._seen.add(identifier)
        writer = self.session.begin(message.msg_type, utc_ns)
        if message.get_bytes(POSS_RESEND):
            writer.put_bytes(POSS_RESEND, message.get_bytes(POSS_RESEND))
        try:
            copy_fields(message, writer, (BODY,), frozenset())
        except EncodeError:
            self._reject_unwritable(message, now_ns, utc_ns)
            return
        self.session.send(writer, now_ns, utc_ns)

    def _reject_unwritable(self, message: FixMessage, now_ns: int, utc_ns: int) -> None:
        """Reject what can come in unchecked but not go out: an empty value, or a number that no tag can be."""
        tag, value = next((tag, value) for tag, value in message.fields() if tag < 1 or not value)
        reason, text = (4, "Tag specified without a value") if not value else (0, "Invalid tag number")
        self.session.reject(message, reason, text, now_ns, utc_ns, tag)

    def on_session_event(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        """Show events; a Logon begins a new life for ClOrdIDs."""
        if event.kind is EventKind.LOGGED_ON:
            self._seen.clear()
        print(event.kind.name.lower(), event.text, flush=True)

    def may_resend(self, message: FixMessage, utc_ns: int) -> bool:
        """Repeat everything: an echo does no harm late."""
        return True

    def on_logon_request(self, request: LogonRequest, now_ns: int, utc_ns: int) -> str | None:
        """Let everyone in."""
        return None


class EndpointProtocol(asyncio.Protocol):
    """Connect one endpoint to one asyncio transport."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._endpoint.receive_connected(time.monotonic_ns(), time.time_ns())
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Pass bytes on."""
        self._endpoint.receive_data(data, time.monotonic_ns(), time.time_ns())
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if self._timer is not None:
            self._timer.cancel()
        self._transport = None
        self._endpoint.receive_eof(time.monotonic_ns(), time.time_ns())

    def _on_timer(self) -> None:
        self._endpoint.on_timer(time.monotonic_ns(), time.time_ns())
        self._flush()

    def _flush(self) -> None:
        """Send, close if that is wanted, and look when to come back."""
        if self._transport is None:
            return
        output = self._endpoint.take_output()
        if output:
            self._transport.write(output)
        if self._endpoint.wants_close:
            self._transport.close()
        if self._timer is not None:
            self._timer.cancel()
        deadline_ns = self._endpoint.next_deadline_ns()
        if deadline_ns != NEVER_NS:
            delay_s = max(0.0, (deadline_ns - time.monotonic_ns()) / 1e9)
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._on_timer)


def listen_address(text: str) -> tuple[str, int]:
    """Split HOST:PORT."""
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} received, expected HOST:PORT with a port of 0 to 65535")
    return host, int(port)


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Echo orders over FIX.")
    parser.add_argument(
        "--listen",
        type=listen_address,
        default="127.0.0.1:5001",
        metavar="HOST:PORT",
        help="port 0 takes a free one, which is printed (default: %(default)s)",
    )
    parser.add_argument("--begin-string", default="FIX.4.4", choices=("FIX.4.2", "FIX.4.4"))
    parser.add_argument("--sender", default="ISLD", help="our SenderCompID")
    parser.add_argument("--target", default="TW44", help="the peer's SenderCompID, or several with commas")
    parser.add_argument("--numbers", default="reset", choices=("reset", "keep"), help="what a Logon does to them")
    parser.add_argument("--conditions", default="off", choices=("on", "off"), help="check conditional fields or not")
    parser.add_argument(
        "--next-expected", default="off", choices=("on", "off"), help="send and honour NextExpectedMsgSeqNum(789)"
    )
    parser.add_argument("--dictionary", default="on", choices=("on", "off"), help="check messages or not")
    return parser.parse_args(arguments)


def make_session(options: argparse.Namespace, target: str) -> FixSession:
    """Return a session that a peer can log on to."""
    settings = SessionSettings(
        SessionId(options.begin_string, options.sender, target),
        is_initiator=False,
        logon=LogonSettings(next_expected=options.next_expected == "on"),
        reset_on_logon=options.numbers == "reset",
        peer_close_timeout_s=0,
        serve_low_resend_request=True,
    )
    rules = CONDITIONAL if options.conditions == "on" else UNCONDITIONAL
    validator = Validator(load_dictionary(options.begin_string), rules) if options.dictionary == "on" else None
    application = EchoApplication()
    application.session = FixSession(settings, MemoryStore(), application, validator)
    return application.session


async def serve(options: argparse.Namespace) -> None:
    """Listen until interrupted or terminated."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    directory = SessionDirectory()
    for target in options.target.split(","):
        directory.add(make_session(options, target))

    def refused(reason: str, utc_ns: int) -> None:
        print("connection_refused", reason, flush=True)

    def make_protocol() -> EndpointProtocol:
        return EndpointProtocol(FixAcceptor(directory.find, refused))

    host, port = options.listen
    server = await asyncio.get_running_loop().create_server(make_protocol, host, port)
    print(f"listening on {host}:{server.sockets[0].getsockname()[1]}", flush=True)
    await ended.wait()
    server.close()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parse_arguments(sys.argv[1:])))
