"""Build the hot modules: every ``*_cy.py`` below the import root.

``FAIRLEAD_EXTENSIONS`` says how: ``auto`` (compile, fall back to the Python source where that fails),
``require`` (a failure to compile is an error) or ``none`` (run the Python source).
"""

import os
from pathlib import Path

from setuptools import Extension, setup

MODE = os.environ.get("FAIRLEAD_EXTENSIONS", "auto")
if MODE not in ("auto", "require", "none"):
    raise SystemExit(f"FAIRLEAD_EXTENSIONS is {MODE!r}, expected auto, require or none")


def hot_modules() -> list[Path]:
    # rglob does not follow the links of the import root
    walk = os.walk("src/fairlead", followlinks=True)
    return sorted(Path(folder, name) for folder, _, names in walk for name in names if name.endswith("_cy.py"))


def extensions() -> list[Extension]:
    if MODE == "none":
        return []
    from Cython.Build import cythonize

    found = cythonize(
        [
            Extension(
                ".".join(path.relative_to("src").with_suffix("").parts),
                [str(path)],
                extra_compile_args=["-O3", "-g0"],  # debugging symbols cost a third of the compile time
            )
            for path in hot_modules()
        ],
        build_dir="build/cython",
        include_path=["src"],
        nthreads=os.cpu_count() or 1,
        compiler_directives={"language_level": "3", "overflowcheck": True},
    )
    for extension in found:
        extension.optional = MODE != "require"
    return found


setup(ext_modules=extensions())
