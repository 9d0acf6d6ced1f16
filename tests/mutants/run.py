"""Hold every mutant against its whole suite, two at a time, and write docs/mutants.md: ``make mutants``.

``ARGS="ID ..."`` plays these alone and renews their rows. Exit code 1 where a mutant survives that was not known to.
"""

import argparse
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from holding import Held, hold
from mutants import ROOT, Mutant, load_mutants, make_base, make_tree

MAX_CASES = 12
NOTHING = "**nothing**"
PAGE = ROOT / "docs" / "mutants.md"
HEAD = """# Mutants: what certification notices

Each row is a defect that was put into the gateway on purpose (`tests/mutants/mutants.toml` has the change), and the
cases of the catalogue that went red over it, of the whole suite of its subject. Made by `make mutants`; trees with a
defect run uncompiled. A row in bold has no red case: a mutant that survives is a missing case. *Blocked* are cases that
could no longer be held, which alone do not make a run fail; *non-strict* ones fail with `--strict` only. A suite that
could not be played at all (exit code 2) notices too.

"""


def tell(mutant: Mutant, held: Held, healthy: Held) -> str:
    """Return the row of a mutant."""
    red, blocked = held.turned("fail", healthy), held.turned("blocked", healthy)
    if healthy.problem:
        found = f"not played: the healthy gateway is not either ({healthy.problem})"
    elif held.problem:
        found = f"the run broke: {held.problem}"
    else:
        tolerated = ", ".join(held.turned("non-strict", healthy))
        found = ", ".join(red[:MAX_CASES]) or (f"non-strict: {tolerated}" if tolerated else NOTHING)
        if len(red) > MAX_CASES:
            found += f" and {len(red) - MAX_CASES} more"
        if blocked:
            found += f"; blocked: {len(blocked)}"
    what = mutant.what if not found.startswith(NOTHING) else f"**{mutant.what}**"
    return f"| `{mutant.id}` | {what} | {mutant.subject} | {found.replace('|', '/')} |"


def survives(held: Held, healthy: Held) -> bool:
    """Tell whether a suite that can be played noticed nothing."""
    noticed = held.turned("fail", healthy) or held.turned("non-strict", healthy)
    return not healthy.problem and not held.problem and not noticed


def run(chosen: list[Mutant], jobs: int, folder: Path) -> tuple[list[str], list[Mutant]]:
    """Hold mutants; return their rows and those that survive."""
    base = make_base(folder / "base")
    with ThreadPoolExecutor(jobs) as pool:
        subjects = sorted({mutant.subject for mutant in chosen})
        trees = [make_tree(base, folder / f"healthy{at}", ()) for at, _ in enumerate(subjects)]
        healthy = dict(zip(subjects, pool.map(hold, trees, subjects), strict=True))

        def one(mutant: Mutant) -> Held:
            if healthy[mutant.subject].problem:
                return Held()
            tree = make_tree(base, folder / mutant.id, (mutant,))
            held = hold(tree, mutant.subject)
            shutil.rmtree(tree)
            print(tell(mutant, held, healthy[mutant.subject]), flush=True)
            return held

        found = list(pool.map(one, chosen))
    rows = [tell(mutant, held, healthy[mutant.subject]) for mutant, held in zip(chosen, found, strict=True)]
    alive = [m for m, held in zip(chosen, found, strict=True) if survives(held, healthy[m.subject])]
    return rows, alive


def page(mutants: list[Mutant], rows: dict[str, str]) -> str:
    """Return docs/mutants.md."""
    lines = ["| mutant | what is wrong | subject | red |", "|---|---|---|---|"]
    lines += [rows[mutant.id] for mutant in mutants if mutant.id in rows]
    alive = [mutant for mutant in mutants if NOTHING in rows.get(mutant.id, "")]
    if alive:
        lines += ["", "## Missing cases", ""]
        lines += [f"- `{mutant.id}`: {mutant.missing_case or mutant.what}." for mutant in alive]
    return HEAD + "\n".join(lines) + "\n"


def known_rows() -> dict[str, str]:
    """Return the rows of the page as it stands."""
    lines = PAGE.read_text(encoding="utf-8").splitlines() if PAGE.is_file() else []
    return {line.split("`")[1]: line for line in lines if line.startswith("| `")}


def main() -> int:
    """Hold what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ids", nargs="*")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    mutants = load_mutants()
    unknown = set(options.ids) - {mutant.id for mutant in mutants}
    if unknown:
        parser.error(f"no such mutants: {', '.join(sorted(unknown))}")
    chosen = [mutant for mutant in mutants if not options.ids or mutant.id in options.ids]
    with tempfile.TemporaryDirectory(prefix="fairlead-mutants-") as folder:
        rows, alive = run(chosen, options.jobs, Path(folder))
    renewed = {mutant.id: row for mutant, row in zip(chosen, rows, strict=True)}
    PAGE.write_text(page(mutants, known_rows() | renewed), encoding="utf-8")
    print(f"{len(chosen)} mutants, {len(alive)} survive: {', '.join(m.id for m in alive) or 'none'}")
    return 1 if any(not mutant.missing_case for mutant in alive) else 0


if __name__ == "__main__":
    sys.exit(main())
