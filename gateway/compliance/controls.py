"""Read the register of controls, and what the firm's own file adds: owners, reviews, ages, waivers."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class ControlsError(Exception):
    """Hold every mistake in the firm's controls file, one line each."""

    def __init__(self, path: Path, mistakes: Sequence[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(f"{path}: {len(mistakes)} mistakes\n" + "\n".join(f"  {line}" for line in mistakes))


class Entry(BaseModel):
    """A table of a controls file; unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Ages(Entry):
    """How many days old each sort of evidence may be; 0: not asked for."""

    tested: Annotated[int, Field(ge=0, le=3660)] = 0
    exercised: Annotated[int, Field(ge=0, le=3660)] = 0
    reviewed: Annotated[int, Field(ge=0, le=3660)] = 0


class RegisteredControl(Entry):
    """One control as Fairlead's register has it."""

    id: str
    title: str
    rules: tuple[str, ...]
    does: str
    checks: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    tests: tuple[str, ...]
    within_days: Ages


class Waiver(Entry):
    """Why stale evidence of a control is accepted, by whom, and until when."""

    reason: Annotated[str, Field(min_length=1)]
    by: Annotated[str, Field(min_length=1)]
    until: date


class FirmAges(Entry):
    """The firm's own ages; what is left out is the register's."""

    tested: Annotated[int, Field(ge=0, le=3660)] | None = None
    exercised: Annotated[int, Field(ge=0, le=3660)] | None = None
    reviewed: Annotated[int, Field(ge=0, le=3660)] | None = None


class FirmControl(Entry):
    """What a firm says about one control."""

    id: str
    owner: str = ""
    """A person or an office; a control without one is not in order."""
    reviewed: date | None = None
    clauses: tuple[str, ...] = ()
    """The rules' text, as counsel has confirmed it."""
    within_days: FirmAges = FirmAges()
    waiver: Waiver | None = None


class _Register(Entry):
    controls: tuple[RegisteredControl, ...]


class _FirmFile(Entry):
    controls: tuple[FirmControl, ...] = ()


@dataclass(frozen=True, slots=True)
class Control:
    """One control: the register's words and the firm's."""

    registered: RegisteredControl
    firm: FirmControl

    @property
    def control_id(self) -> str:
        """Return its id."""
        return self.registered.id

    @property
    def ages(self) -> Ages:
        """Return how old evidence may be: as the firm says, else as the register does."""
        own = self.firm.within_days.model_dump(exclude_none=True)
        return self.registered.within_days.model_copy(update=own)


def load_register() -> tuple[RegisteredControl, ...]:
    """Return the controls that come with Fairlead, in their order."""
    raw = tomllib.loads((files("fairlead.gateway.compliance") / "controls.toml").read_text(encoding="utf-8"))
    return _Register.model_validate(raw).controls


def load_controls(firm_file: Path | None) -> list[Control]:
    """Return all controls with what the firm's file says of them. Raises ControlsError with all mistakes."""
    register = load_register()
    said = _read_firm_file(firm_file, {control.id for control in register}) if firm_file is not None else {}
    return [Control(control, said.get(control.id, FirmControl(id=control.id))) for control in register]


def _read_firm_file(path: Path, known: set[str]) -> dict[str, FirmControl]:
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ControlsError(path, [f"can't be read: {error.strerror or error}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ControlsError(path, [f"not TOML: {error}"]) from None
    try:
        entries = _FirmFile.model_validate(raw).controls
    except ValidationError as error:
        mistakes = [f"{'.'.join(map(str, line['loc']))}: {line['msg']}" for line in error.errors()]
        raise ControlsError(path, mistakes) from None
    ids = [entry.id for entry in entries]
    mistakes = [f"control {name!r}, expected one of {', '.join(sorted(known))}" for name in ids if name not in known]
    mistakes += [f"control {name!r} stands here twice" for name in sorted({n for n in ids if ids.count(n) > 1})]
    if mistakes:
        raise ControlsError(path, mistakes)
    return {entry.id: entry for entry in entries}
