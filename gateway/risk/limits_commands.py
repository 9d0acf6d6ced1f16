"""Offer limits to operators: look, check, change. Loosening a limit needs a second person, tightening does not."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, Field, StrictBool, StrictInt, StrictStr

from fairlead.gateway.config.limits_file import LimitsReading, read_limits_text
from fairlead.gateway.control.commands import (
    ADMIN,
    RISK,
    VIEW,
    Arguments,
    ControlCommand,
    ControlCommands,
    ControlError,
    ControlRequest,
)
from fairlead.gateway.ports.identity import Patterns
from fairlead.gateway.risk.limits_book_cy import LimitBook
from fairlead.gateway.risk.limits_changes import Change, find_row, typed, with_changes
from fairlead.gateway.risk.limits_difference import LISTS, Difference
from fairlead.gateway.risk.limits_in_force import By, LimitsInForce, LimitsRefused, Proposal
from fairlead.gateway.risk.limits_parameters import ORDER_PARAMETERS
from fairlead.gateway.risk.limits_resolution import Resolver, build_bucket
from fairlead.gateway.risk.limits_rules import LimitRules, Selectors
from fairlead.gateway.risk.limits_usage import copy_counts, usage_of

MAY_CHANGE: Final = (RISK, ADMIN)
NS_PER_S: Final = 1_000_000_000
MAX_CHANGES: Final = 100


class ParameterChange(Arguments):
    """Set one parameter of one row; no value: it is no longer set."""

    row: Annotated[str, Field(min_length=1, max_length=200)]
    parameter: str
    value: StrictStr | StrictInt | StrictBool | tuple[StrictStr, ...] | None = None


class ShowArguments(Arguments):
    """Which order's limits; none of them: what is in force."""

    strategy: str = ""
    account: str = ""
    venue: str = ""
    symbol: str = ""


class SetArguments(Arguments):
    """What to set, and until when."""

    changes: Annotated[tuple[ParameterChange, ...], Field(min_length=1, max_length=MAX_CHANGES)]
    until: AwareDatetime | None = None


class CheckArguments(Arguments):
    """What to try: changes, or another file's text; neither: the configured file as it is now."""

    changes: Annotated[tuple[ParameterChange, ...], Field(max_length=MAX_CHANGES)] = ()
    text: str | None = None


class ReloadArguments(Arguments):
    """The hash of the file that was looked at; where it is another by now, it is not taken."""

    file_hash: str = ""


class UsageArguments(Arguments):
    """Only what is used to so many percent at least."""

    at_least_percent: Annotated[int, Field(ge=0, le=1000)] = 0


class LimitsCommands:
    """Answer them."""

    def __init__(self, limits: LimitsInForce) -> None:
        self._limits = limits

    def register(self, commands: ControlCommands) -> None:
        """Add them to the gateway's commands."""
        looks: tuple[tuple[str, str, Any, type[Arguments]], ...] = (
            ("limits.show", "Show the limits in force, or those that one order meets.", self.show, ShowArguments),
            ("limits.usage", "Show how much of each limit is used.", self.usage, UsageArguments),
            ("limits.check", "Say what other limits would change, and change nothing.", self.check, CheckArguments),
        )
        for name, summary, handler, arguments in looks:
            commands.add(ControlCommand(name, summary, (VIEW,), handler, arguments, changes=False))
        changes: tuple[tuple[str, str, Any, type[Arguments], Any], ...] = (
            ("limits.reload", "Take the limits file as it is now.", self.reload, ReloadArguments, self._reloading),
            (
                "limits.set",
                "Set parameters of rows, for good or for a time.",
                self.set_parameters,
                SetArguments,
                self._setting,
            ),
        )
        for name, summary, handler, arguments, proposal in changes:
            commands.add(
                ControlCommand(
                    name,
                    summary,
                    MAY_CHANGE,
                    handler,
                    arguments,
                    preview=lambda request, proposal=proposal: _brief(proposal(request)),  # type: ignore[misc]
                    approval_rule=lambda request, proposal=proposal: bool(proposal(request).loosened),  # type: ignore[misc]
                )
            )

    # Looking

    def show(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``limits.show``."""
        wanted: ShowArguments = request.arguments
        limits, book = self._limits, self._limits.book
        answer: dict[str, Any] = {
            "version": book.version,
            "content_hash": book.rules.content_hash,
            "file": str(limits.base.path or ""),
            "file_hash": limits.base.file_hash,
            "require": book.require,
        }
        key = (wanted.strategy, wanted.account, wanted.venue, wanted.symbol)
        if any(key):
            return answer | {"order": wanted.model_dump()} | _resolved(book, key, request.now_ns)
        return answer | {
            "rules": book.rules.as_dict(),
            "admin_changes": [change.as_dict() for change in limits.changes],
            "warnings": list(limits.warnings),
        }

    def usage(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``limits.usage``."""
        found = usage_of(self._limits.book.buckets.values(), request.now_ns)
        least = request.arguments.at_least_percent * 10
        return {
            "version": self._limits.book.version,
            "usage": [usage.as_dict() for usage in found if usage.permille >= least],
            "limits": len(found),
        }

    def check(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``limits.check``."""
        wanted: CheckArguments = request.arguments
        if wanted.changes and wanted.text is not None:
            raise ControlError("changes and text received, expected one of them")
        if wanted.changes:
            proposal = self._propose(lambda: (self._limits.base, self._changed(request, wanted.changes, None)))
        else:
            proposal = self._propose(lambda: (self._read(wanted.text), ()))
        return self._preview(proposal) | {"over_limit": self._over_limit(proposal.rules, request.now_ns)}

    # Changing

    def reload(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``limits.reload``."""
        return self._put(self._reloading(request), "reloaded", request)

    def set_parameters(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``limits.set``."""
        return self._put(self._setting(request), "set", request)

    def _put(self, proposal: Proposal, event: str, request: ControlRequest) -> Mapping[str, Any]:
        if proposal.loosened and not request.approver:
            raise ControlError(f"a second person must agree to what is looser: {'; '.join(proposal.loosened)}")
        answer = self._preview(proposal)
        before = self._state()
        by = By(request.operator, request.reason, request.approver)
        self._limits.put_in_force(proposal, event, by, request.now_ns, request.utc_ns)
        return {**answer, "version": self._limits.book.version, "before": before, "after": self._state()}

    def _state(self) -> dict[str, Any]:
        book = self._limits.book
        return {"version": book.version, "content_hash": book.rules.content_hash}

    def _reloading(self, request: ControlRequest) -> Proposal:
        wanted: ReloadArguments = request.arguments
        proposal = self._propose(lambda: (self._read(None), ()))
        if wanted.file_hash and wanted.file_hash != proposal.base.file_hash:
            raise ControlError(
                f"the limits file is another one by now (hash {proposal.base.file_hash}, expected {wanted.file_hash}): "
                "check it again"
            )
        return proposal

    def _setting(self, request: ControlRequest) -> Proposal:
        wanted: SetArguments = request.arguments
        limits = self._limits
        proposal = self._propose(lambda: (limits.base, self._changed(request, wanted.changes, wanted.until)))
        is_for_good = not any(change.until_utc_ns for change in (*proposal.changes, *limits.changes))
        if not proposal.differences and is_for_good:
            raise ControlError("nothing would change")
        return proposal

    def _changed(
        self, request: ControlRequest, wanted: Iterable[ParameterChange], until: datetime | None
    ) -> tuple[Change, ...]:
        until_utc_ns = 0 if until is None else round(until.timestamp()) * NS_PER_S
        if until is not None and until_utc_ns <= request.utc_ns:
            raise ControlError(f"until {until.isoformat()}, expected a time to come")
        changes = list(self._limits.changes)
        content = with_changes(self._limits.base.content, changes)
        for change in wanted:
            try:
                selectors, value = find_row(change.row, content), typed(change.parameter, change.value)
            except ValueError as error:
                raise ControlError(str(error)) from None
            changes.append(
                Change(
                    selectors,
                    change.parameter,
                    list(value) if isinstance(value, tuple) else value,
                    until_utc_ns,
                    request.operator,
                    request.approver,
                    request.reason,
                    request.utc_ns,
                )
            )
        return tuple(changes)

    def _read(self, text: str | None) -> LimitsReading:
        limits = self._limits
        if text is None:
            return limits.read_file()
        return read_limits_text(text.encode(), limits.known, require=limits.require)

    def _propose(self, wanted: Callable[[], tuple[LimitsReading, tuple[Change, ...]]]) -> Proposal:
        try:
            return self._limits.propose(*wanted())
        except LimitsRefused as refused:
            count = len(refused.mistakes)
            lines = "\n".join(f"  {mistake}" for mistake in refused.mistakes)
            raise ControlError(f"{count} mistake{'s' if count != 1 else ''}, nothing was changed\n{lines}") from None

    # What it would do

    def _preview(self, proposal: Proposal) -> dict[str, Any]:
        return {
            "differences": [difference.as_dict() for difference in proposal.differences],
            "strategies": sorted(self._touched(proposal)),
            "loosened": list(proposal.loosened),
            "needs_approval": bool(proposal.loosened),
            "dropped": [change.as_dict() for change in proposal.dropped],
            "warnings": list(proposal.warnings),
            "file_hash": proposal.base.file_hash,
        }

    def _touched(self, proposal: Proposal) -> set[str]:
        """Return the strategies whose orders may meet another limit."""
        rows = {row.name: row.selectors for rules in (self._limits.book.rules, proposal.rules) for row in rules.rows}
        touched: set[str] = set()
        for difference in proposal.differences:
            strategy, account = _owner(difference, rows)
            touched |= {
                name
                for name, accounts in self._limits.known.accounts.items()
                if strategy in ("", "*", name) and (account in ("", "*") or Patterns(accounts).match(account))
            }
        return touched

    def _over_limit(self, rules: LimitRules, now_ns: int) -> list[dict[str, Any]]:
        """Return the limits that what is open and held would exceed."""
        in_force = self._limits.book
        tried = LimitBook(rules, require=in_force.require)
        for key in in_force.seen():
            tried.limits_for(*key)
        for scope, bucket in tried.buckets.items():
            if scope in in_force.buckets:
                copy_counts(in_force.buckets[scope], bucket)
        if self._limits.recount is not None:
            # scopes that were not counted so far
            self._limits.recount(tried)
        return [usage.as_dict() for usage in usage_of(tried.buckets.values(), now_ns) if usage.is_over]


def _brief(proposal: Proposal) -> dict[str, Any]:
    """Return what a second person reads before agreeing."""
    return {
        "changes": "; ".join(map(str, proposal.differences)),
        "looser": "; ".join(proposal.loosened),
        "drops": "; ".join(map(str, proposal.dropped)),
    }


def _owner(difference: Difference, rows: Mapping[str, Selectors]) -> tuple[str, str]:
    """Return the strategy and account that a difference is about, "" for any."""
    if difference.row in LISTS:
        entry = difference.after if difference.after is not None else difference.before
        return str(entry.get("strategy", "")), str(entry.get("account", ""))
    selectors = rows.get(difference.row, Selectors())
    return selectors.strategy, selectors.account


def _resolved(book: LimitBook, key: tuple[str, str, str, str], now_ns: int) -> dict[str, Any]:
    """Return what an order meets, without a trace in the book: nobody has sent it."""
    limits = Resolver(book.rules, require=book.require).resolve(book.version, key, build_bucket)
    for bucket in limits.buckets:
        if bucket.scope in book.buckets:
            copy_counts(book.buckets[bucket.scope], bucket)
    return {
        "is_covered": limits.is_covered,
        "limits": {
            parameter.key: {
                "value": parameter.form.write(getattr(limits, parameter.attribute)),
                "row": limits.rows[parameter.attribute],
            }
            for parameter in ORDER_PARAMETERS
            if parameter.attribute in limits.rows
        },
        "off": {check: limits.rows[f"off.{check}"] for check in sorted(limits.off)},
        "counted": [usage.as_dict() for usage in usage_of(limits.buckets, now_ns)],
    }
