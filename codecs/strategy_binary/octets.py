"""Do in Python what ``octets.pxd`` does in C, for the uncompiled build: text in fields of fixed length.

Positions are within the data: the callers see to it.
"""

Octets = bytes | bytearray


def put_padded(out: bytearray, at: int, size: int, text: str) -> int:
    """Write ``text`` as latin-1 at ``out[at]``, padded with spaces; return 1.

    Return 0 for a text that the field can't hold, because it is longer or ends in a space, and -1 for one beyond
    latin-1; the field is blank then.
    """
    try:
        data = text.encode("latin-1")
    except UnicodeEncodeError:
        data, done = b"", -1
    else:
        done = 1
        if len(data) > size or data.endswith(b" "):
            data, done = b"", 0
    out[at : at + size] = data.ljust(size)
    return done


def put_latin1(out: bytearray, at: int, text: str) -> int:
    """Write ``text`` as latin-1 at ``out[at]``; return how many bytes, -1 for a text beyond latin-1."""
    try:
        data = text.encode("latin-1")
    except UnicodeEncodeError:
        return -1
    out[at : at + len(data)] = data
    return len(data)


def text_end(data: Octets, start: int, end: int) -> int:
    """Return where the text of a padded field ends."""
    while end > start and data[end - 1] == 32:
        end -= 1
    return end


def unprintable_at(data: Octets, start: int, end: int) -> int:
    """Return where the first byte is that is no printable latin-1 character, ``end`` if there is none."""
    while start < end and (32 <= data[start] < 127 or data[start] >= 160):
        start += 1
    return start


def str_of(data: Octets, start: int, end: int) -> str:
    """Return a range as latin-1 text."""
    return data[start:end].decode("latin-1")


def bytes_of(data: Octets, start: int, end: int) -> bytes:
    """Return a range as bytes."""
    return bytes(data[start:end])
