"""Read a strategy's MarketDataRequest(V) and SecurityStatusRequest(e), FIX 4.2 and 4.4.

As with orders, each field is taken or refused. ``SecurityExchange(207)`` of an instrument is the venue whose feed is
meant; without it, every feed. A status request is a subscription without entry types: state and nothing else.
"""

from typing import Final

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.fix.message_cy import BODY, FixMessage
from fairlead.codecs.vocabulary.market_data_codes import MDReqRejReason, MDUpdateType, SubscriptionRequestType
from fairlead.codecs.vocabulary.market_data_cy import MarketDataRequest

_REQUEST_TAGS: Final = frozenset((262, 263, 264, 265, 266, 267, 269, 146, 55, 207, 547, 815))
_STATUS_TAGS: Final = frozenset((324, 263, 55, 207))

_REASONS: Final = {336: "9", 386: "9", 546: "A", 286: "B"}
"""MDReqRejReason(281) for fields that no request may bring, where the standard has a code."""

_ONLY_VALUES: Final = {
    266: ("Y", "7", "AggregatedBook(266)"),  # books are told by price level
    547: ("N", "C", "MDImplicitDelete(547)"),  # each level that leaves the depth is deleted by name
    815: ("2", "", "ApplQueueAction(815)"),  # a slow reader gets the latest state: overlay last
}
"""Fields that are taken with one value: (the value, MDReqRejReason for another, name)."""


class RequestRefusedError(DecodeError):
    """Report a request that asks for what is not offered; ``code`` is its MDReqRejReason(281), "" for none."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class MarketDataDecoder:
    """Decode one session's requests; ``begin_string`` tells the version."""

    def __init__(self, begin_string: str) -> None:
        dictionary = load_dictionary(begin_string)
        self._entry_types = dictionary.group_layout("V", 267)
        self._instruments = dictionary.group_layout("V", 146)

    def request(self, message: FixMessage) -> MarketDataRequest:
        """Read a MarketDataRequest(V); raises RequestRefusedError, or DecodeError for what can't be read."""
        _refuse_others(message, _REQUEST_TAGS)
        for tag, (value, code, name) in _ONLY_VALUES.items():
            if message.has(tag) and message.get_str(tag) != value:
                raise RequestRefusedError(code, f"{name} {message.get_str(tag)!r} received, expected {value}")
        kind = message.get_char(263)
        symbols, venue = ((), "") if kind == SubscriptionRequestType.UNSUBSCRIBE else self._read_instruments(message)
        entry_types = [entry.get_str(269) for entry in message.group(267, self._entry_types)]
        longer = [code for code in entry_types if len(code) != 1]
        if longer:
            raise RequestRefusedError("8", f"MDEntryType(269) {longer[0]!r} received, expected one of 0, 1, 2")
        return MarketDataRequest(
            md_req_id=message.get_str(262),
            subscription_request_type=kind,
            market_depth=message.get_int(264),
            md_update_type=message.get_char(265) or MDUpdateType.FULL_REFRESH,
            symbols=symbols,
            venue=venue,
            md_entry_types="".join(dict.fromkeys(entry_types)),
        )

    def status_request(self, message: FixMessage) -> MarketDataRequest:
        """Read a SecurityStatusRequest(e); raises RequestRefusedError, or DecodeError for what can't be read."""
        _refuse_others(message, _STATUS_TAGS)
        kind = message.get_char(263)
        is_end = kind == SubscriptionRequestType.UNSUBSCRIBE
        return MarketDataRequest(
            md_req_id=message.get_str(324),
            subscription_request_type=kind,
            symbols=() if is_end else (message.get_str(55),),
            venue="" if is_end else message.get_str(207),
            md_entry_types="",
        )

    def _read_instruments(self, message: FixMessage) -> tuple[tuple[str, ...], str]:
        symbols: list[str] = []
        venues: list[str] = []
        for entry in message.group(146, self._instruments):
            symbols.append(entry.get_str(55))
            if entry.get_str(207) not in venues:
                venues.append(entry.get_str(207))
        if len(venues) > 1:
            names = ", ".join(repr(venue) for venue in venues)
            raise RequestRefusedError("", f"SecurityExchange(207) {names} received, expected one in a request")
        return tuple(symbols), venues[0] if venues else ""


def reject_code(reason: int) -> str:
    """Return a reason as MDReqRejReason(281) has it, "" for one of Fairlead's own: its text says it."""
    own = (MDReqRejReason.NO_FEED, MDReqRejReason.UNKNOWN_MD_REQ_ID, MDReqRejReason.MALFORMED)
    return "" if reason in own else chr(reason)


def _refuse_others(message: FixMessage, known: frozenset[int]) -> None:
    for field in range(message.field_count):
        tag = message.tag_at(field)
        if tag not in known and message.section_at(field) == BODY:
            text = f"tag {tag} received in MsgType {message.msg_type}, which does not take it here"
            raise RequestRefusedError(_REASONS.get(tag, ""), text)
