"""Resolve what a feed's messages mean: a mapping (TOML) against a protocol's table, all mistakes of one at once.

A mapping names for each message what it ``does``, and for each thing Fairlead wants to know the field that has it; a
message that the mapping leaves out is a mistake, so that none is passed over by accident. docs/market_data.md has all
keys. A relative of ITCH is a new table and a new mapping, no code.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from fairlead.adapters.itch import plan_cy as plans
from fairlead.adapters.itch.plan_cy import FieldPlan, MessagePlan
from fairlead.adapters.itch.tellings import Telling, read_telling
from fairlead.adapters.table_reader import ProfileError, TableReader, profile_names, read_profile_file
from fairlead.codecs.binary import Direction, Protocol, load_protocol
from fairlead.codecs.binary.layout_cy import INT, TEXT, UINT, Layout
from fairlead.codecs.vocabulary.constants import SCALE

_FOLDER: Final = Path(__file__).parent / "mappings"
ACTIONS: Final = {
    "count": plans.COUNT,
    "seconds": plans.SECONDS,
    "add": plans.ADD,
    "execute": plans.EXECUTE,
    "cancel": plans.CANCEL,
    "delete": plans.DELETE,
    "replace": plans.REPLACE,
    "trade": plans.TRADE,
    "tell": plans.TELL,
}
_CHANGES: Final = (plans.EXECUTE, plans.CANCEL, plans.DELETE, plans.REPLACE)
_NEEDED: Final = {
    plans.SECONDS: ("seconds",),
    plans.ADD: ("reference", "side", "quantity", "price"),
    plans.EXECUTE: ("reference", "quantity"),
    plans.CANCEL: ("reference", "quantity"),
    plans.DELETE: ("reference",),
    plans.REPLACE: ("reference", "quantity"),
    plans.TRADE: ("quantity", "price"),
}
_ALLOWED: Final = {
    plans.EXECUTE: ("price", "match", "side"),
    plans.CANCEL: ("side",),
    plans.DELETE: ("side",),
    plans.REPLACE: ("new_reference", "price", "side"),
    plans.TRADE: ("match",),
}
_MAX_BYTES: Final = {"seconds": 4}


@dataclass(slots=True)
class FeedPlan:
    """What ``ItchBooks`` and its surroundings need to know of a feed's protocol.

    ``plans`` are by type code. ``names_book_always`` tells whether each message that changes an order names its book;
    only then can the orders of unwanted symbols be left out. ``zero_price_is_none`` says what a price of 0 means in a
    message that tells of a symbol.
    """

    name: str
    protocol: Protocol
    time_zone: str
    time_base: Literal["midnight", "epoch"]
    zero_price_is_none: bool = True
    plans: list[MessagePlan | None] = field(default_factory=lambda: [None] * 256)

    @property
    def names_book_always(self) -> bool:
        """Tell whether orders can be told apart by book before they are looked up."""
        return all(plan is None or plan.action not in _CHANGES or plan.key.length for plan in self.plans)


@dataclass(frozen=True, slots=True)
class _Manner:
    """What holds for all messages of a mapping."""

    time_field: str
    book: str
    book_rest: str
    buy_code: int
    sell_code: int
    is_scoped: bool
    quantity_decimals: int


def shipped_mappings() -> tuple[str, ...]:
    """Return the names of the mappings that come along."""
    return profile_names(_FOLDER)


def load_mapping(name_or_path: str, table: str | Path | None = None) -> FeedPlan:
    """Return the plan of a mapping, by the name of one that comes along or by the path of any TOML file.

    ``table`` is the protocol's table where it is not one of Fairlead's. Raises ProfileError with all mistakes.
    """
    raw = read_profile_file(_FOLDER, name_or_path)
    mistakes: list[str] = []
    reader = TableReader(raw, "", mistakes)
    protocol_name = reader.text("protocol")
    try:
        protocol = load_protocol(table if table is not None else protocol_name)
    except (LookupError, ValueError) as error:
        raise ProfileError(name_or_path, [f"protocol: {error}"]) from None
    plan = _read_mapping(name_or_path, reader, protocol, mistakes)
    reader.finish()
    if mistakes:
        raise ProfileError(name_or_path, mistakes)
    return plan


def _read_mapping(name: str, reader: TableReader, protocol: Protocol, mistakes: list[str]) -> FeedPlan:
    time, side = reader.section("time"), reader.section("side")
    base: Literal["midnight", "epoch"] = time.choice("base", {"midnight": "midnight", "epoch": "epoch"})
    manner = _Manner(
        time_field=time.text("field", ""),
        book=reader.text("book"),
        book_rest=reader.text("book_rest", ""),
        buy_code=side.code("buy"),
        sell_code=side.code("sell"),
        is_scoped=reader.flag("reference_counts_by_side", False),
        quantity_decimals=reader.integer("quantity_decimals", 0, 0, 8),
    )
    plan = FeedPlan(name, protocol, reader.text("time_zone"), base, reader.flag("zero_price_is_none", True))
    messages = reader.section("messages")
    for layout in protocol.layouts_of(Direction.TO_CLIENT):
        if layout.type_code < 0:
            continue
        plan.plans[layout.type_code] = _MessageReader(layout, messages.section(layout.name), manner, mistakes).read()
    messages.finish()
    for section in (time, side):
        section.finish()
    return plan


class _MessageReader:
    """Resolve one message of a mapping."""

    def __init__(self, layout: Layout, reader: TableReader, manner: _Manner, mistakes: list[str]) -> None:
        self._layout = layout
        self._reader = reader
        self._manner = manner
        self._mistakes = mistakes
        self._names = {field.name for field in layout.fields}

    def read(self) -> MessagePlan:
        """Return the plan; mistakes are noted."""
        action = self._reader.choice("does", ACTIONS)
        layout, manner = self._layout, self._manner
        longest = layout.length if layout.length >= 0 else 65535
        plan = MessagePlan(layout.name, action, layout.min_length, longest)
        if manner.time_field in self._names:
            plan.time = self._integer("time", manner.time_field)
        if manner.book in self._names:
            self._resolve_key(plan)
        elif action in (plans.ADD, plans.TRADE):
            self._mistakes.append(
                f"messages.{layout.name}: no field {manner.book!r}, expected the one that names the book"
            )
        self._resolve_symbol(plan)
        for name in _NEEDED.get(action, ()):
            self._resolve(plan, name, self._reader.text(name))
        for name in _ALLOWED.get(action, ()):
            if text := self._reader.text(name, ""):
                self._resolve(plan, name, text)
        if action in (plans.EXECUTE, plans.TRADE):
            self._resolve_printable(plan)
        if action == plans.TELL:
            plan.told = self._telling()
        if manner.is_scoped and action in (plans.ADD, *_CHANGES):
            self._check_scope(plan)
        self._reader.finish()
        return plan

    def _telling(self) -> Telling:
        return read_telling(self._layout, self._reader)

    def _resolve_key(self, plan: MessagePlan) -> None:
        manner = self._manner
        longest = 4 if manner.book_rest or manner.is_scoped else 8
        plan.key = self._octets(manner.book, longest)
        if manner.book_rest:
            plan.key_rest = self._octets(manner.book_rest, 4)

    def _octets(self, name: str, longest: int) -> FieldPlan:
        """Return a field that identifies: a number, or text taken as one."""
        found = self._field(name)
        if found is None:
            return FieldPlan()
        if found.kind not in (UINT, TEXT) or found.little or not 0 < found.length <= longest:
            self._reader.mistake("book", name, f"a big-endian number or text of at most {longest} bytes")
            return FieldPlan()
        return FieldPlan(found.offset, found.length)

    def _resolve_symbol(self, plan: MessagePlan) -> None:
        symbol, suffix = self._reader.text("symbol", ""), self._reader.text("symbol_suffix", "")
        if symbol and (found := self._text("symbol", symbol)) is not None:
            plan.symbol_at, plan.symbol_length = found
        if suffix and (found := self._text("symbol_suffix", suffix)) is not None:
            plan.suffix_at, plan.suffix_length = found

    def _text(self, key: str, name: str) -> tuple[int, int] | None:
        found = self._field(name)
        if found is None:
            return None
        if found.kind != TEXT:
            self._reader.mistake(key, name, "a text field")
        return found.offset, found.length

    def _resolve(self, plan: MessagePlan, name: str, text: str) -> None:
        """Resolve one of the keys that name a field which is read for each message."""
        if name == "side":
            found = self._field(text) if text else None
            if found is not None:
                plan.side_at, plan.buy_code, plan.sell_code = (
                    found.offset,
                    self._manner.buy_code,
                    self._manner.sell_code,
                )
        elif text:
            setattr(plan, name, self._integer(name, text))
            if name == "price":
                self._resolve_no_price(plan, text)

    def _resolve_no_price(self, plan: MessagePlan, name: str) -> None:
        """Take from the table the one value that says that an order has no price."""
        specials = self._layout.field(name).specials if name in self._names else None
        if specials:
            plan.has_no_price, plan.no_price = True, next(iter(specials))
            if len(specials) > 1:
                self._reader.mistake("price", name, "a price with one special value at most")

    def _integer(self, key: str, name: str) -> FieldPlan:
        found = self._field(name)
        if found is None:
            return FieldPlan()
        longest = _MAX_BYTES.get(key, 8)
        if found.kind not in (UINT, INT) or found.little or not 0 < found.length <= longest:
            self._reader.mistake(key, name, f"a big-endian number of at most {longest} bytes")
            return FieldPlan()
        return FieldPlan(found.offset, found.length, found.kind == INT, self._mul(key, found))

    def _mul(self, key: str, found: Any) -> int:
        """Return what one unit of a field is in units of 10^-8; 0 where the directory says it."""
        if key == "price":
            if found.divisor > 1:
                self._reader.mistake(key, found.name, "a price of at most 8 decimals")
            return int(found.factor)
        if key == "quantity":
            return int(found.factor) if found.scale > 0 else SCALE // 10**self._manner.quantity_decimals
        return 1

    def _field(self, name: str) -> Any:
        if name not in self._names:
            known = ", ".join(sorted(self._names))
            self._mistakes.append(f"messages.{self._layout.name}: no field {name!r}, expected one of {known}")
            return None
        return self._layout.field(name)

    def _resolve_printable(self, plan: MessagePlan) -> None:
        printable = self._reader.section("printable")
        if name := printable.text("field", ""):
            found = self._field(name)
            plan.printable_code = printable.code("yes")
            if found is not None:
                plan.printable_at = found.offset
        printable.finish()

    def _check_scope(self, plan: MessagePlan) -> None:
        plan.is_scoped = True
        if plan.side_at < 0 or plan.key.length == 0:
            self._reader.mistake("side", None, "side and book in each order message: references count by side")
