"""Tell Prometheus what the counters and the journal say, at each scrape."""
