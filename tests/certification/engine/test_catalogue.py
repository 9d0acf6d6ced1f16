"""The catalogue holds every condition of the session test cases, each well described."""

from string import ascii_lowercase

import pytest

from fairlead.certification.cases import load_catalogue
from fairlead.certification.engine.names import MSG_TYPES
from fairlead.certification.model.verdicts import Level

LETTERS = {
    "1B.": "abcde", "1S.": "abcd", "2S": "", "2": ascii_lowercase[:20], "3": "abcde", "4": "ab", "5": "", "6": "",
    "7": "", "8": "", "9": "", "10": "abcde", "11": "abc", "12": "", "13": "ab", "14": ascii_lowercase[:14], "15": "",
    "16": "ab", "17": "abcdefghij", "18": "ab", "19": "ab", "20": "",
}  # fmt: skip
CONDITIONS = [f"FS-{row}{letter}" for row, letters in LETTERS.items() for letter in letters or ("",)]
OPTIONAL = {"FS-9", "FS-14l", "FS-14n", "FS-15", "FS-18a", "FS-18b", *(f"FS-17{letter}" for letter in "abcdefghij")}
FURTHER = {"FS-1S.a-reset", "FS-2c-logon"}
"""Cases beside the conditions: mutants showed that no condition asks this."""
CASES = load_catalogue().cases


def test_all_conditions_are_there_and_no_other() -> None:
    assert len(CONDITIONS) == 85
    assert {case for case in CASES if case.startswith("FS-")} == set(CONDITIONS) | FURTHER


@pytest.mark.parametrize("name", CONDITIONS)
def test_condition_is_for_both_versions_and_says_where_it_is_from(name: str) -> None:
    case = CASES[name]
    assert case.protocols == {"fix42", "fix44"} and "engine" in case.subjects
    assert case.level is (Level.OPTIONAL if name in OPTIONAL else Level.MUST)
    assert f"FTC {name.removeprefix('FS-')}" in case.reference
    assert case.asks.endswith(".") and case.why.endswith(".")


@pytest.mark.parametrize("name", ["SX01", "SX02", "SX03", "SX04", "SX05", "SX10"])
def test_extensions_that_an_engine_alone_can_be_asked_are_there(name: str) -> None:
    assert "engine" in CASES[name].subjects


def test_names_of_messages_are_clear() -> None:
    assert len(MSG_TYPES) == len(set(MSG_TYPES.values()))
