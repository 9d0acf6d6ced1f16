"""Wait for what the engine says, and judge it: the expecting half of the stage.

Heartbeats, TestRequests and application messages are noise while something else is expected; Reject, ResendRequest,
SequenceReset, Logon, Logout, BusinessMessageReject and the end of the connection never are.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from fairlead.certification.engine.drafts import type_code
from fairlead.certification.engine.identity import Identity
from fairlead.certification.engine.link import Received
from fairlead.certification.engine.matching import LAST_REASON_OF_FIX42, differences
from fairlead.certification.engine.names import ADMIN, message_name
from fairlead.certification.engine.options import EngineOptions
from fairlead.certification.engine.peer import Peer
from fairlead.certification.model.stage import NotingStage
from fairlead.certification.model.verdicts import Deviation, Unsupported
from fairlead.certification.venues.wire import WireMessage

NOTABLE = frozenset("2345Aj")
FAR = 1000
"""How far ahead a number is that is set on purpose."""


def is_noise(received: Received) -> bool:
    """Tell whether something means nothing where another thing is expected."""
    return received.kind == "message" and received.msg_type not in NOTABLE


class InboxStage(NotingStage):
    """Expect what comes from the engine. ``at`` is how far the inbox has been read."""

    def __init__(self, options: EngineOptions, identity: Identity) -> None:
        began_ns = time.monotonic_ns()
        super().__init__(lambda: time.monotonic_ns() - began_ns)
        self.options = options
        self.identity = identity
        self.peer = Peer(options, identity, self.note_wire)
        self.names: dict[str, str] = {"required": "54", "third_party": options.third_party}
        self.at = 0

    def make_unique(self, prefix: str = "C") -> str:
        """Return an id that no other message has."""
        raise NotImplementedError

    # Waiting

    async def next_of(self, wanted: Callable[[Received], bool], within_s: float = 0.0) -> Received | None:
        """Return the next thing that is wanted, passing over all else; None where it does not come in time."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (within_s or self.options.patience_s)
        while True:
            while self.at < len(self.peer.inbox):
                received = self.peer.inbox[self.at]
                self.at += 1
                if wanted(received):
                    return received
            self.peer.arrived.clear()
            left_s = deadline - loop.time()
            if left_s <= 0:
                return None
            try:
                await asyncio.wait_for(self.peer.arrived.wait(), left_s)
            except TimeoutError:
                return None

    def skip(self) -> None:
        """Pass over all that has come."""
        self.at = len(self.peer.inbox)

    def name_of(self, received: Received | None) -> str:
        """Say what came, for complaints."""
        if received is None:
            return "nothing received"
        if received.kind == "closed":
            return f"connection {received.text}"
        if received.message is None:
            return f"bytes that are no message ({received.text})"
        text = received.message.get(58)
        return f"{message_name(received.msg_type)}{f' {text!r}' if text else ''} received"

    def last_message(self, msg_type: str) -> WireMessage:
        """Return the engine's last message of a type."""
        for received in reversed(self.peer.inbox):
            if received.msg_type == msg_type and received.message is not None:
                return received.message
        raise Deviation(f"no {message_name(msg_type)} received")

    def seconds(self, value: Any) -> float:
        """Return seconds of a number, of ``1.2 intervals``, or of these and what an answer may take besides.

        The latter is ``1.2 intervals + patience``: engines whose timers count whole seconds are not late for that.
        """
        if not isinstance(value, str):
            return float(value)
        intervals, _, more = value.partition(" intervals")
        return float(intervals) * self.options.heartbeat_s + (self.options.patience_s if more else 0)

    def resolve(self, value: Any) -> Any:
        """Put the stage's names in their places: ``$seq``, ``$gap``, ``$next``, ``$id``..."""
        here = self.identity.next_out
        names = {"next": str(here), "here": str(here), "beyond": str(here + 3), "far": str(here + FAR), **self.names}
        if isinstance(value, str) and value.startswith("$"):
            if value == "$far":
                self.names.setdefault("far", names["far"])
            if value[1:] not in names:
                raise ValueError(f"name {value} is unknown, expected one of {', '.join(names)}")
            return names[value[1:]]
        if isinstance(value, dict):
            return {self.resolve(key): self.resolve(inner) for key, inner in value.items()}
        return [self.resolve(inner) for inner in value] if isinstance(value, list) else value

    # Expecting

    async def expect_message(self, name: str, arguments: Any) -> Received:
        """Expect the next notable thing to be a message of this name, with these fields."""
        said = dict(arguments or {})
        within_s = self.seconds(said.pop("within", self.options.patience_s))
        msg_type = type_code(name)
        expected = {str(tag): value for tag, value in self.resolve(said).items()}
        received = await self.next_of(lambda got: self._is_candidate(got, msg_type, expected), within_s)
        if received is None or received.msg_type != msg_type:
            raise Deviation(f"{self.name_of(received)}, expected {message_name(msg_type)}")
        found = differences(received, self._expectations(received, msg_type, expected))
        if found:
            raise Deviation(f"{message_name(msg_type)}: {'; '.join(found)}")
        return received

    def _is_candidate(self, got: Received, msg_type: str, expected: Mapping[str, Any]) -> bool:
        if got.msg_type != msg_type:
            return not is_noise(got)
        # a Heartbeat that answers nothing may come at any time
        return msg_type != "0" or not expected.get("112") or got.message is None or 112 in got.message

    def _expectations(self, received: Received, msg_type: str, expected: dict[str, Any]) -> dict[str, Any]:
        """Add what every Reject must say, and leave out what FIX 4.2 has no number for."""
        if msg_type == "3":
            expected = {"45": str(self.peer.last_sent_number), **expected}
            reason = expected.get("373")
            is_late = isinstance(reason, int) and reason > LAST_REASON_OF_FIX42
            if is_late and self.options.protocol == "fix42":
                expected["373"] = [None, reason]
        elif msg_type == "j" and received.message is not None and 45 in received.message:
            expected = {"45": str(self.peer.last_sent_number), **expected}
        return expected

    async def expect_maybe(self, arguments: Any) -> None:
        """Take a message if it is the next notable thing: ``expect.maybe: {Reject: {373: 9}}``."""
        ((name, fields),) = arguments.items()
        before = self.at
        received = await self.next_of(lambda got: not is_noise(got))
        self.at = before
        if received is not None and received.msg_type == type_code(name):
            await self.expect_message(name, fields)

    async def expect_application(self, arguments: Any = None) -> Received:
        """Expect any application message, with these fields."""
        said = dict(arguments or {})
        within_s = self.seconds(said.pop("within", self.options.patience_s))
        expected = {str(tag): value for tag, value in self.resolve(said).items()}
        received = await self.next_of(lambda got: got.kind != "message" or got.msg_type not in "01", within_s)
        if received is None or received.kind != "message" or received.msg_type in ADMIN:
            raise Deviation(f"{self.name_of(received)}, expected an application message")
        found = differences(received, expected)
        if found:
            raise Deviation(f"{message_name(received.msg_type)}: {'; '.join(found)}")
        return received

    async def expect_alive(self, arguments: Any = None) -> None:
        """Expect the session to go on: a TestRequest is answered, nothing notable comes before.

        ``tries``: how often it is sent, under one number, where a frame before may have swallowed it.
        """
        tries = int((arguments or {}).get("tries", 1))
        number = self.identity.next_out
        test_id = self.make_unique("LIVE")
        for left in range(tries - 1, -1, -1):
            self.peer.send("1", [("112", test_id)], number=number)
            received = await self.next_of(
                lambda got: (
                    not is_noise(got)
                    or (got.msg_type == "0" and got.message is not None and got.message.get(112) == test_id)
                ),
                self.options.patience_s if not left else 0.5,
            )
            if received is not None:
                break
        if received is None or received.msg_type != "0":
            raise Deviation(f"{self.name_of(received)}, expected Heartbeat(0) to TestRequest(1) {number}")

    async def expect_nothing(self, arguments: Any = None) -> None:
        """Expect no notable thing for a while (``within``)."""
        within_s = self.seconds((arguments or {}).get("within", 0.5))
        received = await self.next_of(lambda got: not is_noise(got), within_s)
        if received is not None:
            raise Deviation(f"{self.name_of(received)}, expected nothing")

    async def expect_no_application(self, arguments: Any = None) -> None:
        """Expect no application message for a while (``within``)."""
        within_s = self.seconds((arguments or {}).get("within", 0.5))
        received = await self.next_of(lambda got: not is_noise(got) or got.msg_type not in ADMIN, within_s)
        if received is not None:
            raise Deviation(f"{self.name_of(received)}, expected no application message")

    async def expect_disconnect(self, arguments: Any = None) -> None:
        """Expect the engine to end the connection, with no further notable message before."""
        within_s = self.seconds((arguments or {}).get("within", self.options.patience_s + 1))
        received = await self.next_of(lambda got: not is_noise(got), within_s)
        if received is None or received.kind != "closed":
            raise Deviation(f"{self.name_of(received)} within {within_s:g} s, expected the connection to be closed")

    # Alternatives

    async def do(self, verb: str, arguments: Any) -> Any:
        """Play a step, names resolved; ``any`` tries its branches in turn."""
        return await (self._any(arguments) if verb == "any" else super().do(verb, self.resolve(arguments)))

    async def _any(self, branches: list[Any]) -> None:
        """Play the first branch that fits; what has come is read anew by each."""
        before, mark, complaints = self.at, len(self.steps), []
        for branch in branches:
            graded = branch if isinstance(branch, dict) else {"steps": branch}
            self.at = before
            del self.steps[mark:]
            try:
                for step in graded["steps"]:
                    ((verb, arguments),) = step.items()
                    await self.do(verb, arguments)
            except Deviation as deviation:
                complaints.append(deviation.text)
                continue
            self._grade(graded)
            return
        raise Deviation(", and ".join(dict.fromkeys(complaints)))

    def _grade(self, branch: Mapping[str, Any]) -> None:
        grade = branch.get("grade", "pass")
        text = str(branch.get("says", "an outcome that the standard tolerates"))
        if grade == "unsupported":
            raise Unsupported(text)
        if grade != "pass":
            self.tolerate(text)

    async def settle(self) -> None:
        """Check that the engine's own numbers and header were right throughout."""
        expected = 0
        for received in self.peer.inbox:
            if received.kind == "garbled":
                raise Deviation(f"{self.name_of(received)}")
            message = received.message
            if message is None:
                expected = 0
                continue
            self._check_header(message, received)
            if message.get(141) == "Y" or message.poss_dup or message.msg_type == "4":
                expected = 0 if message.msg_type == "4" else expected
                continue
            if expected and message.msg_seq_num != expected:
                raise Deviation(
                    f"{message_name(message.msg_type)}: MsgSeqNum {message.msg_seq_num}, expected {expected}"
                )
            expected = message.msg_seq_num + 1

    def _check_header(self, message: WireMessage, received: Received) -> None:
        wanted = {"8": self.options.begin_string, "49": self.options.engine_comp_id, "52": "*"}
        found = differences(received, {**wanted, "56": self.identity.comp_id})
        if found:
            raise Deviation(f"{message_name(message.msg_type)}: {'; '.join(found)}")
