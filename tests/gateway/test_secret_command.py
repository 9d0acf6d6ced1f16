"""`fairlead secret`: what it prints fits together, and fits a login."""

import re

import pytest
from click.testing import CliRunner

from fairlead.codecs.soupbintcp.login import PASSWORD_BYTES, LoginRequest, encode_login_request
from fairlead.gateway.commands.secret import secret
from fairlead.gateway.ports.secret_hash import SecretHash, new_secret


@pytest.mark.parametrize(("options", "length"), [([], 43), (["--length", "10"], 10), (["--length", "24"], 24)])
def test_new_secret_has_its_length_and_its_hash(options: list[str], length: int) -> None:
    result = CliRunner().invoke(secret, ["new", "--ln", "2", *options])
    made, stored = (line.split()[1] for line in result.output.splitlines())
    assert re.fullmatch(r"[A-Za-z0-9_-]+", made)
    assert len(made) == length
    assert SecretHash.parse(stored).matches(made)


def test_secret_of_ten_fits_a_login_and_a_shorter_one_is_not_made() -> None:
    encode_login_request(LoginRequest("alpha", new_secret(PASSWORD_BYTES)))
    assert CliRunner().invoke(secret, ["new", "--length", "9"]).exit_code == 2
    with pytest.raises(ValueError, match="length 9 received, expected 10 to 43"):
        new_secret(9)
