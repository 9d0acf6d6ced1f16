"""Describe how a venue's orders are reconciled, and the sessions over which copies of executions come."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from fairlead.gateway.config.secrets import SecretReference
from fairlead.gateway.config.session_keys import FixSessionOptions, TlsClient, TlsServer
from fairlead.gateway.config.values import Address, CompId, Name, RemoteAddress, Section
from fairlead.gateway.reconciliation.policy import DEFAULT_STATUS_REQUESTS_PER_S


class ReconcileOptions(Section):
    """What stands in a venue's table about the time after a break."""

    reconcile: Literal["required", "best_effort"] = "required"
    """Whether strategies wait until each open order is accounted for, or only as long as the venue may still tell."""
    status_requests_per_s: Annotated[int, Field(ge=1, le=100_000)] = DEFAULT_STATUS_REQUESTS_PER_S
    """Questions for orders in doubt at most in a second."""


class DropCopy(FixSessionOptions):
    """One FIX session over which a venue or broker sends copies of ExecutionReports."""

    name: Name
    venue: Name
    """Whose executions it copies: a venue of this file."""
    profile: str
    """A FIX profile: its version, dialect, symbols and codes."""
    hosts: tuple[RemoteAddress, ...] = ()
    """Where to connect, primary first; either these or ``listen``."""
    listen: Address | None = None
    """Where the other side connects."""
    sender_comp_id: CompId
    target_comp_id: CompId
    sender_sub_id: str = ""
    target_sub_id: str = ""
    username: str = ""
    password: SecretReference | None = None
    tls: TlsClient | None = None
    """With ``hosts``."""
    listen_tls: TlsServer | None = None
    """With ``listen``."""
    heartbeat_s: Annotated[int | None, Field(ge=0, le=3600)] = None
    reset_on_logon: bool | None = None
    connect_timeout_s: Annotated[int, Field(gt=0, le=300)] = 5
    logon_timeout_s: Annotated[int, Field(gt=0, le=300)] = 10
    reconnect_first_s: Annotated[float, Field(gt=0, le=3600)] = 1
    reconnect_max_s: Annotated[float, Field(gt=0, le=3600)] = 60
    max_refused_logons: Annotated[int, Field(gt=0, le=100)] = 5
    match_within_s: Annotated[int, Field(ge=1, le=86_400)] = 30
    """How far our report and the copy of one execution may be apart."""
    stale_after_s: Annotated[int, Field(ge=1, le=86_400)] = 60
    """An execution of ours, and for so long after it no copy of anything: an alert."""
    accounts: tuple[str, ...] = ()
    """Whose copies are compared; empty: all."""
    on_behalf_of: tuple[str, ...] = ()
    """OnBehalfOfCompID(115) values whose copies are compared; empty: all."""
    position_break_freezes: bool = False
    """Whether a position that differs blocks its account."""

    @model_validator(mode="after")
    def _role(self) -> "DropCopy":
        if bool(self.hosts) == (self.listen is not None):
            raise ValueError("expected either hosts (we connect) or listen (the other side does)")
        if self.listen is not None and self.tls is not None:
            raise ValueError("expected listen_tls instead of tls, since the other side connects")
        if self.hosts and self.listen_tls is not None:
            raise ValueError("expected tls instead of listen_tls, since we connect")
        if self.reconnect_first_s > self.reconnect_max_s:
            raise ValueError(f"expected reconnect_first_s of reconnect_max_s ({self.reconnect_max_s}) at most")
        return self
