"""Failure and recovery: what is known afterwards."""
