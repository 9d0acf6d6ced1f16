"""Say what a rule is: a case of the catalogue that a log can be asked, as a function over one side of a conversation.

A rule yields a ``Finding`` for each place where its stimulus stands; one that yields none does not occur. Where a log
ends, or goes on to the next connection, before an answer could have come, nothing is found: silence is no defect then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from fairlead.certification.model.results import FieldRecord
from fairlead.certification.model.verdicts import Level, Verdict
from fairlead.certification.passive.conversations import LOGOUT, REJECT, Conversation, Message
from fairlead.certification.passive.order_books import OrderBooks

PATIENCE = 8
"""How many messages of the subject behind a stimulus show that it has gone on without an answer."""
PATIENCE_NS = 10_000_000_000


class Shown(Protocol):
    """What a report needs of any protocol's message; ``at`` is its place in its conversation."""

    @property
    def at(self) -> int: ...
    @property
    def side(self) -> int: ...
    @property
    def utc_ns(self) -> int: ...
    @property
    def number(self) -> int: ...
    @property
    def place(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def raw(self) -> str: ...
    @property
    def faults(self) -> str: ...
    def fields(self) -> list[FieldRecord]: ...


@dataclass(slots=True)
class Finding:
    """One stimulus: where it stands, what was expected, what came, and what that is worth."""

    stimulus: Sequence[Shown]
    expected: str
    came: Sequence[Shown] = ()
    verdict: Verdict = Verdict.PASS
    complaint: str = ""


@dataclass(slots=True)
class View:
    """A conversation as one side's judge sees it: ``own`` is what the subject sent, ``theirs`` what its peer did."""

    conversation: Conversation
    side: int
    own: list[Message] = field(default_factory=list)
    theirs: list[Message] = field(default_factory=list)
    books: OrderBooks = field(init=False)
    refusals: dict[tuple[int, int], list[Message]] = field(default_factory=dict)
    logouts: dict[int, list[Message]] = field(default_factory=dict)
    """Where each side's Logouts stand, by connection."""

    def __post_init__(self) -> None:
        self.books = OrderBooks(self.conversation)
        for message in self.conversation.messages:
            is_own = message.side == self.side
            (self.own if is_own else self.theirs).append(message)
            if message.msg_type == LOGOUT:
                self.logouts.setdefault(message.epoch, []).append(message)
            elif is_own and message.msg_type in (REJECT, "j"):
                self.refusals.setdefault((message.epoch, message.int_of(45)), []).append(message)

    def refusal_of(self, stimulus: Message) -> Message | None:
        """Return the subject's Reject or BusinessMessageReject of a message, found by RefSeqNum(45)."""
        found = self.refusals.get((stimulus.epoch, stimulus.number), ())
        return next((message for message in found if message.at > stimulus.at), None)

    def is_logged_out(self, message: Message) -> bool:
        """Tell whether a Logout of either side came before on the connection."""
        return any(logout.at < message.at for logout in self.logouts.get(message.epoch, ())[:1])

    @property
    def name(self) -> str:
        """Return the conversation's name."""
        return self.conversation.name

    @property
    def subject(self) -> str:
        """Return the subject's CompID."""
        return self.conversation.comp_ids[self.side]

    @property
    def protocol(self) -> str:
        """Return the catalogue's word for the version."""
        return self.conversation.protocol

    @property
    def shown(self) -> Sequence[Shown]:
        """Return all messages."""
        return self.conversation.messages

    @property
    def role(self) -> str:
        """Return the subject's role."""
        return "acceptor" if self.side else "initiator"

    def after(self, stimulus: Message, side: int | None = None) -> Iterator[Message]:
        """Yield what came after a message on its connection, the subject's own unless said otherwise."""
        wanted = self.side if side is None else side
        messages = self.conversation.messages
        for at in range(stimulus.at + 1, len(messages)):
            if messages[at].epoch != stimulus.epoch:
                return
            if messages[at].side == wanted:
                yield messages[at]

    def answer(self, stimulus: Message, fits: Callable[[Message], bool]) -> Message | None:
        """Return the subject's first message behind a stimulus that fits."""
        return next((message for message in self.after(stimulus) if fits(message)), None)

    def has_gone_on(self, stimulus: Message) -> bool:
        """Tell whether the subject sent so much, or so late, behind a stimulus that no answer is to be awaited."""
        for sent, message in enumerate(self.after(stimulus), 1):
            if sent >= PATIENCE or (stimulus.utc_ns and message.utc_ns - stimulus.utc_ns > PATIENCE_NS):
                return True
        return False

    def judge(
        self, stimulus: Message, expected: str, fits: Callable[[Message], bool], wrong: str = "no such answer came"
    ) -> Iterator[Finding]:
        """Find an answer: pass where it came, fail where the subject has gone on without it, else nothing."""
        came = self.answer(stimulus, fits)
        if came is not None:
            yield Finding([stimulus], expected, [came])
        elif self.has_gone_on(stimulus):
            yield Finding([stimulus], expected, list(self.after(stimulus))[:2], Verdict.FAIL, wrong)


class Judged(Protocol):
    """A conversation of any protocol as one side's judge sees it, as far as a report needs it."""

    @property
    def name(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def protocol(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def side(self) -> int: ...
    @property
    def shown(self) -> Sequence[Shown]: ...


V = TypeVar("V", bound=Judged)


@dataclass(frozen=True, slots=True)
class Rule(Generic[V]):
    """A case that can be judged from a log."""

    case_id: str
    title: str
    asks: str
    why: str
    reference: tuple[str, ...]
    judge: Callable[[V], Iterable[Finding]]
    level: Level = Level.MUST

    @property
    def group(self) -> str:
        """Return the case's group."""
        return self.case_id[:2]


class RulesOf(Generic[V]):
    """Gather rules by decoration, in the order in which they are written."""

    def __init__(self) -> None:
        self.rules: list[Rule[V]] = []

    def rule(
        self, case_id: str, title: str, asks: str, why: str, reference: str, level: Level = Level.MUST
    ) -> Callable[[Callable[[V], Iterable[Finding]]], Callable[[V], Iterable[Finding]]]:
        """Add the function that follows as the rule of a case."""

        def decorate(judge: Callable[[V], Iterable[Finding]]) -> Callable[[V], Iterable[Finding]]:
            self.rules.append(Rule(case_id, title, asks, why, tuple(reference.split(", ")), judge, level))
            return judge

        return decorate


Judge = Callable[[View], Iterable[Finding]]


class RuleBook(RulesOf[View]):
    """Gather the rules of FIX."""
