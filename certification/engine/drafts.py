"""Turn what a case says about a message into its fields, number and shape.

::

    peer.send: {type: order, ahead: 2}                    # two numbers too high
    peer.send: {type: TestRequest, fields: {112: HELLO}, time: -300}
    peer.send: {type: order, behind: 1, dup: true, orig: absent, set: {54: Z}, drop: [38]}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from fairlead.certification.engine.frames import Pairs, Shape
from fairlead.certification.engine.names import MESSAGES, MSG_TYPES
from fairlead.certification.engine.peer import utc_text

_SHAPE_KEYS = frozenset(field.name for field in fields(Shape))
_HEADER_KEYS = frozenset(
    ("seq", "ahead", "behind", "dup", "orig", "resend", "time", "begin", "sender", "target", "header")
)
_BODY_KEYS = frozenset(("type", "fields", "set", "drop", "append", "id", "shuffled"))
_FATE_KEYS = frozenset(("counted", "lose", "as"))
_KEYS = _HEADER_KEYS | _BODY_KEYS | _FATE_KEYS

GARBLES: dict[str, dict[str, Any]] = {
    "checksum": {"checksum_off": 1},
    "checksum two digits": {"checksum_text": "7"},
    "checksum no number": {"checksum_text": "abc"},
    "checksum not last": {"after_checksum": "58=late\x01"},
    "length short": {"length_off": -3},
    "length long": {"length_off": 5},
    "length no number": {"length_text": "abc"},
    "tag no number": {"append": [["abc", "1"]]},
    "length first": {"head": ("9", "8", "35")},
    "type second": {"head": ("8", "35", "9")},
    "type fourth": {"head": ("8", "9"), "type_later": True},
}
"""How a frame may be garbled (FTC 2d, 2m, 2t, 3b, 3c, 3e)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to send. ``body`` is what is repeated if the engine asks; a message that is wrong never is."""

    msg_type: str
    number: int
    pairs: Pairs
    body: Pairs
    begin_string: str
    shape: Shape
    is_counted: bool
    is_lost: bool
    is_right: bool
    sending_time: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a draft needs to know of the session: our next number, who both are, and the messages of the options."""

    next_out: int
    begin_string: str
    comp_id: str
    engine_comp_id: str
    messages: Mapping[str, tuple[tuple[str, str], ...]]


def type_code(name: str) -> str:
    """Return a MsgType for a message's name; what is neither name nor known code is a MsgType as it stands."""
    return MSG_TYPES.get(name, name) if name not in MESSAGES else name


def draft(said: Mapping[str, Any], around: Surroundings, unique: str) -> Draft:
    """Make a message of what a case says; ``unique`` stands for ``$id`` in the options' messages."""
    unknown = sorted(set(said) - _KEYS - _SHAPE_KEYS - {"type_later"})
    if unknown or "type" not in said:
        raise ValueError(f"keys {unknown or 'without type'}, expected type and some of {', '.join(sorted(_KEYS))}")
    sending_time = said["time"] if isinstance(said.get("time"), str) else utc_text(said.get("time", 0.0))
    msg_type, body = _content(said, around, unique, sending_time)
    number = _number(said, around.next_out)
    pairs = _arrange(said, _header(said, around, msg_type, number, sending_time), body)
    return Draft(
        msg_type=msg_type,
        number=number,
        pairs=pairs,
        body=body,
        begin_string=said.get("begin", around.begin_string),
        shape=Shape(**{key: _plain(said[key]) for key in _SHAPE_KEYS & set(said)}),
        is_counted=bool(said.get("counted", True)),
        is_lost=bool(said.get("lose", False)),
        is_right=not (set(said) - {"type", "fields", "id", "as", "ahead", "resend", "lose"}),
        sending_time=sending_time,
    )


def _content(said: Mapping[str, Any], around: Surroundings, unique: str, sending_time: str) -> tuple[str, Pairs]:
    """Return MsgType and body."""
    template = around.messages.get(said["type"])
    if template is None:
        return type_code(str(said["type"])), _change([], said)
    body = [(tag, value.replace("$id", unique).replace("$now", sending_time)) for tag, value in template[1:]]
    return template[0][1], _change(body, said)


def _header(said: Mapping[str, Any], around: Surroundings, msg_type: str, number: int, sending_time: str) -> Pairs:
    return [
        ("35", msg_type),
        ("34", str(number)),
        ("49", said.get("sender", around.comp_id)),
        ("52", sending_time),
        ("56", said.get("target", around.engine_comp_id)),
        *_repeated(said),
        *((str(tag), str(value)) for tag, value in said.get("header", {}).items()),
    ]


def _arrange(said: Mapping[str, Any], header: Pairs, body: Pairs) -> Pairs:
    """Return header and body in the order that is wanted, without what is dropped."""
    dropped = {str(tag) for tag in said.get("drop", ())}
    pairs = [(tag, value) for tag, value in header + body if tag not in dropped]
    if said.get("shuffled"):
        return [header[0], *reversed(header[1:]), *reversed(body)]
    if said.get("type_later"):
        return [pairs[1], pairs[0], *pairs[2:]]
    return pairs


def _number(said: Mapping[str, Any], next_out: int) -> int:
    if "seq" in said:
        return int(said["seq"])
    return next_out + int(said.get("ahead", 0)) - int(said.get("behind", 0))


def _repeated(said: Mapping[str, Any]) -> Pairs:
    pairs: Pairs = []
    if said.get("dup"):
        pairs.append(("43", "Y"))
        orig = said.get("orig", -1)
        if orig != "absent":
            pairs.append(("122", orig if isinstance(orig, str) else utc_text(orig)))
    if said.get("resend"):
        pairs.append(("97", "Y"))
    return pairs


def _change(body: Pairs, said: Mapping[str, Any]) -> Pairs:
    changes = {str(tag): _text(value) for tag, value in {**said.get("fields", {}), **said.get("set", {})}.items()}
    changed = [(tag, changes.pop(tag, value)) for tag, value in body]
    return [*changed, *changes.items(), *((str(tag), _text(value)) for tag, value in said.get("append", ()))]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "Y" if value else "N"
    return "" if value is None else str(value).replace("|", "\x01")


def _plain(value: Any) -> Any:
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else value
