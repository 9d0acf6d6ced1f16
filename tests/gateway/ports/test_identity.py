"""Secrets and entitlements of strategies."""

import base64
import hashlib

import pytest
from click.testing import CliRunner

from fairlead.gateway.commands.secret import secret as secret_command
from fairlead.gateway.ports.identity import Entitlements, LoginGuard, Patterns, StrategyIdentity, check_entitlement
from fairlead.gateway.ports.secret_hash import SecretHash, new_secret

# RFC 7914 section 12, third vector: scrypt("pleaseletmein", "SodiumChloride", N=16384, r=8, p=1), first 32 octets.
RFC_DIGEST = bytes.fromhex("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2")


def stored(log2_rounds: int, salt: bytes, digest: bytes) -> str:
    salt_text, digest_text = (base64.b64encode(data).decode().rstrip("=") for data in (salt, digest))
    return f"$scrypt$ln={log2_rounds},r=8,p=1${salt_text}${digest_text}"


def test_hash_of_the_scrypt_rfc_is_understood() -> None:
    known = SecretHash.parse(stored(14, b"SodiumChloride", RFC_DIGEST))
    assert known.matches("pleaseletmein")
    assert not known.matches("pleaseletmeout")


def test_stored_hash_reads_back_and_salts_differ() -> None:
    first, second = SecretHash.of("open sesame", 4), SecretHash.of("open sesame", 4)
    assert first.stored() != second.stored()
    assert SecretHash.parse(first.stored()).matches("open sesame")
    assert not SecretHash.parse(first.stored()).matches("open sesame ")
    assert not SecretHash.parse(first.stored()).matches("")


def test_secret_outside_ascii_matches() -> None:
    assert SecretHash.of("sésame-\u20ac", 4).matches("sésame-\u20ac")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hunter2", "expected $scrypt$"),
        (stored(0, b"SodiumChloride", RFC_DIGEST), "ln=0 received"),
        (stored(30, b"SodiumChloride", RFC_DIGEST), "ln=30 received"),
        ("", "0 characters"),
        (stored(14, b"SodiumChloride", RFC_DIGEST).replace("r=8", "r=99"), "r=99,p=1 received"),
    ],
)
def test_what_is_no_stored_hash_is_refused_without_being_quoted(text: str, expected: str) -> None:
    with pytest.raises(ValueError) as refusal:
        SecretHash.parse(text)
    assert expected in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


def test_secret_hash_is_not_shown() -> None:
    made = SecretHash.of("open sesame", 4)
    identity = StrategyIdentity("alpha", made)
    assert "scrypt" not in repr(identity)
    assert made.digest.hex() not in repr(identity)
    assert repr(made.digest) not in repr(made)


def test_secret_new_prints_a_secret_and_its_own_hash() -> None:
    result = CliRunner().invoke(secret_command, ["new", "--ln", "4"])
    assert result.exit_code == 0
    lines = dict(line.split() for line in result.output.splitlines())
    assert SecretHash.parse(lines["secret_hash"]).matches(lines["secret"])
    assert len(base64.urlsafe_b64decode(lines["secret"] + "=")) == 32


def test_secret_hash_reads_standard_input_without_its_line_end() -> None:
    result = CliRunner().invoke(secret_command, ["hash", "--ln", "4"], input="open sesame\r\nignored\n")
    assert result.exit_code == 0
    known = SecretHash.parse(result.output.strip())
    assert known.matches("open sesame")
    assert hashlib.scrypt(b"open sesame", salt=known.salt, n=16, r=8, p=1, dklen=32) == known.digest


def test_secret_hash_refuses_an_empty_secret() -> None:
    result = CliRunner().invoke(secret_command, ["hash"], input="\n")
    assert result.exit_code == 2
    assert "an empty line received" in result.output


def test_new_secrets_differ() -> None:
    assert new_secret() != new_secret()


@pytest.mark.parametrize(
    ("patterns", "name", "fits"),
    [
        (("*",), "", True),
        (("*",), "ANY", True),
        ((), "A", False),
        (("A", "B"), "B", True),
        (("A", "B"), "AB", False),
        (("ACC-*",), "ACC-1", True),
        (("ACC-*",), "ACC-", True),
        (("ACC-*",), "XACC-1", False),
        (("*.L",), "VOD.L", True),
        (("*.L",), "VODXL", False),
        (("A*C",), "ABBC", True),
        (("A*C",), "ABBCD", False),
        (("[AB]",), "A", False),
        (("[AB]",), "[AB]", True),
        (("A*", "Z"), "Z", True),
    ],
)
def test_patterns_know_the_star_and_nothing_else(patterns: tuple[str, ...], name: str, fits: bool) -> None:
    assert Patterns(patterns).match(name) is fits


def test_entitlements_say_what_was_received_and_what_is_allowed() -> None:
    identity = StrategyIdentity("alpha", None, Entitlements.of(["ACC1"], ["XSIM", "BROKER"], ["MSFT", "ES*"]))
    assert check_entitlement(identity, "ACC1", "XSIM", "ESZ6") is None
    assert (
        check_entitlement(identity, "ACC2", "XSIM", "MSFT")
        == "account 'ACC2' received, but strategy alpha is entitled to: ACC1"
    )
    assert (
        check_entitlement(identity, "", "XSIM", "MSFT")
        == "no account received, but strategy alpha is entitled to: ACC1"
    )
    assert (
        check_entitlement(identity, "ACC1", "DARK", "MSFT")
        == "venue 'DARK' received, but strategy alpha is entitled to: XSIM, BROKER"
    )
    assert (
        check_entitlement(identity, "ACC1", "XSIM", "AAPL")
        == "symbol 'AAPL' received, but strategy alpha is entitled to: MSFT, ES*"
    )


def test_strategy_without_accounts_may_leave_the_account_out_only() -> None:
    identity = StrategyIdentity("alpha", None, Entitlements.of(accounts=[]))
    assert check_entitlement(identity, "", "XSIM", "MSFT") is None
    assert (
        check_entitlement(identity, "ACC1", "XSIM", "MSFT")
        == "account 'ACC1' received, but strategy alpha is entitled to: nothing"
    )


def test_login_guard_refuses_an_address_until_its_window_has_passed() -> None:
    guard = LoginGuard(max_failures=2, window_ns=100)
    guard.note_failure("10.0.0.1", 0)
    assert guard.refusal("10.0.0.1", 1) is None
    guard.note_failure("10.0.0.1", 1)
    assert guard.refusal("10.0.0.1", 99) == "2 wrong secrets from 10.0.0.1, wait 1 s"
    assert guard.refusal("10.0.0.2", 99) is None
    assert guard.refusal("10.0.0.1", 100) is None


def test_login_guard_holds_a_bounded_number_of_addresses() -> None:
    guard = LoginGuard(max_failures=1, window_ns=100)
    for number in range(guard.MAX_ADDRESSES + 1):
        guard.note_failure(str(number), 0)
    assert guard.refusal("0", 1) is None
    assert guard.refusal("1", 1) is not None
