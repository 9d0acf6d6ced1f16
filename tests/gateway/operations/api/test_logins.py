"""Logins end: by time, by idleness, by being too many."""

import pytest

from fairlead.gateway.config.operator_keys import Operator
from fairlead.gateway.operations.api.endpoints import ApiError
from fairlead.gateway.operations.api.guard import Budget
from fairlead.gateway.operations.api.logins import IDLE_NS, LOGIN_LIFE_NS, MAX_LOGINS, Logins
from fairlead.gateway.ports.secret_hash import SecretHash

HOUR_NS = 3_600_000_000_000
ADA = Operator(name="ada", secret_hash=SecretHash.of("secret-of-ada", 1).stored(), roles=("admin",))


@pytest.fixture
def logins() -> Logins:
    return Logins([ADA])


def test_a_login_that_is_used_lasts_a_shift(logins: Logins) -> None:
    token, _ = logins.log_in("ada", "secret-of-ada", 0, 0)
    for at_ns in range(0, LOGIN_LIFE_NS + 1, HOUR_NS // 2):
        assert logins.find(token, at_ns) is not None
    assert logins.find(token, LOGIN_LIFE_NS + 1) is None


def test_a_login_that_is_not_used_ends_sooner(logins: Logins) -> None:
    token, _ = logins.log_in("ada", "secret-of-ada", 0, 0)
    assert logins.find(token, IDLE_NS + 1) is None


def test_there_is_a_bound_on_logins_and_old_ones_make_room(logins: Logins) -> None:
    for _ in range(MAX_LOGINS):
        logins.log_in("ada", "secret-of-ada", 0, 0)
    with pytest.raises(ApiError) as refused:
        logins.log_in("ada", "secret-of-ada", 0, 0)
    assert refused.value.status == 503
    logins.log_in("ada", "secret-of-ada", IDLE_NS + 1, 0)


def test_nothing_of_a_login_shows_its_secrets(logins: Logins) -> None:
    token, login = logins.log_in("ada", "secret-of-ada", 0, 0)
    shown = repr(login)
    assert "secret-of-ada" not in shown
    assert login.csrf_token not in shown
    assert token not in repr(vars(logins).keys())


def test_a_budget_fills_with_time() -> None:
    budget = Budget(a_second=10, burst=3)
    assert [budget.take("ada", 0) for _ in range(4)] == [True, True, True, False]
    assert budget.take("sue", 0)
    assert budget.take("ada", 100_000_000)
    assert not budget.take("ada", 100_000_000)
