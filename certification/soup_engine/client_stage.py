"""Be the client of an engine that accepts: log in, ask, and see each message under its number."""

from __future__ import annotations

import re
from typing import Any

from fairlead.certification.model.verdicts import Blocked, Deviation
from fairlead.certification.soup_engine.link import CLOSED, Got, Link
from fairlead.certification.soup_engine.packets import login_request, read_accepted
from fairlead.certification.soup_engine.stage import QUIET_S, SoupStage, name_of
from fairlead.certification.venues.soup import packet

_PLACE = re.compile(r"(first|next)([+-]\d+)?")
WRONG_SESSION = "NOSESSION"


class ClientStage(SoupStage):
    """A case's stage where the engine is the acceptor.

    ``first`` and ``next`` are the numbers of the first message that the case has seen and of the one to come.
    """

    passes = "+H"

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.session = ""
        self.first = self.next = 0
        self.place = 0
        self.messages: dict[int, bytes] = {}

    # Login

    async def peer_connect(self, arguments: Any = None) -> None:
        """Connect."""
        await self.drop()
        self.take(await self.reach.link(self.account, self.options.patience_s))

    def number(self, said: Any) -> int:
        """Return a number: digits, or a place that the case knows (``next+5``)."""
        found = _PLACE.fullmatch(str(said))
        return int(getattr(self, found[1])) + int(found[2] or 0) if found else int(said)

    def _login(self, arguments: Any) -> bytes:
        said = dict(arguments or {})
        credentials = self.account.credentials
        session = {"same": self.session, "wrong": WRONG_SESSION}.get(said.get("session", ""), "")
        password = "WRONG" if said.get("password") == "wrong" else credentials.password
        username = "NOBODY" if said.get("username") == "wrong" else credentials.username
        return login_request(username, password, session, self.number(said.get("number", 0)))

    async def peer_login(self, arguments: Any = None) -> None:
        """Send a login: ``session`` same, wrong or blank, ``number``, ``username`` and ``password`` right or wrong."""
        if self.link is None:
            await self.peer_connect()
        self.write(self._login(arguments))

    async def peer_login_with(self, arguments: Any) -> None:
        """Send a login whose ``username`` or ``password`` is wrong."""
        await self.peer_login({str(arguments): "wrong"})

    async def peer_bad_login(self, arguments: Any) -> None:
        """Send a login that is none: ``short``, ``long``, ``no number``; its credentials are right."""
        payload = self._login({"number": 0})[3:]
        shapes = {"short": payload[:-20], "long": payload + b" ", "no number": payload[:-20] + b"ONE".rjust(20)}
        self.write(packet("L", shapes[str(arguments)]))

    async def peer_log_in(self, arguments: Any = None) -> None:
        """Log in to what is new, as a condition of what follows."""
        await self.peer_login({"number": 0})
        got = await self.next_got(self.options.patience_s)
        session, number, mistake = read_accepted(got.payload) if got is not None and got.code == "A" else ("", 0, "")
        if not number:
            raise Blocked(f"no login came about: {mistake or name_of(got)} received, expected LoginAccepted")
        self.session, self.first, self.next, self.place = session, number, number, number
        self.is_silent = False

    async def expect_accepted(self, arguments: Any = None) -> None:
        """Expect LoginAccepted with the ``number`` given, and the session that is known."""
        said = dict(arguments or {})
        got = await self.wanted("A")
        session, number, mistake = read_accepted(got.payload)
        if mistake:
            raise Deviation(mistake)
        if self.session and session != self.session:
            raise Deviation(f"LoginAccepted of session {session!r} received, expected {self.session!r}")
        if not session:
            raise Deviation("LoginAccepted without the name of a session received")
        if "number" in said and number != self.number(said["number"]):
            raise Deviation(f"LoginAccepted with number {number} received, expected {self.number(said['number'])}")
        self.session, self.place = session, number
        self.next = self.next or number
        self.first = self.first or number
        self.is_silent = False

    async def expect_rejected(self, arguments: Any) -> None:
        """Expect LoginRejected for a ``reason``, and the end; ``or_next``: an honest LoginAccepted is tolerated."""
        said = arguments if isinstance(arguments, dict) else {"reason": arguments}
        got = await self.next_got(self.options.patience_s)
        if got is not None and got.code == "A" and said.get("or_next"):
            _, number, mistake = read_accepted(got.payload)
            if not mistake and number == self.next:
                self.tolerate(f"LoginAccepted at {number}, though more was asked for: the client must notice by itself")
                return
        reason = got.payload.decode("latin-1") if got is not None and got.code == "J" else ""
        if reason != said["reason"]:
            raise Deviation(f"{name_of(got)} received, expected LoginRejected {said['reason']!r}")
        await self.expect_closed({"without": "AS"})

    # Messages

    async def _answers(self, count: int, missing: type = Deviation) -> None:
        """Take so many new messages."""
        for _ in range(count):
            got = await self.wanted("S", missing=missing)
            self.messages[self.next] = got.payload
            self.next += 1
        self.place = self.next

    async def peer_request(self, arguments: Any = 1) -> None:
        """Send so many messages that the engine answers with one sequenced message each."""
        for _ in range(int(arguments)):
            self.write(packet("U", self.message()))
        await self._answers(int(arguments), Blocked)

    async def peer_ask_and_cut(self, arguments: Any) -> None:
        """Send so many messages and cut (``fin``, ``rst``) once the first answer is there; later ones may be lost."""
        for _ in range(int(arguments["count"])):
            self.write(packet("U", self.message()))
        await self._answers(1, Blocked)
        await self.drop(str(arguments["cut"]))

    async def expect_replayed(self, arguments: Any = None) -> None:
        """Expect the messages from where the login began to the last one, byte for byte as they were, and no more."""
        for number in range(self.place, self.next):
            got = await self.wanted("S")
            if got.payload != self.messages.get(number, got.payload):
                was = self.messages[number].hex(" ")
                raise Deviation(f"message {number} is {got.payload.hex(' ')} this time, expected {was}")
            self.messages[number] = got.payload
        self.place = self.next
        await self.expect_quiet()

    async def expect_rest(self, arguments: Any = None) -> None:
        """Take what else there is after a cut, then see all of it again by another login from the first one."""
        while (got := await self.next_got(QUIET_S)) is not None and got.code == "S":
            self.messages[self.next] = got.payload
            self.next += 1
        self.place = self.next
        await self.drop()
        await self.peer_login({"session": "same", "number": "first"})
        await self.expect_accepted({"number": "first"})
        await self.expect_replayed()

    async def expect_in_step(self, arguments: Any = None) -> None:
        """Expect that a new login goes on behind the last message, and that a request is answered under that number."""
        await self.drop()
        await self.peer_login({"session": "same", "number": "next"})
        await self.expect_accepted({"number": "next"})
        await self.expect_quiet()
        self.write(packet("U", self.message()))
        await self._answers(1)

    # Parts

    async def peer_split_login(self, arguments: Any = None) -> None:
        """Log in once for each place in a login, which comes in two parts, cut there."""
        data = self._login({"number": "first", "session": "same"})
        for place in range(1, len(data)):
            await self.peer_connect()
            await self.write_parts(data, [place], f"in two parts, cut at byte {place}")
            await self.expect_accepted({"number": "first"})

    async def peer_split_everywhere(self, arguments: Any = None) -> None:
        """Send a heartbeat, a message and a debug packet in two parts, cut at each byte in turn."""
        size = len(packet("R") + packet("U", self.message()) + packet("+", b"cut"))
        for place in range(1, size):
            data = packet("R") + packet("U", self.message()) + packet("+", b"cut")
            await self.write_parts(data, [place], f"in two parts, cut at byte {place}")
            await self._answers(1)

    async def peer_byte_by_byte(self, arguments: Any = None) -> None:
        """Log in and ask, one byte at a time."""
        await self.peer_connect()
        data = self._login({"number": "next", "session": "same"}) + packet("U", self.message()) + packet("R")
        await self.write_parts(data, range(1, len(data)), "one byte at a time")
        await self.expect_accepted({"number": "next"})
        await self._answers(1)

    async def peer_merge(self, arguments: Any) -> None:
        """Send a login and so many messages, heartbeats between them, in one write."""
        await self.peer_connect()
        data = self._login({"number": "next", "session": "same"})
        data += b"".join(packet("U", self.message()) + packet("R") for _ in range(int(arguments)))
        self.write(data, "all in one write")
        await self.expect_accepted({"number": "next"})
        await self._answers(int(arguments))

    # What is wrong

    async def expect_passed_over_or_closed(self, arguments: Any = None) -> None:
        """Expect the connection to be closed, or to go on as if nothing had been; never an answer."""
        got = await self.next_got(QUIET_S)
        if got is not None and got.code != CLOSED:
            raise Deviation(f"{name_of(got)} received, expected to be passed over or the end")
        if got is None:
            self.write(packet("U", self.message()))
            await self._answers(1)

    async def expect_refused_or_closed(self, arguments: Any = None) -> None:
        """Expect no login to come about: LoginRejected, or just the end."""
        got = await self.next_got(self.options.patience_s)
        if got is None or got.code not in ("J", CLOSED):
            raise Deviation(f"{name_of(got)} received, expected LoginRejected or the end of the connection")
        if got.code == "J":
            await self.expect_closed({"without": "AS"})

    # A second login of the account

    async def peer_second(self, arguments: Any = None) -> None:
        """Log in a second time beside the first connection, and see one of the two given up in good order."""
        first, was_at = self.linked, self.at
        second = await self.reach.link(self.account, self.options.patience_s)
        self.link = None
        self.take(second, "second")
        self.write(self._login({"session": "same", "number": "next"}))
        got = await self.next_got(self.options.patience_s)
        if got is not None and got.code == "A":
            await self._see_first_end(first, was_at, second, got)
        elif got is not None and got.code == "J":
            self.tolerate(f"{name_of(got)} to the second login: the first connection is kept")
            await self.drop()
            self.link, self.at, self.is_silent = first, was_at, False
            self.write(packet("U", self.message()))
            await self._answers(1)
        else:
            raise Deviation(f"{name_of(got)} received on the second connection, expected an answer to its login")

    async def _see_first_end(self, first: Link, was_at: int, second: Link, accepted: Got) -> None:
        self.link, self.at = first, was_at
        try:
            await self.expect_closed({"without": "S"})
        finally:
            self.link, self.at = second, second.inbox.index(accepted) + 1
        self.is_silent = False
        self.write(packet("U", self.message()))
        await self._answers(1)

    async def expect_end_of_session(self, arguments: Any = None) -> None:
        """Expect EndOfSession behind the last message, the end, and no way back into the session."""
        await self.wanted("Z")
        await self.expect_closed({"without": "SA"})
        await self.peer_login({"session": "same", "number": "next"})
        await self.expect_rejected("S")
