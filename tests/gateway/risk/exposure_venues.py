"""Drive the books as venues do: what they report in order and out of order, and tell the reference what it means."""

from typing import Any

from exposure_market import (
    KEYS,
    STATUS_OF,
    STATUS_OF_STATE,
    VENUES,
    Market,
    missing,
    pick,
    picks,
    prices,
    quantities,
    words,
)
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from plain_exposure import ENDS, PENDING, REJECTED, Fill

from fairlead.codecs.vocabulary.constants import ABSENT, ExecType, OrdStatus, OrdType, ReportKind
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.gateway.orders.outcome_cy import DUPLICATE


class Venues(Market):
    """Play venues too."""

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, owed=missing)
    def accept(self, number: int, owed: int) -> None:
        chosen = self.choose(number, lambda plain: plain.state == PENDING)
        if chosen is not None:
            name, plain, _ = chosen
            plain.trade()
            self.say(name, ReportKind.ACCEPTED, owed=owed, exec_type=ExecType.NEW, ord_status=OrdStatus.NEW)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, qty=quantities, px=prices, tells_cum=st.booleans())
    def fill(self, number: int, qty: int, px: int, tells_cum: bool) -> None:
        """Fill before the acknowledgement, in the middle, beyond the order, after its end."""
        chosen = self.choose(number)
        if chosen is not None:
            self.book_fill(chosen[0], qty, px, tells_cum)

    def book_fill(self, name: str, qty: int, px: int, tells_cum: bool) -> None:
        plain = self.plain.orders[name]
        plain.cum += qty
        plain.missing = max(plain.missing - qty, 0)
        if plain.state not in ENDS:
            plain.trade()
        elif plain.cum >= plain.qty:
            plain.state = "filled"
        elif plain.state == REJECTED:
            plain.state = "live"
        status = OrdStatus.FILLED if plain.cum >= plain.qty else OrdStatus.PARTIALLY_FILLED
        exec_id = self.fresh("e")
        plain.fills[exec_id] = Fill(qty, px)
        told = {} if tells_cum else {"cum_qty": ABSENT}
        self.say(
            name, ReportKind.FILLED, exec_id=exec_id, exec_type=ExecType.TRADE, ord_status=status, last_qty=qty,
            last_px=px, **told,
        )  # fmt: skip

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, word=words, owed=missing)
    def bust(self, number: int, word: str, owed: int) -> None:
        """Take a fill back, also of an order that has ended, also of yesterday."""
        chosen = self.choose(number, lambda plain: any(fill.stands for fill in plain.fills.values()))
        if chosen is not None:
            self.book_bust(chosen[0], number, word, owed)

    @rule(
        key=st.sampled_from(KEYS), side=st.sampled_from((49, 50)), qty=quantities, px=prices, word=words,
        between=st.sampled_from(("", "day", "restart")),
    )  # fmt: skip
    def filled_and_busted(
        self, key: tuple[str, str, str, str], side: int, qty: int, px: int, word: str, between: str
    ) -> None:
        """Fill an order as a whole, and take it back when nobody thinks of it any more."""
        self.new(key, side, qty, px, OrdType.LIMIT, None)
        name = list(self.plain.orders)[-1]
        self.book_fill(name, qty, px, True)
        if between == "day":
            self.day_began(key[2])
        elif between == "restart":
            self.restart(from_snapshot=bool(qty % 2))
        self.book_bust(name, 0, word, 0)

    def book_bust(self, name: str, number: int, word: str, owed: int) -> None:
        plain = self.plain.orders[name]
        exec_id, fill = pick([pair for pair in plain.fills.items() if pair[1].stands], number)
        fill.stands = False
        plain.cum -= fill.qty
        if plain.state not in ENDS:
            plain.trade()
        elif plain.state == "filled":
            plain.speak(word)
        lives = plain.state not in ENDS
        status = OrdStatus.PARTIALLY_FILLED if lives else STATUS_OF[word]
        self.say(
            name, ReportKind.TRADE_BUSTED, owed=owed, exec_type=ExecType.TRADE_CANCEL, ord_status=status,
            exec_ref_id=exec_id,
        )  # fmt: skip

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, qty=quantities, px=prices, word=words)
    def correct(self, number: int, qty: int, px: int, word: str) -> None:
        chosen = self.choose(number, lambda plain: any(fill.stands for fill in plain.fills.values()))
        if chosen is None:
            return
        name, plain, _ = chosen
        exec_id, fill = pick([pair for pair in plain.fills.items() if pair[1].stands], number)
        plain.cum += qty - fill.qty
        fill.qty, fill.px = qty, px
        if plain.state not in ENDS:
            plain.trade()
        elif plain.state in ("filled", REJECTED):
            plain.speak(word)
        elif plain.cum >= plain.qty:
            plain.state = "filled"
        status = OrdStatus.PARTIALLY_FILLED if plain.state not in ENDS else STATUS_OF[word]
        self.say(
            name, ReportKind.TRADE_CORRECTED, exec_type=ExecType.TRADE_CORRECT, ord_status=status,
            exec_ref_id=exec_id, last_qty=qty, last_px=px,
        )  # fmt: skip

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, owed=missing)
    def canceled(self, number: int, owed: int) -> None:
        """End an order, of the venue's own doing or in answer to a request; a replace that kills is refused."""
        chosen = self.choose(number)
        if chosen is None:
            return
        name, plain, _ = chosen
        flying = [asked for asked in plain.asked if plain.asked[asked].kind != "new"]
        answer = pick([*flying, ""], number)
        asked = plain.asked.pop(answer, None)
        if asked is not None and asked.kind == "replace":
            self.answered[name][answer] = asked
        plain.end("canceled")
        said = {"exec_type": ExecType.CANCELED, "ord_status": OrdStatus.CANCELED}
        self.say(name, ReportKind.CANCELED, answer, owed, **said)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, left=quantities)
    def canceled_in_part(self, number: int, left: int) -> None:
        chosen = self.choose(number, lambda plain: plain.state not in ENDS)
        if chosen is not None:
            name, plain, _ = chosen
            plain.qty = plain.cum + left
            plain.trade()
            said = {"exec_type": ExecType.CANCELED, "ord_status": OrdStatus.NEW, "leaves_qty": left}
            self.say(name, ReportKind.CANCELED, **said)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks)
    def rejected(self, number: int) -> None:
        chosen = self.choose(number, lambda plain: plain.state == PENDING)
        if chosen is not None:
            name, plain, _ = chosen
            plain.end(REJECTED)
            said = {"exec_type": ExecType.REJECTED, "ord_status": OrdStatus.REJECTED, "cum_qty": ABSENT}
            self.say(name, ReportKind.REJECTED, **said)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, owed=missing)
    def expired(self, number: int, owed: int) -> None:
        chosen = self.choose(number)
        if chosen is not None:
            name, plain, _ = chosen
            plain.end("expired")
            self.say(name, ReportKind.EXPIRED, owed=owed, exec_type=ExecType.EXPIRED, ord_status=OrdStatus.EXPIRED)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, late=st.booleans())
    def replaced(self, number: int, late: bool) -> None:
        """Grant a replace: in order or not, after the order's end, after it was refused."""
        chosen = self.choose(
            number, lambda plain: any(asked.kind == "replace" for asked in plain.asked.values())
        ) or self.choose(number)
        if chosen is None:
            return
        name, plain, _ = chosen
        flying = {key: asked for key, asked in plain.asked.items() if asked.kind == "replace"}
        if not flying or late:
            flying |= self.answered[name]
        if not flying:
            return
        answer, asked = pick(list(flying.items()), number)
        plain.asked.pop(answer, None)
        self.answered[name].pop(answer, None)
        if asked.number >= plain.newest:
            plain.newest, plain.qty, plain.px = asked.number, asked.qty, asked.px
            self.names[name] = answer
            if plain.state in ("canceled", "expired", REJECTED):
                plain.speak("lives")
            else:
                plain.trade()
        self.say(name, ReportKind.REPLACED, answer, exec_type=ExecType.REPLACED, ord_status=OrdStatus.REPLACED)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks)
    def refused(self, number: int) -> None:
        chosen = self.choose(number, lambda plain: any(asked.kind != "new" for asked in plain.asked.values()))
        if chosen is None:
            return
        name, plain, _ = chosen
        answer = pick([key for key, asked in plain.asked.items() if asked.kind != "new"], number)
        asked = plain.asked.pop(answer)
        if asked.kind == "replace":
            self.answered[name][answer] = asked
        self.say(name, ReportKind.CANCEL_REJECTED, answer, exec_type=ExecType.REJECTED, ord_status=OrdStatus.NEW)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, qty=quantities, px=prices, word=st.sampled_from(("lives", "canceled")))
    def restated(self, number: int, qty: int, px: int, word: str) -> None:
        """Let the venue change terms by itself; an ended order may live again."""
        chosen = self.choose(number)
        if chosen is None:
            return
        name, plain, _ = chosen
        told: dict[str, Any] = {"order_qty": qty, "restatement_reason": 1}
        plain.qty = qty
        if self.kinds[name] == OrdType.LIMIT:
            told["price"] = plain.px = px
        status = OrdStatus.NEW
        if plain.state not in ENDS:
            plain.trade()
        else:
            plain.speak(word)
            status = STATUS_OF[word]
        self.say(name, ReportKind.RESTATED, exec_type=ExecType.RESTATED, ord_status=status, **told)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, added=st.integers(1, 5))
    def split(self, number: int, added: int) -> None:
        """Raise CumQty by a corporate action: quantity without money."""
        chosen = self.choose(number, lambda plain: plain.state not in ENDS)
        if chosen is None:
            return
        name, plain, _ = chosen
        plain.cum += added
        plain.missing = 0
        plain.trade()
        told = {"cum_qty": plain.cum, "restatement_reason": 0, "ord_status": OrdStatus.NEW}
        self.say(name, ReportKind.RESTATED, exec_type=ExecType.RESTATED, **told)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, owed=missing)
    def status(self, number: int, owed: int) -> None:
        """Say how an order stands; requests of before a break of which it shows no trace are lost."""
        chosen = self.choose(number, lambda plain: plain.state != REJECTED)
        if chosen is None:
            return
        name, plain, order = chosen
        said = STATUS_OF_STATE[plain.state]
        if plain.state not in ENDS:
            plain.trade()
        else:
            plain.speak("")
        if said == OrdStatus.CANCELED:
            cancels = [key for key, asked in plain.asked.items() if asked.kind == "cancel"]
            for key in cancels[:1]:
                del plain.asked[key]
        outcome = self.say(
            name, ReportKind.STATUS_REPORT, owed=owed, exec_type=ExecType.ORDER_STATUS, ord_status=said,
            order_qty=plain.qty,
        )  # fmt: skip
        lost = [key for key, asked in plain.asked.items() if asked.is_unknown and asked.kind != "new"]
        assert [request.cl_ord_id for request in outcome.lost_requests] == lost
        for key in lost:
            self.give_up(name, plain, order, key)

    @precondition(lambda self: self.last is not None)
    @rule()
    def repeated(self) -> None:
        assert self.last is not None
        venue, report = self.last
        assert self.ledger.apply(venue, report, self.tick()).verdict in (DUPLICATE, 3)

    @rule(venue=st.sampled_from(VENUES), qty=quantities)
    def stranger(self, venue: str, qty: int) -> None:
        """Report a fill of an order of which nobody knows."""
        report = Report(
            kind=ReportKind.FILLED, cl_ord_id="stranger", exec_id=self.fresh("e"), exec_type=ExecType.TRADE,
            ord_status=OrdStatus.FILLED, last_qty=qty, last_px=qty,
        )  # fmt: skip
        self.ledger.apply(venue, report, self.tick())
