"""Make tick tables from the bands of instrument reference files, and find their gaps and overlaps."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.gateway.instruments.instrument import NO_LOWER_BOUND, NO_UPPER_BOUND, TickTable
from fairlead.gateway.instruments.reference_entry import Entry, line


def build_tick_tables(entries: Sequence[Entry]) -> tuple[dict[str, TickTable], list[str]]:
    """Return the tick tables, and one line for each gap, overlap and band the wrong way round."""
    by_table: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if "tick_table" in entry.values:
            by_table[entry.values["tick_table"]].append(entry)
    mistakes: list[str] = []
    tables = {}
    for name, found in by_table.items():
        if any(not entry.given.keys() <= entry.values.keys() or "tick" not in entry.values for entry in found):
            continue  # a band could not be read, and was reported
        bands = sorted(found, key=_band)
        mistakes += _bands(name, bands)
        starts = tuple(_band(entry)[0] for entry in bands)
        ticks = tuple(entry.values["tick"] for entry in bands)
        tables[name] = TickTable(name, starts, ticks, _band(bands[-1])[1])
    return tables, mistakes


def _band(entry: Entry) -> tuple[int, int]:
    return entry.values.get("price_from", NO_LOWER_BOUND), entry.values.get("price_to", NO_UPPER_BOUND)


def _bands(name: str, bands: Sequence[Entry]) -> Iterator[str]:
    last: Entry | None = None
    for entry in bands:
        begin, end = _band(entry)
        if end <= begin:
            yield line(entry, "price_to", f"expected more than price_from ({_price(begin)})", _price(end))
        if last is not None and _band(last)[1] != begin:
            what = "a gap" if _band(last)[1] < begin else "an overlap"
            expected = f"expected {_price(_band(last)[1])}, where the band of {last.where} ends: tick_table {name} has"
            yield line(entry, "price_from", f"{expected} {what}", _price(begin))
        last = entry


def _price(value: int) -> str:
    return "" if value in (NO_LOWER_BOUND, NO_UPPER_BOUND) else fixed_to_str(value)
