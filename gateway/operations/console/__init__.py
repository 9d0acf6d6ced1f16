"""Serve the web console: pages that are files, without a build step, on the same API as everybody's programs."""
