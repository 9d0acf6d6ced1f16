# cython: overflowcheck=False
"""Find the limits that an order meets: the rules in force, and what they come to for each order seen so far."""

from collections.abc import Callable

import cython

from fairlead.gateway.risk.limit_set_cy import Bucket, LimitSet
from fairlead.gateway.risk.limits_resolution import Resolver, build_bucket
from fairlead.gateway.risk.limits_rules import LimitRules, Row

Listener = Callable[[int, int], object]
"""``listener(now_ns, utc_ns)``: other rules are in force."""

# A power of two: where two orders share a place, the later one's limits stay there.
PLACES = 4096
MAX_REMEMBERED = 200_000
"""Combinations of strategy, account, venue and symbol that are remembered; beyond, they are worked out anew."""


class Found:
    """Hold limits that were resolved, under what they were resolved for."""

    def __init__(self, strategy: str, account: str, venue: str, symbol: str, limits: LimitSet) -> None:
        self.strategy = strategy
        self.account = account
        self.venue = venue
        self.symbol = symbol
        self.limits = limits


class LimitBook:
    """Hold the rules in force.

    ``buckets`` are those made so far, by scope; other rules make new ones, with nothing counted in them yet.
    ``require``: an order that no row of ``[[limits]]`` fits is not covered.
    """

    def __init__(self, rules: LimitRules, version: int = 1, require: bool = False) -> None:
        self.rules = rules
        self.version = version
        self.require = require
        self.buckets: "dict[str, Bucket]" = {}
        self._sets: "dict[tuple[str, str, str, str], LimitSet]" = {}
        # the limits found last, each in a place that is found without a tuple being made
        self._places: "list[Found | None]" = [None] * PLACES
        self._resolver = Resolver(rules, require=require)
        self._listeners: "list[Listener]" = []

    def limits_for(self, strategy: str, account: str, venue: str, symbol: str) -> LimitSet:
        """Return what an order meets: a look-up but for the first time."""
        mixed = hash(symbol) * 31 + hash(strategy) * 7 + (hash(account) ^ hash(venue))
        place = (mixed ^ mixed >> 17) & (PLACES - 1)
        found = self._places[place]
        if (
            found is not None
            and found.symbol == symbol
            and found.strategy == strategy
            and found.account == account
            and found.venue == venue
        ):
            return found.limits
        return self._look_up(strategy, account, venue, symbol, place)

    def _look_up(self, strategy: str, account: str, venue: str, symbol: str, place: cython.Py_ssize_t) -> LimitSet:
        key = (strategy, account, venue, symbol)
        limits = self._sets.get(key)
        if limits is None:
            limits = self._resolve(key)
        self._places[place] = Found(strategy, account, venue, symbol, limits)
        return limits

    def _resolve(self, key: "tuple[str, str, str, str]") -> LimitSet:
        if len(self._sets) >= MAX_REMEMBERED:
            self._sets.clear()
            self._places = [None] * PLACES
        found = self._resolver.resolve(self.version, key, self._bucket_of)
        self._sets[key] = found
        return found

    def _bucket_of(self, row: Row, scope: str) -> Bucket:
        bucket = self.buckets.get(scope)
        if bucket is None:
            bucket = self.buckets[scope] = build_bucket(row, scope)
        return bucket

    def put_in_force(self, rules: LimitRules, version: int, now_ns: int, utc_ns: int) -> None:
        """Let other rules count from now on, and tell the listeners, in the order in which they asked.

        What was resolved before is resolved anew first, so that ``buckets`` has every scope met so far.
        """
        seen = self.seen()
        self.rules = rules
        self.version = version
        self._resolver = Resolver(rules, require=self.require)
        self._sets = {}
        self._places = [None] * PLACES
        self.buckets = {}
        for key in seen:
            self._resolve(key)
        for listener in self._listeners:
            listener(now_ns, utc_ns)

    def seen(self) -> "list[tuple[str, str, str, str]]":
        """Return the combinations of strategy, account, venue and symbol that were asked for."""
        return list(self._sets)

    def on_change(self, listener: "Listener") -> None:
        """Have a listener told when other rules are in force; what it must redo, it does within the call."""
        self._listeners.append(listener)
