"""The gateway as the engine that is tested: its FIX strategy port accepts, its venue sessions connect."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from fairlead.gateway.ports.secret_hash import SecretHash

SECRET = "a-secret-of-the-suite"
PROGRAM = Path(sys.executable).parent / "fairlead"
PROFILES = {"FIX.4.2": "broker42", "FIX.4.4": "exchange44"}


def configuration(
    folder: Path, version: str, comp_ids: Sequence[str], *, fix_port: int = 0, json_port: int = 0, venue_port: int = 0
) -> str:
    """Return a configuration whose peers, on either side, have these CompIDs and speak one version.

    Strategies at the JSON port, one for each venue, are there to send orders.
    """
    hash_ = SecretHash.of(SECRET, 4).stored()
    lines = [
        "[gateway]",
        'name = "engine"',
        f'state_dir = "{folder / "state"}"',
        "stop_timeout_s = 1",
        "[ports.fix]",
        f'listen = "127.0.0.1:{fix_port}"',
        "[ports.json]",
        f'listen = "127.0.0.1:{json_port}"',
    ]
    for comp_id in comp_ids if venue_port else comp_ids[:1]:
        lines += [
            "[[venues]]",
            f'name = "{comp_id}"',
            f'profile = "{PROFILES[version]}"',
            f'hosts = ["127.0.0.1:{venue_port or 1}"]',
            'sender_comp_id = "ENGINE"',
            f'target_comp_id = "{comp_id}"',
            "heartbeat_s = 1",
            "reconnect_first_s = 0.05",
            "reconnect_max_s = 0.1",
            "max_refused_logons = 100",
        ]
    for comp_id in comp_ids:
        lines += [
            "[[strategies]]",
            f'name = "{comp_id.lower()}"',
            'port = "fix"',
            f'secret_hash = "{hash_}"',
            f'accounts = ["{comp_id}"]',
            f'default_account = "{comp_id}"',
            "cancel_on_disconnect = false",
            "[strategies.fix]",
            f'begin_string = "{version}"',
            f'sender_comp_id = "{comp_id}"',
            'target_comp_id = "ENGINE"',
            "[[strategies]]",
            f'name = "desk-{comp_id}"',
            'port = "json"',
            f'secret_hash = "{hash_}"',
            f'accounts = ["DESK-{comp_id}"]',
            f'default_account = "DESK-{comp_id}"',
            "cancel_on_disconnect = false",
        ]
    lines += [
        "[[instruments]]",
        'symbol = "FAIR"',
        'tick = "0.01"',
        'lot = "1"',
        'currency = "USD"',
        f"venues = [{', '.join(repr(comp_id) for comp_id in (comp_ids if venue_port else comp_ids[:1]))}]",
    ]
    return "\n".join(lines) + "\n"


class GatewayEngine:
    """One gateway process."""

    def __init__(self, folder: Path, text: str) -> None:
        self._config = folder / "gateway.toml"
        self._config.write_text(text)
        self.log = folder / "gateway.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start, and wait until it is ready."""
        with self.log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(PROGRAM, "run", self._config, stdout=log, stderr=log)
        async with asyncio.timeout(60):
            while " ready " not in self.log.read_text():
                assert self._process.returncode is None, self.log.read_text()
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """End."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
            await self._process.wait()
