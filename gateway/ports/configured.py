"""Make strategies' identities from the configuration's ``[[strategies]]`` tables."""

from collections.abc import Iterable
from enum import IntEnum

from fairlead.codecs.vocabulary.constants import OrdType, Side, TimeInForce
from fairlead.gateway.config import models
from fairlead.gateway.ports.identity import CancelOnDisconnect, Entitlements, StrategyIdentity
from fairlead.gateway.ports.secret_hash import SecretHash


def _codes(names_of: type[IntEnum], names: Iterable[str] | None) -> list[int] | None:
    return None if names is None else [int(names_of[name.upper()]) for name in names]


def build_identity(strategy: models.Strategy) -> StrategyIdentity:
    """Return who a strategy is, from its table in the configuration."""
    return StrategyIdentity(
        name=strategy.name,
        secret_hash=SecretHash.parse(strategy.secret_hash) if strategy.secret_hash is not None else None,
        entitlements=Entitlements.of(
            strategy.accounts,
            strategy.venues,
            strategy.symbols,
            strategy.security_types,
            _codes(Side, strategy.sides),
            _codes(OrdType, strategy.ord_types),
            _codes(TimeInForce, strategy.times_in_force),
        ),
        default_account=strategy.default_account,
        default_venue=strategy.default_venue,
        cancel_on_disconnect=CancelOnDisconnect(
            None if strategy.policy_on_disconnect == "nothing" else strategy.cancel_after_s,
            strategy.policy_on_disconnect == "cancel_and_block",
        ),
    )
