"""Play the gateway's cases against a venue's own test environment, where nobody scripts the venue."""
