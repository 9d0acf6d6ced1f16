"""Keep a strategy connected: log in, hand each report on exactly once, come back after a loss."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Protocol, TypeVar

from fairlead.client.errors import ClientError, ConnectionFailedError, LoginRejectedError
from fairlead.client.transport import Transport, Wire
from fairlead.codecs.errors import DecodeError
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
    MarketDataMessage,
    NumberedReport,
    Ping,
    Pong,
    Reply,
    Request,
)

T = TypeVar("T")

_FINAL_REFUSALS: Final = frozenset((LoginRefusal.MALFORMED, LoginRefusal.WRONG_SECRET, LoginRefusal.WRONG_SEQ))
_FINAL_LOGOUTS: Final = frozenset((LogoutReason.REQUESTED, LogoutReason.TAKEN_OVER))


class EventKind(IntEnum):
    """What happened to the connection."""

    CONNECTED = 1
    DISCONNECTED = 2
    """The connection was lost; ``text`` says why."""
    RECONNECTED = 3
    """The client is back, and everything it missed was handed on."""
    RECONNECT_FAILED = 4
    """One attempt failed; another follows unless ``OVER`` does."""
    OVER = 5
    """The client gives up, or was closed."""
    SESSION_RESET = 6
    """The gateway's numbers began anew while the client was away: what was missed of the old session is unknown."""
    GAP = 7
    """Report numbers are missing: the gateway's record has holes."""
    LINE_REFUSED = 8
    """The gateway could not read a request."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the connection."""

    kind: EventKind
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reconnect:
    """Come back after a loss: wait ``first_s``, then twice as long each time, at most ``max_s``, varied by a fifth.

    ``attempts`` None: for ever.
    """

    first_s: float = 0.1
    max_s: float = 5.0
    attempts: int | None = None


@dataclass(frozen=True, slots=True)
class LoginTerms:
    """Say who logs in, and from which report on."""

    strategy: str
    secret: str = field(repr=False)
    from_seq: int | None = None
    session_id: str = ""
    heartbeat_interval_s: int = 15
    take_over: bool = False
    timeout_s: float = 10.0


class Listener(Protocol):
    """Take what a connection brings."""

    def on_connection_report(self, numbered: NumberedReport) -> None:
        """Take a report; each number comes once."""

    def on_connection_refusal(self, refused: LineRefused) -> None:
        """Note that the gateway could not read a request."""

    def on_connection_market_data(self, message: MarketDataMessage) -> None:
        """Take market data; raise DecodeError where it does not fit what came before."""

    def on_connection_event(self, event: Event) -> None:
        """Note what happened."""

    def on_connection_over(self, error: ClientError) -> None:
        """Note that there will be no connection again."""


class Connection:
    """Run one strategy's connections, one after the other."""

    def __init__(
        self,
        transport: Transport,
        login: LoginTerms,
        reconnect: Reconnect | None,
        listener: Listener,
        make_wire: Callable[[], Wire],
    ) -> None:
        self._transport = transport
        self._login = login
        self._reconnect = reconnect
        self._listener = listener
        self._make_wire = make_wire
        self._wire = make_wire()
        self._next_seq = NOT_GIVEN if login.from_seq is None else login.from_seq
        self._live_seq = 0
        self._catching_up = False
        self._heartbeat_interval_s = 0
        self._closing = False
        self._logout: Logout | None = None
        self._task: asyncio.Task[None] | None = None
        self.session_id = login.session_id
        self.is_logged_in = False

    @property
    def started(self) -> bool:
        """Tell whether ``start`` was called."""
        return self._task is not None

    @property
    def next_seq(self) -> int:
        """Return the number of the next report."""
        return self._next_seq

    async def start(self) -> None:
        """Connect, log in, and serve from then on."""
        early = await self._open(take_over=self._login.take_over)
        self._tell(EventKind.CONNECTED)
        self._task = asyncio.create_task(self._run(early))

    async def close(self) -> None:
        """Log out and wait for the end."""
        self._closing = True
        task = self._task
        if task is None:
            return
        if self.is_logged_in:
            self.send(Logout())
            await asyncio.wait((task,), timeout=self._login.timeout_s)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def send(self, request: Request) -> None:
        """Write a request."""
        self._transport.write(self._wire.encode(request))

    async def _run(self, early: list[Reply]) -> None:
        error: ClientError = ConnectionFailedError("the client was closed")
        try:
            replies: list[Reply] | None = early
            while replies is not None:
                reason = await self._serve(replies)
                if not self._closing:
                    self._tell(EventKind.DISCONNECTED, reason)
                error = ConnectionFailedError(f"the connection is over: {reason}")
                replies = await self._come_back()
        except ClientError as final:
            error = final
        finally:
            self.is_logged_in = False
            self._listener.on_connection_over(error)
            self._tell(EventKind.OVER, str(error))
            await self._transport.close()

    async def _come_back(self) -> list[Reply] | None:
        """Return the first replies of a new connection, None where none is wanted; raise ``ClientError`` at the end."""
        plan = self._reconnect
        taken_away = self._logout is not None and self._logout.reason in _FINAL_LOGOUTS
        if plan is None or self._closing or taken_away:
            return None
        attempt = 0
        delay_s = plan.first_s
        while True:
            await asyncio.sleep(delay_s * random.uniform(0.8, 1.2))
            attempt += 1
            try:
                return await self._open(take_over=True)
            except ConnectionFailedError as error:
                self._tell(EventKind.RECONNECT_FAILED, str(error))
                if self._is_final(error) or attempt == plan.attempts:
                    raise
            delay_s = min(delay_s * 2, plan.max_s)

    def _is_final(self, error: ConnectionFailedError) -> bool:
        if not isinstance(error, LoginRejectedError):
            return False
        if error.reason == LoginRefusal.WRONG_SESSION:
            self._tell(EventKind.SESSION_RESET, str(error))
            self.session_id = ""
            self._next_seq = 1
        return error.reason in _FINAL_REFUSALS

    async def _open(self, take_over: bool) -> list[Reply]:
        """Connect and log in; return what came behind the answer."""
        await self._transport.open()
        try:
            self._wire = self._make_wire()
            self._logout = None
            login = self._login
            self.send(
                Login(
                    login.strategy,
                    login.secret,
                    next_seq=self._next_seq,
                    session_id=self.session_id,
                    heartbeat_interval_s=login.heartbeat_interval_s,
                    take_over=take_over,
                )
            )
            async with asyncio.timeout(login.timeout_s):
                return await self._read_answer()
        except TimeoutError:
            await self._transport.close()
            raise ConnectionFailedError(f"no answer to the login within {self._login.timeout_s:g} s") from None
        except BaseException:
            await self._transport.close()
            raise

    async def _read_answer(self) -> list[Reply]:
        replies: list[Reply] = []
        while not replies:
            data = await self._transport.read()
            if not data:
                raise ConnectionFailedError("the gateway closed the connection without an answer to the login")
            try:
                replies.extend(self._wire.receive(data))
            except DecodeError as error:
                raise ConnectionFailedError(f"no answer of a gateway: {error}") from None
        answer = replies.pop(0)
        if isinstance(answer, LoginRejected):
            raise LoginRejectedError(answer.reason, answer.text)
        if isinstance(answer, Logout):
            raise ConnectionFailedError(f"logged out before the login: {answer.text}")
        if not isinstance(answer, LoginAccepted):
            raise ConnectionFailedError(f"{type(answer).__name__} received, expected the answer to the login")
        self._accept(answer)
        return replies

    def _accept(self, accepted: LoginAccepted) -> None:
        self.session_id = accepted.session_id
        if NOT_GIVEN < self._next_seq < accepted.next_seq:
            self._tell(EventKind.GAP, f"the gateway begins at report {accepted.next_seq}, asked for {self._next_seq}")
        self._next_seq = accepted.next_seq
        self._live_seq = accepted.live_seq
        self._heartbeat_interval_s = accepted.heartbeat_interval_s
        self._catching_up = self.started
        self.is_logged_in = True

    async def _serve(self, early: list[Reply]) -> str:
        """Hand on what comes until the connection ends; return why it did."""
        pinging = asyncio.create_task(self._ping())
        try:
            for reply in early:
                self._take(reply)
            while self._logout is None:
                self._note_caught_up()
                data = await self._read()
                if not data:
                    return "the stream ended"
                for reply in self._wire.receive(data):
                    self._take(reply)
            return self._logout.text
        except TimeoutError:
            return f"nothing received for {self._silence_s} s"
        except DecodeError as error:
            return f"what was received is no line of the protocol: {error}"
        finally:
            self.is_logged_in = False
            pinging.cancel()
            await self._transport.close()

    async def _read(self) -> bytes:
        async with asyncio.timeout(self._silence_s or None):
            return await self._transport.read()

    @property
    def _silence_s(self) -> int:
        return self._wire.silent_intervals * self._heartbeat_interval_s

    async def _ping(self) -> None:
        while self._heartbeat_interval_s:
            await asyncio.sleep(self._heartbeat_interval_s)
            self.send(Ping())

    def _note_caught_up(self) -> None:
        if self._catching_up and self._next_seq >= self._live_seq:
            self._catching_up = False
            self._tell(EventKind.RECONNECTED)

    def _take(self, reply: Reply) -> None:
        if isinstance(reply, NumberedReport):
            self._take_report(reply)
        elif isinstance(reply, LineRefused):
            self._take_refusal(reply)
        elif isinstance(reply, Logout):
            self._logout = reply
        elif isinstance(reply, MarketDataMessage):
            # what does not fit ends this connection: the next one begins with snapshots
            self._listener.on_connection_market_data(reply)
        elif not isinstance(reply, Heartbeat | Pong):
            raise DecodeError(f"{type(reply).__name__} received, expected what follows a login")

    def _take_report(self, numbered: NumberedReport) -> None:
        if self._is_next(numbered.seq):
            self._call(self._listener.on_connection_report, numbered)

    def _take_refusal(self, refused: LineRefused) -> None:
        if refused.seq == NOT_GIVEN or self._is_next(refused.seq):
            self._call(self._listener.on_connection_refusal, refused)

    def _is_next(self, seq: int) -> bool:
        """Tell whether a number was not there yet, and count it."""
        if seq < self._next_seq:
            return False
        if seq > self._next_seq:
            self._tell(EventKind.GAP, f"report {seq} received, expected {self._next_seq}")
        self._next_seq = seq + 1
        return True

    def _tell(self, kind: EventKind, text: str = "") -> None:
        self._call(self._listener.on_connection_event, Event(kind, text))

    @staticmethod
    def _call(callback: Callable[[T], None], argument: T) -> None:
        """Call the strategy's code; a mistake in it must not end the connection that its orders live on."""
        try:
            callback(argument)
        except Exception as error:
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a callback of the Fairlead client failed", "exception": error}
            )
