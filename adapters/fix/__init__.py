"""Run FIX sessions and translate orders to and from FIX."""
