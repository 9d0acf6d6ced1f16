"""Market data: what a strategy sees of a feed, held against a book of our own."""
