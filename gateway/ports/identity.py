"""Say who a strategy is and what it may do, whichever port it comes through."""

import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from fairlead.codecs.vocabulary.constants import OrdType, Side, TimeInForce
from fairlead.gateway.ports.secret_hash import SecretHash

_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Patterns:
    """Match names against exact names and patterns in which ``*`` stands for any text, none included."""

    texts: tuple[str, ...] = ("*",)
    _exact: frozenset[str] = field(init=False, repr=False, compare=False)
    _wild: re.Pattern[str] | None = field(init=False, repr=False, compare=False)
    _any: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        wild = [text for text in self.texts if "*" in text]
        joined = "|".join(".*".join(map(re.escape, text.split("*"))) for text in wild)
        object.__setattr__(self, "_exact", frozenset(self.texts))
        object.__setattr__(self, "_wild", re.compile(joined, re.DOTALL) if wild else None)
        object.__setattr__(self, "_any", "*" in self.texts)

    def match(self, name: str) -> bool:
        """Tell whether ``name`` is one of the names or fits one of the patterns."""
        if self._any or name in self._exact:
            return True
        return self._wild is not None and self._wild.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class Entitlements:
    """Hold what a strategy may use; ``*`` alone is everything, nothing listed is nothing."""

    accounts: Patterns = field(default_factory=Patterns)
    venues: Patterns = field(default_factory=Patterns)
    symbols: Patterns = field(default_factory=Patterns)
    security_types: Patterns = field(default_factory=Patterns)
    """SecurityType(167); an instrument without one is common stock, ``CS``."""
    sides: frozenset[int] | None = None
    ord_types: frozenset[int] | None = None
    times_in_force: frozenset[int] | None = None
    """Codes of the vocabulary; None: every one."""

    @classmethod
    def of(
        cls,
        accounts: Iterable[str] = ("*",),
        venues: Iterable[str] = ("*",),
        symbols: Iterable[str] = ("*",),
        security_types: Iterable[str] = ("*",),
        sides: Iterable[int] | None = None,
        ord_types: Iterable[int] | None = None,
        times_in_force: Iterable[int] | None = None,
    ) -> "Entitlements":
        """Build entitlements from lists of names and patterns, and of codes."""
        return cls(
            Patterns(tuple(accounts)),
            Patterns(tuple(venues)),
            Patterns(tuple(symbols)),
            Patterns(tuple(security_types)),
            _codes(sides),
            _codes(ord_types),
            _codes(times_in_force),
        )


def _codes(codes: Iterable[int] | None) -> frozenset[int] | None:
    return None if codes is None else frozenset(codes)


@dataclass(frozen=True, slots=True)
class CancelOnDisconnect:
    """Say what becomes of a strategy's open orders when its connection goes.

    ``after_s`` None: nothing. Otherwise they are canceled unless it is back within so many seconds (0: at once), and
    with ``blocks`` the strategy is killed: a person has to release it.
    """

    after_s: int | None = None
    blocks: bool = False

    @property
    def after_ns(self) -> int | None:
        """Return the grace period in nanoseconds."""
        return None if self.after_s is None else self.after_s * _NS


@dataclass(frozen=True, slots=True)
class StrategyIdentity:
    """Name a strategy, its secret's hash, and what holds for it on every port.

    Without a hash the FIX port knows it by its CompIDs alone, and the JSON port lets nobody in. The defaults stand in
    where an order names no account or venue.
    """

    name: str
    secret_hash: SecretHash | None = field(default=None, repr=False)
    entitlements: Entitlements = field(default_factory=Entitlements)
    default_account: str = ""
    default_venue: str = ""
    cancel_on_disconnect: CancelOnDisconnect = field(default_factory=CancelOnDisconnect)


def check_entitlement(identity: StrategyIdentity, account: str, venue: str, symbol: str) -> str | None:
    """Return why the strategy may not use account, venue or symbol; None if it may.

    ``""`` is one that was not given: it needs ``*``, or a strategy that has no names of that sort at all.
    """
    entitlements = identity.entitlements
    for label, patterns, name in (
        ("account", entitlements.accounts, account),
        ("venue", entitlements.venues, venue),
        ("symbol", entitlements.symbols, symbol),
    ):
        if not patterns.match(name) and (name or patterns.texts):
            received = f"{label} {name!r}" if name else f"no {label}"
            expected = ", ".join(patterns.texts) or "nothing"
            return f"{received} received, but strategy {identity.name} is entitled to: {expected}"
    return None


def check_terms(
    identity: StrategyIdentity, side: int, ord_type: int, time_in_force: int, security_type: str
) -> str | None:
    """Return why the strategy may not send an order of these terms; None if it may. No TimeInForce is Day."""
    entitlements = identity.entitlements
    for label, allowed, code, name_of in (
        ("side", entitlements.sides, side, Side),
        ("order type", entitlements.ord_types, ord_type, OrdType),
        ("time in force", entitlements.times_in_force, time_in_force or int(TimeInForce.DAY), TimeInForce),
    ):
        if allowed is not None and code not in allowed:
            expected = ", ".join(name_of(each).name.lower() for each in sorted(allowed)) or "nothing"
            received = name_of(code).name.lower() if code in set(name_of) else str(code)
            return f"{label} {received} received, but strategy {identity.name} is entitled to: {expected}"
    kinds = entitlements.security_types
    if not kinds.match(security_type or "CS"):
        expected = ", ".join(kinds.texts) or "nothing"
        received = f"security type {security_type or 'CS'!r}"
        return f"{received} received, but strategy {identity.name} is entitled to: {expected}"
    return None


class LoginGuard:
    """Stop an address from guessing secrets, and from spending our time on hashes while it does.

    After ``max_failures`` within ``window_ns`` an address is refused unheard until the window has passed.
    """

    MAX_ADDRESSES: Final = 4096

    def __init__(self, max_failures: int = 10, window_ns: int = 60 * _NS) -> None:
        self._max_failures = max_failures
        self._window_ns = window_ns
        self._failures: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def refusal(self, address: str, now_ns: int) -> str | None:
        """Return why a login from ``address`` is not to be looked at, None where it is."""
        count, since_ns = self._failures.get(address, (0, now_ns))
        left_ns = since_ns + self._window_ns - now_ns
        if left_ns <= 0:
            self._failures.pop(address, None)
            return None
        if count < self._max_failures:
            return None
        return f"{count} wrong secrets from {address}, wait {-(-left_ns // _NS)} s"

    def note_failure(self, address: str, now_ns: int) -> None:
        """Count a wrong secret; the oldest address is forgotten beyond ``MAX_ADDRESSES``."""
        count, since_ns = self._failures.get(address, (0, now_ns))
        self._failures[address] = (count + 1, since_ns)
        if len(self._failures) > self.MAX_ADDRESSES:
            self._failures.popitem(last=False)
