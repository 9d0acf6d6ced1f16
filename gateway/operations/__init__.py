"""Watch the gateway from a process of its own: follow its journal, read its counters, serve HTTP.

Nothing here runs in the gateway's process, and nothing of the gateway waits for it. docs/operations.md.
"""
