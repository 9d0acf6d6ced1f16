"""Do operators' commands: who may, why, who else agrees; each one that changes something is on record around it."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
import structlog
from pydantic import ValidationError

from fairlead.gateway.control.approvals import Approvals, Waiting
from fairlead.gateway.control.commands import ControlCommand, ControlCommands, ControlError, ControlRequest
from fairlead.gateway.control.operators import LoggedIn, Operators
from fairlead.gateway.control.protocol import (
    FAULT,
    NOBODY_APPROVES,
    NOT_PERMITTED,
    REASON_NEEDED,
    REFUSED,
    UNKNOWN_COMMAND,
    WRONG_ARGUMENTS,
    CommandLine,
    CommandRefused,
)
from fairlead.gateway.control.trail import Trail
from fairlead.gateway.journal.errors import JournalError

log = structlog.get_logger()

NS_PER_S: Final = 1_000_000_000
MAX_MISTAKES: Final = 20


class ControlDesk:
    """Run commands for operators who are logged in; ``approval_s`` is how long a request waits for a second person."""

    def __init__(self, commands: ControlCommands, operators: Operators, trail: Trail, approval_s: int) -> None:
        self.commands: Final = commands
        self.operators: Final = operators
        self.trail: Final = trail
        self.approvals: Final = Approvals()
        self._approval_ns = approval_s * NS_PER_S
        self._present: LoggedIn | None = None
        trail.chain.states["waiting"] = lambda: {waiting.id: waiting.command.name for waiting in self.approvals.all()}

    @property
    def present(self) -> LoggedIn:
        """Return whose command is under way; for the desk's own commands."""
        assert self._present is not None
        return self._present

    def run(
        self, who: LoggedIn, line: CommandLine, now_ns: int, utc_ns: int
    ) -> tuple[Mapping[str, Any], Mapping[str, Any] | None]:
        """Do a command, or keep it for a second person; return (answer, None) or ({}, what waits).

        Raises CommandRefused, of which a record is kept, and JournalError.
        """
        try:
            return self._run(who, line, now_ns, utc_ns)
        except CommandRefused as refused:
            if not refused.is_recorded:
                self.trail.refused(who, line.command, line.reason, refused, now_ns, utc_ns)
            raise

    def _run(
        self, who: LoggedIn, line: CommandLine, now_ns: int, utc_ns: int
    ) -> tuple[Mapping[str, Any], Mapping[str, Any] | None]:
        self._present = who
        command = self._permitted(who, line.command, utc_ns)
        arguments = read_arguments(command, line.arguments)
        reason = line.reason.strip()
        if command.changes and not reason:
            raise CommandRefused(REASON_NEEDED, f"{command.name} changes something: say why (--reason)")
        request = ControlRequest(who.operator.name, "", reason, arguments, now_ns, utc_ns)
        if command.needs_approval or _rule_asks(command, request):
            return {}, self._keep(who, command, request)
        if not command.changes:
            return call(command, request), None
        return self._do(who, command, request, ""), None

    def _permitted(self, who: LoggedIn, name: str, utc_ns: int) -> ControlCommand:
        command = self.commands.by_name.get(name)
        if command is None:
            raise CommandRefused(UNKNOWN_COMMAND, f"{name!r} received, expected a command: see control.commands")
        if who.operator.is_expired(utc_ns):
            raise CommandRefused(NOT_PERMITTED, f"operator {who.operator.name} expired after {who.operator.expires}")
        if not who.operator.may(command):
            raise CommandRefused(
                NOT_PERMITTED,
                f"operator {who.operator.name} has the roles {', '.join(sorted(who.operator.roles))}, expected one of "
                f"{', '.join(command.roles)} for {name}",
            )
        return command

    # A second person

    def _keep(self, who: LoggedIn, command: ControlCommand, request: ControlRequest) -> Mapping[str, Any]:
        others = self.operators.others_for(command, request.operator, request.utc_ns)
        if not others:
            raise CommandRefused(
                NOBODY_APPROVES,
                f"{command.name} needs a second person with one of the roles {', '.join(command.roles)}, and there is "
                "none: [[operators]] in the configuration name who there is",
            )
        preview: Mapping[str, Any] = {}
        try:
            self.approvals.expect_room()
        except ControlError as error:
            raise CommandRefused(REFUSED, str(error)) from None
        if command.preview is not None:
            preview = call(command, request, command.preview)
        shown = shown_arguments(request.arguments)
        expires_utc_ns = request.utc_ns + self._approval_ns
        number = self.trail.requested(who, command.name, request, shown, expires_utc_ns)
        waiting = Waiting(
            f"R{number}",
            command,
            request.arguments,
            shown,
            request.operator,
            request.reason,
            preview,
            request.utc_ns,
            request.now_ns + self._approval_ns,
            expires_utc_ns,
        )
        self.approvals.add(waiting)
        return {**waiting.shown(), "approvers": others}

    def approve(self, who: LoggedIn, request_id: str, now_ns: int, utc_ns: int) -> Mapping[str, Any]:
        """Do what another operator asked for. Raises ControlError, CommandRefused."""
        self.tick(now_ns, utc_ns)
        waiting = self.approvals.find(request_id)
        approver = who.operator
        if self.operators.are_one_person(approver.name, waiting.operator):
            raise ControlError(f"{request_id} was asked for by {waiting.operator}: expected another person to approve")
        if not approver.may(waiting.command):
            raise ControlError(
                f"operator {approver.name} has the roles {', '.join(sorted(approver.roles))}, expected one of "
                f"{', '.join(waiting.command.roles)} to approve {waiting.command.name}"
            )
        self._expect_asker(waiting, utc_ns)
        self.approvals.take(request_id)
        request = ControlRequest(waiting.operator, approver.name, waiting.reason, waiting.arguments, now_ns, utc_ns)
        return self._do(who, waiting.command, request, request_id)

    def _expect_asker(self, waiting: Waiting, utc_ns: int) -> None:
        asker = self.operators.by_name.get(waiting.operator)
        if asker is None or asker.is_expired(utc_ns):
            raise ControlError(
                f"operator {waiting.operator}, who asked for it, expired meanwhile: decline {waiting.id}"
            )

    def decline(self, who: LoggedIn, request_id: str, reason: str, now_ns: int, utc_ns: int) -> Mapping[str, Any]:
        """Refuse what somebody asked for, or withdraw one's own. Raises ControlError."""
        self.tick(now_ns, utc_ns)
        waiting = self.approvals.find(request_id)
        if who.operator.name != waiting.operator and not who.operator.may(waiting.command):
            raise ControlError(f"operator {who.operator.name} may not do {waiting.command.name}, so not decline it")
        self.approvals.take(request_id)
        self.trail.declined(waiting, who.operator.name, reason, utc_ns)
        return {"declined": waiting.shown()}

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Drop requests whose time is up."""
        for waiting in self.approvals.take_expired(now_ns):
            self.trail.declined(waiting, "", "nobody approved it in time", utc_ns)

    # Doing it

    def _do(
        self, who: LoggedIn, command: ControlCommand, request: ControlRequest, request_id: str
    ) -> Mapping[str, Any]:
        """Run a command that changes something, between its two records."""
        number = self.trail.begins(who, command.name, request, shown_arguments(request.arguments), request_id)
        try:
            answer = call(command, request)
        except CommandRefused as refused:
            outcome = "failed" if refused.code == FAULT else "refused"
            refused.is_recorded = True
            self.trail.ends(number, command.name, request, outcome, {"text": refused.text}, request.utc_ns)
            raise
        told = {name: answer[name] for name in ("before", "after") if name in answer}
        self.trail.ends(number, command.name, request, "done", told, request.utc_ns)
        return answer


def _rule_asks(command: ControlCommand, request: ControlRequest) -> bool:
    """Tell whether what is asked for needs a second person. Raises CommandRefused as ``call`` does."""
    rule = command.approval_rule
    return rule is not None and bool(call(command, request, lambda asked: {"asks": rule(asked)})["asks"])


def call(command: ControlCommand, request: ControlRequest, handler: Any = None) -> Mapping[str, Any]:
    """Return the handler's answer. Raises CommandRefused for what it refuses, and for a mistake of ours in it."""
    try:
        answer: Mapping[str, Any] = (handler or command.handler)(request)
        # what JSON can't hold must be known before the outcome is recorded
        orjson.dumps(answer)
    except ControlError as error:
        raise CommandRefused(REFUSED, str(error)) from None
    except (JournalError, CommandRefused):
        raise
    except Exception as error:
        log.error("fault_in_command", command=command.name, operator=request.operator, exc_info=error)
        raise CommandRefused(FAULT, f"a mistake of the gateway's own: {type(error).__name__}; see its log") from None
    return answer


def read_arguments(command: ControlCommand, given: Mapping[str, Any]) -> Any:
    """Return the arguments as the command's model. Raises CommandRefused with every mistake."""
    model = command.arguments
    known = [field.alias or name for name, field in model.model_fields.items()]
    unknown = sorted(given.keys() - set(known))
    mistakes = [f"{name}: no such argument, expected {', '.join(known) or 'none'}" for name in unknown]
    try:
        found = model.model_validate_json(orjson.dumps({k: v for k, v in given.items() if k in known}), strict=True)
    except ValidationError as error:
        mistakes += [
            f"{'.'.join(map(str, line['loc'])) or 'arguments'}: {line['msg'].removeprefix('Value error, ')}"
            for line in error.errors(include_url=False, include_input=False)
        ]
        found = None
    if mistakes:
        raise CommandRefused(WRONG_ARGUMENTS, f"{command.name}: " + "; ".join(mistakes[:MAX_MISTAKES]))
    return found


def shown_arguments(arguments: Any) -> dict[str, Any]:
    """Return arguments as JSON has them."""
    shown: dict[str, Any] = arguments.model_dump(mode="json", by_alias=True)
    return shown
