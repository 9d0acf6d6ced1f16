"""Answer what the console and the terminal view show: read only, from the journal's replica and the counters."""
