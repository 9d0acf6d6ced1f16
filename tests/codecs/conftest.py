"""Read the captured FIX messages that the codec is measured by."""

from pathlib import Path

import pytest
import simplefix

CAPTURES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "fix_captures"


def _read(name: str) -> bytes:
    path = CAPTURES / name
    if not path.exists():
        pytest.skip(f"capture {name} is not on this machine")
    return path.read_bytes()


@pytest.fixture(scope="session")
def order_session() -> list[bytes]:
    """Twelve real FIX 4.4 messages of one order session, both directions."""
    lines = _read("montran_fix44.log").split(b"\n")
    return [line.split(b" ", 2)[2] for line in lines if b"8=FIX" in line]


@pytest.fixture(scope="session")
def security_definitions() -> list[bytes]:
    """Real security definitions, framed by simplefix because the capture has no 8, 9 and 10."""
    frames = []
    for line in _read("cme_secdef_first108.dat").split(b"\n"):
        if not line.strip():
            continue
        message = simplefix.FixMessage()
        message.append_pair(8, "FIX.4.4")
        for field in line.strip(b"\x01\r").split(b"\x01"):
            tag, _, value = field.partition(b"=")
            message.append_pair(int(tag), value)
        frames.append(message.encode())
    return frames


@pytest.fixture(scope="session")
def frames(order_session: list[bytes], security_definitions: list[bytes]) -> list[bytes]:
    """All captured frames."""
    return order_session + security_definitions
