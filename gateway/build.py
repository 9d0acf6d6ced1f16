"""Say which build of the hot modules is running."""

import importlib
import platform
from pathlib import Path
from typing import Final

import fairlead

HOT_SUFFIX: Final = "_cy"


def hot_modules() -> dict[str, bool]:
    """Return every hot module's import name and whether the running one is compiled."""
    root = Path(fairlead.__file__).parent
    found: dict[str, bool] = {}
    for folder in ("codecs", "adapters", "gateway"):
        for source in sorted((root / folder).glob(f"**/*{HOT_SUFFIX}.py")):
            name = ".".join(("fairlead", *source.relative_to(root).with_suffix("").parts))
            module = importlib.import_module(name)
            found[name] = not str(module.__file__).endswith(".py")
    return found


def describe_build() -> str:
    """Return one phrase for people: compiled, uncompiled, or which modules are not compiled."""
    built = hot_modules()
    slow = [name for name, compiled in built.items() if not compiled]
    python = f"Python {platform.python_version()}"
    if not slow:
        return f"compiled, {python}"
    if len(slow) == len(built):
        return f"uncompiled, {python}"
    return f"partly compiled, {python}; running as source: {', '.join(slow)}"
