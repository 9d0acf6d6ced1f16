"""Play ITCH feeds to a gateway, and hold what strategies see against a book of our own."""
