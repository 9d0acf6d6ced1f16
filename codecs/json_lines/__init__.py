"""Speak the order vocabulary as one JSON object a line: the wire of the json port, described in docs/json_port.md."""
