"""Evidence: the register of controls, the report on a period, regulators' order records. docs/compliance.md."""
