"""What certification is about: cases, what became of them, and runs of many. docs/certification.md."""
