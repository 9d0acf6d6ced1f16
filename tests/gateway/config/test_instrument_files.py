"""``instruments_file``: reference files join the configuration's own instruments."""

from collections.abc import Callable
from pathlib import Path

from fairlead.gateway.config import load_config

Write = Callable[[str], Path]
Mistakes = Callable[[str], list[str]]

FILE = "record,symbol,venues,tick\ninstrument,AAPL,X,0.01\n"


def with_file(good: str, value: str = '"i.csv"') -> str:
    return good.replace('state_dir = "var"', f'state_dir = "var"\ninstruments_file = {value}')


def without_tables(text: str) -> str:
    return text.partition("[[instruments]]")[0]


def test_a_file_beside_the_tables(write: Write, good: str, tmp_path: Path) -> None:
    (tmp_path / "i.csv").write_text(FILE)
    config = load_config(write(with_file(good)))
    assert [entry.symbol for entry in config.instruments] == ["MSFT"]
    assert list(config.reference.instruments) == ["AAPL"]
    assert config.gateway.instruments_file == (tmp_path.resolve() / "i.csv",)


def test_several_files_and_no_table(write: Write, good: str, tmp_path: Path) -> None:
    (tmp_path / "i.csv").write_text(FILE)
    (tmp_path / "j.csv").write_text(FILE.replace("AAPL", "IBM"))
    config = load_config(write(without_tables(with_file(good, '["i.csv", "j.csv"]'))))
    assert list(config.reference.instruments) == ["AAPL", "IBM"]


def test_strategies_may_name_what_a_file_brings(write: Write, good: str, tmp_path: Path) -> None:
    (tmp_path / "i.csv").write_text(FILE)
    text = with_file(good).replace('accounts = ["ACC"]', 'accounts = ["ACC"]\nsymbols = ["AAPL", "MSFT"]')
    assert load_config(write(text)).strategies[0].symbols == ("AAPL", "MSFT")


def test_a_files_mistakes_stand_beside_the_others(mistakes: Mistakes, good: str, tmp_path: Path) -> None:
    (tmp_path / "i.csv").write_text(FILE + "instrument,MSFT,Z,-1\n")
    text = with_file(good).replace('accounts = ["ACC"]', 'accounts = ["ACC"]\nsymbols = ["AAPL", "IBM"]')
    assert mistakes(text) == [
        "strategies[0].symbols: 'IBM', expected one of this file's instruments, or a pattern with *",
        "gateway.instruments_file: i.csv line 3, tick: '-1', expected a number above 0",
        "gateway.instruments_file: i.csv line 3, symbol: 'MSFT', expected one that instruments[0] has not taken",
        "gateway.instruments_file: i.csv line 3, venues: 'Z', expected a venue of the configuration (X)",
    ]


def test_a_file_that_is_not_there(mistakes: Mistakes, good: str) -> None:
    assert mistakes(with_file(good)) == [
        "gateway.instruments_file: i.csv: can't be read: No such file or directory",
    ]


def test_a_value_of_the_wrong_type(mistakes: Mistakes, good: str) -> None:
    for value in ("5", "[5]", '""'):
        (mistake,) = mistakes(with_file(good, value))
        assert mistake.endswith(", expected the path of a file, or a list of them")


def test_no_instrument_at_all(mistakes: Mistakes, good: str) -> None:
    assert mistakes(without_tables(good)) == [
        "instruments: it is missing, expected [[instruments]], or instruments_file in [gateway]"
    ]
