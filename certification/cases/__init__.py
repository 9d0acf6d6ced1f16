"""The catalogue: one folder a group, YAML where a plain dialogue says it, Python where it does not."""
