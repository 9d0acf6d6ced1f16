"""Name what can go wrong for a strategy that uses the client."""


class ClientError(Exception):
    """Report anything that the client could not do."""


class NotConnectedError(ClientError):
    """Report a request made while there is no connection; nothing was sent."""


class ConnectionFailedError(ClientError):
    """Report that no connection could be made, or that it was lost for good."""


class LoginRejectedError(ConnectionFailedError):
    """Report that the gateway refused the login. ``reason`` is a ``LoginRefusal``."""

    def __init__(self, reason: int, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class RequestRefusedError(ClientError):
    """Report that the gateway could not read a request; nothing was done."""


class RequestLostError(ClientError):
    """Report a request that got lost with a connection: the gateway does not know it."""


class SubscriptionRefusedError(ClientError):
    """Report that the gateway refused market data, or ended a subscription. ``reason`` is an ``MDReqRejReason``."""

    def __init__(self, reason: int, text: str) -> None:
        super().__init__(text)
        self.reason = reason
