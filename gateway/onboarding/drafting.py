"""Make a draft of a scenario from what was said in a session: a dialogue in YAML, as certification's cases have it.

Ids become names (A, B, ...), executions fill1, fill2, ...; numbers, times, order ids of the venue and everything else
that differs each time are left out, since a scenario compares only what it names. What no step can be made of stands as
a remark at its place, so nothing that was recorded is passed over in silence.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from fairlead.gateway.onboarding.messages import Told

_EXPECT: Final = {
    "place": "expect.NewOrderSingle",
    "cancel": "expect.OrderCancelRequest",
    "replace": "expect.OrderCancelReplaceRequest",
    "mass_cancel": "expect.OrderMassCancelRequest",
}
_EXPECT_OUCH: Final = {
    "place": "expect.Enter",
    "cancel": "expect.Cancel",
    "replace": "expect.Replace",
    "mass_cancel": "expect.MassCancel",
}
_REPORTED: Final = {
    "ack": "accepted",
    "reject": "rejected",
    "fill": "filled",
    "canceled": "canceled",
    "replaced": "replaced",
    "cancel_reject": "cancel_rejected",
    "expire": "expired",
    "done_for_day": "done_for_day",
    "restate": "restated",
    "bust": "trade_busted",
    "correct": "trade_corrected",
}
"""What the strategy is told then, in the words of the JSON port."""
_HEARTBEATS: Final = "  # heartbeats"
_PLAIN: Final = ("ack", "expire", "done_for_day", "triggered", "pending", "status")


class NothingToDraft(Exception):
    """Say that a recording has no order in it."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the steps."""

    case_id: str
    title: str
    protocol: str
    source: str


class _Names:
    """Give ids names, in the order in which they appear."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._execs: dict[str, str] = {}
        self._unnamed = count(1)
        self.places: set[str] = set()

    def of(self, order_id: str) -> str:
        """Return an id's name."""
        key = order_id or f"unnamed {next(self._unnamed)}"
        if key not in self._names:
            number = len(self._names)
            self._names[key] = chr(ord("A") + number % 26) + (str(number // 26) if number >= 26 else "")
        return self._names[key]

    def is_known(self, order_id: str) -> bool:
        """Tell whether a request with this id was seen."""
        return order_id in self._names

    def of_exec(self, exec_id: str) -> str:
        """Return an execution's name."""
        return self._execs.setdefault(exec_id, f"fill{len(self._execs) + 1}")


class Draft:
    """Take messages in order, ``text`` is the scenario. ``is_binary``: requests have OUCH's names."""

    def __init__(self, heading: Heading) -> None:
        self.heading = heading
        self.steps = 0
        self._lines: list[str] = []
        self._names = _Names()
        self._expect = _EXPECT_OUCH if heading.protocol.startswith("ouch") else _EXPECT
        self._is_logged_on = False

    def add(self, told: Told) -> None:
        """Add what one message asks for."""
        if told.kind in _REQUEST_MAKERS:
            self._request(told)
        elif told.kind == "logon":
            self._logon(told)
        elif told.kind in _ANSWER_MAKERS:
            self._answer(told)
        elif told.kind != "heartbeat":
            self._remark(_one_line(told.text or told.kind))
        elif self._lines[-1:] != [_HEARTBEATS]:
            self._lines.append(_HEARTBEATS)

    def _remark(self, text: str) -> None:
        self._lines.append(f"  # {text}")

    def _logon(self, told: Told) -> None:
        if not self._is_logged_on:
            self._step("venue.logon", "accept")
        else:
            self._remark("logged on once more: was the link lost? venue.cut makes it so")
        self._is_logged_on = True

    def _request(self, told: Told) -> None:
        arguments = _REQUEST_MAKERS[told.kind](told, self._names)
        self._step(f"gw.{told.kind}", arguments)
        if told.kind in self._expect:
            expected = "cancel" if told.text == "cancel_order" else told.kind
            self._step(self._expect[expected], {"of": arguments["as"]})

    def _answer(self, told: Told) -> None:
        if told.kind not in ("bust", "correct") and not any(map(self._names.is_known, _ids(told))):
            self._remark(f"about an order that began before this recording: {_one_line(told.text)}")
            return
        self._step(f"venue.{told.kind}", _ANSWER_MAKERS[told.kind](told, self._names))
        if told.kind in _REPORTED:
            about = {} if told.kind in ("bust", "correct") else {"of": self._names.of(told.order_id or told.orig_id)}
            self._step("gw.expect", {"type": _REPORTED[told.kind], **about})

    def _step(self, verb: str, arguments: Any) -> None:
        self.steps += 1
        self._lines.append(f"  - {verb}: {_flow(arguments)}")

    def text(self) -> str:
        """Return the scenario. Raises NothingToDraft."""
        if not any(line.startswith("  - gw.") for line in self._lines):
            raise NothingToDraft("no order of ours is in this recording: nothing to make a scenario of")
        head = self.heading
        return "\n".join(
            (
                f"# A draft, made of {head.source}: read it against the specification, keep what matters, say why.",
                f"id: {head.case_id}",
                f"title: {json.dumps(head.title)}",
                'asks: "TODO: what the gateway must do, in a sentence."',
                'why: "TODO: what goes wrong in the field where it does not."',
                "reference: [recorded]",
                "level: should",
                f"for: [{head.protocol}]",
                "subjects: [gateway]",
                "steps:",
                *self._lines,
                "",
            )
        )


def draft(heading: Heading, messages: Iterable[Told]) -> str:
    """Return the scenario of some messages. Raises NothingToDraft."""
    made = Draft(heading)
    for told in messages:
        made.add(told)
    return made.text()


def _ids(told: Told) -> tuple[str, str]:
    return told.order_id, told.orig_id


def _place(told: Told, names: _Names) -> dict[str, Any]:
    return {"as": names.of(told.order_id), **told.values}


def _about(told: Told, names: _Names) -> dict[str, Any]:
    return {"of": names.of(told.orig_id), "as": names.of(told.order_id), **told.values}


def _mass(told: Told, names: _Names) -> dict[str, Any]:
    return {"as": names.of(told.order_id)}


def _status(told: Told, names: _Names) -> dict[str, Any]:
    return {"of": names.of(told.order_id), "as": names.of("")}


def _of(told: Told, names: _Names) -> dict[str, Any]:
    return {"of": names.of(told.order_id if names.is_known(told.order_id) else told.orig_id), **told.values}


def _filled(told: Told, names: _Names) -> dict[str, Any]:
    values = {name: value for name, value in told.values.items() if name != "exec"}
    return {"of": names.of(told.order_id), **values, "as": names.of_exec(told.values.get("exec", ""))}


def _traded(told: Told, names: _Names) -> dict[str, Any]:
    return {**told.values, "exec": names.of_exec(told.values.get("exec", ""))}


def _by(told: Told, names: _Names) -> dict[str, Any]:
    """Return the order and the request that changed it; without one, it was the venue's own doing."""
    if told.orig_id and told.orig_id != told.order_id and names.is_known(told.order_id):
        return {"of": names.of(told.orig_id), "by": names.of(told.order_id), **told.values}
    return _of(told, names)


_Maker = Callable[[Told, _Names], dict[str, Any]]
_REQUEST_MAKERS: Final[Mapping[str, _Maker]] = {
    "place": _place,
    "cancel": _about,
    "replace": _about,
    "mass_cancel": _mass,
}
_ANSWER_MAKERS: Final[Mapping[str, _Maker]] = {
    **dict.fromkeys((*_PLAIN, "reject", "cancel_reject", "refuse_message", "restate"), _of),
    "fill": _filled,
    "bust": _traded,
    "correct": _traded,
    "canceled": _by,
    "replaced": _by,
}


def _flow(value: Any) -> str:
    """Return a value in YAML's flow form; texts that could be read as something else are quoted."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_flow(inner)}" for name, inner in value.items()) + "}"
    text = str(value)
    is_plain = text.isascii() and text.replace("_", "").isalnum() and not text[0].isdigit()
    return text if is_plain and text.lower() not in ("y", "n", "yes", "no", "on", "off", "null") else json.dumps(text)


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
