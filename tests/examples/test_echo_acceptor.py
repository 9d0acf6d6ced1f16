"""The echo acceptor as outside conformance suites see it: a program, a socket, and simplefix as the peer."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import simplefix
from simplefix_frames import frame, stamp

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 20
Fields = list[tuple[int, Any]]


class Peer:
    """One connection to the acceptor."""

    def __init__(self, begin_string: str, port: int) -> None:
        self.begin_string = begin_string
        self.next_out = 1
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
        self._parser = simplefix.FixParser()

    def send(self, msg_type: str, body: Fields, **header: str) -> None:
        sent = frame(self.begin_string, msg_type, self.next_out, header.get("sender", "TW44"), "ISLD", body)
        self.next_out += 1
        self._socket.sendall(sent)

    def receive(self) -> list[tuple[int, str]]:
        """Return the next message's fields; ``[]`` where the acceptor closes instead."""
        while (message := self._parser.get_message()) is None:
            data = self._socket.recv(4096)
            if not data:
                return []
            self._parser.append_buffer(data)
        return [(int(tag), value.decode("latin-1")) for tag, value in message.pairs]

    def log_on(self) -> dict[int, str]:
        self.send("A", [(98, 0), (108, 30)])
        return dict(self.receive())

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(scope="module", params=[("FIX.4.2", "on"), ("FIX.4.4", "on"), ("FIX.4.4", "off")], ids="-".join)
def acceptor(request: pytest.FixtureRequest) -> Iterator[tuple[str, str, int]]:
    version, dictionary = request.param
    command = [sys.executable, str(ROOT / "examples/echo_acceptor.py"), "--listen", "127.0.0.1:0"]
    command += ["--begin-string", version, "--sender", "ISLD", "--target", "TW44", "--dictionary", dictionary]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on 127.0.0.1:"), line
        yield version, dictionary, int(line.rsplit(":", 1)[1])
        process.terminate()


@pytest.fixture
def peer(acceptor: tuple[str, str, int]) -> Iterator[Peer]:
    peer = Peer(acceptor[0], acceptor[2])
    yield peer
    peer.close()


def order(cl_ord_id: str) -> Fields:
    return [(11, cl_ord_id), (21, 3), (55, "INTC"), (54, 1), (60, stamp()), (38, 100), (40, 1)]


def text(body: Fields) -> list[tuple[int, str]]:
    return [(tag, str(value)) for tag, value in body]


def body_of(message: list[tuple[int, str]]) -> list[tuple[int, str]]:
    return [(tag, value) for tag, value in message if tag not in (8, 9, 35, 34, 49, 52, 56, 10)]


def test_numbers_start_at_one_with_each_logon(peer: Peer) -> None:
    reply = peer.log_on()
    assert (reply[35], reply[34], reply[49], reply[56], reply[108]) == ("A", "1", "ISLD", "TW44", "30")
    assert 141 not in reply


def test_orders_and_security_definitions_come_back_as_they_were(peer: Peer) -> None:
    peer.log_on()
    for msg_type, body in (("D", order("A1")), ("d", [(320, "r"), (322, "s"), (323, 1), (55, "INTC")])):
        if msg_type == "d" and peer.begin_string == "FIX.4.2":
            body = [*body, (393, 1)]
        peer.send(msg_type, body)
        echo = peer.receive()
        assert dict(echo)[35] == msg_type and body_of(echo) == text(body)


def test_possibly_resent_order_that_was_seen_is_dropped(peer: Peer) -> None:
    peer.log_on()
    peer.send("D", order("B1"))
    assert dict(peer.receive())[11] == "B1"
    peer.send("D", [(97, "Y"), *order("B1")])
    peer.send("D", [(97, "Y"), *order("B2")])
    echo = dict(peer.receive())
    assert (echo[11], echo[34], echo[97]) == ("B2", "3", "Y")


def test_other_application_messages_are_unsupported(peer: Peer) -> None:
    peer.log_on()
    peer.send("F", [(41, "x"), (11, "y"), (55, "INTC"), (54, 1), (60, stamp()), (38, 1)])
    reject = dict(peer.receive())
    assert (reject[35], reject[372], reject[380], reject[45]) == ("j", "F", "3", "2")


def test_field_without_a_value_is_rejected_with_or_without_a_dictionary(peer: Peer) -> None:
    peer.log_on()
    peer.send("D", [(1, ""), *order("C1")])
    reject = dict(peer.receive())
    assert (reject[35], reject[371], reject[373]) == ("3", "1", "4")


def test_dictionary_decides_what_is_checked(acceptor: tuple[str, str, int], peer: Peer) -> None:
    peer.log_on()
    peer.send("D", [field for field in order("D1") if field[0] != 55])
    assert dict(peer.receive())[35] == ("3" if acceptor[1] == "on" else "D")


def test_logout_is_answered_and_the_connection_closed(peer: Peer) -> None:
    peer.log_on()
    peer.send("5", [])
    assert dict(peer.receive())[35] == "5"
    assert peer.receive() == []


def test_second_connection_and_strangers_are_closed_in_silence(acceptor: tuple[str, str, int], peer: Peer) -> None:
    peer.log_on()
    for sender in ("TW44", "STRANGER"):
        other = Peer(acceptor[0], acceptor[2])
        other.send("A", [(98, 0), (108, 30)], sender=sender)
        assert other.receive() == []
        other.close()
    peer.send("1", [(112, "alive")])
    assert dict(peer.receive())[112] == "alive"


def test_orders_need_no_more_than_the_standard_demands_of_all(peer: Peer) -> None:
    peer.log_on()
    body = [field for field in order("E1") if field[0] != 38]
    peer.send("D", body)
    assert body_of(peer.receive()) == text(body)


@pytest.mark.parametrize("tag", [0, 5000])
def test_unknown_tags_are_rejected_and_unwritable_ones_always(
    acceptor: tuple[str, str, int], peer: Peer, tag: int
) -> None:
    peer.log_on()
    peer.send("D", [*order("G1"), (tag, "x")])
    answer = dict(peer.receive())
    if acceptor[1] == "on" or tag == 0:
        assert (answer[35], answer[371], answer[373]) == ("3", str(tag), "0")
    else:
        assert (answer[35], answer[tag]) == ("D", "x")


def test_termination_is_a_clean_end() -> None:
    command = [sys.executable, str(ROOT / "examples/echo_acceptor.py"), "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.terminate()
        assert process.wait(TIMEOUT_S) == 0
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    ("option", "value", "complaint"),
    [("--listen", "nowhere", "expected HOST:PORT"), ("--begin-string", "FIX.5.0", "choose from")],
)
def test_bad_options_are_explained(option: str, value: str, complaint: str) -> None:
    command = [sys.executable, str(ROOT / "examples/echo_acceptor.py"), option, value]
    result = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert result.returncode == 2 and value in result.stderr and complaint in result.stderr
