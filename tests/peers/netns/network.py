"""Make network namespaces in a row and run programs in them; everything is removed in the end."""

import subprocess
import sys
from pathlib import Path
from typing import IO

HERE = Path(__file__).parent

PUBLISHER_ADDRESS = "10.77.1.1"
WEATHER_ADDRESSES = ("10.77.1.2", "10.77.2.1")
SUBSCRIBER_ADDRESS = "10.77.2.2"


class NetworkError(Exception):
    """Report what the machine refused."""


class Network:
    """Join publisher, weather and subscriber: unicast is routed through the middle, multicast its program carries."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.programs: list[subprocess.Popen[str]] = []

    def build(self) -> None:
        """Make the namespaces and the two links between them."""
        pub, weather, sub = (f"{self.prefix}{part}" for part in ("pub", "wx", "sub"))
        for name in (pub, weather, sub):
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        for other, there, here, index in (
            (pub, PUBLISHER_ADDRESS, WEATHER_ADDRESSES[0], 0),
            (sub, SUBSCRIBER_ADDRESS, WEATHER_ADDRESSES[1], 1),
        ):
            _ip("-n", weather, "link", "add", f"wx{index}", "type", "veth", "peer", "name", "up0", "netns", other)
            _ip("-n", weather, "addr", "add", f"{here}/24", "dev", f"wx{index}")
            _ip("-n", other, "addr", "add", f"{there}/24", "dev", "up0")
            _ip("-n", weather, "link", "set", f"wx{index}", "up")
            _ip("-n", other, "link", "set", "up0", "up")
            _ip("-n", other, "route", "add", "default", "via", here)
        forwards = "echo 1 > /proc/sys/net/ipv4/ip_forward"
        _run("ip", "netns", "exec", weather, "sh", "-c", forwards)

    def start(self, part: str, program: str, *arguments: object) -> subprocess.Popen[str]:
        """Run a program of this folder in a namespace; wait for its first line, which says that it is ready."""
        command = ["ip", "netns", "exec", f"{self.prefix}{part}", sys.executable, str(HERE / program)]
        process = subprocess.Popen(
            [*command, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.programs.append(process)
        assert read_line(process.stdout) == "ready", f"{program} did not start"
        return process

    def remove(self) -> None:
        """End the programs and take the namespaces away, links and all."""
        for process in self.programs:
            if process.stdin is not None:
                process.stdin.close()
            process.terminate()
            process.wait(10)
            if process.stdout is not None:
                process.stdout.close()
        for part in ("pub", "wx", "sub"):
            subprocess.run(["ip", "netns", "del", f"{self.prefix}{part}"], check=False, capture_output=True)


def read_line(stream: IO[str] | None) -> str:
    """Return a program's next line."""
    assert stream is not None
    return stream.readline().strip()


def _ip(*arguments: str) -> None:
    _run("ip", *arguments)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NetworkError(f"{' '.join(command)}: {done.stderr.strip()}")
