"""Build FIX frames behind a prebuilt header that is patched in place."""

from collections.abc import Sequence

ABSENT = -(2**63)


class MessageWriter:
    """Write the messages of one session, one at a time: ``start``, any number of ``put_*``, ``finish``.

    Header order: 8, 9, 35, 34, 49, 52, 56, ``header_fields``, then 43 and 122 of a PossDup; header fields of one
    message (115, 128, ...) are put first, straight after ``start``. An empty value, or one with SOH outside
    ``put_data``, raises EncodeError.
    """

    def __init__(
        self,
        begin_string: str,
        sender_comp_id: str,
        target_comp_id: str,
        header_fields: Sequence[tuple[int, str]] = (),
        timestamp_digits: int = 3,
    ) -> None:
        raise NotImplementedError

    def start(
        self,
        msg_type: str,
        msg_seq_num: int,
        sending_time_ns: int,
        poss_dup: bool = False,
        orig_sending_time_ns: int = ABSENT,
    ) -> None:
        """Begin a message; whatever was begun before is forgotten."""
        raise NotImplementedError

    def put_str(self, tag: int, value: str) -> None:
        """Write latin-1 text."""
        raise NotImplementedError

    def put_bytes(self, tag: int, value: bytes) -> None:
        """Write a value as it is; no SOH in it."""
        raise NotImplementedError

    def put_int(self, tag: int, value: int) -> None:
        """Write an int64."""
        raise NotImplementedError

    def put_fixed(self, tag: int, value: int) -> None:
        """Write a number in units of 10^-8 in its shortest exact form."""
        raise NotImplementedError

    def put_utc(self, tag: int, utc_ns: int, digits: int = -1) -> None:
        """Write a UTCTimestamp; ``digits`` of the fraction 0, 3, 6 or 9, -1 for the writer's own."""
        raise NotImplementedError

    def put_char(self, tag: int, code: int) -> None:
        """Write one character by its code."""
        raise NotImplementedError

    def put_bool(self, tag: int, value: bool) -> None:
        """Write ``Y`` or ``N``."""
        raise NotImplementedError

    def put_data(self, tag: int, value: bytes, length_tag: int = 0) -> None:
        """Write a data field with its length field before it; ``length_tag`` for tags that the table does not know."""
        raise NotImplementedError

    def finish(self) -> bytes:
        """Return the frame, BodyLength and CheckSum filled in."""
        raise NotImplementedError

    def rewrite_as_poss_dup(self, original: bytes, sending_time_ns: int) -> bytes:
        """Return ``original`` for a resend: 43=Y, 122 = its 52, a new 52; stale 43 and 122 go."""
        raise NotImplementedError
