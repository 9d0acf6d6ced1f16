"""Bring a venue up: scaffolds of what it needs, differences between profiles, recordings made scenarios."""
