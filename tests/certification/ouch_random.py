"""Random messages over OUCH that mostly mean something, and a venue that is sent them."""

from __future__ import annotations

import random
from typing import Any

from ouch_client import TABLES

from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.binary_wire import Field, Shape, load_table
from fairlead.certification.venues.ouch_face import OuchFace
from fairlead.certification.venues.profile import VenueProfile
from fairlead.certification.venues.triggers import TRIGGERS
from fairlead.certification.venues.venue import Venue

PROFILE = VenueProfile(whole_quantities=True, price_places=4, largest_price=199_999 * UNITS)
USUAL: dict[str, list[Any]] = {
    "side": list("BBSSTE"),
    "buy_sell_indicator": list("BBSSTE"),
    "stock": ["MSFT", "MSFT", "AAPL"],
    "symbol": ["MSFT", "MSFT", "AAPL"],
    "orderbook_id": [7203],
    "time_in_force": [0, 99999, 99999, *"0035E"],
    "display": ["Y", "Y", "N", "A"],
    "cross_type": [*"NNNNNNOCH"],
    "post_only": ["P", "N"],
    "minimum_quantity": [0],
    "firm": ["AAAA", "BBBB"],
    "price": [price * UNITS // 10 for price in (99, 100, 100, 101)],
    "quantity": [10, 100, 250, 400],
    "shares": [10, 100, 250, 400],
}
ODD: dict[str, list[Any]] = {
    "time_in_force": [5, 99_998, 100_000, 2**32 - 1, "6", "?"],
    "price": [0, 199_999 * UNITS, 0x7FFFFFFF * 10**4, 0x7FFFFFFF * 10**7],
}
NUMBERS = [0, 1, 50, 999_999, 2**31 - 1, 2**32 - 1, *TRIGGERS]


def value(field: Field, rng: random.Random, tokens: int) -> Any:
    """Return a value that mostly means something, and always fits."""
    name = field.name
    if "token" in name or "ref_num" in name:
        is_new = name in ("user_ref_num", "order_token", "replacement_order_token") and rng.random() < 0.8
        number = tokens + 1 if is_new else max(1, tokens - rng.randrange(20))
        return number if field.kind == "u" else f"T{number}"
    likely = USUAL.get(name) if rng.random() < 0.98 else ODD.get(name)
    fitting = [entry for entry in likely or () if isinstance(entry, str) == (field.kind == "a")]
    if field.kind == "u":
        fitting = [
            entry for entry in fitting if entry % field.factor == 0 and entry // field.factor < 1 << 8 * field.length
        ]
    if fitting:
        return rng.choice(fitting)
    if field.kind == "a":
        return "".join(rng.choice("AB 1") for _ in range(field.length)).rstrip()
    if field.kind == "i":
        return rng.choice([-1, 0, 1]) * field.factor
    return min(rng.choice(NUMBERS), 2 ** (8 * field.length) - 1) * field.factor


def message(shape: Shape, rng: random.Random, tokens: int) -> bytes:
    values = {field.name: value(field, rng, tokens) for field in shape.fields}
    options = [field for field in shape.options.values() if rng.random() < 0.03 and field.name not in shape.names]
    return shape.encode(
        {**{field.name: value(field, rng, tokens) for field in options}, **values, "message_type": shape.code}
    )


def trade(venue: Venue, face: OuchFace, turns: int, seed: str) -> None:
    """Send random messages of two users, cut short now and then, with crosses and ends of turns in between."""
    version, rng = face.settings.version, random.Random(seed)
    table = load_table(TABLES[version])
    USUAL["display"] = ["", "", "P"] if version == "JNX" else ["Y", "Y", "N", "A"]
    for turn in range(turns):
        shape = rng.choice([table.venue["O"], table.venue["O"], *table.venue.values()])
        data = message(shape, rng, turn)
        face.on_unsequenced(rng.choice("AB"), data[: rng.randrange(len(data))] if rng.random() < 0.02 else data)
        if turn % 50 == 0:
            venue.desk.halted.clear()
            venue.end_turn()
        if turn % 400 == 399:
            venue.cross("MSFT", rng.choice("OCH"), 10 * UNITS)
