"""Be the venue of an engine that initiates: take its logins, number messages, and see what it asks for next time.

What the engine has taken shows in its next login, which asks for the number behind the last message that it has.
"""

from __future__ import annotations

import asyncio
from typing import Any

from fairlead.certification.model.verdicts import Blocked, Deviation
from fairlead.certification.soup_engine.link import CLOSED
from fairlead.certification.soup_engine.packets import Login, login_accepted, read_login
from fairlead.certification.soup_engine.stage import QUIET_S, SoupStage, name_of
from fairlead.certification.venues.soup import packet

BAD_ANSWERS = {
    "short": packet("A", b"FAIR" + b" " * 20),
    "no number": packet("A", b"      FAIR" + b"X".rjust(20)),
    "number 0": packet("A", b"      FAIR" + b"0".rjust(20)),
    "long": packet("A", b"      FAIR" + b"1".rjust(21)),
}


class VenueStage(SoupStage):
    """A case's stage where the engine is the initiator."""

    own_heartbeat = "H"
    own_data = "S"
    passes = "+RU"

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.login: Login | None = None
        self._ended_s = self.now_s()

    @property
    def asked(self) -> Login:
        """Return the login that waits for its answer or had it. Raises Blocked where there was none."""
        if self.login is None:
            raise Blocked("the engine has not logged in at this step")
        return self.login

    async def drop(self, how: str = "fin") -> None:
        """End the connection, if there is one."""
        await super().drop(how)
        self._ended_s = self.now_s()

    # Login

    async def _take_login(self) -> Login:
        await super().drop()
        link = await self.reach.link(self.account, self.options.back_s)
        self.take(link)
        self.at = 1
        self.login = read_login(link.inbox[0].payload)
        return self.login

    async def peer_log_in(self, arguments: Any = None) -> None:
        """Take the engine's login and accept it, as a condition of what follows.

        Where it does not go on where the last case left it, it gets a new session, from the beginning.
        """
        account, login = self.account, await self._take_login()
        if not account.is_settled and login.session and login.number > 0:
            account.begin(login.session, login.number)
        elif not account.session or (login.session, login.number) != (account.session, account.next_number):
            account.begin()
        account.is_settled = True
        await self.peer_accept()
        await self._see_taken()

    async def peer_log_in_anew(self, arguments: Any = None) -> None:
        """Log in as ``peer.log_in`` does, then go over to a new session, so that its whole content is known."""
        await self.peer_log_in()
        await self.drop()
        await self.expect_login()
        await self.peer_accept({"session": "new"})
        await self.expect_new_session()

    async def expect_new_session(self, arguments: Any = None) -> None:
        """Expect the engine to stay in the new session, or to come back and ask for it from its beginning."""
        got = await self.next_got(QUIET_S, "+")
        if got is not None and got.code == CLOSED:
            await self.expect_login({"session": "same", "number": "begin"})
            await self.peer_accept()

    async def _see_taken(self) -> None:
        """See that the engine takes the answer: it must not close."""
        got = await self.next_got(QUIET_S, "+")
        if got is not None and got.code == CLOSED:
            raise Blocked("no login came about: the engine closed after LoginAccepted")

    async def expect_login(self, arguments: Any = None) -> None:
        """Expect the engine back, asking for the ``session`` (same, blank, any) and the ``number`` that it must.

        ``not_before``: not sooner than so long after the last end.
        """
        said, ended_s = dict(arguments or {}), self._ended_s
        try:
            login = await self._take_login()
        except Blocked as nobody:
            raise Deviation(nobody.text) from nobody
        if login.mistakes:
            raise Deviation("; ".join(login.mistakes))
        pause_s = self.linked.inbox[0].at_s - ended_s
        if "not_before" in said and pause_s < self.seconds(said["not_before"]):
            raise Deviation(f"login {pause_s:.3f} s after the end, expected a pause of {said['not_before']} at least")
        self._check_place(login, str(said.get("session", "same")), str(said.get("number", "next")))

    def _check_place(self, login: Login, session: str, number: str) -> None:
        account = self.account
        wanted = {"same": (account.session,), "blank": ("",), "any": (login.session,)}[session]
        numbers = {"next": (account.next_number,), "begin": (0, 1), "any": (login.number,)}[number]
        if login.session not in wanted or login.number not in numbers:
            asked = f"login for session {login.session!r} from {login.number} received"
            raise Deviation(f"{asked}, expected session {wanted[0]!r} from {numbers[-1]}")

    async def expect_credentials(self, arguments: Any = None) -> None:
        """Expect the login's user name, and its password where it is known, as they were given."""
        credentials, login = self.account.credentials, self.asked
        if login.mistakes:
            raise Deviation("; ".join(login.mistakes))
        if login.username.upper() != credentials.username.upper():
            raise Deviation(f"user name {login.username!r} received, expected {credentials.username!r}")
        if credentials.password and login.password.upper() != credentials.password.upper():
            raise Deviation("another password received than the one given")

    async def peer_accept(self, arguments: Any = None) -> None:
        """Accept a login as it asks, or at a ``number`` before or behind it (-2), or in a ``new`` session.

        What is numbered from there on follows, of which ``repeats`` are sent at most. ``split`` sends the answer one
        byte at a time.
        """
        said, account = dict(arguments or {}), self.account
        if said.get("session") == "new" or self.asked.session not in ("", account.session):
            account.begin()
        first = max(1, account.next_number + int(said.get("number", 0)))
        data = login_accepted(account.session, first)
        if said.get("split"):
            await self.write_parts(data, range(1, len(data)), "one byte at a time")
        else:
            self.write(data)
        self.is_silent = False
        account.numbered = max(account.numbered, first - 1)
        self._repeat(first, int(said.get("repeats", account.numbered)))

    def _repeat(self, first: int, most: int) -> None:
        account = self.account
        for number in range(first, min(account.numbered, first + most - 1) + 1):
            if number not in account.messages:
                account.messages[number] = self.message()
            self.write(packet("S", account.messages[number]), f"number {number}")
        account.sent = account.numbered

    async def peer_reject(self, arguments: Any) -> None:
        """Refuse a login for a reason, and close."""
        self.write(packet("J", str(arguments).encode()))
        await self.drop()

    async def peer_answer_badly(self, arguments: Any) -> None:
        """Answer a login by a LoginAccepted that is none."""
        self.write(BAD_ANSWERS[str(arguments)])

    async def peer_accept_twice(self, arguments: Any) -> None:
        """Send another LoginAccepted, so many numbers ahead."""
        self.write(login_accepted(self.account.session, self.account.next_number + int(arguments)))

    # Messages

    async def peer_publish(self, arguments: Any = 1) -> None:
        """Send so many messages; ``lost`` ones are numbered and not sent."""
        said = arguments if isinstance(arguments, dict) else {"count": arguments}
        account = self.account
        for _ in range(int(said["count"])):
            payload = self.message()
            number = account.number(payload)
            if not said.get("lost"):
                self.write(packet("S", payload), f"number {number}")
                account.sent = number

    async def peer_publish_unlogged(self, arguments: Any = None) -> None:
        """Send a message before the login is answered; it has no number."""
        self.write(packet("S", self.message()))

    async def peer_split_everywhere(self, arguments: Any = None) -> None:
        """Send a heartbeat, a message and a debug packet in two parts, cut at each byte in turn."""
        account = self.account
        size = len(packet("H") + packet("S", self.message()) + packet("+", b"cut"))
        for place in range(1, size):
            payload = self.message()
            data = packet("H") + packet("S", payload) + packet("+", b"cut")
            account.sent = account.number(payload)
            await self.write_parts(data, [place], f"in two parts, cut at byte {place}")

    async def peer_byte_by_byte(self, arguments: Any) -> None:
        """Send so many messages, one byte at a time."""
        payloads = [self.message() for _ in range(int(arguments))]
        data = b"".join(packet("S", payload) for payload in payloads)
        for payload in payloads:
            self.account.sent = self.account.number(payload)
        await self.write_parts(data, range(1, len(data)), "one byte at a time")

    async def peer_merge(self, arguments: Any) -> None:
        """Send so many messages, heartbeats between them, in one write."""
        payloads = [self.message() for _ in range(int(arguments))]
        for payload in payloads:
            self.account.sent = self.account.number(payload)
        self.write(b"".join(packet("S", payload) + packet("H") for payload in payloads), "all in one write")

    # What the engine makes of it

    async def expect_in_step(self, arguments: Any = None) -> None:
        """Expect that the engine's next login goes on behind the last message, twice, one message between."""
        await self.drop()
        await self.expect_login()
        await self.peer_accept()
        await self.peer_publish(1)
        await self.drop()
        await self.expect_login()
        await self.peer_accept()

    async def expect_pause(self, arguments: Any) -> None:
        """Expect no login within some time after a refusal; one that never comes back is seen by ``expect.login``."""
        await asyncio.sleep(self.seconds(arguments))
        if not self.account.arrivals.empty():
            raise Deviation(f"login within {self.seconds(arguments):g} s of the refusal, expected the engine to wait")

    async def expect_passed_over_or_closed(self, arguments: Any = None) -> None:
        """Expect the connection to be closed, or to go on as if nothing had been."""
        got = await self.next_got(2 * self.options.heartbeat_s, "+U")
        if got is None or got.code not in (CLOSED, "R"):
            raise Deviation(f"{name_of(got)} received, expected a heartbeat or the end of the connection")

    async def expect_end(self, arguments: Any = None) -> None:
        """Expect the engine to close after the end of the session, or close ourselves where it leaves that to us."""
        got = await self.next_got(self.options.patience_s)
        if got is not None and got.code not in (CLOSED, "O"):
            raise Deviation(f"{name_of(got)} received after EndOfSession, expected the end of the connection")
        await self.drop()
