"""Know the operators: who may log in at the control socket, and what each may do."""

import hmac
import os
import pwd
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from fairlead.gateway.config.operator_keys import Operator as OperatorTable
from fairlead.gateway.control.commands import ADMIN, ROLES, VIEW, ControlCommand
from fairlead.gateway.control.protocol import LOGIN_NEEDED, LOGIN_REFUSED, CommandRefused
from fairlead.gateway.links.unix_listener import PeerCredentials
from fairlead.gateway.ports.identity import LoginGuard
from fairlead.gateway.ports.secret_hash import SecretHash, new_secret

WRONG: Final = "no such operator, or not this operator's secret"


@dataclass(frozen=True, slots=True)
class Operator:
    """One person: ``expires`` is the last day (UTC) on which he may log in, None: no such day."""

    name: str
    roles: frozenset[str]
    secret_hash: SecretHash | None = field(default=None, repr=False)
    expires: date | None = None

    def may(self, command: ControlCommand) -> bool:
        """Tell whether the roles allow a command; every operator may look, an admin may all."""
        return ADMIN in self.roles or VIEW in command.roles or not self.roles.isdisjoint(command.roles)

    def is_expired(self, utc_ns: int) -> bool:
        """Tell whether the last day is over."""
        return self.expires is not None and datetime.fromtimestamp(utc_ns // 1_000_000_000, UTC).date() > self.expires


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """An operator on one connection."""

    operator: Operator
    peer: PeerCredentials


class Operators:
    """Let operators in.

    Without any, the user id that the gateway runs under is the one operator, ``os:USER``, with all roles: for a machine
    with one person on it. What needs a second person can't be done then.
    """

    def __init__(self, operators: Iterable[Operator], own_uid: int, user_name: Callable[[int], str]) -> None:
        self.by_name: Final = {operator.name: operator for operator in operators}
        self._own_uid = own_uid
        self._own_name = f"os:{user_name(own_uid)}"
        self._guard = LoginGuard()
        # an unknown name costs as much time as a known one
        self._nobody = SecretHash.of(new_secret())
        # of each operator's secret, while the process runs: two names with one secret are one person
        self._key = secrets.token_bytes(32)
        self._marks: dict[str, bytes] = {}

    def enter(self, peer: PeerCredentials) -> LoggedIn | None:
        """Return who a connection is without a login, None where it needs one. Raises CommandRefused for a stranger."""
        if self.by_name:
            return None
        if peer.uid != self._own_uid:
            raise CommandRefused(
                LOGIN_REFUSED,
                f"user id {peer.uid} received, expected {self._own_uid}, under which the gateway runs: the "
                "configuration has no [[operators]]",
            )
        return LoggedIn(Operator(self._own_name, frozenset(ROLES)), peer)

    def log_in(self, name: str, secret: str, peer: PeerCredentials, now_ns: int, utc_ns: int) -> LoggedIn:
        """Return the operator whose secret this is. Raises CommandRefused."""
        if not self.by_name:
            raise CommandRefused(LOGIN_REFUSED, "the configuration has no [[operators]]: expected no login")
        operator = self.by_name.get(name)
        # unknown names share one count, or trying names would cost nothing
        guarded = f"{peer.uid} {name if operator is not None else ''}"
        refusal = self._guard.refusal(guarded, now_ns)
        if refusal is not None:
            raise CommandRefused(LOGIN_REFUSED, f"too many wrong secrets for {name!r} from user id {peer.uid}: wait")
        expected = (operator and operator.secret_hash) or self._nobody
        if not expected.matches(secret) or operator is None:
            self._guard.note_failure(guarded, now_ns)
            raise CommandRefused(LOGIN_REFUSED, WRONG)
        if operator.is_expired(utc_ns):
            raise CommandRefused(LOGIN_REFUSED, f"operator {name} expired after {operator.expires}")
        self._marks[name] = hmac.digest(self._key, secret.encode("utf-8", "surrogatepass"), "sha256")
        return LoggedIn(operator, peer)

    def login_needed(self) -> CommandRefused:
        """Return what a connection without a login is told."""
        return CommandRefused(LOGIN_NEEDED, "a login is needed first: an operator and the secret")

    def are_one_person(self, first: str, second: str) -> bool:
        """Tell whether two names are known to be one person: the same name, or the same secret."""
        if first == second:
            return True
        one, other = self.by_name.get(first), self.by_name.get(second)
        if one is not None and other is not None and one.secret_hash == other.secret_hash:
            return True
        mark = self._marks.get(first)
        return mark is not None and mark == self._marks.get(second)

    def others_for(self, command: ControlCommand, name: str, utc_ns: int) -> list[str]:
        """Return who else may approve what ``name`` asks for."""
        return [
            other.name
            for other in self.by_name.values()
            if other.may(command) and not other.is_expired(utc_ns) and not self.are_one_person(other.name, name)
        ]


def build_operators(tables: Iterable[OperatorTable]) -> Operators:
    """Return the configuration's operators, on the machine that this runs on."""
    found = [
        Operator(table.name, frozenset(table.roles), SecretHash.parse(table.secret_hash), table.expires)
        for table in tables
    ]
    return Operators(found, os.geteuid(), user_name)


def user_name(uid: int) -> str:
    """Return the system's name for a user id, the number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
