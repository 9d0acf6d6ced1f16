"""Judge the gateway from outside, with wire code of its own."""
