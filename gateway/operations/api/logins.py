"""Keep who is logged in, and slow down who guesses.

Operators are those of the configuration. A login is a random token in a cookie that scripts can't read, and a second
one that every POST must bring in a header: another site's page can send the first, not the second.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from fairlead.gateway.config.operator_keys import Operator
from fairlead.gateway.operations.api.endpoints import VIEW, ApiError, Login
from fairlead.gateway.ports.secret_hash import SecretHash

NS_PER_S: Final = 1_000_000_000
LOGIN_LIFE_NS: Final = 12 * 3600 * NS_PER_S
"""A shift: then the secret is asked for again."""
IDLE_NS: Final = 3600 * NS_PER_S
MAX_LOGINS: Final = 256
WRONG_A_MINUTE: Final = 10
"""Wrong secrets of one name, after which it is refused until the minute is over; others are not kept out."""
_MINUTE_NS: Final = 60 * NS_PER_S
_WRONG: Final = "no such operator, or not this operator's secret"


class Logins:
    """Hold the logins by the hash of their token, so that a copy of this process's memory map gives none away."""

    def __init__(self, operators: Iterable[Operator]) -> None:
        self._operators = {operator.name: operator for operator in operators}
        self._logins: dict[bytes, Login] = {}
        self._wrong: dict[str, list[int]] = {}
        # a name that nobody has takes as long to refuse as one that somebody has
        self._decoy = SecretHash.of(secrets.token_urlsafe(32))

    def log_in(self, name: str, secret: str, now_ns: int, utc_ns: int) -> tuple[str, Login]:
        """Return the token of a new login and the login. Raises ApiError (401, 429, 503)."""
        self._slow_down(name, now_ns)
        operator = self._operators.get(name)
        stored = SecretHash.parse(operator.secret_hash) if operator is not None else self._decoy
        if not stored.matches(secret) or operator is None or _is_expired(operator, utc_ns):
            self._wrong.setdefault(name, []).append(now_ns)
            raise ApiError(401, "login_refused", _WRONG)
        self._forget_old(now_ns)
        if len(self._logins) >= MAX_LOGINS:
            raise ApiError(503, "busy", f"{MAX_LOGINS} logins are open, expected fewer: log out elsewhere")
        token = secrets.token_urlsafe(32)
        roles = frozenset((*operator.roles, VIEW))
        login = Login(name, roles, secret, secrets.token_urlsafe(32), now_ns, now_ns)
        self._logins[_key(token)] = login
        return token, login

    def find(self, token: str, now_ns: int) -> Login | None:
        """Return whose token it is, None for nobody's and for one that is too old."""
        login = self._logins.get(_key(token))
        if login is None or _is_over(login, now_ns):
            return None
        login.used_ns = now_ns
        return login

    def log_out(self, token: str) -> None:
        """Forget a login."""
        self._logins.pop(_key(token), None)

    def _slow_down(self, name: str, now_ns: int) -> None:
        wrong = [at for at in self._wrong.get(name, ()) if now_ns - at < _MINUTE_NS]
        if wrong:
            self._wrong[name] = wrong
        else:
            self._wrong.pop(name, None)
        if len(self._wrong) > MAX_LOGINS:
            # names are cheap to make up: keep the newest
            for old in list(self._wrong)[: len(self._wrong) - MAX_LOGINS]:
                del self._wrong[old]
        if len(wrong) >= WRONG_A_MINUTE:
            raise ApiError(429, "too_many_attempts", f"{len(wrong)} wrong secrets within a minute: wait for one")

    def _forget_old(self, now_ns: int) -> None:
        self._logins = {key: login for key, login in self._logins.items() if not _is_over(login, now_ns)}


def same_text(one: str, other: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(one.encode("utf-8", "surrogateescape"), other.encode("utf-8", "surrogateescape"))


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def _is_over(login: Login, now_ns: int) -> bool:
    return now_ns - login.began_ns > LOGIN_LIFE_NS or now_ns - login.used_ns > IDLE_NS


def _is_expired(operator: Operator, utc_ns: int) -> bool:
    return operator.expires is not None and datetime.fromtimestamp(utc_ns / 1e9, UTC).date() > operator.expires
