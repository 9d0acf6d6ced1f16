"""Order entry: what goes out, and what comes of it."""
