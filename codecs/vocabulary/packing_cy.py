"""Put fields into bytes and take them out again, for what the journal holds of messages and books.

A block of fields is a presence mask and the fields that are present::

    presence  1 bit a field, in the order in which they are put, least significant bit of the first byte first;
              0 where the field has its default (absent); bits past the last field are 0
    fields    those present: numbers zigzagged in base 128 (7 bits a byte, lowest first, high bit: more follow),
              texts as their length in bytes (base 128) and UTF-8, pairs as their count and their texts

There is one form for each value: whatever else would read as the same raises ``DecodeError``.
"""

import cython

from fairlead.codecs.errors import DecodeError, EncodeError

# Literals that C accepts.
INT64_MIN = -9223372036854775807 - 1
INT64_MAX = 9223372036854775807


class Packer:
    """Append fields to ``data``; a block of fields begins with ``open(count)`` and ends with ``close()``."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.presence = 0
        self.bit = 0
        self.start = 0
        self.presence_bytes = 0

    def open(self, count: cython.int) -> None:
        """Begin a block of ``count`` fields, 64 at most."""
        self.presence = 0
        self.bit = 0
        self.start = len(self.data)
        self.presence_bytes = (count + 7) >> 3
        for _ in range(self.presence_bytes):
            self.data.append(0)

    def close(self) -> None:
        """End the block: write down which fields are present."""
        index: cython.int
        presence: cython.ulonglong = self.presence
        for index in range(self.presence_bytes):
            self.data[self.start + index] = presence & 255
            presence >>= 8

    def put_number(self, value: cython.longlong, default: cython.longlong) -> None:
        """Append an int64 unless it has its default."""
        if value != default:
            self._mark_present()
            self._append_zigzag(value)
        self.bit += 1

    def put_text(self, value: str) -> None:
        """Append a text unless it is empty."""
        if value:
            self._mark_present()
            self.append_text(value)
        self.bit += 1

    def put_pairs(self, pairs: "tuple[tuple[str, str], ...]") -> None:
        """Append pairs of texts unless there are none."""
        if pairs:
            self._mark_present()
            self.append_length(len(pairs))
            for first, second in pairs:
                self.append_text(first)
                self.append_text(second)
        self.bit += 1

    def append_text(self, value: str) -> None:
        """Append a text with its length, present or not."""
        encoded: bytes = value.encode("utf-8", "surrogatepass")
        self.append_length(len(encoded))
        self.data += encoded

    def append_length(self, value: cython.ulonglong) -> None:
        """Append a number that is not negative in base 128."""
        left: cython.ulonglong = value
        while left >= 128:
            self.data.append((left & 127) | 128)
            left >>= 7
        self.data.append(left)

    def _mark_present(self) -> None:
        one: cython.ulonglong = 1
        self.presence |= one << self.bit

    def _append_zigzag(self, value: cython.longlong) -> None:
        # uncompiled ints have no bounds of their own
        if not INT64_MIN <= value <= INT64_MAX:
            raise EncodeError(f"number {value} received, expected an int64")
        left: cython.ulonglong
        if value < 0:
            left = ~value
            left = (left << 1) | 1
        else:
            left = value
            left <<= 1
        self.append_length(left)


class Unpacker:
    """Take fields from ``data`` in the order in which a Packer put them."""

    def __init__(self, data: bytes, position: int = 0) -> None:
        self.data = data
        self.position = position
        self.end = len(data)
        self.version = 0
        self.presence = 0

    def open(self, count: cython.int) -> None:
        """Begin a block of ``count`` fields, 64 at most."""
        index: cython.int
        presence: cython.ulonglong = 0
        byte: cython.ulonglong
        for index in range((count + 7) >> 3):
            byte = self.take_byte()
            presence |= byte << (8 * index)
        if count < 64 and presence >> count:
            raise DecodeError(f"presence bits past field {count} received, expected zeros", self.position)
        self.presence = presence

    def number(self, default: cython.longlong) -> cython.longlong:
        """Take an int64, or ``default`` where it is absent."""
        if not self._is_present():
            return default
        left: cython.ulonglong = self.length()
        value: cython.longlong
        if left & 1:
            value = left >> 1
            value = ~value
        else:
            value = left >> 1
        if value == default:
            raise DecodeError(f"number {value} received as present, expected it absent", self.position)
        return value

    def flag(self) -> cython.bint:
        """Take a bool."""
        value: cython.longlong = self.number(0)
        if value < 0 or value > 1:
            raise DecodeError(f"flag {value} received, expected 1", self.position)
        return value == 1

    def text(self) -> str:
        """Take a text, or ``""`` where it is absent."""
        if not self._is_present():
            return ""
        value: str = self.take_text()
        if not value:
            raise DecodeError("empty text received as present, expected it absent", self.position)
        return value

    def pairs(self) -> "tuple[tuple[str, str], ...]":
        """Take pairs of texts, or ``()`` where they are absent."""
        if not self._is_present():
            return ()
        count: cython.ulonglong = self.length()
        # a pair takes two bytes at least: no damaged count makes a long loop
        limit: cython.ulonglong = (self.end - self.position) // 2
        if count == 0 or count > limit:
            raise DecodeError(f"count {count} of pairs received, expected 1 to the bytes left", self.position)
        found: "list[tuple[str, str]]" = []
        while count:
            first: str = self.take_text()
            found.append((first, self.take_text()))
            count -= 1
        return tuple(found)

    def take_text(self) -> str:
        """Take a text that was appended with its length."""
        size: cython.ulonglong = self.length()
        if size > self.end - self.position:
            raise DecodeError(
                f"text of {size} bytes received, expected at most {self.end - self.position}", self.position
            )
        start: cython.Py_ssize_t = self.position
        self.position += size
        try:
            return self.data[start : self.position].decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise DecodeError(f"text received that is not UTF-8: {error.reason}", start) from None

    def length(self) -> cython.ulonglong:
        """Take a number that is not negative."""
        value: cython.ulonglong = 0
        shift: cython.int = 0
        byte: cython.ulonglong
        while True:
            byte = self.take_byte()
            if shift == 63 and byte > 1:
                raise DecodeError("number of more than 64 bits received", self.position)
            value |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
        if byte == 0 and shift > 0:
            raise DecodeError("number with a leading zero byte received, expected the shortest form", self.position)
        return value

    def take_version(self, newest: cython.int) -> None:
        """Take the byte that says in which version the fields behind it are; it is kept in ``version``."""
        version: cython.int = self.take_byte()
        if not 1 <= version <= newest:
            raise DecodeError(f"version {version} received, expected 1 to {newest}", self.position - 1)
        self.version = version

    def take_byte(self) -> cython.int:
        """Take one byte."""
        if self.position >= self.end:
            raise DecodeError(f"{self.end} bytes received, expected more", self.end)
        byte: cython.int = self.data[self.position]
        self.position += 1
        return byte

    def expect_end(self) -> None:
        """Refuse bytes that are left over."""
        if self.position != self.end:
            raise DecodeError(f"{self.end - self.position} bytes received after the end", self.position)

    def _is_present(self) -> cython.bint:
        present: cython.bint = (self.presence & 1) == 1
        self.presence >>= 1
        return present
