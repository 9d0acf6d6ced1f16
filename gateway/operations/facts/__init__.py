"""Know what the gateway and its operators wrote down about themselves: decisions, kills, limits, breaks."""
