"""Frame, index, write and validate FIX 4.2 and 4.4 messages."""
