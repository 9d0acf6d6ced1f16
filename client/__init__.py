"""Connect a strategy to Fairlead: ``Client`` for asyncio programs, ``SyncClient`` for all others."""

from fairlead.client.book import Book, Level, ReferencePrice
from fairlead.client.client import Client
from fairlead.client.connection import Event, EventKind, LoginTerms, Reconnect
from fairlead.client.errors import (
    ClientError,
    ConnectionFailedError,
    LoginRejectedError,
    NotConnectedError,
    RequestLostError,
    RequestRefusedError,
    SubscriptionRefusedError,
)
from fairlead.client.order import Order, Request
from fairlead.client.subscription import Subscription
from fairlead.client.sync import SyncClient, SyncOrder, SyncRequest, SyncSubscription
from fairlead.client.transport import TcpTransport, Transport, Wire

__all__ = [
    "Book",
    "Client",
    "ClientError",
    "ConnectionFailedError",
    "Event",
    "EventKind",
    "Level",
    "LoginRejectedError",
    "LoginTerms",
    "NotConnectedError",
    "Order",
    "Reconnect",
    "ReferencePrice",
    "Request",
    "RequestLostError",
    "RequestRefusedError",
    "Subscription",
    "SubscriptionRefusedError",
    "SyncClient",
    "SyncOrder",
    "SyncRequest",
    "SyncSubscription",
    "TcpTransport",
    "Transport",
    "Wire",
]
