"""Judge a strategy's requests for market data: what is refused, and why. What costs little is judged first."""

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import islice
from typing import Final

from fairlead.adapters.market_data import MarketData
from fairlead.codecs.vocabulary.market_data_codes import MDReqRejReason, MDUpdateType, SubscriptionRequestType
from fairlead.codecs.vocabulary.market_data_cy import MarketDataRequest
from fairlead.gateway.ports.identity import StrategyIdentity

_ENTRY_TYPES: Final = frozenset("012")
_SHOWN_NAMES: Final = 5

Refused = tuple[int, str]
"""MDReqRejReason(281) and the text."""


class RequestJudge:
    """Judge the requests of one strategy.

    ``venues`` are those of the configured feeds, ``instruments`` the symbols that the configuration knows.
    """

    def __init__(
        self,
        market_data: MarketData | None,
        venues: frozenset[str],
        instruments: Collection[str],
        identity: StrategyIdentity,
        max_symbols: int,
    ) -> None:
        self._market_data = market_data
        self._venues = venues
        self._instruments = instruments
        self._identity = identity
        self._max_symbols = max_symbols

    def refusal(self, request: MarketDataRequest, held_ids: Collection[str], held_symbols: int) -> Refused | None:
        """Return why not to subscribe beside ``held_ids``, which have ``held_symbols`` in all; None if it is fine."""
        return (
            self._judge_form(request)
            or self._judge_feeds(request)
            or self._judge_place(request, held_ids, held_symbols)
            or self._judge_entitlement(request)
            or self._judge_symbols(request)
        )

    def venues_of(self, request: MarketDataRequest) -> frozenset[str]:
        """Return the venues with feeds that a request means and its strategy is entitled to."""
        asked = frozenset((request.venue,)) if request.venue else self._venues
        return frozenset(venue for venue in asked if self._identity.entitlements.venues.match(venue))

    def _judge_form(self, request: MarketDataRequest) -> Refused | None:
        if not request.md_req_id:
            return MDReqRejReason.MALFORMED, "no md_req_id received"
        kind = request.subscription_request_type
        if kind not in (SubscriptionRequestType.SNAPSHOT, SubscriptionRequestType.SUBSCRIBE):
            text = f"{_code(kind)} received, expected 0 snapshot, 1 subscribe, 2 unsubscribe"
            return MDReqRejReason.UNSUPPORTED_SUBSCRIPTION_REQUEST_TYPE, text
        if request.market_depth < 0:
            text = f"market depth {request.market_depth} received, expected 0 for all levels, or their number"
            return MDReqRejReason.UNSUPPORTED_MARKET_DEPTH, text
        if request.md_update_type not in (MDUpdateType.FULL_REFRESH, MDUpdateType.INCREMENTAL_REFRESH):
            text = f"{_code(request.md_update_type)} received, expected 0 full refresh, 1 incremental refresh"
            return MDReqRejReason.UNSUPPORTED_MD_UPDATE_TYPE, text
        if not _ENTRY_TYPES.issuperset(request.md_entry_types):
            text = f"entry types {request.md_entry_types!r} received, expected some of 0 bid, 1 offer, 2 trade"
            return MDReqRejReason.UNSUPPORTED_MD_ENTRY_TYPE, text
        if not request.symbols:
            return MDReqRejReason.MALFORMED, "no symbol received"
        repeated = sorted(symbol for symbol, count in Counter(request.symbols).items() if count > 1)
        return (MDReqRejReason.MALFORMED, f"symbols given twice: {_names(repeated)}") if repeated else None

    def _judge_feeds(self, request: MarketDataRequest) -> Refused | None:
        if self._market_data is None or not self._venues:
            return MDReqRejReason.NO_FEED, "no market data feed is configured"
        if request.venue and request.venue not in self._venues:
            there = _names(sorted(self._venues))
            return MDReqRejReason.NO_FEED, f"no feed of venue {request.venue!r} is configured, there are: {there}"
        return None

    def _judge_place(self, request: MarketDataRequest, held_ids: Collection[str], held_symbols: int) -> Refused | None:
        if request.md_req_id in held_ids:
            text = f"md_req_id {request.md_req_id!r} is in use, expected a new one, or its end first"
            return MDReqRejReason.DUPLICATE_MD_REQ_ID, text
        wanted = held_symbols + len(request.symbols)
        if wanted > self._max_symbols:
            text = f"{wanted} symbols subscribed with these, at most {self._max_symbols} may be"
            return MDReqRejReason.INSUFFICIENT_BANDWIDTH, text
        return None

    def _judge_entitlement(self, request: MarketDataRequest) -> Refused | None:
        symbols = self._identity.entitlements.symbols
        denied = [repr(symbol) for symbol in request.symbols if not symbols.match(symbol)]
        parts = [f"symbol {_names(denied)}"] if denied else []
        if not self.venues_of(request):
            parts.append(f"venue {request.venue!r}" if request.venue else "any venue that has a feed")
        if not parts:
            return None
        text = f"strategy {self._identity.name} is not entitled to {', '.join(parts)}"
        return MDReqRejReason.INSUFFICIENT_PERMISSIONS, text

    def _judge_symbols(self, request: MarketDataRequest) -> Refused | None:
        venues = self.venues_of(request)
        # looking for what is nowhere takes long, so not more is looked for than is told
        unknown = list(
            islice((symbol for symbol in request.symbols if not self._knows(symbol, venues)), _SHOWN_NAMES + 1)
        )
        if not unknown:
            return None
        return MDReqRejReason.UNKNOWN_SYMBOL, f"no feed and no instrument list knows {_names(unknown)}"

    def _knows(self, symbol: str, venues: frozenset[str]) -> bool:
        market_data = self._market_data
        assert market_data is not None
        if symbol in self._instruments:
            return True
        if any(book.venue in venues for book in market_data.books(symbol)):
            return True
        return any(entry.venue in venues for entry in market_data.directory(symbol))


def _code(value: int) -> str:
    return repr(chr(value)) if 0x20 < value < 0x7F else str(value)


def _names(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:_SHOWN_NAMES]) + (" and others" if len(listed) > _SHOWN_NAMES else "")
