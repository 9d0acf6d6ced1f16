"""A log that can't be written loses lines, and never the gateway."""

import errno
import io
import json

import structlog

from fairlead.gateway.log_output import LogOutput


class FullDisk(io.StringIO):
    """A stream whose disk is full while ``is_full``."""

    is_full = False

    def write(self, text: str) -> int:
        if self.is_full:
            raise OSError(errno.EFBIG, "File too large")
        return super().write(text)

    def flush(self) -> None:
        if self.is_full:
            raise OSError(errno.EFBIG, "File too large")


def test_what_can_not_be_written_is_counted_and_told_later() -> None:
    stream = FullDisk()
    log = structlog.PrintLogger(LogOutput(stream))  # type: ignore[arg-type]
    log.msg("first")
    stream.is_full = True
    log.msg("second")
    log.msg("third")
    stream.is_full = False
    log.msg("fourth")
    first, told, fourth = stream.getvalue().splitlines()
    assert (first, fourth) == ("first", "fourth")
    assert json.loads(told)["event"] == "log_lost"
    assert json.loads(told)["lost_writes"] >= 2


def test_a_closed_stream_is_no_error() -> None:
    stream = io.StringIO()
    stream.close()
    output = LogOutput(stream)
    structlog.PrintLogger(output).msg("nobody reads this")  # type: ignore[arg-type]
    assert output.lost_writes
