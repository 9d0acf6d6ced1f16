"""Measure Fairlead: ``python -m benchmarks``. docs/benchmarks.md says how to read the results."""
