"""Pre-trade risk: limits, what is used of them, and the checks that each order passes. docs/risk.md."""
