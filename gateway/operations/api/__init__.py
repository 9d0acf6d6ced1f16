"""Serve the operations process's HTTP API: who may ask, what is answered, and its description."""
