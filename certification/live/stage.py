"""Be the stage of a case at a live venue: form orders that bring what the case wants of it, or have a person ask."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal
from typing import Any

from fairlead.certification.gateway.arguments import same
from fairlead.certification.gateway.attachment import Attachment
from fairlead.certification.gateway.fix_line import AheadClock
from fairlead.certification.gateway.installation import Installation, Place
from fairlead.certification.gateway.ouch_terms import find_strange_requests, find_strange_terms
from fairlead.certification.gateway.stage import GatewayStage
from fairlead.certification.gateway.strategy import StrategyLost
from fairlead.certification.gateway.venue_side import Trade, VenueSide
from fairlead.certification.live.configuration import LiveConfig
from fairlead.certification.live.fix_reader import FixReader
from fairlead.certification.live.link_words import LinkWords
from fairlead.certification.live.numbers import Story, fits, live_qty
from fairlead.certification.live.operator import Operator, Question
from fairlead.certification.live.ouch_reader import OuchReader
from fairlead.certification.live.plan import CasePlan
from fairlead.certification.live.requests import LiveRequests
from fairlead.certification.live.safety import Safety
from fairlead.certification.live.tap import Tap
from fairlead.certification.live.venue import LiveFix, LiveOuch
from fairlead.certification.live.words import OrderWords
from fairlead.certification.model.results import AnswerRecord, WireRecord
from fairlead.certification.model.verdicts import Blocked, Deviation
from fairlead.certification.runner import HarnessError, Playing

_AMOUNTS = {"OrderQty": "qty", "qty": "qty", "Price": "px", "px": "px", "StopPx": "stop_px"}
"""Fields of the gateway's messages whose values in a case are the case's own."""
_NO_MASS_CANCEL_S = 3.0


def question_key(playing: Playing) -> str:
    """Return what names a result in questions and answers: case, protocol, variant."""
    varied = ",".join(f"{name}={value}" for name, value in sorted(playing.variant.items()))
    return f"{playing.case.id} {playing.protocol} {varied}".strip()


class LiveStage(LinkWords, OrderWords, LiveRequests, GatewayStage):
    """One case."""

    def __init__(
        self,
        installation: Installation | Attachment,
        place: Place,
        playing: Playing,
        config: LiveConfig,
        line: tuple[Tap, FixReader | OuchReader],
        plan: CasePlan,
        operator: Operator,
        safety: Safety,
        most_qty: Decimal | None,
    ) -> None:
        self.config = config
        self.plan = plan
        self._line = line
        self._operator = operator
        self.safety = safety
        self.most_qty = most_qty
        self._number: int | None = None
        self._reached = 0
        self._known_breaks: list[str] = []
        self.terms: dict[str, tuple[Decimal, Decimal | None, Decimal | None]] = {}
        self.stories: dict[str, Story] = {}
        self.executions: dict[str, tuple[Story, Trade]] = {}
        self.deferred: list[Callable[[], Awaitable[None]]] = []
        self.is_away = False
        super().__init__(installation, place, AheadClock(), playing)
        for strategy in (self.strategy, self.other):
            strategy.next_seq = 0  # what it was told before the case is not the case's

    def _make_venue(self) -> VenueSide:
        tap, reader = self._line
        reader.listen_to(self._note_passing, lambda seen: self.live.hear(seen))
        ask = self._ask_gateway
        if isinstance(reader, FixReader):
            self.live: LiveFix | LiveOuch = LiveFix(tap, reader, self.config, ask, lambda name: self.cards[name])
        else:
            self.live = LiveOuch(tap, reader, self.config, ask, lambda name: self.cards[name])
        take = reader.take

        def taken(message: Any) -> None:
            take(message)
            # before the venue can answer: what it says of these must not reach the gateway before the cut
            landed = {name for name, card in self.cards.items() if card.message is not None and not self.is_away}
            tap.is_withholding = tap.is_withholding or bool(landed & self.plan.withheld and not self._was_cut)

        reader.take = taken
        return self.live

    def _note_passing(self, record: WireRecord) -> None:
        """Note what passes the tap, and what does not pass."""
        if record.direction == "out" and self._line[0].is_withholding:
            record.note = "withheld by the tap: it did not reach the gateway"
        elif record.direction == "out" and self._line[0].is_holding:
            record.note = "held by the tap until the case goes on"
        self.note_wire(record)

    @property
    def _was_cut(self) -> bool:
        return any(step.text.startswith("venue.again") for step in self.steps)

    async def _ask_gateway(self) -> object:
        return await self.installation.control.call("venues.list")

    async def set_up(self) -> None:
        """Bring venue and strategy up. Raises HarnessError where nothing can be played at this venue."""
        await super().set_up()
        self._known_breaks = await self._breaks()

    async def _until_open(self) -> None:
        """Wait until the gateway takes orders for the venue. Raises HarnessError."""
        await self.live.sync()
        if not await self.is_open_soon():
            told = await self.installation.control.call("venues.gates")
            shown = [each for each in told["gates"] if each["venue"] == self.place.venue]
            raise HarnessError(f"the gateway takes no orders for {self.place.venue}: {shown}")

    async def is_open_soon(self) -> bool:
        """Wait until the gateway takes orders for the venue, and tell whether it does."""
        deadline = time.monotonic() + self.config.logon_s
        while not await self._is_open():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.05)
        return True

    async def _is_open(self) -> bool:
        if self.plan.holds_answers and self._was_cut:
            return True
        told = await self.installation.control.call("venues.gates")
        ours = [each for each in told["gates"] if each["venue"] == self.place.venue]
        return all(each["up"] and each["gate"] == "open" for each in ours)

    # how a step is played

    async def do(self, verb: str, arguments: Any) -> Any:
        """Play one step: first what the plan has for it."""
        self._number = self._locate(verb, arguments)
        return await super().do(verb, arguments)

    def _locate(self, verb: str, arguments: Any) -> int | None:
        """Return which step of the plan this is; None for one that was not foreseen."""
        for number in range(self._reached, len(self.plan.steps)):
            planned = self.plan.steps[number]
            if planned.verb == verb and planned.arguments == arguments:
                self._reached = number + 1
                return number
        return None

    def _find(self, verb: str) -> Callable[[Any], Any]:
        play = super()._find(verb)
        if not verb.startswith("venue."):
            return play

        async def prepared(arguments: Any) -> Any:
            number = self._number
            if number is not None and number in self.plan.automatic:
                self.note_how(self.plan.automatic[number])
            if number is not None and number in self.plan.asked:
                await self.ask(self.plan.asked[number], self._about(arguments))
            return await play(arguments)

        return prepared

    def _about(self, arguments: Any) -> str:
        """Say which order a step is about, as the venue's desk knows it."""
        table = arguments if isinstance(arguments, dict) else {"of": arguments}
        name = str(table.get("of") or "")
        if "exec" in table and str(table["exec"]) in self.executions:
            story, _ = self.executions[str(table["exec"])]
            name = story.live.card.name
        if name not in self.cards:
            return ""
        card = self.book[self.root(name)].card if self.root(name) in self.book else self.cards[name]
        price = f" at {card.px}" if card.px is not None else ""
        return f"{card.side} {card.qty} {card.symbol}{price}, id {self.live.wire_id(card) or 'not sent yet'}: "

    async def ask(self, text: str, about: str = "") -> None:
        """Put a question to the operator. Raises Blocked or Deviation where the answer ends the case."""
        step = self.steps[-1]
        record = AnswerRecord(self._now_ns(), f"{about}{text}")
        step.answers.append(record)
        question = Question(question_key(self.playing), f"step {step.number} {step.text}", record.asked)
        answer = await self._operator.ask(question, self.config.operator_s)
        record.typed, record.outcome = answer.typed, answer.outcome
        said = f": {answer.text}" if answer.text else ""
        if answer.outcome == "fail":
            raise Deviation(f"the operator says that it went wrong{said}")
        if answer.outcome != "done":
            what = "skipped by the operator" if answer.outcome == "skip" else "the operator gave no answer"
            raise Blocked(f"{what}{said}")

    # what is judged

    def _complaint_of(self, report: dict[str, Any], kind: str, wants: dict[str, Any]) -> str:
        """Return what of a report is not as the case wants it, where its amounts stand for the venue's."""
        story = self._story_of(report)
        rest = dict(wants)
        for name, wanted in wants.items():
            expected = story.stands_for(name, wanted) if story is not None else []
            if name == "limit" and self.most_qty is not None:
                expected = [live_qty(self.config, wanted, self.most_qty)]
            if not expected:
                continue
            del rest[name]
            if not any(fits(name, report.get(name), each) for each in expected):
                told = " or ".join(dict.fromkeys(str(each) for each in expected))
                return f"{kind} with {name} {report.get(name, 'none')} received, expected {told} as the venue has it"
        return super()._complaint_of(report, kind, rest)

    def _story_of(self, report: dict[str, Any]) -> Story | None:
        ids = {report.get("cl_ord_id"), report.get("orig_cl_ord_id")} - {None}
        for card in self.cards.values():
            if card.cl_ord_id in ids and self.root(card.name) in self.stories:
                return self.stories[self.root(card.name)]
        open_orders = [story for story in self.stories.values() if story.live.card.name in self.cards]
        return open_orders[0] if len(open_orders) == 1 else None

    async def _expect_order(self, name: str, status: str, wants: dict[str, Any]) -> None:
        story = self.stories.get(self.root(name))
        if story is not None:
            wants = {key: self._in_books(story, key, wanted) for key, wanted in wants.items()}
        self.live.questions()
        await super()._expect_order(name, status, wants)

    def _in_books(self, story: Story, key: str, wanted: Any) -> Any:
        if key == "fills":
            stands = [trade for trade in story.live.trades if not trade.is_busted]
            meant = [trade for trade in story.meant.trades if not trade.is_busted]
            return len(stands) if len(meant) == int(wanted) else wanted
        pairs = {"cum": "cum", "leaves": "leaves", "avg_px": "avg_px"}
        if key in pairs and same(getattr(story.meant, pairs[key]), wanted):
            return getattr(story.live, pairs[key])
        return wanted

    async def settle(self) -> None:
        """Check what must hold after every case; the gateway's own questions are the venue's to answer."""
        await self.live.sync()
        self.live.questions()
        await super().settle()
        strange = list(self._strange_requests())
        if strange:
            raise Deviation("; ".join(strange))

    def _strange_requests(self) -> Iterable[str]:
        """Tell which OUCH requests name an instrument, or themselves, otherwise than the table says."""
        pattern = self.capabilities.venue_symbol
        if not isinstance(self.live, LiveOuch) or "{number}" in pattern:
            return ()
        if any(trigger.symbol for trigger in self.plan.terms.values()):
            return ()
        symbol = pattern.format(symbol=self.place.symbol)
        return find_strange_requests(self.live.requests, self.capabilities, symbol)

    async def expect_message(self, name: str, arguments: Any) -> Any:
        """Expect a message on the venue's wire, with the live terms where the case has its own."""
        fields = dict(arguments or {})
        card = self.card(fields["of"]) if "of" in fields else None
        if card is not None and card.name in self.terms:
            own = dict(zip(("qty", "px", "stop_px"), self.terms[card.name], strict=True))
            for key, attribute in _AMOUNTS.items():
                if key in fields and own[attribute] is not None and same(own[attribute], fields[key]):
                    fields[key] = str(getattr(card, attribute))
        if name not in ("NewOrderSingle", "OrderStatusRequest"):
            self.live.tap.release()
        return await super().expect_message(name, fields)

    def _strange_terms(self, name: str, message: Any, asked: Iterable[str]) -> Iterable[str]:
        if isinstance(self.live, LiveOuch):
            return find_strange_terms(name, message, self.capabilities, asked)
        return super()._strange_terms(name, message, asked)

    async def _breaks(self) -> list[str]:
        told = await self.control({"command": "breaks.list", "arguments": {"venue": "$venue"}})
        return [str(each) for each in told["breaks"]]

    async def desk_break(self, arguments: Any) -> None:
        """Expect a break that was not on the desk's list before the case."""
        kinds = arguments if isinstance(arguments, list) else [arguments]
        deadline = time.monotonic() + self.config.answer_s
        while True:
            new = [each for each in await self._breaks() if each not in self._known_breaks]
            if any(f"'kind': '{kind}'" in each for each in new for kind in kinds):
                return
            if time.monotonic() > deadline:
                raise Deviation(f"new breaks {'; '.join(new) or 'none'} on the list, expected {' or '.join(kinds)}")
            await self.live.sync()

    # time, and the gateway's life

    async def clock_advance(self, arguments: Any) -> None:
        """Let time pass: here it is everybody's."""
        seconds = float(arguments["ms"]) / 1000 if isinstance(arguments, dict) else float(arguments)
        self.note_how(f"waited {seconds:g} s")
        await asyncio.sleep(seconds)

    async def gateway_kill(self, arguments: Any) -> None:
        """End the gateway's process at once."""
        await super().gateway_kill(arguments)
        self.is_away = True

    async def strike(self) -> None:
        """Cancel what is open, let go of the strategies, and leave the session up for the next case."""
        try:
            await self._end_what_is_open()
        finally:
            await self.strategy.close()
            await self.other.close()
            self._line[1].let_go()
            await self.live.close()

    async def _end_what_is_open(self) -> None:
        names = [name for name, story in self.stories.items() if self.cards[name].message is not None]
        open_orders = [name for name in names if self.stories[name].live.is_open]
        if not open_orders or not self.installation.is_running:
            return
        await self.live.close()
        with contextlib.suppress(Blocked, Deviation, StrategyLost, OSError, TimeoutError):
            await asyncio.wait_for(self._bring_up(), self.config.logon_s)
            for strategy in (self.strategy, self.other):
                if not strategy.is_connected:
                    await strategy.log_in(self.installation.json_port)
                request = {"type": "mass_cancel", "cl_ord_id": f"{self._new_id('end')}", "scope": "all"}
                strategy.send(request)
            await self._until_dead(open_orders)

    async def _until_dead(self, names: list[str]) -> None:
        """Wait until the gateway has no such order open any more."""
        deadline = time.monotonic() + _NO_MASS_CANCEL_S
        while time.monotonic() < deadline:
            shown = [(await self._shown(name))["order"] for name in names]
            if all(Decimal(order["leaves_qty"]) == 0 for order in shown):
                return
            await self.live.sync()
