# cython: annotation_typing=False
"""Judge an order's price by how far it is from a reference: of the moment (collar), and of a while ago (drift).

RTS 6 Art. 15(1)(a), SEC 15c3-5(c)(1)(ii): order by order and over a period. Both sides of the reference are judged
alike. ``bps`` are hundredths of a percent of the reference's amount, so that prices below zero have a collar too; at a
reference of zero it is nothing wide. Order and reference are compared exactly, nothing is rounded.
"""

import cython

from fairlead.codecs.vocabulary.constants import Refusal
from fairlead.gateway.risk.check_cy import Check
from fairlead.gateway.risk.limits_parameters import from_units
from fairlead.gateway.risk.references_cy import References
from fairlead.gateway.risk.subject_cy import Refused, Subject, breach

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1
UNLIMITED = 9223372036854775807
WHOLE_BPS = 10000
# Twice this amount times 10,000 is an int64.
SMALL = 400000000000000


def is_beyond(price: cython.longlong, reference: cython.longlong, bps: cython.longlong) -> cython.bint:
    """Tell whether a price is further from the reference than so many hundredths of a percent of it."""
    if -SMALL < price < SMALL and -SMALL < reference < SMALL and bps <= WHOLE_BPS:
        off = price - reference if price >= reference else reference - price
        base = reference if reference >= 0 else -reference
        return off * WHOLE_BPS > base * bps
    return _is_beyond_int64(price, reference, bps)


def _is_beyond_int64(price: int, reference: int, bps: int) -> cython.bint:
    """Compare in Python's ints what C's could not hold."""
    return abs(price - reference) * 10000 > abs(reference) * bps


def _no_reference(check: str, subject: Subject, parameter: str) -> Refused:
    asked = ", ".join(subject.limits.collar_references) or "none asked for"
    text = f"no reference price is there and fresh, expected one of: {asked}"
    return breach(check, Refusal.NO_REFERENCE, subject, parameter, text, asked)


class Collar(Check):
    """Refuse a price beyond ``collar_bps`` of the reference, warn beyond ``warn_collar_bps``.

    Price and StopPx are judged, of an order that has neither the far touch: what it would trade at.
    """

    def __init__(self, references: References) -> None:
        self._references = references

    def judge(self, subject: Subject) -> "Refused | None":
        """Find the reference, then compare."""
        limits = subject.limits
        if limits.collar_bps == UNLIMITED and limits.warn_collar_bps == UNLIMITED:
            return None
        reference = self._references.find(subject)
        if reference == ABSENT:
            return self._without(subject, _no_reference("collar", subject, "collar_bps"))
        request = subject.request
        if request.price == ABSENT and request.stop_px == ABSENT:
            touch = self._references.touch(subject)
            if touch == ABSENT:
                text = "an order without a price is judged by the best price of the far side, and there is none"
                found = breach("collar", Refusal.NO_REFERENCE, subject, "collar_bps", text, "touch")
                return self._without(subject, found)
            return self._compare(subject, "the far touch", touch, reference)
        if request.stop_px != ABSENT:
            refused = self._compare(subject, "StopPx", request.stop_px, reference)
            if refused is not None or request.price == ABSENT:
                return refused
        return self._compare(subject, "Price", request.price, reference)

    def _without(self, subject: Subject, found: Refused) -> "Refused | None":
        """Refuse what can't be judged, or warn where the row only warns."""
        if subject.limits.collar_bps != UNLIMITED:
            return found
        subject.warn(found)
        return None

    def _compare(self, subject: Subject, name: str, price: int, reference: int) -> "Refused | None":
        limits = subject.limits
        if limits.collar_bps != UNLIMITED and is_beyond(price, reference, limits.collar_bps):
            return self._found(subject, name, price, reference, "collar_bps", limits.collar_bps)
        if limits.warn_collar_bps != UNLIMITED and is_beyond(price, reference, limits.warn_collar_bps):
            subject.warn(self._found(subject, name, price, reference, "warn_collar_bps", limits.warn_collar_bps))
        return None

    def _found(self, subject: Subject, name: str, price: int, reference: int, parameter: str, bps: int) -> Refused:
        text, limit = describe_bound(name, price, reference, bps)
        text += f": {bps} bps from the {self._references.source} {_shown(reference)}"
        return breach("collar", Refusal.PRICE_COLLAR, subject, parameter, text, limit, _shown(price))


def describe_bound(name: str, price: int, reference: int, bps: int) -> "tuple[str, str]":
    """Return the words for a price beyond its bound, and the bound that it is beyond."""
    width = abs(reference) * bps // 10000
    is_above = price > reference
    bound = _shown(reference + width if is_above else reference - width)
    return f"{name} is {_shown(price)}, expected {'at most' if is_above else 'at least'} {bound}", bound


def _shown(price: int) -> str:
    return from_units(price, 8)


class Window:
    """Hold what the reference of a symbol at a venue was when a period began; ``has_begun`` is False before the first.

    It is found at the limits of the orders that it judged last.
    """

    def __init__(self, subject: Subject) -> None:
        self.venue = subject.venue
        self.symbol = subject.request.symbol
        self.length_ns = subject.limits.drift_window_ns
        self.references = subject.limits.collar_references
        self.has_begun = False
        self.began_ns = 0
        self.reference = ABSENT
        self.source = ""

    def is_of(self, subject: Subject) -> bool:
        """Tell whether it is the one that judges an order."""
        limits = subject.limits
        return (
            self.length_ns == limits.drift_window_ns
            and self.symbol == subject.request.symbol
            and self.venue == subject.venue
            and (self.references is limits.collar_references or self.references == limits.collar_references)
        )


class Drift(Check):
    """Refuse a price beyond ``drift_bps`` of what the reference was when the period of ``drift_window_ns`` began.

    A period begins with the first order after the one before it has passed, for each venue and symbol
    (and for each length and choice of references, where rows differ).
    """

    def __init__(self, references: References) -> None:
        self._references = references
        self._windows: "dict[tuple[str, str, int, tuple[str, ...]], Window]" = {}

    def judge(self, subject: Subject) -> "Refused | None":
        """Compare with the period's first reference."""
        limits = subject.limits
        if limits.drift_bps == UNLIMITED:
            return None
        window = self._window(subject)
        if window is None:
            return _no_reference("drift", subject, "drift_bps")
        request = subject.request
        price = request.price if request.price != ABSENT else request.stop_px
        if price == ABSENT:
            price = self._references.touch(subject)
        if price == ABSENT:
            return _no_reference("drift", subject, "drift_bps")
        if not is_beyond(price, window.reference, limits.drift_bps):
            return None
        text, limit = describe_bound("the price", price, window.reference, limits.drift_bps)
        text += f": {limits.drift_bps} bps from the {window.source} {_shown(window.reference)} of the period"
        return breach("drift", Refusal.PRICE_COLLAR, subject, "drift_bps", text, limit, _shown(price))

    def _window(self, subject: Subject) -> "Window | None":
        limits = subject.limits
        window: "Window | None" = limits.drift_window
        if window is None or not window.is_of(subject):
            window = self._find(subject)
        if window.has_begun and subject.now_ns - window.began_ns < limits.drift_window_ns:
            return window
        reference = self._references.find(subject)
        if reference == ABSENT:
            return None
        window.has_begun = True
        window.began_ns, window.reference, window.source = subject.now_ns, reference, self._references.source
        return window

    def _find(self, subject: Subject) -> Window:
        limits = subject.limits
        key = (subject.venue, subject.request.symbol, limits.drift_window_ns, limits.collar_references)
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = Window(subject)
        limits.drift_window = window
        return window
