"""Own the sockets, the clock, the loop and the disk: the order path and what surrounds it."""
