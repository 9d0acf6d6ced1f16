"""The digest of records: the same by instruction, by table and by another implementation."""

from crc32c import crc32c
from hypothesis import given
from hypothesis import strategies as st

from fairlead.gateway.journal.digest_cy import digest, digest_by_table


def test_known_vectors() -> None:
    # RFC 3720 B.4
    vectors = [(bytes(32), 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43), (bytes(range(32)), 0x46DD794E), (b"", 0)]
    vectors += [(bytes(range(31, -1, -1)), 0x113FDB5C), (b"123456789", 0xE3069283)]
    for data, expected in vectors:
        assert digest(data) == digest_by_table(data) == expected


@given(st.binary(max_size=300))
def test_both_ways_agree_at_any_length(data: bytes) -> None:
    assert digest(data) == digest_by_table(data) == crc32c(data)
