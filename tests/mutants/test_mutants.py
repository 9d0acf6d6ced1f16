"""Each seeded defect applies and can be imported; a handful is held against certification, which must go red."""

import importlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from holding import hold
from mutants import ROOT, Mutant, load_mutants, make_base, make_tree

MUTANTS = {mutant.id: mutant for mutant in load_mutants()}
HANDFUL = {
    "drops_poss_dup": ("FS-2e",),
    "resend_stops_one_short": ("FS-8",),
    "accepts_low_numbers": ("FS-2c",),
    "sums_fills_wrongly": ("EX01",),
}


def test_there_are_enough() -> None:
    assert len(MUTANTS) >= 30
    assert len({(mutant.file, mutant.old, mutant.new) for mutant in MUTANTS.values()}) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_each_applies_and_can_be_imported(mutant: Mutant) -> None:
    changed = mutant.mutated((ROOT / mutant.file).read_text(encoding="utf-8"))
    name = "fairlead." + mutant.file.removesuffix(".py").replace("/", ".")
    # the real module is there for dataclasses to look at; the mutated text runs beside it
    importlib.import_module(name)
    exec(compile(changed, mutant.file, "exec"), {"__name__": name, "__file__": mutant.file})


@pytest.mark.slow
@pytest.mark.parametrize("name", HANDFUL)
def test_certification_goes_red(name: str, tmp_path: Path) -> None:
    mutant, cases = MUTANTS[name], HANDFUL[name]
    base = make_base(tmp_path / "base")
    healthy = hold(make_tree(base, tmp_path / "healthy", ()), mutant.subject, cases)
    assert healthy.problem == ""
    assert healthy.verdicts
    assert "fail" not in healthy.verdicts.values()
    sick = hold(make_tree(base, tmp_path / "sick", (mutant,)), mutant.subject, cases)
    assert sick.turned("fail", healthy)
