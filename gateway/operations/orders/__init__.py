"""Know every order from the journal: a replica of the gateway's books, and an index of it to search."""
