"""Connect a strategy to Fairlead: ``Client`` for asyncio programs, ``SyncClient`` for all others."""

from fairlead.client.client import Client
from fairlead.client.connection import Event, EventKind, LoginTerms, Reconnect
from fairlead.client.errors import (
    ClientError,
    ConnectionFailedError,
    LoginRejectedError,
    NotConnectedError,
    RequestLostError,
    RequestRefusedError,
)
from fairlead.client.order import Order, Request
from fairlead.client.sync import SyncClient, SyncOrder, SyncRequest
from fairlead.client.transport import TcpTransport, Transport, Wire

__all__ = [
    "Client",
    "ClientError",
    "ConnectionFailedError",
    "Event",
    "EventKind",
    "LoginRejectedError",
    "LoginTerms",
    "NotConnectedError",
    "Order",
    "Reconnect",
    "Request",
    "RequestLostError",
    "RequestRefusedError",
    "SyncClient",
    "SyncOrder",
    "SyncRequest",
    "TcpTransport",
    "Transport",
    "Wire",
]
