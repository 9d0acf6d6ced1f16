"""Find names in a limits file that the configuration does not have.

Works on the raw file, so that it speaks even where types are wrong too.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from fairlead.gateway.ports.identity import Patterns
from fairlead.gateway.risk.limits_parameters import MONEY_KEYS
from fairlead.gateway.risk.limits_rules import ANY, EACH

if TYPE_CHECKING:
    from fairlead.gateway.config.models import Config

_NAMED: Final = 12
"""Names that a mistake lists at most."""


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The names that a limits file may use. ``currencies`` are those of instruments, each with one that has it."""

    accounts: Mapping[str, tuple[str, ...]]
    """By strategy: names and patterns."""
    venues: Collection[str]
    symbols: Collection[str]
    currencies: Mapping[str, str]

    @classmethod
    def of(cls, config: "Config") -> "KnownNames":
        """Return the names of a configuration."""
        tables = [(table.symbol, table.currency) for table in config.instruments]
        in_files = [(found.symbol, found.currency) for found in config.reference.instruments.values()]
        instruments = [*tables, *in_files]
        return cls(
            accounts={strategy.name: strategy.accounts for strategy in config.strategies},
            venues=frozenset(venue.name for venue in config.venues),
            symbols=frozenset(symbol for symbol, _ in instruments),
            currencies={currency: symbol for symbol, currency in reversed(instruments) if currency},
        )


def find_name_mistakes(content: Mapping[str, Any], known: KnownNames) -> list[str]:
    """Return one line for each name that refers to nothing."""
    return [
        *(
            line
            for table in ("limits", "restricted", "locates")
            for at, row in _tables(content, table)
            for line in _names(f"{table}[{at}]", row, known)
        ),
        *_currencies(content, known),
    ]


def _tables(content: Mapping[str, Any], key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    found = content.get(key)
    if isinstance(found, list):
        yield from ((at, table) for at, table in enumerate(found) if isinstance(table, Mapping))


def _names(where: str, row: Mapping[str, Any], known: KnownNames) -> Iterator[str]:
    for key, names, plural in (
        ("strategy", known.accounts, "strategies"),
        ("venue", known.venues, "venues"),
        ("symbol", known.symbols, "instruments"),
    ):
        value = row.get(key)
        if isinstance(value, str) and value not in (ANY, EACH) and value not in names:
            yield f"{where}.{key}: {value!r}, expected one of the configuration's {plural}{_meant(value, names)}"
    account, strategy = row.get("account"), row.get("strategy")
    if not isinstance(account, str) or account in (ANY, EACH):
        return
    owners = [strategy] if isinstance(strategy, str) and strategy in known.accounts else [*known.accounts]
    texts = [text for owner in owners for text in known.accounts[owner]]
    if not Patterns(tuple(texts)).match(account):
        whose = f"strategy {owners[0]}" if len(owners) == 1 else "a strategy"
        yield f"{where}.account: {account!r}, expected an account of {whose}{_meant(account, texts)}"


def _meant(value: str, names: Collection[str]) -> str:
    close = get_close_matches(value, names, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    listed = sorted(names)
    return f" ({', '.join(listed) or 'it has none'})" if len(listed) <= _NAMED else f" (it has {len(listed)})"


def _currencies(content: Mapping[str, Any], known: KnownNames) -> Iterator[str]:
    """Find currencies without a rate, where money is limited or a base is named."""
    money = content.get("currencies")
    if isinstance(money, Mapping):
        rates = money.get("rates", {})
        has = {money.get("base"), *(rates if isinstance(rates, Mapping) else ())}
        for currency, symbol in sorted(known.currencies.items()):
            if currency not in has:
                yield f"currencies.rates.{currency}: it is missing, {symbol} is in {currency}"
    elif len(known.currencies) > 1 and _limits_money(content):
        named = ", ".join(sorted(known.currencies))
        yield f"currencies: it is missing, money is limited and the instruments are in {named}"


def _limits_money(content: Mapping[str, Any]) -> bool:
    firm = content.get("firm")
    rows = [*(row for _, row in _tables(content, "limits")), *([firm] if isinstance(firm, Mapping) else [])]
    return any(key in MONEY_KEYS for row in rows for key in row)
