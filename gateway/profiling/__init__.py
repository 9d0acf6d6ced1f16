"""Find out where the time of an order goes, in this process and without a network."""
