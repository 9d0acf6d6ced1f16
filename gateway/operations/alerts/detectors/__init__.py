"""Look at the desk, each at one side of it, and say what is wrong."""
