"""Be a venue's test environment: our simulator as a process of its own, or something that is none."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples" / "live"


@contextlib.contextmanager
def simulator(*words: str) -> Iterator[str]:
    """Run a simulator; yield where it listens."""
    command = (sys.executable, "-m", "fairlead.certification.venues.commands", *words, "--listen", "127.0.0.1:0")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip().rpartition(" ")[2]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@contextlib.contextmanager
def silent_venue(greeting: bytes = b"") -> Iterator[str]:
    """Take connections, say ``greeting``, and nothing more."""
    server = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []

    def take() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                connection.sendall(greeting)
                taken.append(connection)

    thread = threading.Thread(target=take)
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()
        for connection in taken:
            connection.close()


def nowhere() -> str:
    """Return an address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def live_file(folder: Path, profile: str, address: str, more: str = "", **changes: str) -> Path:
    """Write the example of a profile with another address, other lines (old text: new text) and more triggers."""
    text = (EXAMPLES / f"{profile}.toml").read_text(encoding="utf-8")
    host = next(line for line in text.splitlines() if line.startswith("host = "))
    text = text.replace(host, f'host = "{address}"').replace("triggers = [\n", f"triggers = [\n{more}")
    for old, new in changes.items():
        assert f"{old} = " in text or old == "venue", old
        if old == "venue":
            text = text.replace("[venue]\n", f"[venue]\n{new}\n")
        else:
            text = "\n".join(new if line.startswith(f"{old} = ") else line for line in text.splitlines())
    path = folder / "live.toml"
    path.write_text(text, encoding="utf-8")
    return path
