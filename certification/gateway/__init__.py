"""Hold a gateway with a venue's profile against the catalogue: between a scripted venue and strategies."""
