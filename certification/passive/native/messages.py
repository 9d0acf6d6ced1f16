"""Make sessions of packets: who speaks which protocol, what each message says, and which number it has.

A session is one user at one server over all its connections (``epoch``), or one feed. Numbers of SoupBinTCP count from
what LoginAccepted said; where the recording has none they are 0, not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fairlead.certification.model.results import FieldRecord
from fairlead.certification.passive.native.packets import CLIENT, SERVER, MoldFeed, MoldPacket, SoupConnection
from fairlead.certification.soup_engine.packets import NAMES, describe_fields, mask, read_accepted, read_login
from fairlead.certification.venues.binary_wire import Message, Shape, Table, WireFault, load_table
from fairlead.certification.venues.soup import packet

CLOSED = "closed"
TABLES = {"ouch42": "ouch_4_2", "ouch50": "ouch_5_0", "itch": "itch_5_0"}
"""The tables by the catalogue's words for the protocols."""
MOLD_REQUEST, MOLD_DATA = "request", "data"


@dataclass(slots=True, eq=False)
class NativeMessage:
    """One packet of a session. ``side`` is who sent it; ``kind`` SoupBinTCP's type, CLOSED, or one of MoldUDP64's.

    ``code`` is the type of the exchange's message within, "" for none; ``values`` its fields by name. ``faults`` says
    what is wrong with it.
    """

    at: int
    place: str
    side: int
    epoch: int
    utc_ns: int
    kind: str
    payload: bytes
    number: int = 0
    opens: bool = False
    after_gap: bool = False
    faults: str = ""
    code: str = ""
    shape: str = ""
    values: Message = field(default_factory=dict)
    mold: MoldPacket | None = None

    @property
    def title(self) -> str:
        """Return what it is, for people."""
        outer = NAMES.get(self.kind, self.kind or "closed")
        if self.mold is not None:
            outer = f"MoldUDP64 {self.kind}"
        return f"{self.shape}({self.code})" if self.shape else outer

    @property
    def raw(self) -> str:
        """Return its bytes as latin-1, a password hidden."""
        if self.mold is not None:
            return self.mold.data.decode("latin-1")
        data = packet(self.kind, self.payload) if len(self.kind) == 1 else self.payload
        return mask(self.kind, data).decode("latin-1")

    def fields(self) -> list[FieldRecord]:
        """Return its fields, named."""
        if self.values:
            return [FieldRecord(name, name.replace("_", " "), str(value)) for name, value in self.values.items()]
        if self.mold is not None:
            told = {"session": self.mold.session, "sequence number": self.mold.number, "count": self.mold.count}
            return [FieldRecord(name, name, str(value)) for name, value in told.items()]
        return describe_fields(self.kind, self.payload)


@dataclass(slots=True)
class Session:
    """One user's session at a server, or a feed. ``comp_ids`` are the two sides: client and server."""

    name: str
    comp_ids: tuple[str, str]
    protocol: str = "soup"
    messages: list[NativeMessage] = field(default_factory=list)
    epochs: dict[int, list[NativeMessage]] = field(default_factory=dict)
    is_mold: bool = False

    def add(self, message: NativeMessage) -> None:
        """Add what comes next."""
        self.messages.append(message)
        self.epochs.setdefault(message.epoch, []).append(message)

    def stream(self) -> Iterator[tuple[int, NativeMessage, bytes]]:
        """Yield what the server numbered, each number of a session once: number, its packet, the message."""
        seen: set[tuple[str, int]] = set()
        name = ""
        for message in self.messages:
            if message.kind == "A":
                name = read_accepted(message.payload)[0]
            numbered = [(message.number, message.payload)] if message.kind == "S" and not message.faults else []
            if message.mold is not None and message.kind == MOLD_DATA:
                name = message.mold.session
                numbered = list(enumerate(message.mold.messages, message.mold.number))
            for number, payload in numbered:
                if not number or (name, number) not in seen:
                    seen.add((name, number))
                    yield number, message, payload

    def shapes(self, side: int) -> dict[str, Shape]:
        """Return the layouts of what one side sends; none where the protocol is not known."""
        if self.protocol not in TABLES:
            return {}
        table = load_table(TABLES[self.protocol])
        return table.venue if side == CLIENT else table.client


def find_sessions(soup: Iterable[SoupConnection], mold: Iterable[MoldFeed], file: str) -> list[Session]:
    """Return the sessions of one file, in the order in which they begin."""
    sessions: dict[tuple[str, str], Session] = {}
    numbers: dict[int, int] = {}
    for connection in soup:
        users = (read_login(p.payload).username for p in connection.packets if p.kind == "L" and not p.fault)
        user = next(users, "")
        name = f"SoupBinTCP {user or 'without a login'} -> {connection.server} in {file}"
        key = (connection.server, user)
        session = sessions.setdefault(key, Session(name, (user or "client", connection.server)))
        numbers[id(session)] = _add_connection(session, connection, numbers.get(id(session), 0))
    found = list(sessions.values()) + [_feed_session(feed, file) for feed in mold]
    for session in found:
        session.protocol = _protocol(session)
        _decode(session)
    return found


def _add_connection(session: Session, connection: SoupConnection, epoch: int) -> int:
    """Add a connection's packets; a Login behind others begins another. Return the next epoch."""
    following, has_logged_in = 0, False
    for read in connection.packets:
        if read.kind == "L" and not read.fault:
            if has_logged_in and not read.opens and not _is_open(session, epoch):
                epoch += 1
            has_logged_in = True
        message = NativeMessage(len(session.messages), read.place, read.side, epoch, read.utc_ns,
                                read.kind or CLOSED, read.payload)  # fmt: skip
        message.opens, message.after_gap, message.faults = read.opens, read.after_gap, read.fault
        if read.after_gap and read.side == SERVER:
            following = 0
        if read.kind == "A" and not read.fault:
            following = read_accepted(read.payload)[1]
        elif read.kind == "S" and following and not read.fault:
            message.number = following
            following += 1
        session.add(message)
    return epoch + 1


def _is_open(session: Session, epoch: int) -> bool:
    """Tell whether a connection was captured as such: then a second Login on it is one, and no second connection."""
    return any(message.opens for message in session.epochs.get(epoch, ()))


def _feed_session(feed: MoldFeed, file: str) -> Session:
    session = Session(f"MoldUDP64 {feed.session} in {file}", ("receiver", feed.session), is_mold=True)
    for read in feed.packets:
        kind = MOLD_REQUEST if read.is_request else MOLD_DATA
        side = CLIENT if read.is_request else SERVER
        message = NativeMessage(len(session.messages), read.place, side, 0, read.utc_ns, kind, b"", read.number)
        message.mold = read
        session.add(message)
    return session


def _carried(session: Session) -> Iterator[tuple[int, bytes]]:
    """Yield the exchange's messages with the side that sends them."""
    for message in session.messages:
        if message.kind in ("S", "U") and not message.faults:
            yield message.side, message.payload
        elif message.mold is not None:
            for payload in message.mold.messages:
                yield SERVER, payload


def _protocol(session: Session) -> str:
    """Return the protocol whose table reads the most, "soup" or "mold" where none reads at least half."""
    carried = list(_carried(session))
    read = {name: sum(_fits(table, side, payload) for side, payload in carried) for name, table in TABLES.items()}
    best = max(read, key=read.__getitem__)
    if read[best] and 2 * read[best] >= len(carried):
        return best
    return "mold" if session.is_mold else "soup"


def _fits(name: str, side: int, payload: bytes) -> bool:
    table = load_table(name)
    try:
        Table.decode(table.venue if side == CLIENT else table.client, payload)
    except WireFault:
        return False
    return True


def _decode(session: Session) -> None:
    for message in session.messages:
        shapes = session.shapes(message.side)
        if message.kind not in ("S", "U") or message.faults or not shapes:
            continue
        message.code = message.payload[:1].decode("latin-1")
        try:
            shape, message.values = Table.decode(shapes, message.payload)
        except WireFault as fault:
            message.faults = str(fault)
        else:
            message.shape = shape.name
