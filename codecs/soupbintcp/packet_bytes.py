"""Do in Python what ``packet_bytes.pxd`` does in C, for the uncompiled build: put a packet together."""


def packet_bytes(type_code: int, payload: bytes) -> bytes:
    """Return a packet of a payload whose length the caller has checked."""
    return (len(payload) + 1).to_bytes(2, "big") + bytes((type_code,)) + payload
