"""Session extensions: what deployed sessions meet beyond the session test cases."""
