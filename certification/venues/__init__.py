"""Simulate venues, with wire code of their own."""
