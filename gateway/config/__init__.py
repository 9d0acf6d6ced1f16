"""Read and check the one configuration file."""
