"""Raise alerts within seconds, once each, and tell those who are to act."""
