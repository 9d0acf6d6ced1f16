"""Add the verbs that bring a session into one particular situation, each for a case or two."""

from __future__ import annotations

from typing import Any

from fairlead.certification.engine.inbox import is_noise
from fairlead.certification.engine.names import ADMIN, message_name
from fairlead.certification.engine.stage import EngineStage
from fairlead.certification.model.verdicts import Deviation

WRONG_LOGONS: dict[str, dict[str, Any]] = {
    "sender": {"sender": "NOBODY"},
    "target": {"target": "NOBODY"},
    "SenderCompID": {"sender": "NOBODY"},
    "EncryptMethod": {"fields": {98: 99}},
    "EncryptMethod 6": {"fields": {98: 6}},
}

GROUPS = {
    ("fix44", "D"): (453, ("448", "FIRM"), ("447", "D"), ("452", "1")),
    ("fix44", "8"): (453, ("448", "FIRM"), ("447", "D"), ("452", "1")),
    ("fix42", "D"): (78, ("79", "ACCOUNT"), ("80", "100")),
    ("fix42", "8"): (382, ("375", "BROKER"), ("337", "TRADER")),
}
"""Repeating groups of the usual application messages: count tag, then an entry's fields in their order."""

CONDITIONAL: dict[tuple[str, str], dict[str, Any]] = {
    ("fix42", "D"): {"drop": [44]},
    ("fix44", "D"): {"drop": [44]},
    ("fix42", "8"): {"set": {20: 1}},
    ("fix44", "8"): {"set": {150: "F", 39: 1, 151: 50, 14: 50, 6: "10.00"}},
}
"""How the usual messages lack what their other fields make necessary: a limit's Price, the ExecID of what is cancelled,
a fill's quantity and price."""


class SituationStage(EngineStage):
    """The whole stage."""

    # Logons

    async def peer_begin_logon(self, arguments: Any = None) -> None:
        """Connect; see an initiator's Logon."""
        await self.peer_connect()
        if not self.options.is_acceptor:
            await self.expect_message("Logon", {})

    async def peer_wrong_logon(self, arguments: Any) -> None:
        """Send or answer a Logon that is wrong in one way."""
        said = WRONG_LOGONS[str(arguments)]
        await (self.peer_send_logon(said) if self.options.is_acceptor else self.peer_reply_logon(said))

    async def expect_caught_up(self, arguments: Any) -> None:
        """Expect a session that is up, and a ResendRequest before where our Logon's number was ``ahead``."""
        self.peer.begin_heartbeats()
        if arguments["ahead"]:
            await self.expect_message("ResendRequest", {7: "*", 16: "*"})
        await self.expect_alive()

    # Repeated and misdirected messages

    async def peer_send_dup(self, arguments: Any) -> None:
        """Send a TestRequest with PossDup under the expected or a seen number, ``orig`` seconds from now."""
        said: dict[str, Any] = {"type": "TestRequest", "fields": {112: "AGAIN"}, "dup": True, "orig": arguments["orig"]}
        if arguments["number"] == "seen":
            await self.peer_send({"type": "Heartbeat"})
            said |= {"behind": 1, "counted": False}
        await self.peer_send(said)

    async def expect_no_answer(self, arguments: Any) -> None:
        """Expect no Heartbeat with this TestReqID until one that answers a later TestRequest."""
        test_id = str(arguments[112])
        before = self.at
        await self.expect_alive()
        for received in self.peer.inbox[before : self.at]:
            if received.message is not None and received.message.get(112) == test_id:
                raise Deviation(f"{message_name(received.msg_type)} with TestReqID {test_id!r} received a second time")

    async def peer_send_from(self, arguments: Any) -> None:
        """Send a Heartbeat with another SenderCompID or TargetCompID; both where neither is given."""
        said = {key: value for key, value in arguments.items() if value is not None}
        await self.peer_send({"type": "Heartbeat", **(said or {"sender": "WRONG", "target": "WRONG"})})

    # Silence and ends

    async def peer_answer_test(self, arguments: Any) -> None:
        """Answer the TestRequest that came, or not."""
        if arguments == "yes":
            request = self.last_message("1")
            await self.peer_speak()
            self.peer.send("0", [("112", request.get(112))])

    async def expect_outcome(self, arguments: Any) -> None:
        """Expect the session to go on where a TestRequest was answered, and to end where it was not."""
        if arguments == "yes":
            await self.expect_alive()
            return
        await self.expect_maybe({"Logout": {}})
        await self.expect_disconnect({"within": "2.4 intervals + patience"})

    async def peer_answer_logout(self, arguments: Any) -> None:
        """Answer the Logout that came, or not."""
        if arguments == "yes":
            self.peer.send("5", [])
        self.peer.is_logged_on = False

    async def peer_close_or_not(self, arguments: Any) -> None:
        """Close as who asked for the end does, or leave it to the engine, which must not wait for ever."""
        self.peer.is_silent = True
        if arguments == "yes":
            await self.peer_cut("fin")
        else:
            await self.expect_disconnect({"within": 13})

    # Numbers

    async def peer_send_reset(self, arguments: Any) -> None:
        """Send a SequenceReset in reset mode with an ``own`` number that is expected, high or low."""
        shift = {"expected": {}, "high": {"ahead": 7}, "low": {"behind": 1}}[str(arguments["own"])]
        said = {"type": "SequenceReset", "fields": {36: arguments["new"]}, "counted": False}
        await self.peer_send(said | shift)

    async def peer_skip_all(self, arguments: Any = None) -> None:
        """Take no notice of what has come."""
        self.skip()

    # Content

    async def peer_send_group(self, arguments: Any) -> None:
        """Send the order with a group that has a wrong ``count``, or whose first field is not first (``order``)."""
        count_tag, *entry = GROUPS[self._order_kind()]
        said = {"count": "2", "order": "1"}[str(arguments)]
        if arguments == "order":
            entry[:2] = reversed(entry[:2])
        await self.peer_send({"type": "order", "append": [(str(count_tag), said), *entry]})

    async def peer_send_conditional(self, arguments: Any = None) -> None:
        """Send the order without a field that its other fields make necessary."""
        await self.peer_send({"type": "order", **CONDITIONAL[self._order_kind()]})

    def _order_kind(self) -> tuple[str, str]:
        usual = "D" if self.options.is_acceptor else "8"
        return self.options.protocol, usual

    async def expect_not_done_again(self, arguments: Any) -> None:
        """Expect no answer to a PossResend message, or one that says that it is known."""
        received = await self.next_of(lambda got: not is_noise(got) or got.msg_type not in ADMIN, 0.5)
        if received is None:
            return
        message = received.message
        if message is None or message.msg_type in ADMIN:
            raise Deviation(f"{self.name_of(received)}, expected no answer")
        says_rejected = message.get(39) == "8"
        if not says_rejected:
            raise Deviation(f"{self.name_of(received)}: acted on again")
        self.tolerate("the application answers that it knows the order, where silence was asked for")
