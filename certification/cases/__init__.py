"""The catalogue: one folder a group, YAML where a plain dialogue says it, Python where it does not."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from fairlead.certification.model.case import Catalogue
from fairlead.certification.model.dialogues import load_folder

FOLDER = Path(__file__).parent


def load_catalogue() -> Catalogue:
    """Return all cases: those of the YAML files, and those that each module's ``add_to(catalogue)`` adds.

    Raises CaseError with every mistake.
    """
    catalogue = Catalogue()
    load_folder(FOLDER, catalogue)
    for path in sorted(FOLDER.glob("*/*.py")):
        if path.name != "__init__.py":
            import_module(f"{__name__}.{path.parent.name}.{path.stem}").add_to(catalogue)
    return catalogue
