"""Index every frame of every session, and find those of an order by any name it had, across sessions and restarts."""
