"""Reach engines of any protocol at a host and port: what the suites of FIX and of SoupBinTCP have in common."""
