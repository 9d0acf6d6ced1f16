"""Speak the binary port's protocol (docs/strategy-protocol.md) under the client."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.soupbintcp import packet_types as pt
from fairlead.codecs.soupbintcp.login import (
    PASSWORD_BYTES,
    USERNAME_BYTES,
    LoginRequest,
    decode_login_accepted,
    encode_login_request,
)
from fairlead.codecs.soupbintcp.packets_cy import Fault, Packet, PacketReader, encode_packet
from fairlead.codecs.strategy_binary.market_data_decoder import MarketDataDecoder
from fairlead.codecs.strategy_binary.market_data_encoder_cy import encode_market_data_request
from fairlead.codecs.strategy_binary.reports_cy import ReportDecoder
from fairlead.codecs.strategy_binary.request_encoder_cy import RequestEncoder
from fairlead.codecs.strategy_binary.session import LIVE_SEQ, LOGOUT_REASONS, REFUSALS, VERSION, read_debug
from fairlead.codecs.vocabulary.market_data_cy import MarketDataRequest
from fairlead.codecs.vocabulary.session_messages import (
    NOT_GIVEN,
    Heartbeat,
    LineRefused,
    Login,
    LoginAccepted,
    LoginRefusal,
    LoginRejected,
    Logout,
    LogoutReason,
    NumberedReport,
    Ping,
    Reply,
    Request,
)

HEARTBEAT_S: Final = 1
_HEARTBEAT: Final = encode_packet(pt.CLIENT_HEARTBEAT)
_LOGOUT: Final = encode_packet(pt.LOGOUT_REQUEST)
_REFUSAL_OF_CODE: Final = {b"A": LoginRefusal.WRONG_SECRET, b"S": LoginRefusal.WRONG_SESSION}


def check_login(strategy: str, secret: str) -> None:
    """Raise ValueError where SoupBinTCP's login has no room for these."""
    for name, value, room in (("strategy", strategy, USERNAME_BYTES), ("secret", secret, PASSWORD_BYTES)):
        if not 0 < len(value) <= room or not value.isascii() or value != value.strip(" "):
            shown = f"{len(value)} characters" if name == "secret" else repr(value)
            where = "`fairlead secret new --length 10`" if name == "secret" else "username in [strategies.binary]"
            raise ValueError(
                f"{name}: {shown} received, expected 1 to {room} ASCII characters on the binary port (see {where})"
            )


class BinaryWire:
    """Turn messages into SoupBinTCP packets and back for one connection.

    What the gateway says in debug packets is kept for the message that it explains.
    """

    silent_intervals = 15
    """Nothing received for so many heartbeat intervals means that the gateway is gone."""

    def __init__(self) -> None:
        self._packets = PacketReader()
        self._requests = RequestEncoder()
        self._reports = ReportDecoder()
        self._market_data = MarketDataDecoder()
        self._strategy = ""
        self._next_seq = 0
        self._live_seq = 0
        self._debug = ("", "")

    def encode(self, request: Request) -> bytes:
        """Return a request's packet; EncodeError for what the protocol has no place for."""
        if isinstance(request, Ping):
            return _HEARTBEAT
        if isinstance(request, Logout):
            return _LOGOUT
        if isinstance(request, Login):
            return self._encode_login(request)
        if isinstance(request, MarketDataRequest):
            return encode_packet(pt.UNSEQUENCED_DATA, encode_market_data_request(request))
        return encode_packet(pt.UNSEQUENCED_DATA, self._requests.encode(request))

    def _encode_login(self, login: Login) -> bytes:
        self._strategy = login.strategy
        number = 0 if login.next_seq == NOT_GIVEN else login.next_seq
        return encode_login_request(LoginRequest(login.strategy, login.secret, login.session_id, number))

    def receive(self, data: bytes) -> Iterator[Reply]:
        """Yield the messages that are whole now; raise ``DecodeError``."""
        self._packets.feed(data)
        while (item := self._packets.next_packet()) is not None:
            if isinstance(item, Fault):
                raise DecodeError(item.reason)
            reply = self._decode(item)
            if reply is not None:
                yield reply

    def _decode(self, packet: Packet) -> Reply | None:
        payload = packet.payload()
        if packet.type_code == pt.SEQUENCED_DATA:
            return self._sequenced(payload)
        if packet.type_code == pt.UNSEQUENCED_DATA:
            return self._market_data.decode(payload)
        if packet.type_code == pt.SERVER_HEARTBEAT:
            return Heartbeat(self._next_seq)
        if packet.type_code == pt.DEBUG:
            return self._take_debug(payload)
        if packet.type_code == pt.LOGIN_ACCEPTED:
            return self._accepted(payload)
        if packet.type_code == pt.LOGIN_REJECTED:
            return self._rejected(payload)
        if packet.type_code == pt.END_OF_SESSION:
            return Logout("the session is over", LogoutReason.STOPPING)
        raise DecodeError(f"packet type {pt.describe_type(packet.type_code)} received, expected one of a server")

    def _sequenced(self, payload: bytes) -> Reply:
        seq = self._next_seq
        self._next_seq = seq + 1
        message = self._reports.decode(payload)
        if isinstance(message, LineRefused):
            return replace(message, seq=seq)
        return NumberedReport(seq, message)

    def _take_debug(self, payload: bytes) -> Logout | None:
        name, text = self._debug = read_debug(payload)
        if name == LIVE_SEQ and text.isdigit():
            self._live_seq = int(text)
        reason = LOGOUT_REASONS.get(name)
        # before the login is answered the same word may explain a refusal
        return Logout(text, reason) if reason is not None and self._next_seq else None

    def _accepted(self, payload: bytes) -> LoginAccepted:
        accepted = decode_login_accepted(payload)
        if not accepted.session.startswith(f"{VERSION}-"):
            raise DecodeError(f"session {accepted.session!r} received, expected one of version {VERSION}")
        self._next_seq = accepted.sequence_number
        live_seq = max(self._live_seq, self._next_seq)
        return LoginAccepted(self._strategy, accepted.session, self._next_seq, live_seq, HEARTBEAT_S)

    def _rejected(self, payload: bytes) -> LoginRejected:
        name, text = self._debug
        reason = REFUSALS.get(name) or _REFUSAL_OF_CODE.get(payload, LoginRefusal.MALFORMED)
        return LoginRejected(reason, text or f"refused with code {payload.decode('latin-1')}")
