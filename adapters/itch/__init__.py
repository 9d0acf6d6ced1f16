"""Turn ITCH and its relatives into books: which message means what is data (``mappings/``), not code."""
