"""Show the first screen of the console in a terminal, over the same API."""
