"""Write certificates as docs/certificates.md has them, without the code that issues or reads them."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import fairlead

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PROFILE = Path(fairlead.__file__).parent / "adapters" / "fix" / "profiles" / "exchange44.toml"
Change = Callable[[dict[str, Any]], object]


def public(key: Ed25519PrivateKey = KEY) -> str:
    return "ed25519:" + b64encode(key.public_key().public_bytes_raw()).decode()


def document(**changed: Any) -> dict[str, Any]:
    return {
        "form": "fairlead-certificate-1",
        "profile": "exchange44",
        "profile_sha256": hashlib.sha256(PROFILE.read_bytes()).hexdigest(),
        "protocol": "fix44",
        "fairlead_version": version("fairlead"),
        "catalogue_version": "1.0",
        "mandatory": ["EX01", "OE09", "OE17"],
        "verdicts": {
            "EX01": {"verdict": "pass"},
            "OE09": {"verdict": "non-strict"},
            "OE17": {"verdict": "fail", "waiver": {"owner": "J", "reason": "r", "expires": "2099-12-31"}},
        },
        "runs": [],
        "issued": "2026-01-02T12:00:00Z",
        "valid_until": "2099-12-31T00:00:00Z",
        "issuer": "Jane Doe",
        **changed,
    }


def signed(made: dict[str, Any], key: Ed25519PrivateKey = KEY) -> dict[str, Any]:
    whole = made | {"key": public(key)}
    data = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return whole | {"signature": b64encode(key.sign(data)).decode()}


def write(folder: Path, made: dict[str, Any], name: str = "exchange44.cert.json") -> Path:
    folder.mkdir(exist_ok=True)
    fresh = folder / "fresh"
    fresh.write_text(json.dumps(made), encoding="utf-8")
    return fresh.replace(folder / name)
