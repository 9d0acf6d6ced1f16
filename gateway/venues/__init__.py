"""Drive venue sessions over TCP."""
