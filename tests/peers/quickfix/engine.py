"""Drive a QuickFIX engine (``peer.cpp``) as a counterparty: write its settings, start it, say and await lines."""

import asyncio
import contextlib
import signal
import socket
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from inbox import LIMIT_S, Inbox
from quickfix_dictionary import write_dictionary

from fairlead.codecs.fix.dictionary import load_dictionary

PROGRAM = Path(__file__).resolve().parents[3] / ".cache" / "quickfix_peer"
_MAX_LINE_BYTES = 4 * 1024 * 1024


def free_port() -> int:
    """Return a port that nobody listens on: QuickFIX can't say which one it got for port 0."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


class Fields:
    """One message as the engine prints it: fields in wire order, '|' for SOH."""

    def __init__(self, text: str) -> None:
        self.text = text
        parts = (part.partition("=") for part in text.split("|"))
        self.pairs = [(int(tag), value) for tag, equals, value in parts if equals and tag.isdigit()]

    def __str__(self) -> str:
        return self.text

    def __getitem__(self, tag: int) -> str:
        return next((value for found, value in self.pairs if found == tag), "")

    def __contains__(self, tag: int) -> bool:
        return any(found == tag for found, _ in self.pairs)

    def all(self, tag: int) -> list[str]:
        """Return the values of a repeated field."""
        return [value for found, value in self.pairs if found == tag]

    def fits(self, expected: Mapping[int, str]) -> bool:
        """Tell whether all these fields have these values."""
        return all(self[tag] == value for tag, value in expected.items())


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the engine's output."""

    word: str
    fields: Fields

    def __str__(self) -> str:
        return f"{self.word} {self.fields.text}"


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What the engine is started with. ``options`` are QuickFIX's own settings (or peer.cpp's), by their names."""

    role: str
    """``acceptor`` or ``initiator``."""
    begin_string: str
    port: int
    sender_comp_id: str = "QUICK"
    target_comp_id: str = "FAIRLEAD"
    heart_bt_int_s: int = 30
    use_data_dictionary: bool = False
    """Make QuickFIX check what it receives against a dictionary made from our tables."""
    options: Mapping[str, str] = field(default_factory=dict)

    def text(self, folder: Path) -> str:
        """Return the settings file."""
        dictionary = folder / f"{self.begin_string}.xml"
        if not dictionary.exists():
            write_dictionary(load_dictionary(self.begin_string), dictionary)
        default = {
            "ConnectionType": self.role,
            "StartTime": "00:00:00",
            "EndTime": "00:00:00",
            "HeartBtInt": str(self.heart_bt_int_s),
            "ReconnectInterval": "1",
            "SocketNodelay": "Y",
            "FileStorePath": str(folder / "store"),
            "FileLogPath": str(folder / "log"),
            "UseDataDictionary": "Y" if self.use_data_dictionary else "N",
            "DataDictionary": str(dictionary),
        }
        if self.role == "acceptor":
            default["SocketAcceptPort"] = str(self.port)
        else:
            default |= {"SocketConnectHost": "127.0.0.1", "SocketConnectPort": str(self.port)}
        session = {
            "BeginString": self.begin_string,
            "SenderCompID": self.sender_comp_id,
            "TargetCompID": self.target_comp_id,
        }
        sections = (("[DEFAULT]", {**default, **self.options}), ("[SESSION]", session))
        return "".join(
            line for title, values in sections for line in (f"{title}\n", *(f"{k}={v}\n" for k, v in values.items()))
        )


class Engine:
    """One QuickFIX engine with one session. Its file store in ``folder`` outlives the process, as in production."""

    def __init__(self, settings: EngineSettings, folder: Path) -> None:
        self.settings = settings
        self.folder = folder
        self.lines: Inbox[Line] = Inbox(f"QuickFIX {settings.role}")
        self._process: Process | None = None
        self._said = ""
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the process, again too, with the store that is there; an acceptor listens on return."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "settings.cfg"
        path.write_text(self.settings.text(self.folder))
        self._process = await asyncio.create_subprocess_exec(
            PROGRAM, self.settings.role, path, stdin=PIPE, stdout=PIPE, stderr=PIPE, limit=_MAX_LINE_BYTES
        )
        self._reading = asyncio.create_task(self._read(self._process))
        await self.saw("started")

    async def _read(self, process: Process) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        while line := await process.stdout.readline():
            word, _, rest = line.decode("latin-1").rstrip("\n").partition(" ")
            self.lines.put(Line(word, Fields(rest)))
        complaint = (await process.stderr.read()).decode(errors="replace").strip()
        self.lines.put(Line("ended", Fields(complaint)))

    def say(self, command: str) -> None:
        """Give one command, as in peer.cpp."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._said = command
        self._process.stdin.write(command.encode("latin-1") + b"\n")

    async def obeyed(self, command: str) -> None:
        """Give one command and wait until it is done."""
        self.say(command)
        await self.lines.take(lambda line: line.word == "done" and line.fields.text == command, f"done {command}")

    async def stored(self) -> None:
        """Wait until the last command is done: a message is "out" before QuickFIX stores it, where a kill may come."""
        await self.lines.take(lambda line: line.word == "done" and line.fields.text == self._said, f"done {self._said}")

    def send(self, msg_type: str, *fields: tuple[int, object]) -> None:
        """Send a message; the engine adds header and trailer."""
        self.say("send " + "|".join(f"{tag}={value}" for tag, value in ((35, msg_type), *fields)))

    async def saw(self, word: str, expected: Mapping[int, str] | None = None, timeout_s: float = LIMIT_S) -> Fields:
        """Wait for an output line of this kind with these fields; each line is seen once."""
        wanted = expected or {}
        line = await self.lines.take(
            lambda line: line.word == word and line.fields.fits(wanted), f"{word!r} {dict(wanted)}", timeout_s
        )
        return line.fields

    def all(self, word: str, expected: Mapping[int, str] | None = None) -> list[Fields]:
        """Return every such line so far, those that were seen too."""
        return [line.fields for line in self.lines.items if line.word == word and line.fields.fits(expected or {})]

    async def stop(self) -> None:
        """Log out and end in order."""
        if self._process is not None and self._process.returncode is None:
            self.say("quit")
            try:
                await asyncio.wait_for(self._process.wait(), LIMIT_S)
            except TimeoutError:
                await self.kill()
                raise AssertionError("QuickFIX did not stop") from None
        await self._finish_reading()

    def freeze(self) -> None:
        """Stop the process where it stands (SIGSTOP), its connection open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen process go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def kill(self) -> None:
        """Kill the process (SIGKILL); what it wrote to its store stays."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        await self._finish_reading()

    async def _finish_reading(self) -> None:
        if self._reading is not None:
            await self._reading
            self._reading = None
