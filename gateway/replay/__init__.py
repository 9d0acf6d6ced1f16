"""Play a recorded run again through this version, without sockets, and compare what it would send. docs/release.md."""
