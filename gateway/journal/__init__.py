"""Keep the one truth: append-only mapped segments of records."""
