"""Read and write the vocabulary as one JSON object a line."""
