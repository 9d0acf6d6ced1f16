"""Describe the configuration file: one frozen tree, built at start and passed by constructor.

Every default is named here and documented in docs/configuration.md.
"""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, PrivateAttr, model_validator

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.osi import PUT, looks_like_osi, parse_osi
from fairlead.codecs.soupbintcp.login import USERNAME_BYTES
from fairlead.codecs.vocabulary.constants import SCALE
from fairlead.gateway.config.certification_keys import Certification
from fairlead.gateway.config.compliance_keys import Compliance, Records
from fairlead.gateway.config.entitlement_keys import EntitlementOptions
from fairlead.gateway.config.kill_keys import Contact, Kill
from fairlead.gateway.config.limits_file import LimitsReading
from fairlead.gateway.config.loop_keys import Loop
from fairlead.gateway.config.operations_keys import Operations
from fairlead.gateway.config.operator_keys import Control, Operator
from fairlead.gateway.config.reconcile_keys import DropCopy as DropCopy
from fairlead.gateway.config.reconcile_keys import ReconcileOptions
from fairlead.gateway.config.risk_keys import Risk
from fairlead.gateway.config.routing_keys import Fees, Route
from fairlead.gateway.config.secrets import SecretReference
from fairlead.gateway.config.session_keys import (
    DEFAULT_MAX_FRAME_BYTES,
    DEFAULT_MAX_UNSENT_BYTES,
)
from fairlead.gateway.config.session_keys import FixSessionOptions as FixSessionOptions
from fairlead.gateway.config.session_keys import Schedule as Schedule
from fairlead.gateway.config.session_keys import Throttle as Throttle
from fairlead.gateway.config.session_keys import TlsClient as TlsClient
from fairlead.gateway.config.session_keys import TlsServer as TlsServer
from fairlead.gateway.config.values import (
    Address,
    CompId,
    Exact,
    Name,
    Paths,
    PositiveExact,
    RemoteAddress,
    Section,
    TimeOfDay,
    TimeZone,
)
from fairlead.gateway.instruments.reference_file import ReferenceData
from fairlead.gateway.ports.secret_hash import SecretHash

DEFAULT_HEARTBEAT_S: Final = 30
DEFAULT_SEGMENT_MIB: Final = 64


class Venue(FixSessionOptions, ReconcileOptions):
    """One session with a venue or broker. What is left out is as its profile says; see ``adapter_keys``."""

    name: Name
    adapter: str = "fix"
    """An installed venue adapter (entry-point group ``fairlead.venue_adapters``)."""
    options: dict[str, str | int | bool] = {}
    """What an adapter wants to know besides: ``ouch``, constants of its profile that are yours, such as the firm."""
    profile: str
    """A profile that comes with Fairlead, such as ``broker42``, or the path of a TOML file."""
    production: bool = False
    """Orders there are real: no logon without a valid certificate of its profile."""
    certified_cases: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}(-?[0-9]\S*)?$")], ...] = ()
    """Groups (SX, SP, MD) and cases (SP03.d) that the certificate must cover besides what is mandatory anyway."""
    hosts: Annotated[tuple[RemoteAddress, ...], Field(min_length=1)]
    """Primary first, then the backups."""
    sender_comp_id: CompId | None = None
    target_comp_id: CompId | None = None
    sender_sub_id: str = ""
    target_sub_id: str = ""
    username: str = ""
    password: SecretReference | None = None
    tls: TlsClient | None = None
    heartbeat_s: Annotated[int | None, Field(ge=0, le=3600)] = None
    reset_on_logon: bool | None = None
    resend_chunk: Annotated[int | None, Field(ge=0, le=1_000_000)] = None
    """Messages a ResendRequest asks for at most; 0: all at once."""
    throttle: Throttle | None = None
    connect_timeout_s: Annotated[int, Field(gt=0, le=300)] = 5
    logon_timeout_s: Annotated[int, Field(gt=0, le=300)] = 10
    reconnect_first_s: Annotated[float, Field(gt=0, le=3600)] = 1
    reconnect_max_s: Annotated[float, Field(gt=0, le=3600)] = 60
    max_refused_logons: Annotated[int, Field(gt=0, le=100)] = 5
    ack_timeout_s: Annotated[int, Field(gt=0, le=3600)] = 10
    """An order not answered for this long is asked for."""
    day_starts: TimeOfDay | None = None
    """When its trading day begins; without it, as its schedule says, or at midnight where it has none."""
    day_time_zone: TimeZone = "UTC"
    kill_mass_cancel: Literal["never", "ours", "firm"] = "ours"
    """What a kill may use the venue's own mass cancel for."""
    contact: Contact | None = None

    @model_validator(mode="after")
    def _back_off(self) -> "Venue":
        if self.reconnect_first_s > self.reconnect_max_s:
            raise ValueError(f"expected reconnect_first_s of reconnect_max_s ({self.reconnect_max_s}) at most")
        return self


class FixPort(FixSessionOptions):
    """The FIX acceptor for strategies."""

    listen: Address
    tls: TlsServer | None = None
    logon_timeout_s: Annotated[int, Field(gt=0, le=300)] = 10
    max_unsent_s: Annotated[int, Field(gt=0, le=3600)] = 30


class JsonPort(Section):
    """The port that takes one JSON object a line."""

    listen: Address
    tls: TlsServer | None = None
    heartbeat_s: Annotated[int, Field(ge=1, le=3600)] = DEFAULT_HEARTBEAT_S
    login_timeout_s: Annotated[int, Field(gt=0, le=300)] = 10
    max_line_bytes: Annotated[int, Field(ge=256, le=16 * 1024 * 1024)] = DEFAULT_MAX_FRAME_BYTES
    max_unsent_bytes: Annotated[int, Field(ge=4096, le=1024 * 1024 * 1024)] = DEFAULT_MAX_UNSENT_BYTES
    max_unsent_s: Annotated[int, Field(gt=0, le=3600)] = 30


class BinaryPort(Section):
    """The port that speaks SoupBinTCP with fixed layouts."""

    listen: Address
    tls: TlsServer | None = None
    heartbeat_s: Annotated[int, Field(ge=1, le=60)] = 1
    silence_s: Annotated[int, Field(ge=2, le=3600)] = 15
    login_timeout_s: Annotated[int, Field(gt=0, le=300)] = 10
    max_message_bytes: Annotated[int, Field(ge=256, le=65_534)] = 65_534
    max_unsent_bytes: Annotated[int, Field(ge=4096, le=1024 * 1024 * 1024)] = DEFAULT_MAX_UNSENT_BYTES
    max_unsent_s: Annotated[int, Field(gt=0, le=3600)] = 30

    @model_validator(mode="after")
    def _life_signs(self) -> "BinaryPort":
        if self.heartbeat_s >= self.silence_s:
            raise ValueError(f"expected heartbeat_s of less than silence_s ({self.silence_s})")
        return self


class Ports(Section):
    """The ports that strategies connect to."""

    fix: FixPort | None = None
    json_: Annotated[JsonPort | None, Field(alias="json")] = None
    binary: BinaryPort | None = None


class FixIdentity(Section):
    """How a FIX strategy names itself in the header of what it sends."""

    begin_string: Literal["FIX.4.2", "FIX.4.4"] = "FIX.4.4"
    sender_comp_id: CompId
    target_comp_id: CompId
    username: str = ""
    """Where set, Logon must bring it in Username(553)."""
    reset_on_logon: bool = False


def _check_username(value: str) -> str:
    if not 0 < len(value) <= USERNAME_BYTES or not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError(f"expected 1 to {USERNAME_BYTES} printable ASCII characters: a login has room for no more")
    return value


class BinaryIdentity(Section):
    """How a strategy names itself in a login of the binary port."""

    username: Annotated[str, AfterValidator(_check_username)]


def _check_secret_hash(value: str | None) -> str | None:
    if value is not None:
        try:
            SecretHash.parse(value)
        except ValueError:
            raise ValueError("expected a hash as printed by `fairlead secret`") from None
    return value


class Strategy(EntitlementOptions):
    """One strategy: who it is and what it may do."""

    name: Name
    port: Literal["fix", "json", "binary"]
    secret_hash: Annotated[str | None, AfterValidator(_check_secret_hash), Field(repr=False)] = None
    """As printed by ``fairlead secret``; the secret itself is never in the file."""
    fix: FixIdentity | None = None
    binary: BinaryIdentity | None = None
    """Without it, the strategy's name is its username on the binary port."""
    default_account: str = ""
    default_venue: str = ""
    cancel_on_disconnect: bool = True
    on_disconnect: Literal["nothing", "cancel", "cancel_and_block"] | None = None
    """What its absence means for its orders, in place of ``cancel_on_disconnect``."""
    cancel_after_s: Annotated[int, Field(ge=0, le=86_400)] = 0
    """How long after the loss of the link its orders are cancelled, if it has not come back."""
    max_market_data_symbols: Annotated[int, Field(ge=0, le=1_000_000)] = 1000
    """Symbols that it may subscribe to at a time, over all its subscriptions."""
    records: Records = Records()
    """Who stands behind its orders, for regulators' order records."""

    @model_validator(mode="after")
    def _identity(self) -> "Strategy":
        if self.port == "fix" and self.fix is None:
            raise ValueError("expected a table `fix` with the strategy's CompIDs, since its port is fix")
        for table in ("fix", "binary"):
            if self.port != table and getattr(self, table) is not None:
                raise ValueError(f"expected no table `{table}`, since its port is {self.port}")
        if self.port != "fix" and self.secret_hash is None:
            how = "fairlead secret new" if self.port == "json" else "fairlead secret new --length 10"
            raise ValueError(f"expected `secret_hash` (run `{how}`), since its port is {self.port}")
        if self.port == "binary" and self.binary is None and len(self.name) > USERNAME_BYTES:
            raise ValueError(
                f"expected a table `binary` with a username of at most {USERNAME_BYTES} characters, since its name, "
                f"which is its username otherwise, has {len(self.name)}"
            )
        return self

    @model_validator(mode="after")
    def _one_policy(self) -> "Strategy":
        if self.on_disconnect is not None and "cancel_on_disconnect" in self.model_fields_set:
            raise ValueError("expected one of on_disconnect and cancel_on_disconnect, not both")
        return self

    @property
    def policy_on_disconnect(self) -> str:
        """Return ``nothing``, ``cancel`` or ``cancel_and_block``."""
        return self.on_disconnect or ("cancel" if self.cancel_on_disconnect else "nothing")

    @property
    def binary_username(self) -> str:
        """Return what a login of the binary port calls the strategy."""
        return self.binary.username if self.binary is not None else self.name


class Instrument(Section):
    """One instrument and what each venue calls it."""

    symbol: Annotated[str, Field(min_length=1, max_length=64)]
    security_type: str = "CS"
    tick: PositiveExact | None = None
    lot: PositiveExact | None = None
    currency: str = ""
    maturity_month_year: str = ""
    put_or_call: Literal["put", "call"] | None = None
    strike_price: Exact | None = None
    security_exchange: str = ""
    venues: Annotated[tuple[str, ...], Field(min_length=1)]
    """Where it trades."""
    venue_symbols: dict[str, str] = {}
    """Venue name to the symbol there, where the profile's rule does not give it."""
    security_ids: dict[str, str] = {}
    """Venue name to SecurityID(48) there."""
    default_venue: str = ""

    @model_validator(mode="after")
    def _option(self) -> "Instrument":
        """Read an OSI symbol; what stands beside it must say the same."""
        if not looks_like_osi(self.symbol):
            return self
        try:
            option = parse_osi(self.symbol)
        except DecodeError as error:
            raise ValueError(error.reason) from None
        put_or_call = "put" if option.put_or_call == PUT else "call"
        strike_price = Decimal(option.strike_price) / SCALE
        for name, given, expected in (
            ("security_type", self.security_type, "OPT"),
            ("maturity_month_year", self.maturity_month_year or option.maturity_month_year, option.maturity_month_year),
            ("put_or_call", self.put_or_call or put_or_call, put_or_call),
            ("strike_price", strike_price if self.strike_price is None else self.strike_price, strike_price),
        ):
            if given != expected:
                raise ValueError(f"{name} is {given}, expected {expected} as the OSI symbol {self.symbol!r} has it")
        return self


class Feed(Section):
    """One market data feed of a venue."""

    name: Name
    venue: Name
    """Whose market it shows: a venue of this file."""
    mapping: str
    """What its messages mean: one that comes with Fairlead, such as ``itch_5_0``, or the path of a TOML file."""
    table: Path | None = None
    """The protocol's table, where it is not one of Fairlead's."""
    transport: Literal["soup", "mold"]
    hosts: tuple[RemoteAddress, ...] = ()
    """SoupBinTCP servers, primary first."""
    username: Annotated[str, Field(max_length=6)] = ""
    password: SecretReference | None = None
    tls: TlsClient | None = None
    lines: tuple[RemoteAddress, ...] = ()
    """MoldUDP64 lines that carry the same packets: multicast groups, or addresses of this machine."""
    interface: str = ""
    """Where multicast groups are joined: a name or an IPv4 address; empty: the system chooses."""
    request_servers: tuple[RemoteAddress, ...] = ()
    """Where MoldUDP64 gaps are asked for."""
    session: Annotated[str, Field(max_length=10)] = ""
    """The one session to follow; empty: the venue's present one and its successors."""
    symbols: tuple[str, ...] = ("*",)
    """Whose books are kept, by either name."""
    time_zone: TimeZone | None = None
    """The venue's, where the mapping has it wrong."""
    schedule: Schedule | None = None
    stale_after_s: Annotated[int, Field(ge=2, le=3600)] = 5
    """So long without a word, and the books are stale."""
    gap_delay_ms: Annotated[int, Field(ge=1, le=10_000)] = 20
    give_up_s: Annotated[int, Field(ge=1, le=3600)] = 5
    rebuild_after_s: Annotated[int, Field(ge=0, le=3600)] = 30
    """Books that are suspect for so long are built anew from the session's beginning; 0: never."""
    expected_orders: Annotated[int, Field(ge=1, le=100_000_000)] = 65536
    """Orders resting at a time; more cost a pause while the room is doubled."""
    max_unsent_bytes: Annotated[int, Field(ge=4096, le=1024 * 1024 * 1024)] = 65536
    connect_timeout_s: Annotated[int, Field(gt=0, le=300)] = 5
    logon_timeout_s: Annotated[int, Field(gt=0, le=300)] = 10
    reconnect_first_s: Annotated[float, Field(gt=0, le=3600)] = 1
    reconnect_max_s: Annotated[float, Field(gt=0, le=3600)] = 60
    max_refused_logons: Annotated[int, Field(gt=0, le=100)] = 5

    @model_validator(mode="after")
    def _transport(self) -> "Feed":
        needed, other = ("hosts", "lines") if self.transport == "soup" else ("lines", "hosts")
        if not getattr(self, needed):
            raise ValueError(f"expected {needed}, since its transport is {self.transport}")
        if getattr(self, other) or (self.transport == "soup" and self.request_servers):
            raise ValueError(f"expected no {other} or request_servers of another transport than {self.transport}")
        if self.transport == "soup" and not self.username:
            raise ValueError("expected username, since its transport is soup")
        if self.reconnect_first_s > self.reconnect_max_s:
            raise ValueError(f"expected reconnect_first_s of reconnect_max_s ({self.reconnect_max_s}) at most")
        return self


class Journal(Section):
    """Where and how everything is recorded."""

    path: Path = Path("journal")
    """Below ``state_dir`` unless absolute."""
    sync: Literal["async", "group", "always"] = "async"
    segment_mib: Annotated[int, Field(ge=1, le=2048)] = DEFAULT_SEGMENT_MIB
    keep_days: Annotated[int, Field(ge=1, le=36_500)] = 7
    """Segments finished longer ago are removed, unless something still needs them."""
    resend_days: Annotated[int, Field(ge=1, le=36_500)] = 30
    """Messages sent to a session stay at least so long for it to ask again, until its numbers begin anew."""
    compress_after_hours: Annotated[int, Field(ge=0, le=876_000)] = 24
    """Segments finished longer ago are compressed."""


class Gateway(Section):
    """The process."""

    name: Name = "fairlead"
    state_dir: Path
    stop_timeout_s: Annotated[int, Field(ge=0, le=300)] = 5
    log_format: Literal["console", "json"] = "console"
    instruments_file: Paths = ()
    """Instrument reference files, CSV or Parquet (docs/instruments.md); one or several, read as one."""
    virtual_clock: bool = False
    """Time can be moved on by `clock.advance`: for certification."""


class Config(Section):
    """The whole file."""

    gateway: Gateway
    loop: Loop = Loop()
    journal: Journal = Journal()
    ports: Ports = Ports()
    venues: Annotated[tuple[Venue, ...], Field(min_length=1)]
    strategies: Annotated[tuple[Strategy, ...], Field(min_length=1)]
    instruments: tuple[Instrument, ...] = ()
    feeds: tuple[Feed, ...] = ()
    control: Control = Control()
    operators: tuple[Operator, ...] = ()
    kill: Kill = Kill()
    risk: Risk = Risk()
    drop_copies: tuple[DropCopy, ...] = ()
    routes: tuple[Route, ...] = ()
    fees: tuple[Fees, ...] = ()
    compliance: Compliance = Compliance()
    certification: Certification = Certification()
    operations: Operations | None = None
    """Where set, `fairlead run` starts the operations process beside the gateway's."""
    _reference: ReferenceData = PrivateAttr(default_factory=ReferenceData)
    _limits: LimitsReading = PrivateAttr(default_factory=LimitsReading)

    @property
    def reference(self) -> ReferenceData:
        """Return what the instrument reference files say."""
        return self._reference

    @property
    def limits(self) -> LimitsReading:
        """Return what the limits file says; its rules are empty where none is configured."""
        return self._limits

    def with_files(self, reference: ReferenceData, limits: LimitsReading | None = None) -> "Config":
        """Return the configuration with what the files say that it names."""
        config = self.model_copy()
        config._reference = reference
        config._limits = limits if limits is not None else self._limits
        return config
