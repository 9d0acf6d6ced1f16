"""Judge recorded wire logs: read them, find the conversations, and look at each case whose stimulus occurs."""
