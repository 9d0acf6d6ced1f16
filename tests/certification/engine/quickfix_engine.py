"""Start QuickFIX as the engine that is tested: several sessions, an application that sends orders and reports back."""

import asyncio
import contextlib
import socket
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from pathlib import Path

from quickfix_dictionary import write_dictionary

from fairlead.codecs.fix.dictionary import load_dictionary

PROGRAM = Path(__file__).resolve().parents[3] / ".cache" / "quickfix_peer"


def free_port() -> int:
    """Return a port that nobody listens on: QuickFIX can't say which one it got for port 0."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def settings_text(role: str, version: str, port: int, comp_ids: Sequence[str], folder: Path) -> str:
    """Return QuickFIX's settings: its own defaults wherever the case does not need another value."""
    default = {
        "ConnectionType": role,
        "StartTime": "00:00:00",
        "EndTime": "00:00:00",
        "HeartBtInt": "1",
        "ReconnectInterval": "1",
        "SocketNodelay": "Y",
        "FileStorePath": str(folder / "store"),
        "FileLogPath": str(folder / "log"),
        "DataDictionary": str(folder / f"{version}.xml"),
        "Echo": "D,8",
        "BeginString": version,
        "SenderCompID": "ENGINE",
    }
    if role == "acceptor":
        default["SocketAcceptPort"] = str(port)
    else:
        default |= {"SocketConnectHost": "127.0.0.1", "SocketConnectPort": str(port)}
    sections = [("[DEFAULT]", default), *(("[SESSION]", {"TargetCompID": comp_id}) for comp_id in comp_ids)]
    return "".join(
        line for title, values in sections for line in (f"{title}\n", *(f"{k}={v}\n" for k, v in values.items()))
    )


class QuickFixEngine:
    """One process."""

    def __init__(self, role: str, version: str, port: int, comp_ids: Sequence[str], folder: Path) -> None:
        self._role = role
        self._settings = folder / "settings.cfg"
        write_dictionary(load_dictionary(version), folder / f"{version}.xml")
        self._settings.write_text(settings_text(role, version, port, comp_ids, folder))
        self._process: Process | None = None
        self._draining: asyncio.Task[bytes] | None = None

    async def start(self) -> None:
        """Start; an acceptor listens on return."""
        self._process = await asyncio.create_subprocess_exec(
            PROGRAM, self._role, self._settings, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=1 << 20
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(30):
            while await self._process.stdout.readline() != b"started\n":
                assert self._process.returncode is None
        self._draining = asyncio.create_task(self._process.stdout.read())

    async def kill(self) -> None:
        """End."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        if self._draining is not None:
            await self._draining
