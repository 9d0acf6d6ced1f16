"""Read recorded traffic from files: plain or compressed, raw or captured, of any size in flat memory."""
