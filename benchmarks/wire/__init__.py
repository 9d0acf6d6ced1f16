"""Orders from wire to wire: strategy and venue are one program in C, a gateway or another engine is between them."""
