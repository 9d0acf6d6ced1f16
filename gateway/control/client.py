"""Ask a running gateway from another process of the machine: blocking, for commands of a shell and for tests.

with ControlClient(socket_path(state_dir), "ann", secret) as client:
    answer = client.call("kill.engage", {"strategy": "alpha"}, "runaway orders")
"""

import socket
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import orjson

from fairlead.gateway.control.protocol import MAX_ANSWER_BYTES, MAX_LINE_BYTES
from fairlead.gateway.links.unix_listener import socket_address

TIMEOUT_S: Final = 10.0


class ControlClientError(Exception):
    """Say why there is no answer; the text goes to the person at the shell."""


class NotRunning(ControlClientError):
    """Report that no gateway listens there."""


class NotAnswered(ControlClientError):
    """Report that the gateway closed the connection, or did not answer in time: the command may have been done."""


class Refused(ControlClientError):
    """Report a refusal in the gateway's words; ``code`` is one of docs/control.md."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class ControlClient:
    """Hold one connection, made at the first call; ``operator`` "" logs in nobody (a gateway without operators)."""

    def __init__(self, path: Path, operator: str = "", secret: str = "", timeout_s: float = TIMEOUT_S) -> None:
        self.path: Final = path
        self._operator = operator
        self._secret = secret
        self._timeout_s = timeout_s
        self._socket: socket.socket | None = None
        self._rest = b""
        self._last_id = 0

    def call(self, name: str, arguments: Mapping[str, Any] | None = None, reason: str = "") -> dict[str, Any]:
        """Run a command and return its answer; ``{"pending": {...}}`` where it waits for a second person.

        Raises NotRunning, NotAnswered, Refused.
        """
        if self._socket is None:
            self._connect()
        return self._ask(name, arguments or {}, reason)

    def close(self) -> None:
        """Close the connection; the next call makes another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            self._rest = b""

    def __enter__(self) -> "ControlClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _connect(self) -> None:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(self._timeout_s)
        try:
            with socket_address(self.path) as address:
                sock.connect(address)
        except OSError as error:
            sock.close()
            raise NotRunning(self._why_not(error)) from None
        self._socket = sock
        if self._operator:
            self._ask("login", {"operator": self._operator, "secret": self._secret}, "")

    def _why_not(self, error: OSError) -> str:
        if isinstance(error, FileNotFoundError):
            return f"no control socket {self.path}: is the gateway running, and is this its state folder?"
        if isinstance(error, ConnectionRefusedError):
            return f"nobody listens at {self.path}: the gateway that made it is gone"
        if isinstance(error, PermissionError):
            return f"{self.path} may not be opened: run this as the user that runs the gateway"
        return f"{self.path} can't be connected to: {error.strerror or error or 'timed out'}"

    def _ask(self, name: str, arguments: Mapping[str, Any], reason: str) -> dict[str, Any]:
        self._last_id += 1
        asked = {"id": self._last_id, "command": name, "arguments": arguments, "reason": reason}
        try:
            line = orjson.dumps(asked, option=orjson.OPT_APPEND_NEWLINE)
        except TypeError as error:
            raise ControlClientError(f"{name}: {error}") from None
        if len(line) > MAX_LINE_BYTES:
            raise ControlClientError(f"{name}: a line of {len(line)} bytes, expected at most {MAX_LINE_BYTES}")
        try:
            assert self._socket is not None
            self._socket.sendall(line)
            answer = self._read_answer()
        except (OSError, NotAnswered) as error:
            self.close()
            if isinstance(error, NotAnswered):
                raise
            raise NotAnswered(self._no_answer(name, error)) from None
        return self._taken(answer)

    def _no_answer(self, name: str, error: OSError) -> str:
        what = f"within {self._timeout_s:g} s" if isinstance(error, TimeoutError) else f"({error.strerror or error})"
        return f"{name}: no answer {what}; it may have been done: see `fairlead audit`"

    def _read_answer(self) -> dict[str, Any]:
        """Return the answer to the last line; the gateway may say something else before it closes."""
        assert self._socket is not None
        while b"\n" not in self._rest:
            chunk = self._socket.recv(1 << 16)
            if not chunk:
                raise NotAnswered("the gateway closed the connection without an answer")
            self._rest += chunk
            if len(self._rest) > 2 * MAX_ANSWER_BYTES:
                raise NotAnswered(f"an answer of more than {MAX_ANSWER_BYTES} bytes received")
        line, _, self._rest = self._rest.partition(b"\n")
        try:
            answer = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise NotAnswered(f"an answer that is not JSON received: {error}") from None
        if not isinstance(answer, dict) or answer.get("id") not in (self._last_id, None):
            raise NotAnswered(f"an answer to {self._last_id} was expected, {line[:80]!r} received")
        return answer

    def _taken(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        if not answer.get("ok"):
            if answer.get("id") is None:
                self.close()
            raise Refused(str(answer.get("code")), str(answer.get("error")))
        if "pending" in answer:
            return {"pending": answer["pending"]}
        found: dict[str, Any] = answer["answer"]
        return found
