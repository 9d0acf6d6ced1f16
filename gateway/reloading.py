"""Take the configuration file as it is now (SIGHUP): what can change while the gateway runs changes, the rest is named.

All or nothing: a file that a start would refuse changes nothing. The limits file is taken as ``limits.reload`` takes
it, but for what becomes looser: a signal has no second person.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import structlog

from fairlead.gateway.assembly import Gateway
from fairlead.gateway.config import Config, ConfigError, load_config
from fairlead.gateway.risk.limits_in_force import By, LimitsRefused

log = structlog.get_logger()

_NAMES: Final = ("name", "symbol", "venue")
"""What tells a table of a list from the others."""
MISSING: Final = object()


class Reloading:
    """Reload a running gateway's configuration from ``path``."""

    def __init__(self, gateway: Gateway, path: Path) -> None:
        self._gateway = gateway
        self._path = path

    def reload(self) -> None:
        """Look at the file and take what can be taken; the log says what was."""
        try:
            config = load_config(self._path)
        except ConfigError as error:
            log.error("reload_refused", path=str(self._path), mistakes=list(error.mistakes), effect="nothing changed")
            return
        keys = list(differing_keys(self._gateway.config, config))
        if keys:
            log.warning("needs_restart", keys=keys, effect="the running gateway keeps what it was started with")
        if self._gateway.config.risk.limits is not None:
            self._reload_limits()
        log.info("reloaded", path=str(self._path), keys_that_need_a_restart=len(keys))

    def _reload_limits(self) -> None:
        gateway = self._gateway
        limits = gateway.limits
        now_ns, utc_ns = gateway.turn.begin(), gateway.clock.utc_ns()
        try:
            proposal = limits.propose(limits.read_file(), ())
            if proposal.loosened:
                raise LimitsRefused(
                    [f"{text}: a second person must agree, use `fairlead limits reload`" for text in proposal.loosened]
                )
            if proposal.differences or proposal.dropped:
                limits.put_in_force(proposal, "reloaded", By("", "SIGHUP"), now_ns, utc_ns)
                log.info("limits_in_force", version=limits.book.version, changes=len(proposal.differences))
        except LimitsRefused as refused:
            log.error("limits_refused", mistakes=list(refused.mistakes), effect="the limits in force stay")
        finally:
            gateway.turn.finish(now_ns, utc_ns)


def differing_keys(running: Config, new: Config) -> Iterator[str]:
    """Yield the keys whose values differ, as ``venues[XEXC].hosts``; never a value."""
    yield from _differing("", running.model_dump(), new.model_dump())
    if running.reference != new.reference:
        yield "gateway.instruments_file (what the files say)"


def _differing(place: str, before: Any, now: Any) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        for key in {**before, **now}:
            yield from _differing(f"{place}.{key}".lstrip("."), before.get(key, MISSING), now.get(key, MISSING))
    elif _are_tables(before) and _are_tables(now):
        tables = _by_name(before), _by_name(now)
        for name in {**tables[0], **tables[1]}:
            yield from _differing(f"{place}[{name}]", tables[0].get(name, MISSING), tables[1].get(name, MISSING))
    elif before != now:
        yield place


def _are_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(table, dict) for table in value)


def _by_name(tables: Any) -> dict[str, Any]:
    named = ((next((table[key] for key in _NAMES if key in table), None), table) for table in tables)
    return {str(place if name is None else name): table for place, (name, table) in enumerate(named)}
