"""Read logs that are text around frames: QuickFIX's message logs, plain files of frames, ``journal cat --json``.

A frame's fields end with SOH, or with ``^A`` or ``|`` as people write it; the file's first frame shows which. What
stands in front of a frame on its line may be a time (``20201128-09:30:00.123456 : ``, ISO 8601) and other words.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from fairlead.certification.passive.frames import find_begin, find_end, read_frame
from fairlead.certification.passive.records import LogError, Logged, WireLog
from fairlead.certification.venues.wire import SOH

_FIRST_FRAME = re.compile(rb"(?<![0-9])8=FIX[A-Z0-9.]{1,10}(\x01|\^A|\|)9=")
_TIME = re.compile(rb"(\d{4})-?(\d\d)-?(\d\d)[-T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?")
_LINE_ENDS = b"\r\n"
_FRAME_KINDS = frozenset(("FRAME_IN", "FRAME_OUT", "FRAME_RESENT"))


def read_text_log(data: bytes, name: str) -> WireLog:
    """Read frames with whatever stands around them. Raises LogError where there is not one."""
    first = _FIRST_FRAME.search(data)
    if first is None:
        raise LogError(
            f"{name}: no FIX message in {len(data)} bytes, expected 8=FIX... with SOH, ^A or | between fields"
        )
    mark = first[1]
    if mark != SOH:
        data = data.replace(mark, SOH)
    log = WireLog(f"FIX messages, fields end with {'SOH' if mark == SOH else mark.decode()}")
    at, line, counted, stamp_ns = 0, 1, 0, 0
    while (start := find_begin(data, at)) >= 0:
        prefix = data[at:start]
        line += data.count(b"\n", counted, start)
        counted = start
        end = _end_on_line(data, start)
        stamp_ns = _time_ns(prefix) or (stamp_ns if b"\n" not in prefix and at else 0)
        raw = data[start:end].rstrip(_LINE_ENDS)
        raw = raw if raw.endswith(b"\x01") else raw + b"\x01"
        log.records.append(Logged(f"{name}:{line}", name, stamp_ns, read_frame(raw)))
        at = end
    dropped = len(data[at:].strip())
    if dropped and not _TIME.search(data[at:]):
        log.notes.append(f"{name}: {dropped} bytes after the last message are none")
    return log


def _end_on_line(data: bytes, start: int) -> int:
    """Return the end of a frame: by its BodyLength, else where its trailer or its line ends."""
    stop = data.find(b"\n", start)
    line_end = len(data) if stop < 0 else stop
    end = find_end(data, start, is_last=True)
    is_whole = data[end - 1 : end] == b"\x01" and data[end - 7 : end - 4] == b"10="
    return end if is_whole else min(end, line_end)


def _time_ns(prefix: bytes) -> int:
    found = list(_TIME.finditer(prefix))
    return _utc_ns(found[-1]) if found else 0


def _utc_ns(found: re.Match[bytes]) -> int:
    try:
        whole = datetime(*(int(found[part]) for part in range(1, 7)), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        return 0
    return int(whole.timestamp()) * 1_000_000_000 + int((found[7] or b"").ljust(9, b"0"))


def read_journal_json(data: bytes, name: str) -> WireLog:
    """Read the lines of ``fairlead journal cat --json``: FIX frames are rebuilt from their fields.

    Raises LogError for a line that is no JSON object; a last line without its end is noted and left out.
    """
    log = WireLog("journal records as JSON lines")
    others = 0
    lines = data.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
        except (ValueError, RecursionError) as error:
            if number == len(lines):
                log.notes.append(f"{name}:{number}: the last line is cut off")
                break
            raise LogError(f"{name}:{number}: no JSON ({error}), expected an object of journal cat --json") from error
        record = _journal_record(told, f"{name}:{number}", name) if isinstance(told, dict) else None
        if record is None:
            others += 1
        else:
            log.records.append(record)
    if not log.records:
        wanted = f"expected kinds {', '.join(sorted(_FRAME_KINDS))}"
        native = "sessions of binary protocols are judged from journal export --to x.pcapng"
        raise LogError(f"{name}: no FIX message in {others} records, {wanted}; {native}")
    if others:
        log.notes.append(f"{name}: {others} records are no FIX messages and are not judged")
    return log


def _journal_record(told: dict[str, Any], place: str, name: str) -> Logged | None:
    fields = told.get("fields")
    if told.get("kind") not in _FRAME_KINDS or not isinstance(fields, list) or not fields:
        return None
    parts = []
    for entry in fields:
        if not (
            isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], int) and isinstance(entry[1], str)
        ):
            raise LogError(f"{place}: field {str(entry)[:40]} received, expected [tag, text]")
        tag, value = entry
        parts.append((f"{tag}={value}" if tag else value).encode("latin-1", "replace"))
    found = _TIME.search(str(told.get("time", "")).encode("latin-1", "replace"))
    stream = f"{name} {told.get('stream', '')}"
    return Logged(place, stream, _utc_ns(found) if found else 0, read_frame(b"\x01".join(parts) + b"\x01"))
