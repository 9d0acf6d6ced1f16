"""Be the venue of one case in FIX 4.2 or 4.4: what the stage's words mean on the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fairlead.certification.gateway.fix_inbox import FixInbox
from fairlead.certification.gateway.fix_line import AheadClock, FixLine, Note
from fairlead.certification.gateway.fix_names import (
    MSG_TYPES,
    tag_of,
)
from fairlead.certification.gateway.fix_reports import FixReports
from fairlead.certification.gateway.installation import Place
from fairlead.certification.gateway.venue_side import (
    STATUS,
    Booked,
    Card,
    Saying,
    Trade,
)
from fairlead.certification.model.verdicts import Blocked, Deviation
from fairlead.certification.venues.session_records import SessionRecord, SessionSettings
from fairlead.certification.venues.wire import Field, WireMessage, build_frame, utc_timestamp

LOGON_S = 15.0
"""How long a logon, or everything that is under way, is waited for, in real time."""
BEGIN_STRINGS = {"fix42": "FIX.4.2", "fix44": "FIX.4.4"}


class FixVenue(FixInbox):
    """A venue. ``pending`` are the strategy's requests whose messages have not come; ``by_name`` finds any request."""

    def __init__(
        self,
        place: Place,
        protocol: str,
        clock: AheadClock,
        note: Note,
        by_name: Callable[[str], Card],
    ) -> None:
        super().__init__(by_name)
        self.line = self.source = FixLine(
            place.bound,
            SessionSettings(BEGIN_STRINGS[protocol], place.comp_id),
            place.record or SessionRecord(place.counterparty),
            clock,
            note,
            self._take,
        )
        self._reports = FixReports(protocol == "fix42")
        self._clock = clock
        self._ids = 0
        self._prefix = place.prefix or place.comp_id

    async def open(self) -> None:
        """Listen."""
        await self.line.open()

    async def up(self) -> None:
        """Return when the gateway is logged on. Raises Blocked."""
        try:
            await self._until(lambda: self.line.session.is_logged_on, "the gateway's Logon", LOGON_S)
        except Deviation as error:
            raise Blocked(error.text) from None

    async def sync(self) -> None:
        """Return when everything that the gateway had sent by now has come: it has answered a TestRequest."""
        session = self.line.session
        if not session.is_logged_on or self.line.is_deaf or self.line.is_held:
            return
        name = f"SYNC{self._next()}"
        session.send("1", [(112, name)])
        self.line.flush()
        await self._until(lambda: name in self.line.pongs, f"the Heartbeat that answers TestRequest {name}", LOGON_S)

    # what is said

    def _next(self) -> int:
        self._ids += 1
        return self._ids

    def new_id(self, prefix: str) -> str:
        """Return an id of the venue's that was not used before."""
        return f"{prefix}{self._prefix}{self._next()}"

    def _send(self, msg_type: str, body: list[Field], *, lose: bool = False) -> None:
        if lose:
            self.line.session.lose_next += 1
        self.line.session.send(msg_type, body)
        self.line.flush()

    def _stamp(self) -> str:
        return utc_timestamp(self._clock.utc_ns())

    def say(self, saying: Saying) -> None:
        """Say something of an order."""
        if saying.what == "cancel_rejected":
            assert saying.before is not None
            known = None if saying.extra.get("unknown") else saying.booked
            self._send("9", self._reports.cancel_reject(known, saying.card, saying.before, saying, self._stamp()))
            return
        is_trade = saying.what == "filled" and saying.trade is not None
        exec_id = saying.trade.exec_id if is_trade and saying.trade else self.new_id("X")
        body = self._reports.report(saying, exec_id, self._stamp())
        if is_trade and saying.trade is not None:
            saying.trade.body = body
        self._send("8", body, lose=saying.lose)

    def refuse_message(self, card: Card, reason: str, text: str, level: str) -> None:
        """Refuse a message by Reject(3) or BusinessMessageReject(j)."""
        message: WireMessage = card.message
        body: list[Field] = [(45, message.get(34))]
        if level == "session":
            self._send("3", [*body, (371, "44"), (372, message.msg_type), (373, reason), (58, text)])
        else:
            self._send("j", [*body, (372, message.msg_type), (379, card.venue_id), (380, reason), (58, text)])

    def answer_status(self, booked: Booked | None, card: Card, text: str) -> None:
        """Answer an OrderStatusRequest(H)."""
        extra = {790: card.message.get(790)} if 790 in card.message else {}
        if booked is None:
            body = self._reports.unknown_order(card, self.new_id("X"), text, self._stamp())
            self._send("8", [*body, *extra.items()])
            return
        about = booked.card
        self.say(Saying("status", booked, about, text=text, extra={str(tag): value for tag, value in extra.items()}))

    def answer_all(self, orders: list[Booked], question: WireMessage) -> None:
        """Answer an OrderMassStatusRequest(AF): one ExecutionReport an order, the last one marked."""
        request = {"584": question.get(584), "911": len(orders)}
        for number, booked in enumerate(orders, 1):
            last = {"912": "Y" if number == len(orders) else "N"}
            self.say(Saying("status", booked, booked.card, extra={**request, **last}))
        if not orders:
            card = Card("", STATUS, "", "", "", message=question, venue_id="NONE")
            body = self._reports.unknown_order(card, self.new_id("X"), "no open orders", self._stamp())
            self._send("8", [*body, (584, question.get(584)), (911, "0"), (912, "Y")])

    async def gone(self) -> None:
        """Return when the gateway has ended the connection."""
        await self._until(lambda: not self.line.is_connected, "the end of the connection")

    def accept_mass_cancel(self, card: Card, affected: int) -> None:
        """Answer an OrderMassCancelRequest(q): it is accepted as asked for."""
        message: WireMessage = card.message
        kind = message.get(530)
        body: list[Field] = [(11, card.venue_id), (37, self.new_id("M")), (530, kind), (531, kind)]
        self._send("r", [*body, (533, str(affected)), (60, self._stamp())])

    def forgive_cancels(self) -> None:
        """Pass over the gateway's own cancels that have come."""
        for entry in [entry for entry in self._inbox if entry[1] is None and entry[0].msg_type == "F"]:
            self._inbox.remove(entry)

    def ask_resend(self, begin: int, end: int) -> None:
        """Ask for messages again."""
        self._send("2", [(7, str(begin)), (16, str(end))])

    def send_raw(self, name: str, fields: dict[str, Any], booked: Booked | None) -> None:
        """Send a message as it is described; for an order, its report with these fields in place of its own."""
        body: list[Field] = []
        if booked is not None:
            saying = Saying("status", booked, booked.card)
            body = self._reports.report(saying, self.new_id("X"), self._stamp())
        changed = {tag_of(key): str(value) for key, value in fields.items()}
        body = [(tag, changed.pop(tag, value)) for tag, value in body] + list(changed.items())
        self._send(MSG_TYPES[name], body)

    def slice(self, size: int) -> None:
        """Send in pieces of so many bytes from now on."""
        self.line.slice_bytes = size

    def send_again(self, trade: Trade) -> None:
        """Send an execution once more under a number of its own."""
        self._send("8", trade.body)

    def resend(self, times: int) -> None:
        """Send all that was sent once more, as if a ResendRequest for everything had come."""
        session = self.line.session
        request = [(35, "2"), (34, "0"), (7, "1"), (16, "0")]
        for _ in range(times):
            session._handle_resend_request(WireMessage(b"", [(tag, value) for tag, value in request]))
            self.line.flush()

    async def cut(self, how: str) -> None:
        """End the connection, or say nothing any more."""
        if how == "blackhole":
            self.line.is_deaf = True
            return
        if how == "mid_frame":
            frame = build_frame(self.line.session.settings.begin_string, [(35, "8"), (34, "9999"), (58, "x" * 100)])
            self.line.write_raw(frame[: len(frame) // 2], "half a frame, then RST")
        await self.line.refuse()
        await self.line.cut(reset=how != "fin")

    async def again(self) -> None:
        """Listen and answer again."""
        if self.line.is_deaf:
            await self.line.cut(reset=True)
            self.line.is_deaf = False
        if self.line._server is None:
            await self.line.open()

    def forget_numbers(self) -> None:
        """Begin both directions' numbers anew, as a venue that has lost its state."""
        self.line.answers_with_reset = True

    def tick(self) -> None:
        """Do what a session owes to time."""
        if not self.line.is_deaf:
            self.line.session.tick()
            self.line.flush()

    async def close(self) -> None:
        """Let go of everything."""
        await self.line.close()
