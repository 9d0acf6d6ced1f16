"""Offer the control socket's own commands: what there is, who there is, what waits, and the second person's answer."""

import os
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from fairlead.gateway.build import describe_build
from fairlead.gateway.control.commands import (
    ADMIN,
    RISK,
    SUPPORT,
    VIEW,
    Arguments,
    ControlCommand,
    ControlRequest,
    NoArguments,
)
from fairlead.gateway.control.desk import ControlDesk

APPROVERS: Final = (SUPPORT, RISK, ADMIN)


class RequestId(Arguments):
    """Name a request that waits."""

    request: Annotated[str, Field(min_length=1, max_length=32)]


class OwnCommands:
    """Answer them; ``name`` is the gateway's, ``epoch`` that of its journal."""

    def __init__(self, desk: ControlDesk, name: str, epoch: int) -> None:
        self._desk = desk
        self._name = name
        self._epoch = epoch

    def register(self) -> None:
        """Add them to the desk's commands."""
        looks = (
            ("control.ping", "Tell that the gateway is here, and which it is.", self.ping),
            ("control.commands", "List the commands.", self.commands),
            ("control.operators", "List the operators and their roles.", self.operators),
            ("control.pending", "List what waits for a second person.", self.pending),
        )
        for name, summary, handler in looks:
            self._desk.commands.add(ControlCommand(name, summary, (VIEW,), handler, NoArguments, changes=False))
        answers = (
            ("control.approve", "Do what another operator asked for.", self.approve),
            ("control.decline", "Refuse what an operator asked for, or withdraw it.", self.decline),
        )
        for name, summary, handler in answers:
            self._desk.commands.add(ControlCommand(name, summary, APPROVERS, handler, RequestId))

    def ping(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``control.ping``."""
        return {
            "gateway": self._name,
            "build": describe_build(),
            "pid": os.getpid(),
            "epoch": self._epoch,
            "utc_ns": request.utc_ns,
            "operator": request.operator,
            "roles": sorted(self._desk.present.operator.roles),
            "audit_number": self._desk.trail.chain.number,
            "audit_head": self._desk.trail.chain.head,
        }

    def commands(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``control.commands``."""
        operator = self._desk.present.operator
        return {
            "commands": [
                {
                    "name": command.name,
                    "summary": command.summary,
                    "roles": list(command.roles),
                    "changes": command.changes,
                    "needs_approval": command.needs_approval,
                    "may_need_approval": command.approval_rule is not None,
                    "permitted": operator.may(command),
                    "arguments": {
                        field.alias or name: "required" if field.is_required() else "optional"
                        for name, field in command.arguments.model_fields.items()
                    },
                }
                for _, command in sorted(self._desk.commands.by_name.items())
            ]
        }

    def operators(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``control.operators``."""
        found = list(self._desk.operators.by_name.values()) or [self._desk.present.operator]
        return {
            "operators": [
                {
                    "name": operator.name,
                    "roles": sorted(operator.roles),
                    "expires": operator.expires.isoformat() if operator.expires is not None else "",
                    "expired": operator.is_expired(request.utc_ns),
                }
                for operator in found
            ]
        }

    def pending(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``control.pending``."""
        self._desk.tick(request.now_ns, request.utc_ns)
        return {"pending": [waiting.shown() for waiting in self._desk.approvals.all()]}

    def approve(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``control.approve`` with the answer of the command that was approved."""
        return self._desk.approve(self._desk.present, request.arguments.request, request.now_ns, request.utc_ns)

    def decline(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``control.decline``."""
        found = request.arguments.request
        return self._desk.decline(self._desk.present, found, request.reason, request.now_ns, request.utc_ns)
