"""See a session of a binary protocol as one side's judge does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fairlead.certification.passive.native.messages import CLOSED, NativeMessage, Session
from fairlead.certification.passive.native.ouch_orders import OuchBooks
from fairlead.certification.passive.native.packets import CLIENT, SERVER
from fairlead.certification.passive.rules import RulesOf, Shown

PATIENCE = 8
"""How many messages of the server behind a stimulus show that it has gone on without an answer."""
PATIENCE_NS = 10_000_000_000


@dataclass(slots=True, eq=False)
class NativeView:
    """A session as one side's judge sees it: ``own`` is what the subject sent, ``theirs`` what its peer did."""

    session: Session
    side: int
    own: list[NativeMessage] = field(default_factory=list)
    theirs: list[NativeMessage] = field(default_factory=list)
    books: OuchBooks = field(init=False)

    def __post_init__(self) -> None:
        self.books = OuchBooks(self.session)
        for message in self.session.messages:
            (self.own if message.side == self.side else self.theirs).append(message)

    @property
    def is_client(self) -> bool:
        """Tell whether the subject logs in."""
        return self.side == CLIENT

    @property
    def is_server(self) -> bool:
        """Tell whether the subject is logged in to."""
        return self.side == SERVER

    @property
    def name(self) -> str:
        """Return the session's name."""
        return self.session.name

    @property
    def subject(self) -> str:
        """Return the subject."""
        return self.session.comp_ids[self.side]

    @property
    def protocol(self) -> str:
        """Return the catalogue's word for the protocol."""
        return self.session.protocol

    @property
    def role(self) -> str:
        """Return the subject's role."""
        return "acceptor" if self.side == SERVER else "initiator"

    @property
    def shown(self) -> Sequence[Shown]:
        """Return all messages."""
        return self.session.messages

    def after(self, stimulus: NativeMessage, side: int | None = None) -> Iterator[NativeMessage]:
        """Yield what came after a message on its connection, the subject's own unless said otherwise."""
        wanted = self.side if side is None else side
        messages = self.session.messages
        for at in range(stimulus.at + 1, len(messages)):
            if messages[at].epoch == stimulus.epoch and messages[at].side == wanted:
                yield messages[at]

    def said_after(self, stimulus: NativeMessage) -> list[NativeMessage]:
        """Return the subject's packets behind a message on its connection, without its end and debug packets."""
        return [message for message in self.after(stimulus) if message.kind not in (CLOSED, "+")]

    def has_gone_on(self, stimulus: NativeMessage) -> bool:
        """Tell whether the subject sent so much, or so late, behind a stimulus that no answer is to be awaited."""
        sent = 0
        for message in self.after(stimulus):
            sent += message.kind in ("S", "U")
            if sent >= PATIENCE or (stimulus.utc_ns and message.utc_ns - stimulus.utc_ns > PATIENCE_NS):
                return True
        return False


class NativeRules(RulesOf[NativeView]):
    """Gather the rules of binary protocols."""
