"""Run a gateway as a process whose binary port, or whose OUCH venues, are the SoupBinTCP engine under test."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

SECRET = "Ten-Chars1"
"""The password of every strategy and venue."""
USERS = tuple(f"FAIR{number:02}" for number in range(8))
STATUS_REQUEST = "51" + "20" * 48 + "00" + "0000"
"""Of the strategy protocol: type Q, no ids, no side, no options; one report answers it."""
SILENCE_S = 3

_PROGRAM = str(Path(sys.executable).parent / "fairlead")


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class OurGateway:
    """One process, with a strategy and, where it has a port for them, an OUCH venue for each user."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, venue_port: int = 0) -> int:
        """Start it, and return the port that strategies connect to."""
        self.port = free_port()
        config = self.folder / "gateway.toml"
        config.write_text(await self._config(venue_port))
        with (self.folder / "gateway.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                _PROGRAM, "run", str(config), stdout=log, stderr=log, env={**os.environ, "PASSWORD": SECRET}
            )
        return self.port

    async def _config(self, venue_port: int) -> str:
        """Return a configuration; with no port for venues there is one, which knocks at a closed door once."""
        hashed = await self._hash()
        pauses = "reconnect_first_s = 0.2\nreconnect_max_s = 0.4\n" if venue_port else "reconnect_first_s = 60\n"
        tables = [
            f'[gateway]\nstate_dir = "{self.folder / "state"}"\nlog_format = "json"\nstop_timeout_s = 1',
            f'[ports.binary]\nlisten = "127.0.0.1:{self.port}"\nsilence_s = {SILENCE_S}',
            f'[[instruments]]\nsymbol = "MSFT"\nvenues = ["{USERS[0]}"]',
            *(self._strategy(user, hashed) for user in USERS),
            *(self._venue(user, venue_port or free_port()) + pauses for user in (USERS if venue_port else USERS[:1])),
        ]
        return "\n".join(tables)

    @staticmethod
    async def _hash() -> str:
        process = await asyncio.create_subprocess_exec(
            _PROGRAM, "secret", "hash", "--ln", "1", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await process.communicate(f"{SECRET}\n".encode())
        return said.decode().strip()

    @staticmethod
    def _strategy(user: str, hashed: str) -> str:
        return f'[[strategies]]\nname = "{user}"\nport = "binary"\nsecret_hash = "{hashed}"\naccounts = ["*"]\n'

    @staticmethod
    def _venue(user: str, port: int) -> str:
        return (
            f'[[venues]]\nname = "{user}"\nadapter = "ouch"\nprofile = "nasdaq_ouch42"\nhosts = ["127.0.0.1:{port}"]\n'
            f'username = "{user}"\npassword = "env:PASSWORD"\n'
        )

    async def stop(self) -> None:
        """Stop it, and see it end."""
        process = self._process
        if process is not None and process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), 10)
            except TimeoutError:
                process.kill()
                await process.wait()

    def log(self) -> str:
        """Return what it said."""
        return (self.folder / "gateway.log").read_text(errors="replace")
