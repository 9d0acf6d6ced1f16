"""Compare a message with what a case expects of it, field by field, and mark on its record what differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairlead.certification.engine.link import Received
from fairlead.certification.engine.names import field_name
from fairlead.certification.model.results import FieldRecord

LAST_REASON_OF_FIX42 = 11
"""SessionRejectReason(373) of FIX 4.2 ends here; what has no number there is said without one."""


def differences(received: Received, expected: Mapping[str, Any]) -> list[str]:
    """Return what differs, in words, and set marks.

    What is expected of a field is text, a list of allowed texts, ``*`` (any value) or None (absent).
    """
    found = []
    for tag, wanted in expected.items():
        message = received.message
        assert message is not None
        value = message.first.get(int(tag))
        complaint = _complaint(value, wanted)
        if complaint:
            name = f"{field_name(tag)}({tag})" if field_name(tag) else f"tag {tag}"
            found.append(f"{name} {complaint}")
            _mark(received, tag, complaint)
    return found


def _complaint(value: str | None, wanted: Any) -> str:
    received = "absent" if value is None else repr(value) + " received"
    if wanted is None:
        return "" if value is None else f"{received}, expected none"
    if wanted == "*":
        return "" if value else f"{received}, expected one"
    allowed = [None if item is None else str(item) for item in (wanted if isinstance(wanted, list) else [wanted])]
    if value in allowed:
        return ""
    return f"{received}, expected {' or '.join('none' if item is None else item for item in allowed)}"


def _mark(received: Received, tag: str, complaint: str) -> None:
    if received.record is None:
        return
    for record in received.record.fields:
        if record.tag == tag:
            record.mark = complaint
            return
    received.record.fields.append(FieldRecord(tag, field_name(tag), "", mark=complaint))
