"""Say protocols, groups and verdicts as people write them."""

from __future__ import annotations

import re

from fairlead.certification.model.verdicts import Verdict

PROTOCOLS = {
    "fix42": "FIX 4.2",
    "fix44": "FIX 4.4",
    "ouch42": "OUCH 4.2",
    "ouch50": "OUCH 5.0",
    "jnx_ouch": "Japannext OUCH 1.11",
    "soup": "SoupBinTCP",
    "itch": "ITCH",
}
GROUPS = {
    "FS": "FIX session",
    "SX": "Session extensions",
    "SP": "SoupBinTCP session",
    "OE": "Order entry",
    "EX": "Executions",
    "FR": "Failure and recovery",
    "MD": "Market data",
}
ENVELOPE = frozenset(("8", "9", "49", "56", "52", "10"))
"""FIX fields that every message has: shown, but not in the way of the others."""
VERDICTS = {
    Verdict.PASS: "did what is asked",
    Verdict.NON_STRICT: "did what the standard tolerates, though another outcome is asked for",
    Verdict.UNSUPPORTED: "does not have what the case is about",
    Verdict.BLOCKED: "could not be held, so it proves nothing",
    Verdict.FAIL: "did what it must not, or did not what it must",
}


def in_reading_order(case_id: str) -> tuple[int, tuple[str | int, ...]]:
    """Return what sorts case ids as people count: by group, FS-2t before FS-10a."""
    known = list(GROUPS)
    group = next((number for number, name in enumerate(known) if case_id.startswith(name)), len(known))
    parts = re.split("([0-9]+)", case_id)
    return group, tuple(int(part) if number % 2 else part for number, part in enumerate(parts))


def seconds(ns: int) -> str:
    """Return a length of time as people read it: ``0.4 ms``, ``120 ms``, ``3.2 s``, ``2 min 5 s``."""
    if ns < 100_000_000:
        return f"{ns / 1e6:.1f} ms"
    if ns < 1_000_000_000:
        return f"{ns / 1e6:.0f} ms"
    if ns < 60_000_000_000:
        return f"{ns / 1e9:.1f} s"
    minutes, rest = divmod(round(ns / 1e9), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def moment(ns: int) -> str:
    """Return a time within a case, in seconds to the microsecond."""
    return f"{ns / 1e9:.6f}"


def place(protocol: str, role: str) -> str:
    """Return protocol and role in words."""
    return " ".join(part for part in (PROTOCOLS.get(protocol, protocol), role) if part)


def varied(variant: dict[str, object]) -> str:
    """Return a variant in words."""
    return ", ".join(f"{name} {value}" for name, value in variant.items())
