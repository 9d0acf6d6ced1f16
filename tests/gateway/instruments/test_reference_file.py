"""Instrument reference files: what each kind of row means, and a line for every mistake."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fairlead.codecs.vocabulary.constants import ABSENT, SCALE, Side
from fairlead.gateway.instruments.instrument import Instrument, Leg, Listing
from fairlead.gateway.instruments.reference_columns import COLUMNS
from fairlead.gateway.instruments.reference_file import ReferenceData, ReferenceError, load_reference

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "instruments.csv"
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "instruments.md"
Load = Callable[..., ReferenceData]
Mistakes = Callable[..., list[str]]
MISTAKE = re.compile(r"[0-9]\.csv line")


@pytest.fixture(scope="module")
def example() -> dict[str, Instrument]:
    return dict(load_reference([(EXAMPLE, "instruments.csv")]).instruments)


def test_a_share(example: dict[str, Instrument]) -> None:
    share = example["MSFT"]
    assert (share.security_type, share.currency, share.lot, share.round_lot) == ("CS", "USD", SCALE, 100 * SCALE)
    assert share.venues == {"XBRK", "XEXC"}
    assert share.default_venue == "XBRK"
    assert share.identifiers == {"isin": "US5949181045"}
    assert (share.tick, share.multiplier, share.expiry, share.strike_price) == (0, SCALE, None, ABSENT)


def test_the_sub_dollar_rule(example: dict[str, Instrument]) -> None:
    table = example["MSFT"].tick_table
    assert table is not None
    prices = {"0": 10_000, "0.9999": 10_000, "1": 1_000_000, "430.05": 1_000_000, "-0.0001": 0}
    assert {price: table.tick_at(int(Decimal(price) * SCALE)) for price in prices} == prices


def test_the_ticks_of_tokyo(example: dict[str, Instrument]) -> None:
    table = example["7203"].tick_table
    assert table is not None
    assert [table.tick_at(price * SCALE) // SCALE for price in (2999, 3000, 4999, 5000, 29_990, 30_000, 10**6)] == [
        1,
        5,
        5,
        10,
        10,
        50,
        100,
    ]


def test_a_future(example: dict[str, Instrument]) -> None:
    future = example["ESH7"]
    assert (future.security_type, future.multiplier, future.expiry) == ("FUT", 50 * SCALE, date(2027, 3, 19))
    assert (future.maturity_month_year, future.maturity_day) == ("202703", 0)
    # oil stops trading in the month before that of delivery
    assert (example["CLF7"].expiry, example["CLF7"].maturity_month_year) == (date(2026, 12, 21), "202701")


def test_options(example: dict[str, Instrument]) -> None:
    osi = example["MSFT  270115C00450000"]
    assert (osi.security_type, osi.expiry, osi.put_or_call, osi.strike_price) == (
        "OPT",
        date(2027, 1, 15),
        1,
        450 * SCALE,
    )
    assert (osi.maturity_month_year, osi.maturity_day, osi.multiplier) == ("202701", 15, 100 * SCALE)
    other = example["ODAX-15000P"]
    assert (other.put_or_call, other.strike_price, other.maturity_day) == (0, 15_000 * SCALE, 15)


def test_a_spread(example: dict[str, Instrument]) -> None:
    assert example["ESH7-ESM7"].legs == (Leg("ESH7", 1, Side.BUY), Leg("ESM7", 1, Side.SELL))


def test_listings(example: dict[str, Instrument]) -> None:
    assert example["META"].listings == (
        Listing("XEXC", "FB", valid_to=date(2022, 6, 8)),
        Listing("XEXC", "META", valid_from=date(2022, 6, 9)),
    )


def test_every_column_is_documented() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [name for name in COLUMNS if f"`{name}`" not in text] == []


def test_the_documents_examples_are_right(load: Load) -> None:
    blocks = DOCUMENT.read_text(encoding="utf-8").split("\n\n")
    texts = [
        "\n".join(line.strip() for line in block.splitlines()).replace("XBRK XEXC", "X Y").replace("XBRK", "X")
        for block in blocks
        if block.startswith("    record,")
    ]
    assert len(texts) == 4
    extra = "record,symbol,security_type,venues,expiry\ninstrument,META,,X,\ninstrument,ESM7,FUT,X,2027-06-18\n"
    extra += "instrument,ESH7-ESM7,MLEG,X,\n"
    reference = load(*(text.replace("XEXC", "Y") for text in texts), extra)
    assert set(reference.instruments) == {"MSFT", "ESH7", "ESM7", "ESH7-ESM7", "MSFT  270115C00450000", "META"}
    assert set(reference.tick_tables) == {"REGNMS"}


ONE, T, L, G = (
    "record,symbol,venues,security_type,tick,tick_table,lot,min_qty,expiry,put_or_call,strike_price,isin,currency\n",
    "record,tick_table,price_from,price_to,tick\n",
    "record,symbol,venue,venue_symbol,valid_from,valid_to\n",
    "record,symbol,leg_symbol,ratio,side\n",
)
A = "record,symbol,venues\ninstrument,A,X\ninstrument,B,X\n"
SPREAD = "record,symbol,venues,security_type\ninstrument,S,X,MLEG\n"


@pytest.mark.parametrize(
    "parts",
    [
        (ONE + "instrument,A,X,,,,-1,,,,,,", "1.csv line 2, lot: '-1', expected a number above 0"),
        (
            ONE + "instrument,A,X,,0.000000001,,,,,,,,",
            "1.csv line 2, tick: '0.000000001', expected a number with 8 decimals at most",
        ),
        (ONE + "instrument,A,X,,1e3,,,,,,,,", "1.csv line 2, tick: '1e3', expected a number with 8 decimals at most"),
        (ONE + "instrument,A,X,,0,,,,,,,,", "1.csv line 2, tick: '0', expected a number above 0"),
        (
            ONE + "instrument,A,X,,,,,,,,,,\ninstrument,A,X,,,,,,,,,,",
            "1.csv line 3, symbol: 'A', expected one that 1.csv line 2 has not taken",
        ),
        (
            ONE + "instrument,TAKEN,X,,,,,,,,,,",
            "1.csv line 2, symbol: 'TAKEN', expected one that instruments[0] has not taken",
        ),
        (ONE + "instrument,,X,,,,,,,,,,", "1.csv line 2, symbol: '', expected a value in a row of record 'instrument'"),
        (ONE + "instrument,A,Z,,,,,,,,,,", "1.csv line 2, venues: 'Z', expected a venue of the configuration (X, Y)"),
        (
            ONE + "instrument,A,X X,,,,,,,,,,",
            "1.csv line 2, venues: 'X X', expected venues, each once, with one blank between two",
        ),
        (
            ONE + "instrument,A,,,,,,,,,,,",
            "1.csv line 2, venues: '', expected at least one venue, here or in rows of record 'listing'",
        ),
        (
            ONE + "instrument,A,X,STOCK,,,,,,,,,",
            "1.csv line 2, security_type: 'STOCK', expected a SecurityType(167) of FIX 4.4, "
            "such as CS, FUT, OPT or MLEG",
        ),
        (
            ONE + "instrument,A,X,,1,t,,,,,,,\n",
            "1.csv line 2, tick: '1', expected either tick or tick_table, not both",
            "1.csv line 2, tick_table: 't', expected the tick_table of rows of record 'tick'",
        ),
        (ONE + "instrument,A,X,,,,100,50,,,,,", "1.csv line 2, min_qty: '50', expected a multiple of the lot 100"),
        (
            ONE + "instrument,A,X,FUT,,,,,2026-02-30,,,,",
            "1.csv line 2, expiry: '2026-02-30', expected a date as YYYY-MM-DD",
        ),
        (
            ONE + "instrument,A,X,,,,,,,,,US5949181046,",
            "1.csv line 2, isin: 'US5949181046', expected ISIN US5949181045, if all but its check digit are right",
        ),
        (
            ONE + "instrument,A,X,,,,,,,,,,usd",
            "1.csv line 2, currency: 'usd', expected a currency as three capital letters, such as USD",
        ),
        (
            ONE + "instrument,A,X,CS,,,,,,put,5,,",
            "1.csv line 2, put_or_call: 'put', expected nothing, since its security_type is CS",
            "1.csv line 2, strike_price: '5', expected nothing, since its security_type is CS",
        ),
        (
            ONE + "instrument,A,X,OPT,,,,,,,,,",
            "1.csv line 2, expiry: '', expected a value, since its security_type is OPT",
            "1.csv line 2, put_or_call: '', expected a value, since its security_type is OPT",
            "1.csv line 2, strike_price: '', expected a value, since its security_type is OPT",
        ),
        (
            ONE + "instrument,A,X,FUT,,,,,,,,,",
            "1.csv line 2, maturity: '', expected a value, since its security_type is FUT",
        ),
        (
            ONE + "instrument,MSFT  271315C00450000,X,,,,,,,,,,",
            "1.csv line 2, symbol: 'MSFT  271315C00450000', expected an OSI symbol: OSI expiry '271315' received, "
            "expected a date as yymmdd",
        ),
        (
            ONE + "instrument,MSFT  270115C00450000,X,FUT,,,,,2027-01-16,put,451,,",
            "1.csv line 2, security_type: 'FUT', expected OPT as the OSI symbol has it, or nothing",
            "1.csv line 2, expiry: '2027-01-16', expected 2027-01-15 as the OSI symbol has it, or nothing",
            "1.csv line 2, put_or_call: 'put', expected call as the OSI symbol has it, or nothing",
            "1.csv line 2, strike_price: '451', expected 450 as the OSI symbol has it, or nothing",
        ),
        (
            A + "instrument,C\n",
            "1.csv line 4: 2 cells received, expected 3",
        ),
        ("record,symbol,venues\nthing,A,X\n", "1.csv line 2, record: 'thing', expected instrument, listing, leg, tick"),
        ("symbol\n", "1.csv line 1: no column 'record' received, expected it"),
        ("", "1.csv line 1: no column 'record' received, expected it"),
        ("record,symbol,symbol\n", "1.csv line 1: column 'symbol' received twice, expected it once"),
        (
            "record,symbol,venues,ratio\ninstrument,A,X,2\n",
            "1.csv line 2, ratio: '2', expected nothing in a row of record 'instrument'",
        ),
        # tick tables
        (
            T + "tick,t,0,1,0.1\ntick,t,2,,1\n",
            "1.csv line 3, price_from: '2', expected 1, where the band of 1.csv line 2 ends: tick_table t has a gap",
        ),
        (
            T + "tick,t,0,3,0.1\ntick,t,2,,1\n",
            "1.csv line 3, price_from: '2', expected 3, where the band of 1.csv line 2 ends: "
            "tick_table t has an overlap",
        ),
        (T + "tick,t,2,1,0.1\n", "1.csv line 2, price_to: '1', expected more than price_from (2)"),
        (T + "tick,t,0,1,\n", "1.csv line 2, tick: '', expected a value in a row of record 'tick'"),
        # listings
        (
            A + "\n",
            L + "listing,C,X,,,\n",
            "2.csv line 2, symbol: 'C', expected the symbol of a row of record 'instrument'",
        ),
        (A, L + "listing,A,Z,,,\n", "2.csv line 2, venue: 'Z', expected a venue of the configuration (X, Y)"),
        (
            A,
            L + "listing,A,Y,a,2026-01-01,2026-01-31\nlisting,A,Y,b,2026-01-31,\n",
            "2.csv line 3, valid_from: '2026-01-31', expected 2026-02-01 or later: A already has a listing at Y "
            "(2.csv line 2) until 2026-01-31",
        ),
        (
            A,
            L + "listing,A,Y,a,2026-01-01,\nlisting,A,Y,b,2026-02-01,\n",
            "2.csv line 3, valid_from: '2026-02-01', expected another date: A already has a listing at Y "
            "(2.csv line 2) without end",
        ),
        (
            A,
            L + "listing,A,Y,a,,\nlisting,B,Y,a,,\n",
            "2.csv line 3, venue_symbol: 'a', expected another date: a already is another instrument at Y "
            "(2.csv line 2) without end",
        ),
        (
            A,
            L + "listing,A,Y,a,2026-02-01,2026-01-01\n",
            "2.csv line 2, valid_to: '2026-01-01', expected valid_from (2026-02-01) or later",
        ),
        # legs
        (
            A + "",
            SPREAD,
            "2.csv line 2, symbol: 'S', expected two or more rows of record 'leg' for it, "
            "since its security_type is MLEG",
        ),
        (
            A,
            SPREAD,
            G + "leg,S,A,1,buy\nleg,S,C,1,sell\n",
            "3.csv line 3, leg_symbol: 'C', expected the symbol of an instrument",
        ),
        (
            A,
            SPREAD,
            G + "leg,S,A,1,buy\nleg,S,A,1,sell\n",
            "3.csv line 3, leg_symbol: 'A', expected one that 3.csv line 2 has not taken",
        ),
        (
            A,
            SPREAD,
            G + "leg,S,A,0,buy\nleg,S,B,1.5,short\n",
            "3.csv line 2, ratio: '0', expected a whole number from 1 to 1000000",
            "3.csv line 3, ratio: '1.5', expected a whole number from 1 to 1000000",
            "3.csv line 3, side: 'short', expected buy or sell",
        ),
        (
            A,
            G + "leg,A,B,1,buy\n",
            "2.csv line 2, symbol: 'A', expected an instrument whose security_type is MLEG",
        ),
    ],
    ids=lambda parts: parts[-1][:60],
)
def test_mistakes(mistakes: Mistakes, parts: tuple[str, ...]) -> None:
    """Each case is the files' texts, then all the mistakes that they have."""
    texts = [part for part in parts if not MISTAKE.match(part)]
    assert mistakes(*texts) == list(parts[len(texts) :])


def test_all_mistakes_of_all_files_at_once_and_in_order(mistakes: Mistakes) -> None:
    first = ONE + "instrument,A,X,,,,-1,,,,,,\ninstrument,A,Z,,,,,,,,,,\n"
    assert [line.partition(":")[0] for line in mistakes(first, T + "tick,t,0,1,x\n")] == [
        "1.csv line 2, lot",
        "1.csv line 3, symbol",
        "1.csv line 3, venues",
        "2.csv line 2, tick",
    ]


def test_rows_count_as_they_stand_in_the_file(mistakes: Mistakes) -> None:
    text = 'record,symbol,venues,underlying\n\ninstrument,A,X,"of ""two"" words"\ninstrument,B,Z,\n'
    assert mistakes(text) == ["1.csv line 4, venues: 'Z', expected a venue of the configuration (X, Y)"]


def test_files_that_can_not_be_read(tmp_path: Path) -> None:
    latin, broken = tmp_path / "latin.csv", tmp_path / "broken.parquet"
    latin.write_bytes(b"record,symbol\ninstrument,\xe9\n")
    broken.write_bytes(b"PAR1 and nothing else")
    paths = [(tmp_path / "none.csv", "none.csv"), (latin, "latin.csv"), (broken, "broken.parquet")]
    with pytest.raises(ReferenceError) as raised:
        load_reference(paths)
    none, not_text, not_parquet = sorted(raised.value.mistakes, key=lambda line: -len(line.partition(":")[0]))[::-1]
    assert none == "none.csv: can't be read: No such file or directory"
    assert not_text == "latin.csv: not UTF-8: byte 0xe9 received"
    assert not_parquet.startswith("broken.parquet: not Parquet: ")


def test_an_unclosed_quote_is_told(mistakes: Mistakes) -> None:
    assert mistakes('record,symbol\ninstrument,"A\n') == ["1.csv: not CSV: unexpected end of data"]


def test_parquet_says_the_same_as_csv(tmp_path: Path, example: dict[str, Instrument]) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.csv
    import pyarrow.parquet

    table = pyarrow.csv.read_csv(EXAMPLE, convert_options=pyarrow.csv.ConvertOptions(column_types=_types(pa)))
    venues = pa.array([v.as_py().split(" ") if v.as_py() else None for v in table["venues"]], pa.list_(pa.string()))
    table = table.set_column(table.schema.get_field_index("venues"), "venues", venues)
    path = tmp_path / "instruments.parquet"
    pyarrow.parquet.write_table(table, path)
    assert load_reference([(path, path.name)]).instruments == example


def _types(pa: object) -> dict[str, object]:
    names = EXAMPLE.read_text().splitlines()[0].split(",")
    money = pa.decimal128(20, 8)  # type: ignore[attr-defined]
    typed = {"tick": money, "lot": money, "strike_price": money, "price_from": money, "price_to": money}
    typed |= {"expiry": pa.date32(), "valid_from": pa.date32(), "ratio": pa.int32()}  # type: ignore[attr-defined]
    return {name: typed.get(name, pa.string()) for name in names}  # type: ignore[attr-defined]


def test_a_binary_float_is_refused(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet

    path = tmp_path / "floats.parquet"
    pyarrow.parquet.write_table(pa.table({"record": ["tick"], "tick_table": ["t"], "tick": [0.1]}), path)
    with pytest.raises(ReferenceError) as raised:
        load_reference([(path, path.name)])
    assert raised.value.mistakes == (
        "floats.parquet, tick: double received, expected decimals, integers or text: a binary float is not exact",
    )


def test_parquet_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    (tmp_path / "i.parquet").write_bytes(b"")
    with pytest.raises(ReferenceError, match=r"i.parquet: Parquet needs pyarrow, .*pip install 'fairlead\[parquet\]'"):
        load_reference([(tmp_path / "i.parquet", "i.parquet")])


def test_tens_of_thousands(load: Load) -> None:
    rows = "".join(f"instrument,S{n},X Y,,0.01,100\nlisting,S{n},,Y,,\n" for n in range(20_000))
    reference = load("record,symbol,venues,venue,tick,lot\n" + rows)
    assert len(reference.instruments) == 20_000
    assert reference.instruments["S19999"].listings == (Listing("Y"),)
