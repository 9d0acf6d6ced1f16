"""Assemble a gateway without sockets, and be everyone whom it would talk to."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from fairlead.adapters.endpoint import Endpoint
from fairlead.adapters.link_state import State
from fairlead.codecs.errors import ProtocolError
from fairlead.codecs.json_lines.encoding import encode_message
from fairlead.codecs.vocabulary.session_messages import Login
from fairlead.gateway.assembly import Gateway, assemble
from fairlead.gateway.clock import FakeClock
from fairlead.gateway.config import Config
from fairlead.gateway.control.commands import ControlError, ControlRequest
from fairlead.gateway.control.desk import read_arguments
from fairlead.gateway.control.protocol import CommandRefused
from fairlead.gateway.journal import kinds
from fairlead.gateway.replay.disclosure import ENVIRON, SECRET, disclose_fix, disclose_soup, replayed_config
from fairlead.gateway.replay.recording import Recording

STOPPING: Final = "the gateway is stopping"
PREPARE_BYTES: Final = 1 << 20
_JSON_LOGIN: Final = re.compile(r"from (?P<address>.*), next_seq (?P<next_seq>[0-9]+) of [0-9]+")
_SOUP_LOGIN: Final = ord("L")
_MAX_TAKES: Final = 10_000


class ReplayClock(FakeClock):
    """Show the time of the recording."""

    def set(self, now_ns: int, utc_ns: int) -> None:
        """Show these times from now on."""
        self._now_ns, self._utc_ns = now_ns, utc_ns


class ReplayStage:
    """Hold the gateway and the endpoints that are connected now, by the names of their streams.

    What the recording asks for and can't be done is counted in ``left_out``, by what it is.
    """

    def __init__(self, config: Config, recording: Recording, folder: Path, now_ns: int, utc_ns: int) -> None:
        recording.copy_what_came_before(folder / "journal")
        self.clock = ReplayClock(now_ns, utc_ns)
        self.left_out: dict[str, int] = {}
        self.endpoints: dict[str, Endpoint] = {}
        self._parting: dict[str, Endpoint] = {}
        self.addresses: dict[str, str] = {}
        """Where strategies come from, by stream, as far as the recording says so."""
        self._stopped: set[str] = set()
        self.failure: BaseException | None = None
        self.gateway: Gateway = assemble(
            replayed_config(config, folder), self.clock, self._failed, self._refused, ENVIRON
        )
        if config.feeds:
            self.leave_out("feeds of market data, which no journal holds", len(config.feeds))

    def _failed(self, error: BaseException) -> None:
        self.failure = error

    def _refused(self, port: str, text: str, utc_ns: int) -> None:
        self.leave_out(f"{port}: {text}")

    def leave_out(self, what: str, count: int = 1) -> None:
        """Count something that the replay could not do."""
        self.left_out[what] = self.left_out.get(what, 0) + count

    def begin(self) -> None:
        """Do what the process does before it connects to anyone."""
        gateway, now_ns, utc_ns = self.gateway, self.clock.now_ns(), self.clock.utc_ns()
        gateway.recorder.process(kinds.START, {"event": "start", "name": "replay"}, utc_ns)
        gateway.days.tick(now_ns, utc_ns)
        gateway.retention.write_checkpoint(utc_ns)
        for hours in gateway.hours.values():
            hours.tick(now_ns, utc_ns)
        gateway.turn.finish(gateway.turn.begin(), utc_ns)

    def close(self) -> None:
        """Free the journal."""
        self.gateway.writer.close()
        self.gateway.stores.close()

    # Turns

    def turn(self, act: Callable[[int, int], object]) -> None:
        """Do one turn: act, take what the endpoints would send, close those that want to, commit."""
        gateway, utc_ns = self.gateway, self.clock.utc_ns()
        now_ns = gateway.turn.begin()
        gateway.writer.prepare(PREPARE_BYTES, now_ns)
        act(now_ns, utc_ns)
        while ended := self._take_outputs():
            for name in ended:
                self.disconnect(name, now_ns, utc_ns)
        gateway.turn.finish(now_ns, utc_ns)
        if self.failure is not None:
            raise self.failure

    def _take_outputs(self) -> list[str]:
        for endpoint in self.endpoints.values():
            for _ in range(_MAX_TAKES):
                if not endpoint.take_output():
                    break
        return [*self._parting, *(name for name, endpoint in self.endpoints.items() if endpoint.wants_close)]

    def keep_house(self, now_ns: int, utc_ns: int) -> None:
        """Do what the process does between turns, as far as it may send something."""
        gateway = self.gateway
        gateway.keeper.tick(now_ns, utc_ns)
        gateway.limits.tick(now_ns, utc_ns)
        gateway.kill.advance(now_ns, utc_ns)
        if gateway.days.tick(now_ns, utc_ns):
            gateway.retention.write_checkpoint(utc_ns)
        for hours in gateway.hours.values():
            hours.tick(now_ns, utc_ns)
        for part in gateway.reconciling.drop_copies:
            part.hours.tick(now_ns, utc_ns)
            part.books.tick(gateway.path.reconciliation.venues[part.table.venue].is_up, now_ns, utc_ns)

    def deadlines(self) -> Iterator[tuple[int, str]]:
        """Yield (monotonic deadline, stream) of each endpoint that is connected."""
        return ((endpoint.next_deadline_ns(), name) for name, endpoint in self.endpoints.items())

    def on_timer(self, name: str, now_ns: int, utc_ns: int) -> None:
        """Let an endpoint act on its deadlines."""
        if (endpoint := self.endpoints.get(name)) is not None:
            endpoint.on_timer(now_ns, utc_ns)

    # Connections

    def connect(self, name: str, now_ns: int, utc_ns: int) -> None:
        """Connect what connects by itself: a venue, or a drop copy."""
        kind, _, who = name.partition(":")
        found: Endpoint | None = self.gateway.venues.get(who) if kind == "venue" else self._drop_copy(who)
        if found is None:
            self.leave_out(f"connections of {name}, which the configuration does not have")
            return
        self.endpoints[name] = found
        found.receive_connected(now_ns, utc_ns)

    def _drop_copy(self, who: str) -> Endpoint | None:
        parts = {part.table.name: part.endpoint for part in self.gateway.reconciling.drop_copies}
        return parts.get(who)

    def disconnect(self, name: str, now_ns: int, utc_ns: int) -> None:
        """End a connection, if there is one."""
        # where another connection has taken over, it is the former one that ends
        endpoint = self._parting.pop(name, None) or self.endpoints.pop(name, None)
        if endpoint is not None:
            endpoint.receive_eof(now_ns, utc_ns)

    def log_in_json(self, name: str, text: str, now_ns: int, utc_ns: int) -> None:
        """Connect a strategy over JSON; ``text`` is what the journal says of its login."""
        found, port = _JSON_LOGIN.fullmatch(text), self.gateway.json_port
        if found is None or port is None:
            self.leave_out(f"logins of {name}")
            return
        connection = port.connection(found["address"])
        connection.receive_connected(now_ns, utc_ns)
        strategy = name.partition(":")[2]
        login = Login(strategy, SECRET, int(found["next_seq"]), heartbeat_interval_s=0, take_over=True)
        # one that is connected gives way: it does not lose its strategy
        self.endpoints[name] = connection
        connection.receive_data(encode_message(login), now_ns, utc_ns)

    # What the recording says

    def receive(self, name: str, protocol: str, frame: bytes, now_ns: int, utc_ns: int) -> None:
        """Take a frame of a peer."""
        frame = disclose_fix(frame)
        is_soup_login = _is_soup(name, protocol) and len(frame) > 2 and frame[2] == _SOUP_LOGIN
        if name not in self.endpoints or is_soup_login:
            self._accept(name, protocol, now_ns, utc_ns)
        if is_soup_login:
            try:
                frame = disclose_soup(frame)
            except ProtocolError:
                self.leave_out(f"logins of {name} that can't be read")
        endpoint = self.endpoints.get(name)
        if protocol == "json" and not frame.endswith(b"\n"):
            frame += b"\n"
        if endpoint is None:
            self.leave_out(f"frames for {name}, which is not connected in the replay")
        else:
            endpoint.receive_data(frame, now_ns, utc_ns)

    def _accept(self, name: str, protocol: str, now_ns: int, utc_ns: int) -> None:
        """Accept a connection of a peer that connects to us."""
        gateway, kind = self.gateway, name.partition(":")[0]
        if kind == "drop_copy":
            part = next((p for p in gateway.reconciling.drop_copies if f"drop_copy:{p.table.name}" == name), None)
            accepted: Any = part.endpoint.session if part is not None and part.table.listen else None
        elif kind == "strategy":
            port = gateway.fix_port if protocol.startswith("FIX") else gateway.binary_port
            accepted = (
                port.connection(self.addresses.get(name, "replay")) if port is not None and protocol != "json" else None
            )
        else:
            accepted = None
        if accepted is not None:
            accepted.receive_connected(now_ns, utc_ns)
            if (former := self.endpoints.get(name)) is not None:
                self._parting[name] = former
            self.endpoints[name] = accepted

    def note_stop(self, name: str, now_ns: int, utc_ns: int) -> None:
        """Begin what the process does to stop: strategies are logged out first, venues each by itself."""
        gateway, (kind, _, who) = self.gateway, name.partition(":")
        if (key := "strategies" if kind == "strategy" else name) in self._stopped:
            return
        self._stopped.add(key)
        gateway.path.is_stopping = True
        if kind == "strategy":
            for port in (gateway.json_port, gateway.fix_port, gateway.binary_port):
                if port is not None:
                    port.stop(STOPPING, now_ns, utc_ns)
        elif kind == "venue" and who in gateway.venues:
            gateway.venues[who].session.logout(STOPPING, now_ns, utc_ns)
        elif (copy := self._drop_copy(who)) is not None:
            copy.session.logout(STOPPING, now_ns, utc_ns)  # type: ignore[attr-defined]

    def command(self, payload: bytes, now_ns: int, utc_ns: int) -> bool:
        """Do an operator's command anew; tell whether the record is one that begins."""
        facts = orjson.loads(payload)
        if facts.get("event") != "command" or facts.get("phase") != "begins":
            return False
        name = facts["command"]
        command = self.gateway.control_commands.by_name.get(name)
        if command is None:
            self.leave_out(f"commands {name}, which need the process")
            return True
        try:
            arguments = read_arguments(command, facts["arguments"])
            request = ControlRequest(facts["operator"], facts["approver"], facts["reason"], arguments, now_ns, utc_ns)
            command.handler(request)
        except (ControlError, CommandRefused) as error:
            self.leave_out(f"commands {name}, refused: {error}")
        return True

    def is_connected(self, name: str) -> bool:
        """Tell whether a venue or drop copy has a connection."""
        kind, _, who = name.partition(":")
        if kind == "venue" and who in self.gateway.venues:
            return self.gateway.venues[who].session.link_state is not State.DISCONNECTED
        return name in self.endpoints


def _is_soup(name: str, protocol: str) -> bool:
    return name.startswith("strategy:") and protocol != "json" and not protocol.startswith("FIX")
