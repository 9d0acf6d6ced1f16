"""Read a limits file: its text to rules, with every mistake at once (path, value, what was expected).

What a limits file says is kept as plain JSON values too (``content``): admin changes are made to it, and the result is
read in the same way as a file.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from fairlead.codecs.vocabulary.constants import Side
from fairlead.gateway.config.limits_references import KnownNames, find_name_mistakes
from fairlead.gateway.config.limits_sense import find_sense_mistakes, find_warnings
from fairlead.gateway.config.limits_tables import LimitRow, Limits, LimitsFile
from fairlead.gateway.config.mistakes import describe_mistakes
from fairlead.gateway.risk.limits_parameters import IMPLIED, PARAMETERS, QTY_DECIMALS, to_units
from fairlead.gateway.risk.limits_rules import (
    FIRM,
    SELECTORS,
    Currencies,
    LimitRules,
    Locate,
    Restriction,
    Row,
    Selectors,
)

Content = Mapping[str, Any]

NO_FILE: Final = "none"
"""In place of a file's hash."""
NO_LIMITS: Final = "no limits file is configured ([risk] limits): orders meet no limit"


@dataclass(frozen=True, slots=True)
class LimitsReading:
    """What a limits file comes to. ``rules`` is None where there are mistakes."""

    path: Path | None = None
    content: Content = field(default_factory=dict)
    file_hash: str = NO_FILE
    rules: LimitRules | None = None
    mistakes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def mistakes_in_config(self) -> list[str]:
        """Return its mistakes as those of the configuration that names it."""
        return [f"risk.limits: {self.path}: {mistake}" for mistake in self.mistakes]


def read_limits_file(
    path: Path, known: KnownNames | None, *, require: bool = False, last: LimitsReading | None = None
) -> LimitsReading:
    """Read a file and check it against the names of a configuration, where these are known.

    ``last`` is returned where the file holds what it was read from, with the same ``known`` and ``require``.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        return LimitsReading(path, mistakes=(f"can't be read: {error.strerror or error}",))
    if last is not None and last.file_hash == hash_of(data):
        return last
    return read_limits_text(data, known, require=require, path=path)


def hash_of(data: bytes) -> str:
    """Return what names the content of a file."""
    return hashlib.sha256(data).hexdigest()[:32]


def read_limits_text(
    data: bytes, known: KnownNames | None, *, require: bool = False, path: Path | None = None
) -> LimitsReading:
    """Check the text of a limits file and return what it comes to."""
    try:
        raw = tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        return LimitsReading(path, mistakes=(f"byte {error.start} is not UTF-8",))
    except tomllib.TOMLDecodeError as error:
        return LimitsReading(path, mistakes=(f"not TOML: {error}",))
    # as plain JSON: dates become texts
    content = json.loads(json.dumps(raw, default=str))
    return read_limits_content(content, known, require=require, path=path, file_hash=hash_of(data))


def read_limits_content(
    content: Content,
    known: KnownNames | None,
    *,
    require: bool = False,
    path: Path | None = None,
    file_hash: str = NO_FILE,
) -> LimitsReading:
    """Check what a file says and return what it comes to."""
    try:
        tables = LimitsFile.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        mistakes = [*describe_mistakes(error), *(find_name_mistakes(content, known) if known is not None else ())]
        return LimitsReading(path, content, file_hash, mistakes=tuple(mistakes))
    rules = build_rules(tables)
    mistakes = [*find_sense_mistakes(rules), *(find_name_mistakes(content, known) if known is not None else ())]
    if mistakes:
        return LimitsReading(path, content, file_hash, mistakes=tuple(mistakes))
    return LimitsReading(path, content, file_hash, rules, warnings=tuple(find_warnings(rules, require=require)))


def build_rules(tables: LimitsFile) -> LimitRules:
    """Return the rules that the tables describe, in the units of the books."""
    money = tables.currencies
    return LimitRules(
        firm=_row(FIRM, Selectors(), tables.firm),
        rows=tuple(_named_row(row) for row in tables.limits),
        currencies=Currencies()
        if money is None
        else Currencies(money.base, {name: to_units(rate, QTY_DECIMALS) for name, rate in money.rates.items()}),
        restricted=tuple(
            Restriction(
                entry.symbol,
                frozenset(Side[side.upper()].value for side in entry.sides),
                entry.reason,
                entry.strategy or "",
                entry.account or "",
                entry.from_ or date.min,
                entry.until or date.max,
            )
            for entry in tables.restricted
        ),
        locates=tuple(
            Locate(entry.id, entry.symbol, entry.account, to_units(entry.quantity, QTY_DECIMALS), entry.date)
            for entry in tables.locates
        ),
    )


def _named_row(table: LimitRow) -> Row:
    selectors = Selectors(**{name: getattr(table, name) or "" for name in SELECTORS})
    return _row(table.name or str(selectors), selectors, table)


def _row(name: str, selectors: Selectors, table: Limits) -> Row:
    values = {
        key: parameter.form.read(getattr(table, key))
        for key, parameter in PARAMETERS.items()
        if getattr(table, key) is not None
    }
    for key, (implied, value) in IMPLIED.items():
        if key in values:
            values.setdefault(implied, value)
    return Row(name, selectors, values, None if table.off is None else frozenset(table.off))
