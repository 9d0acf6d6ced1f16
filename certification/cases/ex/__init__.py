"""Executions: what is booked, and what is told."""
