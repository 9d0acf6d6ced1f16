"""Count what happens, into memory that other processes can read."""
