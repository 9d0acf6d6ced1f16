"""Give the digest of journal records, crc32c, as this machine computes it and as one without the instruction does."""

import cython

if not cython.compiled:
    from fairlead.gateway.journal.memory import crc_by_table, crc_of


def digest(data: bytes) -> int:
    """Return the crc32c, by the processor's instruction where it has one."""
    return crc_of(data, len(data))


def digest_by_table(data: bytes) -> int:
    """Return the crc32c by a table, as machines without the instruction compute it."""
    return crc_by_table(data, len(data))
