"""Re-export the contract between ports and the order path, which protocol code below the gateway shares."""

from fairlead.adapters.strategy_session import OrderEntry, StrategySession

__all__ = ["OrderEntry", "StrategySession"]
