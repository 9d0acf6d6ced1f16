"""Hold the packed form of the vocabulary to its layout, its exactness and its refusals."""

import importlib.machinery
import importlib.util
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.errors import DecodeError, EncodeError
from fairlead.codecs.vocabulary import binary_cy
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)

ROOT = Path(__file__).resolve().parents[3]
MESSAGES = (NewOrder, CancelOrder, ReplaceOrder, MassCancel, StatusRequest, Report)
INT64 = st.integers(-(2**63), 2**63 - 1)


def uncompiled() -> ModuleType:
    """Load the module and the packing below it from their Python source, whichever build the environment has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "fairlead.codecs.vocabulary.packing_cy", from_source("packing_cy"))
        return from_source("binary_cy")


def from_source(name: str) -> ModuleType:
    path = ROOT / "codecs" / "vocabulary" / f"{name}.py"
    loader = importlib.machinery.SourceFileLoader(f"uncompiled_{name}", str(path))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


BUILDS = (binary_cy, uncompiled())


def field_names(kind: type) -> list[str]:
    """List a message's fields in the order of its constructor."""
    source = (ROOT / "codecs" / "vocabulary" / "messages_cy.py").read_text()
    body = source.split(f"class {kind.__name__}:")[1].split("\n\n\n")[0]
    return [
        line.split(":")[0].strip() for line in body.split("*,")[1].split(") -> None")[0].splitlines() if ":" in line
    ]


def values(message: object) -> dict[str, Any]:
    """Return a message's fields by name."""
    return {name: getattr(message, name) for name in field_names(type(message))}


def example_value(name: str, default: Any, number: int) -> Any:
    """Return a value that differs from the default and from every other field's."""
    if name == "extras":
        return (("5001", "a"), ("5002", ""))
    if name in ("poss_resend", "poss_dup"):
        return True
    return f"text{number}" if isinstance(default, str) else 1000 + number


def required(kind: type) -> dict[str, Any]:
    """Return arguments for the fields without a default."""
    texts = {"cl_ord_id": "c", "orig_cl_ord_id": "o", "symbol": "s"}
    numbers = {"side": 49, "order_qty": 1, "ord_type": 50, "scope": 55, "kind": 1, "exec_type": 48, "ord_status": 48}
    wanted = {
        NewOrder: ("cl_ord_id", "symbol", "side", "order_qty", "ord_type"),
        CancelOrder: ("cl_ord_id", "orig_cl_ord_id"),
        ReplaceOrder: ("cl_ord_id", "orig_cl_ord_id"),
        MassCancel: ("cl_ord_id", "scope"),
        StatusRequest: (),
        Report: ("kind", "exec_type", "ord_status"),
    }[kind]
    return {name: (texts | numbers)[name] for name in wanted}


@st.composite
def messages(draw: st.DrawFn) -> Any:
    """Draw a message of any type with any fields."""
    kind = draw(st.sampled_from(MESSAGES))
    arguments = required(kind)
    for name, default in values(kind(**arguments)).items():
        if name not in arguments and not draw(st.booleans()):
            continue
        if name == "extras":
            arguments[name] = tuple(draw(st.lists(st.tuples(st.text(), st.text()), max_size=3)))
        elif name in ("poss_resend", "poss_dup"):
            arguments[name] = draw(st.booleans())
        elif isinstance(default, str):
            arguments[name] = draw(st.text(max_size=12))
        else:
            arguments[name] = draw(INT64)
    return kind(**arguments)


@pytest.mark.parametrize("build", BUILDS)
def test_layout_is_the_documented_one(build: ModuleType) -> None:
    request = CancelOrder(cl_ord_id="C2", orig_cl_ord_id="C1", side=49, transact_time_ns=-1)
    # version, type, fields 0, 1, 4 and 6 present, two texts, zigzag of 49, zigzag of -1
    assert build.pack(request) == b"\x02\x02\x53\x02C2\x02C1\x62\x01"


@pytest.mark.parametrize("build", BUILDS)
def test_numbers_take_the_bytes_they_need(build: ModuleType) -> None:
    request = StatusRequest(cl_ord_id="", side=-(2**63))
    assert build.pack(request) == b"\x02\x05\x08" + b"\xff" * 9 + b"\x01"
    assert build.pack(StatusRequest()) == b"\x02\x05\x00"


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("kind", MESSAGES)
def test_each_field_travels_alone_and_with_all_others(build: ModuleType, kind: type) -> None:
    least = kind(**required(kind))
    changed = {name: example_value(name, default, n) for n, (name, default) in enumerate(values(least).items())}
    everything = kind(**changed)
    assert values(build.unpack(build.pack(everything))) == changed
    for name, value in changed.items():
        one = kind(**(required(kind) | {name: value}))
        assert values(build.unpack(build.pack(one))) == values(least) | {name: value}


@given(messages())
def test_round_trip_is_exact_and_both_builds_agree(message: Any) -> None:
    """Invariant: unpack(pack(m)) == m field for field, and both builds make the same bytes."""
    packed = binary_cy.pack(message)
    assert BUILDS[1].pack(message) == packed
    for build in BUILDS:
        again = build.unpack(packed)
        assert type(again) is type(message)
        assert values(again) == values(message)


@given(messages(), st.data())
def test_cut_or_lengthened_bytes_are_refused(message: Any, data: st.DataObject) -> None:
    """Invariant: no prefix of a packed message is one, nor is one with junk after it."""
    packed = binary_cy.pack(message)
    size = data.draw(st.integers(0, len(packed) - 1))
    junk = data.draw(st.binary(min_size=1, max_size=4))
    for build in BUILDS:
        with pytest.raises(DecodeError):
            build.unpack(packed[:size])
        with pytest.raises(DecodeError):
            build.unpack(packed + junk)


@given(messages(), st.data())
def test_flipped_bits_are_refused_or_are_another_message(message: Any, data: st.DataObject) -> None:
    """Invariant: any bytes raise DecodeError, in both builds alike, or are the one form of some message."""
    packed = bytearray(binary_cy.pack(message))
    packed[data.draw(st.integers(0, len(packed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    check_bytes(bytes(packed))


@given(st.tuples(st.sampled_from((1, 2, 3, 4, 5, 16)), st.binary(max_size=60)))
def test_any_bytes_are_refused_or_are_a_message(drawn: tuple[int, bytes]) -> None:
    """Invariant: as for flipped bits, from bytes that were never a message."""
    kind, rest = drawn
    check_bytes(bytes((2, kind)) + rest)


def check_bytes(data: bytes) -> None:
    """Unpack in both builds; what is accepted must pack to the same bytes, but for those of version 1."""
    verdicts = []
    for build in BUILDS:
        try:
            message = build.unpack(data)
        except DecodeError as error:
            verdicts.append(str(error))
        else:
            assert build.pack(message) == data or data[0] == 1
            verdicts.append("accepted")
    assert verdicts[0] == verdicts[1]


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "0 bytes received"),
        (b"\x00\x05\x00", "version 0 received, expected 1 to 2"),
        (b"\x03\x05\x00", "version 3 received, expected 1 to 2"),
        (b"\x02\x07\x00", "message type 7 received"),
        (b"\x02\x05\x40", "presence bits past field 6"),
        (b"\x01\x10" + b"\x00" * 4 + b"\x10", "presence bits past field 36"),
        (b"\x02\x05\x01\x00", "empty text received as present"),
        (b"\x02\x05\x08\x00", "number 0 received as present"),
        (b"\x02\x05\x08\x82\x00", "leading zero byte"),
        (b"\x02\x05\x08" + b"\xff" * 10, "more than 64 bits"),
        (b"\x02\x05\x01\x05abc", "text of 5 bytes received, expected at most 3"),
        (b"\x02\x05\x01\x01\xff", "not UTF-8"),
    ],
)
def test_damage_is_named(build: ModuleType, data: bytes, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        build.unpack(data)


@pytest.mark.parametrize("build", BUILDS)
def test_older_journals_are_read(build: ModuleType) -> None:
    """In version 1 a report ended with poss_resend, the 36th field, and a replace with transact_time_ns, the 15th."""
    report = build.unpack(b"\x01\x10\x07\x08\x00\x00\x08\x02\x60\x60\x02IB\x02")
    known = {"kind": 1, "exec_type": 48, "ord_status": 48, "symbol": "IB", "poss_resend": True}
    assert values(report) == values(Report(kind=1, exec_type=48, ord_status=48)) | known
    replace = build.unpack(b"\x01\x03\x03\x40\x01b\x01a\x01")
    known = {"cl_ord_id": "b", "orig_cl_ord_id": "a", "transact_time_ns": -1}
    assert values(replace) == values(ReplaceOrder(cl_ord_id="b", orig_cl_ord_id="a")) | known


@pytest.mark.parametrize("build", BUILDS)
def test_other_objects_are_refused(build: ModuleType) -> None:
    with pytest.raises(EncodeError, match="int received, expected a vocabulary message"):
        build.pack(7)


def test_lone_surrogates_survive() -> None:
    """JSON can spell a text that is no Unicode; the journal has to hold it all the same."""
    request = StatusRequest(cl_ord_id="\ud800")
    assert binary_cy.unpack(binary_cy.pack(request)).cl_ord_id == "\ud800"


def test_field_lists_are_the_constructors() -> None:
    """The packed form lists fields by hand: none may be missing."""
    source = inspect.getsource(BUILDS[1])
    for kind in MESSAGES:
        for name in field_names(kind):
            assert f"message.{name}" in source and f"{name}=fields." in source
