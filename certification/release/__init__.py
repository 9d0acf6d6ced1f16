"""Decide whether a version may go out: ``fairlead release check``. docs/release.md."""
