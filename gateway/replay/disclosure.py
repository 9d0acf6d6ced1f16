"""Put a secret of our own where the recording has asterisks, and in the configuration, so that logons succeed again.

A journal holds no secrets (``adapters/fix/masking``), so neither recording nor replay knows the true ones.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fairlead.adapters.fix.masking import SECRET_MSG_TYPES
from fairlead.codecs.soupbintcp.login import LoginRequest, decode_login_request, encode_login_request
from fairlead.gateway.config import Config
from fairlead.gateway.ports.secret_hash import SecretHash

SECRET: Final = "replay"
_VARIABLE: Final = "FAIRLEAD_REPLAY_SECRET"
ENVIRON: Final[Mapping[str, str]] = {_VARIABLE: SECRET}
_REFERENCE: Final = f"env:{_VARIABLE}"
_SOH: Final = b"\x01"
_MASKED: Final = re.compile(rb"\x01(554|925|96)=\*+(?=\x01)")
_RAW_DATA_LENGTH: Final = re.compile(rb"\x0195=[0-9]+(?=\x0196=)")
_SECRET_TYPES: Final = tuple(b"\x0135=" + kind.encode() + _SOH for kind in sorted(SECRET_MSG_TYPES))
_SOUP_HEADER_BYTES: Final = 3


def replayed_config(config: Config, folder: Path) -> Config:
    """Return the configuration with folders below ``folder``, secrets that are known, and no feeds."""
    stored = SecretHash.of(SECRET, 4).stored()
    known = {"password": _REFERENCE}
    return config.model_copy(
        update={
            "gateway": config.gateway.model_copy(update={"state_dir": folder}),
            "journal": config.journal.model_copy(update={"path": folder / "journal", "sync": "async"}),
            "venues": tuple(t.model_copy(update=known) if t.password else t for t in config.venues),
            "drop_copies": tuple(t.model_copy(update=known) if t.password else t for t in config.drop_copies),
            "strategies": tuple(
                t.model_copy(update={"secret_hash": stored}) if t.secret_hash else t for t in config.strategies
            ),
            "feeds": (),
        }
    )


def disclose_fix(frame: bytes) -> bytes:
    """Return a FIX frame with our secret where a Logon's was masked; its length and sum are right again."""
    if not any(kind in frame[:40] for kind in _SECRET_TYPES) or not _MASKED.search(frame):
        return frame
    secret = SECRET.encode()
    frame = _MASKED.sub(lambda found: _SOH + found[1] + b"=" + secret, frame)
    return sealed_fix(_RAW_DATA_LENGTH.sub(b"\x0195=%d" % len(secret), frame))


def sealed_fix(frame: bytes) -> bytes:
    """Return a FIX frame with BodyLength(9) and CheckSum(10) worked out anew."""
    begin, _, rest = frame.partition(_SOH)
    _, _, rest = rest.partition(_SOH)
    body = rest[: rest.rindex(b"10=")]
    head = begin + b"\x019=%d\x01" % len(body)
    return head + body + b"10=%03d\x01" % (sum(head + body) & 0xFF)


def disclose_soup(packet: bytes) -> bytes:
    """Return a SoupBinTCP login with our password."""
    login = decode_login_request(packet[_SOUP_HEADER_BYTES:])
    return encode_login_request(
        LoginRequest(login.username, SECRET, login.requested_session, login.requested_sequence_number)
    )
