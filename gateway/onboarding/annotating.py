"""Write a profile with every key explained: what is set as it stands, what is left out commented, with its default.

``#key = value`` (no space behind the sign) is a key that may be used, ``# words`` explain. Uncommenting all of them
changes nothing, since each says its default.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

_HEADER: Final = re.compile(r"\[([^\]]+)\]")
_KEY: Final = re.compile(r"([A-Za-z0-9_]+)\s*=")


@dataclass(frozen=True, slots=True)
class Key:
    """What one key means; ``default`` is TOML text, None where it has to be there."""

    says: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What tables and keys of one sort of profile mean. ``legends`` stand before the first table of their name."""

    tables: Mapping[str, str]
    keys: Mapping[str, Mapping[str, Key]]
    legends: Mapping[str, str]

    def says(self, path: str) -> str:
        """Return what a key means, "" where nothing is known of it."""
        table, _, name = path.rpartition(".")
        key = self.keys.get(table, {}).get(name)
        return key.says if key is not None else ""


def load_words(adapter: str) -> Words:
    """Return the words for the profiles of an adapter, ``fix`` or ``ouch``."""
    text = (files("fairlead.gateway.onboarding") / f"keys_{adapter}.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    keys = {table: {name: Key(**each) for name, each in entries.items()} for table, entries in raw["keys"].items()}
    return Words(raw["tables"], keys, raw["legends"])


def annotate(text: str, words: Words) -> str:
    """Return a profile's text with explanations; values and remarks of its own stay."""
    written: list[str] = []
    told: set[str] = set()
    tables = list(_tables(text))
    seen = {table for table, _, _ in tables}
    for table, header, lines in tables:
        legend = next((name for name in words.legends if _is_of(table, name)), "")
        if legend and legend not in told:
            told.add(legend)
            written += ["", *(f"# {line}" for line in words.legends[legend].strip().splitlines())]
        written += [""] if header else []
        written += [f"# {words.tables[table]}"] if table in words.tables else []
        written += [header] if header else []
        written += _explained(lines, _wanted(table, words, seen))
    for table, says in words.tables.items():
        if table not in seen:
            written += ["", f"# {says}", f"#[{table}]", *_explained([], _wanted(table, words, seen))]
    return "\n".join(written).strip() + "\n"


def _wanted(table: str, words: Words, seen: set[str]) -> dict[str, Key]:
    """Return the keys of a table, without those that stand there as tables of their own."""
    return {name: key for name, key in words.keys.get(table, {}).items() if f"{table}.{name}" not in seen}


def _is_of(table: str, name: str) -> bool:
    return table.startswith(name.removesuffix("*")) if name.endswith("*") else table == name


def _tables(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each table: its name, its header's line, the lines below, without blank ones."""
    table, header = "", ""
    lines: list[str] = []
    for line in text.splitlines():
        found = _HEADER.match(line)
        if found is None:
            lines += [line] if line.strip() else []
            continue
        yield table, header, lines
        table, header, lines = found[1], line, []
    yield table, header, lines


def _explained(lines: list[str], keys: Mapping[str, Key]) -> list[str]:
    written, there = [], set()
    for line in lines:
        found = _KEY.match(line)
        if found is not None:
            there.add(found[1])
            if found[1] in keys:
                written.append(f"# {keys[found[1]].says}")
        written.append(line)
    for name, key in keys.items():
        if name not in there and key.default is not None:
            written += [f"# {key.says}", f"#{name} = {key.default}"]
    return written
