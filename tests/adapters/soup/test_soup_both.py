"""Client and server over a link that is cut anywhere: each message once, in order, whatever happens."""

from hypothesis import given, settings
from hypothesis import strategies as st
from soup_bench import ClientBench, Connection, ServerBench, accepted, login, packet, sequenced

from fairlead.adapters.session_events import EventKind
from fairlead.adapters.session_store import MemoryStore

ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.integers(1, 6)),
        st.tuples(st.just("send"), st.integers(1, 3)),
        st.tuples(st.just("pass"), st.integers(1, 80)),
        st.tuples(st.just("cut"), st.integers(0, 40)),
        st.tuples(st.just("restart"), st.just(0)),
    ),
    max_size=40,
)


class Line:
    """A client, a server, and a stream between them that delivers in pieces and is lost with what it holds."""

    def __init__(self) -> None:
        self.server = ServerBench(replay_messages=2)
        self.client = ClientBench()
        self.connection: Connection | None = None
        self.messages: list[tuple[int, bytes]] = []
        self.down = b""
        self.published = 0

    def publish(self, count: int) -> None:
        for _ in range(count):
            self.published += 1
            self.server.publish(b"message %d" % self.published)

    def send(self, count: int) -> None:
        if self.client.session.is_logged_on:
            for _ in range(count):
                self.client.session.send(b"order", self.client.now_ns, self.client.utc_ns)

    def carry(self, size: int) -> None:
        """Carry everything up, and at most ``size`` bytes down."""
        if self.connection is None:
            self.connection = self.server.connect()
            self.down = self.connection.receive(self.client.connect())
        self.down += self.connection.receive(self.client.session.take_output())
        self.client.receive(self.down[:size])
        self.down = self.down[size:]

    def cut(self, size: int) -> None:
        """Lose the stream, after at most ``size`` more bytes."""
        if self.connection is not None:
            self.client.receive(self.down[:size])
            self.client.drop()
            self.connection.drop()
            self.connection, self.down = None, b""

    def restart(self, _: int) -> None:
        """Start the client anew over its store."""
        self.cut(0)
        self.messages += self.client.messages
        self.client = ClientBench(self.client.store)


@settings(max_examples=60)
@given(ACTIONS)
def test_each_message_once_and_in_order(actions: list[tuple[str, int]]) -> None:
    line = Line()
    run = {"publish": line.publish, "send": line.send, "pass": line.carry, "cut": line.cut, "restart": line.restart}
    for name, amount in actions:
        run[name](amount)
    for _ in range(line.published + 2):
        line.carry(10_000)
    assert line.messages + line.client.messages == [(n, b"message %d" % n) for n in range(1, line.published + 1)]
    # what was sent arrives at most once; the store knows all of it
    assert len(line.server.received) <= line.client.store.next_out - 1


def test_client_follows_a_server_that_begins_a_new_session() -> None:
    line = Line()
    line.publish(3)
    line.carry(1000)
    line.carry(1000)
    line.server.stream.end(line.server.now_ns, line.server.utc_ns)
    line.carry(1000)
    assert line.client.session.wants_close
    line.cut(0)
    # the next day: another id over a store that was reset
    line.server.store.reset("new session", 0)
    line.server.stream = type(line.server.stream)("S2", line.server.store)
    line.server.publish(b"first of S2")
    line.carry(1000)
    assert line.client.messages[-1] == (1, b"first of S2")
    assert line.client.store.peer_session == "S2"


def test_client_that_is_ahead_of_the_server_is_refused_and_keeps_its_numbers() -> None:
    store = MemoryStore()
    store.set_peer_session("S1", 0)
    store.advance_in(9, 0)
    client, server = ClientBench(store), ServerBench()
    sent = client.connect()
    assert sent == login("S1", 9)
    client.receive(server.connect().receive(sent))
    assert client.session.refused_logons == 1
    assert store.next_in == 9
    assert "sequence number 9 requested, expected 0 to 1" in server.take_events()[0]


STREAMS = st.lists(
    st.tuples(
        st.sampled_from(["accept", "refuse A", "refuse S", "silent"]),
        st.sampled_from(["S1", "S2", "S3"]),
        st.integers(1, 9),
        st.integers(0, 6),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=150)
@given(STREAMS, st.sampled_from([0, 1]))
def test_whatever_a_server_answers_each_number_is_taken_once_or_named(
    streams: list[tuple[str, str, int, int, bool]], first_number: int
) -> None:
    client = ClientBench(first_number=first_number)
    for answer, session, number, count, is_ended in streams:
        client.connect()
        if answer == "accept":
            client.receive(accepted(session, number))
            # the same number is the same message in a session, whoever sends it
            payloads = [f"{session} {n}".encode() for n in range(number, number + count)]
            client.receive(sequenced(*payloads) + (packet("Z") if is_ended else b""))
        elif answer.startswith("refuse"):
            client.receive(packet("J", answer[-1].encode()))
        client.drop()
        client = follow(client, first_number)
    assert client.store.next_in == client.session.next_in


def follow(client: ClientBench, first_number: int) -> ClientBench:
    """Check what one stream brought against the events, and start the client anew over its store."""
    expected = client.begun_at
    moments = iter(client.moments)
    for moment in moments:
        if isinstance(moment, tuple):
            seq, payload = moment
            assert seq == expected, "a number was left out or taken twice without a word"
            assert payload == f"{client.store.peer_session} {seq}".encode()
            expected += 1
        elif moment.kind is EventKind.SEQUENCE_RESET:
            expected = int(moment.text.rpartition(" at ")[2]) if " at " in moment.text else 1
        elif moment.kind is EventKind.MESSAGES_LOST:
            assert moment.ref_seq_num == expected
            expected = moment.end_seq_num + 1
    assert client.store.next_in == expected
    return ClientBench(client.store, first_number=first_number)
