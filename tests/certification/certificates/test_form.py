"""The document's example, checked by bytes written by hand; both readers take it, and neither takes it changed."""

import json
import re
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairlead.certification.certificates.certificate import CertificateFault, Tampered, Unsigned, canonical, read
from fairlead.gateway.venues.certificates import CertificateError, read_certificate

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "certificates.md").read_text(encoding="utf-8")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = "ed25519:A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
# by hand from the document: fields in the alphabet's order, no spaces
SIGNED = (
    b'{"catalogue_version":"1.0","covers":["EX","FR","OE"],"fairlead_version":"0.1.0","form":"fairlead-certificate-1",'
    b'"issued":"2026-11-28T12:00:00Z","issuer":"Jane Doe, Connectivity",'
    b'"key":"ed25519:A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=","mandatory":["EX01","OE09"],'
    b'"profile":"harbour44","profile_sha256":"' + b"0f" * 32 + b'","protocol":"fix44",'
    b'"runs":[{"sha256":"' + b"a1" * 32 + b'","started":"2026-11-28T11:00:00Z",'
    b'"subject":"gateway with profile harbour44"}],"valid_until":"2027-02-26T12:00:00Z",'
    b'"verdicts":{"EX01":{"verdict":"pass"},"OE09":{"verdict":"fail","waiver":{"expires":"2026-12-31",'
    b'"owner":"Jane Doe","reason":"ticket 4711"}},"OE13":{"verdict":"unsupported"}}}'
)


@pytest.fixture
def example(tmp_path: Path) -> Path:
    found = re.search(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    path = tmp_path / "harbour44.cert.json"
    path.write_text(found[1], encoding="utf-8")
    return path


def test_example_is_signed_over_the_bytes_that_the_page_describes(example: Path) -> None:
    document = json.loads(example.read_text())
    KEY.public_key().verify(b64decode(document["signature"]), SIGNED)
    assert canonical(document) == SIGNED


def test_both_readers_take_it(example: Path) -> None:
    assert read(example)["profile"] == "harbour44"
    certificate = read_certificate(example, (PUBLIC,))
    assert (certificate.profile, certificate.mandatory) == ("harbour44", ("EX01", "OE09"))
    assert certificate.valid_until_ns == 1_803_643_200_000_000_000


def test_page_names_every_field_and_no_other(example: Path) -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(rows) == sorted(json.loads(example.read_text()))


@pytest.mark.parametrize(
    ("old", "new"),
    [("Jane Doe, C", "John Doe, C"), ('"fail"', '"pass"'), ('["EX01", "OE09"]', '["EX01"]'), ("2027", "2037")],
)
def test_change_of_anything_is_found_by_both(example: Path, old: str, new: str) -> None:
    text = example.read_text()
    assert old in text
    example.write_text(text.replace(old, new, 1))
    with pytest.raises(Tampered):
        read(example)
    with pytest.raises(CertificateError, match="changed after it was signed"):
        read_certificate(example, (PUBLIC,))


def test_missing_signature_is_said(example: Path) -> None:
    document = json.loads(example.read_text())
    del document["signature"]
    example.write_text(json.dumps(document))
    with pytest.raises(Unsigned):
        read(example)
    with pytest.raises(CertificateError, match="has no signature"):
        read_certificate(example, (PUBLIC,))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"form": "fairlead-certificate-1", "signature": "x"}', "\xff"])
def test_other_files_are_no_certificates(example: Path, text: str) -> None:
    example.write_text(text, encoding="latin-1")
    with pytest.raises(CertificateFault):
        read(example)
    with pytest.raises(CertificateError):
        read_certificate(example, (PUBLIC,))


def test_gateway_takes_no_key_that_it_was_not_given(example: Path) -> None:
    with pytest.raises(CertificateError, match="which \\[certification\\] keys does not have"):
        read_certificate(example, ())
