"""Play a load at a multiple of its rate through a gateway between simulated venues. docs/compliance.md."""
