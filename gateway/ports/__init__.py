"""Serve strategies over TCP."""
