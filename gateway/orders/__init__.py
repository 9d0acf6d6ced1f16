"""Keep the books: every order, its state, its ids and its requests in flight."""
