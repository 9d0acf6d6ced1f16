"""Move bytes between sockets and endpoints."""
